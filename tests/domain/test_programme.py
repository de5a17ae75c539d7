"""What a catalogue entry makes of a rule, and which version holds on which day."""

from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.certification.rule import Rule, in_force, rule_of, timeline
from tests.domain.programmes import day, rule, withdrawn

ENTRY = {
    "code": "windows",
    "title": {"ru": "Допуск к окну"},
    "courses": ["fire", "water", "gas"],
    "at_least": 2,
    "min_score": 0.8,
    "min_hours": 6.5,
    "valid_months": 12,
    "renewal_days": 60,
    "due_days": 30,
    "since": "2026-03-01",
    "equivalents": [{"course": "old", "counts_as": "fire"}, {"course": "old", "counts_as": "else"}],
    "posts": ["inspector"],
    "offices": ["0012"],
    "newcomers": True,
    "before_visitors": True,
}


def test_an_entry_makes_a_rule() -> None:
    """Every member is taken over; what counts as no course of the programme is left out."""
    assert rule_of(ENTRY, 3, day("2026-02-02")) == Rule(
        number=3,
        since=day("2026-03-01"),
        courses=("fire", "water", "gas"),
        wanted=2,
        min_score=0.8,
        min_hours=6.5,
        valid_months=12,
        renewal_days=60,
        due_days=30,
        equivalents=(("old", "fire"),),
        posts=frozenset({"inspector"}),
        offices=frozenset({"0012"}),
        newcomers=True,
        before_visitors=True,
    )


def test_what_an_entry_leaves_out_the_rule_does_not_ask() -> None:
    """One course, for nobody in particular."""
    bare = rule()
    assert bare == Rule(1, courses=("fire",), wanted=1)
    assert [bare.everyone, bare.newcomers, bare.before_visitors] == [False] * 3


@pytest.mark.parametrize(
    ("courses", "at_least", "wanted"),
    [
        (["fire", "water"], None, 2),
        (["fire", "water"], 1, 1),
        (["fire", "water"], 0, 2),
        (["fire", "water", "fire"], None, 2),
        (["fire", "water", "fire"], 3, 2),
    ],
)
def test_all_courses_are_wanted_unless_a_number_is_said(
    courses: list[str], at_least: int | None, wanted: int
) -> None:
    """A course named twice is one course; none at all is not a number of courses."""
    said: dict[str, Any] = {} if at_least is None else {"at_least": at_least}
    assert rule(courses=courses, **said).wanted == wanted


@pytest.mark.parametrize(
    ("number", "since", "holds_from"),
    [
        (1, {}, None),
        (1, {"since": "2026-05-01"}, "2026-05-01"),
        (2, {}, "2026-02-02"),
        (2, {"since": "2025-05-01"}, "2025-05-01"),
    ],
)
def test_a_version_holds_from_what_it_says_else_from_when_it_was_stored(
    number: int, since: dict[str, str], holds_from: str | None
) -> None:
    """The first version, where it does not say, from ever."""
    expected = day(holds_from) if holds_from else None
    assert rule(number, stored="2026-02-02", **since).since == expected


@pytest.mark.parametrize(
    ("since", "line"),
    [
        ([None], [1]),
        ([None, "2026-05-01"], [1, 2]),
        (["2026-05-01", "2026-03-01"], [2]),
        ([None, "2026-05-01", "2026-03-01"], [1, 3]),
        ([None, "2026-05-01", "2026-05-01"], [1, 3]),
        ([None, "2026-05-01", "2026-06-01", "2026-06-02", "2026-05-02"], [1, 2, 5]),
    ],
)
def test_a_later_description_replaces_all_that_was_said_of_its_days(
    since: list[str | None], line: list[int]
) -> None:
    """Backdated versions take the place of those that had begun on that day or after it."""
    versions = [Rule(n, since=day(s) if s else None) for n, s in enumerate(since, start=1)]
    assert [rule.number for rule in timeline(versions)] == line
    assert timeline(versions[::-1]) == timeline(versions)


@pytest.mark.parametrize(
    ("on", "number"),
    [
        ("2026-02-28", None),
        ("2026-03-01", 1),
        ("2026-04-30", 1),
        ("2026-05-01", 2),
        ("2026-05-31", 2),
        ("2026-06-01", 3),
    ],
)
def test_the_version_in_force_is_the_last_described_that_has_begun(
    on: str, number: int | None
) -> None:
    """On its first day already; a withdrawal is a version, too."""
    versions = [rule(since="2026-03-01"), rule(2, since="2026-05-01"), withdrawn(3, "2026-06-01")]
    held = in_force(versions, day(on))
    assert (held.number if held else None) == number
