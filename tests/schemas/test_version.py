from __future__ import annotations

import pytest

from lrs.domain.xapi.version import Version, negotiate


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("1.0", Version.V1_0_3),
        ("1.0.0", Version.V1_0_3),
        ("1.0.9", Version.V1_0_3),
        ("1.0.3-rc1", Version.V1_0_3),
        ("1.0.x", Version.V1_0_3),
        ("1.0.", Version.V1_0_3),
        ("1.0.3.1+a", Version.V1_0_3),
        ("2.0", Version.V2_0_0),
        ("2.0.0", Version.V2_0_0),
        ("2.0.17", Version.V2_0_0),
    ],
)
def test_every_patch_of_a_spoken_version_is_that_version(header: str, version: Version) -> None:
    """xAPI 1.0.3 part 3, 3.3: 1.0 and all that begins with `1.0.`; 2.0, 4.1.7."""
    assert negotiate(header) is version


@pytest.mark.parametrize(
    "header",
    [
        "",
        "1",
        "1.1.0",
        "0.9.5",
        "2.1.0",
        "3.0",
        "1.0-rc1",
        "1.00",
        "1.0.3, 1.0.3",
        "2.0.",
        "2.0.0-rc1",
        " 1.0",
        "1.0\n",
        "1.0.٣",
    ],
)
def test_any_other_version_is_none(header: str) -> None:
    """xAPI 1.0.3 part 3, 3.3: others are refused; 2.0, 4.1.7: what comes before 2.0.0, too."""
    assert negotiate(header) is None
