"""What achieves a course, and what undoes it."""

from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.certification.requirement_check import MOST_EVIDENCE
from lrs.domain.certification.rule import Rule, vouches
from lrs.domain.xapi.agent import authority_key, authority_name
from tests.domain.programmes import earned, rule

A, B = "2026-03-10", "2026-03-11"


@pytest.mark.parametrize(
    ("what", "achieves"),
    [
        ("passed", True),
        ("completed", True),
        ("attended", True),
        ("waived", True),
        ("failed", False),
        ("scored 1.0", False),
        ("spent 9h", False),
    ],
)
def test_what_achieves_a_course(what: str, achieves: bool) -> None:
    """Passing, completing, attending and being let off; a bare score or time spent do not."""
    assert bool(earned(rule(), f"{A} fire {what}")) == achieves


def test_another_course_achieves_nothing() -> None:
    """Only the programme's own courses count."""
    assert earned(rule(), f"{A} water passed") == []


def test_of_more_courses_than_wanted_the_latest_is_named() -> None:
    """Both were done before the hours were complete; one is enough."""
    either = rule(courses=["fire", "gas"], at_least=1, min_hours=1)
    (grant,) = earned(either, f"{A} fire passed", f"{B} gas passed", "2026-04-02 fire spent 2h")
    assert grant.evidence == (2, 3)


def test_an_authority_is_named_by_its_key_or_by_its_name() -> None:
    """Where none is named anybody's word counts."""
    own = {"account": {"homePage": "https://lrs.example.org", "name": "centre"}}
    boss = {"mbox": "mailto:boss@example.org", "name": "Boss"}
    for one in (own, boss):
        assert vouches(one, frozenset())
        assert vouches(one, frozenset({"other", authority_name(one)}))
        assert vouches(one, frozenset({authority_key(one)}))
        assert not vouches(one, frozenset({"other"}))


def test_a_certificate_names_fifty_statements_at_most() -> None:
    """Courses without an end would make an answer without one."""
    courses = [f"course-{number}" for number in range(MOST_EVIDENCE + 1)]
    (grant,) = earned(rule(courses=courses), *(f"{A} {one} passed" for one in courses))
    assert len(grant.evidence) == MOST_EVIDENCE == 50


def test_a_score_reaches_a_limit_that_it_misses_by_binary_fractions_alone() -> None:
    """Four fifths, as some tools reckon them, are 0.7999999999999999."""
    least = rule(min_score=0.8)
    assert earned(least, f"{A} fire passed 0.7999999999999999")
    assert earned(least, f"{A} fire passed 0.799999") == []


GAS = f"{B} gas passed"


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        ([f"{A} 09:00 fire failed", f"{A} 10:00 fire completed"], False),
        ([f"{A} 09:00 fire completed", f"{A} 10:00 fire failed"], False),
        ([f"{A} fire completed", f"{A} fire failed"], False),
        ([f"{A} fire completed #1", f"{A} fire failed #2"], True),
        ([f"{A} fire failed #1", f"{A} fire completed #2"], True),
        ([f"{A} 09:00 fire completed", f"{A} 10:00 fire failed", f"{A} 11:00 fire passed"], True),
        ([f"{A} 09:00 fire passed", f"{A} 10:00 fire failed"], True),
        ([f"{A} fire attended", f"{B} fire failed"], False),
        ([f"{A} fire attended #1", f"{B} fire failed #2"], False),
        ([f"{A} 09:00 fire failed", f"{A} 17:00 fire attended"], False),
        ([f"{A} 09:00 fire attended", f"{A} 17:00 fire failed"], False),
        (["2026-03-09 fire failed", f"{A} fire attended"], True),
        (["2026-03-09 fire failed", f"{A} fire attended", f"{B} fire failed"], False),
        ([f"{A} 08:00 fire attended", f"{A} 09:00 fire failed", f"{A} 10:00 fire passed"], True),
        ([f"{A} fire waived", f"{B} fire failed"], True),
        ([f"{A} fire attended", f"{B} water failed"], True),
    ],
)
def test_a_failure_takes_away_what_is_not_granted_yet(lines: list[str], counts: bool) -> None:
    """A completion in its own attempt, an attendance of that day or before; never a pass."""
    programme = rule(courses=["fire", "gas"])
    assert bool(earned(programme, *lines, "2026-03-11 23:00 gas passed")) == counts


@pytest.mark.parametrize(
    ("lines", "earns"),
    [
        ([f"{A} fire passed test"], True),
        ([f"{A} 09:00 fire passed test", f"{A} 18:00 fire failed"], False),
        ([f"{A} 09:00 fire failed", f"{A} 18:00 fire passed test"], False),
        ([f"{A} 09:00 fire failed", f"{A} 10:00 fire passed test", f"{A} 18:00 fire passed"], True),
        ([f"{A} 09:00 fire failed #1", f"{A} 18:00 fire passed test #2"], True),
        ([f"{A} 09:00 fire completed", f"{A} 10:00 fire failed", f"{A} fire passed test"], False),
    ],
)
def test_a_test_within_the_course_does_not_outdo_the_course(lines: list[str], earns: bool) -> None:
    """The course's own failure goes before its tests' passes in the same attempt."""
    assert bool(earned(rule(), *lines)) == earns


def test_a_failure_takes_away_no_grant() -> None:
    """Who was certified stays so; taking a certificate away is a revocation's business."""
    assert earned(rule(), f"{A} fire attended", f"{B} fire failed")


@pytest.mark.parametrize(("failed", "passed", "earns"), [("09", "11", True), ("11", "09", False)])
def test_verdicts_are_taken_in_the_order_in_which_they_fell(
    failed: str, passed: str, earns: bool
) -> None:
    """Not in that in which they became known."""
    attended = f"{A} 08:00 fire attended 0.9"
    lines = attended, f"{A} {passed}:00 fire passed #2", f"{A} {failed}:00 fire failed #2"
    assert bool(earned(rule(min_score=0.8), *lines)) == earns


def test_of_equal_times_the_later_position_is_the_later_word() -> None:
    """Two verdicts of one second on a completion whose score suffices: the log's order decides."""
    scored = rule(min_score=0.8)
    mended = [f"{A} fire attended 0.9", f"{A} fire failed #2", f"{A} fire passed #2"]
    assert earned(scored, *mended)
    assert not earned(scored, mended[0], mended[2], mended[1])


@pytest.mark.parametrize(
    ("lines", "on"),
    [
        ([f"{A} fire passed 0.8"], A),
        ([f"{A} fire passed 0.79"], None),
        ([f"{A} fire passed"], None),
        ([f"{A} fire scored 0.9"], None),
        ([f"{A} fire waived"], A),
        ([f"{A} fire passed", f"{B} fire scored 0.8"], B),
        ([f"{A} fire scored 0.8", f"{B} fire passed"], B),
        ([f"{A} fire scored 0.8 #1", f"{B} fire passed #2"], None),
        ([f"{A} fire attended #1", f"{B} fire scored 0.8 #1"], B),
        ([f"{A} fire scored 0.9", f"{B} fire scored 0.1", f"{B} fire completed"], B),
        ([f"{A} fire failed 0.9", f"{B} fire completed"], None),
        ([f"{A} fire failed 0.9", f"{B} fire passed"], None),
        ([f"{A} fire failed 0.5", f"{B} fire passed 0.9"], B),
        ([f"{A} fire attended 0.9", f"{A} fire failed #2", f"{B} fire passed #2"], B),
    ],
)
def test_a_score_is_wanted_in_the_same_attempt(lines: list[str], on: str | None) -> None:
    """From whichever statement, but not from a failed try; it counts when both are there."""
    made = earned(rule(min_score=0.8), *lines)
    assert [str(grant.day) for grant in made] == ([on] if on else [])


def test_a_score_of_an_earlier_term_does_not_count_again() -> None:
    """Where no registration tells attempts apart, last year's score does not renew anything."""
    yearly = rule(min_score=0.8, valid_months=12)
    lines = [f"{A} fire passed 0.9", "2027-05-01 fire passed"]
    assert len(earned(yearly, *lines)) == 1
    assert len(earned(yearly, *lines, "2027-05-02 fire scored 0.8")) == 2


THREE = ["2026-03-10 fire passed", "2026-03-11 water passed", "2026-03-12 gas passed"]


@pytest.mark.parametrize(
    ("more", "lines", "on"),
    [
        ({}, THREE, "2026-03-12"),
        ({}, THREE[:2], None),
        ({"at_least": 2}, THREE, "2026-03-11"),
        ({"at_least": 2}, THREE[1:], "2026-03-12"),
        ({"at_least": 1}, THREE[:1], "2026-03-10"),
        ({"at_least": 2}, [THREE[0], "2026-03-15 old passed"], "2026-03-15"),
        ({"at_least": 2}, ["2026-03-15 old passed"], "2026-03-15"),
        ({}, [THREE[0], "2026-03-15 old passed"], "2026-03-15"),
        ({"at_least": 2}, [THREE[0], "2026-03-15 first passed"], None),
        ({"at_least": 2}, ["2026-03-15 first passed", THREE[1]], "2026-03-15"),
        ({"at_least": 2}, ["2026-03-15 chain passed", THREE[1]], None),
    ],
)
def test_any_n_of_the_courses_and_what_counts_as_them(
    more: dict[str, Any], lines: list[str], on: str | None
) -> None:
    """One course may stand for several, several for one; what stands for one is not passed on."""
    stands = [("old", "water"), ("old", "gas"), ("first", "fire"), ("chain", "first")]
    equivalents = [{"course": course, "counts_as": other} for course, other in stands]
    programme = rule(courses=["fire", "water", "gas"], equivalents=equivalents, **more)
    assert [str(grant.day) for grant in earned(programme, *lines)] == ([on] if on else [])


@pytest.mark.parametrize(("own", "other"), [("10", "12"), ("12", "10")])
def test_of_a_course_and_its_equivalent_the_later_counts(own: str, other: str) -> None:
    """As of a course that was achieved twice."""
    stands = [{"course": "old", "counts_as": "fire"}]
    lines = f"2026-03-{own} fire passed", f"2026-03-{other} old passed"
    (grant,) = earned(rule(since="2026-06-01", equivalents=stands), *lines)
    assert str(grant.completed) == "2026-03-12"
    assert grant.evidence == ((1,) if own == "12" else (2,))


def test_a_failure_in_an_equivalent_course_is_its_own() -> None:
    """Who attended the course itself is not held back by failing another one."""
    programme = rule(equivalents=[{"course": "old", "counts_as": "fire"}])
    both = f"{A} old failed", f"{A} fire attended"
    assert earned(programme, *both)
    assert not earned(programme, f"{A} old attended", f"{A} old failed")


@pytest.mark.parametrize(
    ("lines", "on"),
    [
        (["2026-03-10 fire spent 4h", "2026-03-10 fire passed"], "2026-03-10"),
        (["2026-03-10 fire spent 3.9h", "2026-03-10 fire passed"], None),
        (["2026-03-10 fire spent 3h", "2026-03-10 fire passed", "2026-03-12 fire spent 1h"], "12"),
        (["2026-03-10 fire spent 2h", "2026-03-10 fire passed", "2026-03-12 old spent 2h"], "12"),
        (["2026-03-10 fire spent 3h", "2026-03-10 fire passed", "2026-03-12 gas spent 1h"], None),
        (["2026-02-01 fire spent 3h", "2026-03-02 fire spent 1h", "2026-03-10 fire passed"], None),
        (["2026-02-10 fire spent 3h", "2026-03-02 fire spent 1h", "2026-03-10 fire passed"], "10"),
    ],
)
def test_hours_add_up_over_the_courses_within_the_term(lines: list[str], on: str | None) -> None:
    """Those of equivalent courses too; they count when they suffice, before or after the rest."""
    programme = rule(
        min_hours=4, valid_months=1, equivalents=[{"course": "old", "counts_as": "fire"}]
    )
    made = earned(programme, *lines)
    assert [str(grant.completed)[-2:] for grant in made] == ([on[-2:]] if on else [])


def test_hours_are_compared_as_they_are_said() -> None:
    """An hour and a tenth is 3,960,000 milliseconds, whatever floating point makes of it."""
    assert earned(rule(min_hours=1.1), f"{A} fire spent 1.1h", f"{A} fire passed")


def test_the_evidence_is_what_the_grant_rests_on() -> None:
    """The achievements that counted, their scores, the hours up to enough; sorted positions."""
    scored = rule(courses=["fire", "gas"], min_score=0.8, min_hours=2)
    (grant,) = earned(
        scored,
        "2026-03-10 fire spent 1h",
        "2026-03-01 fire passed 0.9",
        "2026-03-10 gas passed #1",
        "2026-03-12 gas scored 0.8 #1",
        "2026-03-11 gas failed 0.1 #2",
        "2026-03-12 fire spent 1h",
        "2026-03-12 fire spent 1h",
    )
    assert grant.evidence == (1, 2, 3, 4, 6)


def test_the_evidence_is_bounded() -> None:
    """Of very many statements so many are named, those of the courses first."""
    spent = ["2026-03-10 fire spent 1h" for _ in range(60)]
    (grant,) = earned(rule(min_hours=60), *spent, f"{A} fire passed")
    assert grant.evidence == (*range(1, 50), 61)


def test_a_rule_without_a_least_score_takes_any() -> None:
    """Zero is a least score like others: then a score is wanted."""
    assert earned(Rule(1, courses=("fire",), wanted=1), f"{A} fire passed")
    assert not earned(rule(min_score=0), f"{A} fire passed")
    assert earned(rule(min_score=0), f"{A} fire passed 0")
