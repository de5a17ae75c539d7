from __future__ import annotations

import pytest

from lrs.domain.xapi.attachment import reference, stored_hashes

SHA256, SHA512 = "2c" * 32, "9b" * 64


@pytest.mark.parametrize(("declared", "kept"), [(SHA256, SHA256), (SHA512, SHA256)])
def test_a_reference_says_where_the_bytes_are(declared: str, kept: str) -> None:
    """Decision 20: under the hash that the statement declares, or under another."""
    assert stored_hashes([reference(declared, kept)]) == {declared: kept}


def test_an_event_of_an_older_store_names_the_sha_256_alone() -> None:
    """As it was written, in either case, before other hashes were taken."""
    assert reference(SHA256, SHA256) == SHA256
    assert stored_hashes([SHA256.upper()]) == {SHA256: SHA256}
