"""A signature is decoded in memory, so one that is too long is refused before it is read."""

from __future__ import annotations

import pytest

from lrs.domain.errors import InvalidAttachments
from lrs.domain.xapi.version import Version
from schemas.xapi.signature import check_signature
from tests.support.contents import Content

ATTACHMENT = {"contentType": "application/octet-stream"}


@pytest.mark.parametrize(("size", "readings"), [(500_000, 1), (500_001, 0)])
def test_a_signature_that_is_too_long_is_not_read(size: int, readings: int) -> None:
    """One of 500,000 bytes is; neither of the two is a signature."""
    content = Content(b"x" * size)
    with pytest.raises(InvalidAttachments) as refused:
        check_signature({}, ATTACHMENT, content, Version.V2_0_0, "/attachments/0")
    assert (refused.value.code, refused.value.pointer) == ("signature-malformed", "/attachments/0")
    assert content.readings == readings
