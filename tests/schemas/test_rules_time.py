from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import pytest

from schemas import rules

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("rule", "hostile"),
    [
        (rules.is_iri, "http://" + "a:" * MEGABYTE + "@@"),
        (rules.is_iri, "a:" + "%41" * MEGABYTE + "%"),
        (rules.is_iri, "http://v/" + "é/" * MEGABYTE + " "),
        (rules.is_iri, "a" * MEGABYTE),
        (rules.is_mbox, "mailto:" + "a" * MEGABYTE),
        (rules.is_mbox, "mailto:a@" + "a." * MEGABYTE),
        (rules.is_duration, "PT" + "1" * MEGABYTE),
        (rules.is_duration, "P" + "1Y" * MEGABYTE),
        (rules.is_language_tag, "en" + "-abc" * MEGABYTE),
        (rules.is_language_tag, "en" + "-a-bb" * 100_000),
        (rules.is_language_tag, "en" + "-abcde" * 100_000 + "-"),
        (rules.is_timestamp, "2026-03-01T09:30:00." + "1" * MEGABYTE + "x"),
        (rules.is_timestamp, "20260301T12." + "1" * MEGABYTE + "x"),
        (rules.is_timestamp, "2026-03-01T24:00:00." + "0" * MEGABYTE + "1Z"),
        (rules.is_timestamp_2, "2026-03-01T09:30:00." + "1" * MEGABYTE + "+"),
        (rules.is_version_1, "1.0." + "1." * MEGABYTE + " "),
        (rules.is_content_type, "a/b;" + ";" * MEGABYTE + "\0"),
        (rules.is_uuid, "a" * MEGABYTE),
    ],
)
def test_hostile_strings_are_refused_in_linear_time(
    rule: Callable[[object], bool], hostile: str
) -> None:
    """A megabyte takes milliseconds; anything quadratic would take minutes."""
    start = perf_counter()
    assert not rule(hostile)
    assert perf_counter() - start < 10
