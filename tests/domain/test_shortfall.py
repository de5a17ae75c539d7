"""What is missing for the next certificate: each way to lack something."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from lrs.domain.certification.grants import grants
from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.certification.rule import Rule
from lrs.domain.certification.shortfall import Shortfall, shortfall
from tests.domain.programmes import day, days, done, rule, withdrawn
from tests.domain.test_certification_laws import DAYS, REVOKED, histories, marks, said
from tests.support.examples import drawn

BOTH: dict[str, Any] = {"courses": ["fire", "water"]}
OLD = {"equivalents": [{"course": "old", "counts_as": "fire"}]}


def lacking(versions: Rule | list[Rule], on: str, *lines: str, revoked: str = "") -> Shortfall:
    """What is there on the day, and what is not."""
    several = versions if isinstance(versions, list) else [versions]
    marked, days_ = done(*lines), days(*filter(None, [revoked]))
    made = grants(several, marked, days_)
    found = shortfall(several, marked, made, days_, day(on))
    assert found is not None
    return found


def missing(*arguments: Any, **more: Any) -> list[str]:
    return [one.iri for one in lacking(*arguments, **more).missing]


@pytest.mark.parametrize(
    ("members", "lines", "expected"),
    [
        ({}, [], ["fire"]),
        ({}, ["2026-03-10 fire failed"], ["fire"]),
        ({}, ["2026-05-02 fire passed"], ["fire"]),
        (BOTH, ["2026-03-10 fire passed"], ["water"]),
        (BOTH | {"at_least": 1}, [], ["fire", "water"]),
        ({"min_score": 0.8}, ["2026-03-10 fire passed 0.7"], ["fire"]),
        ({"valid_months": 1}, ["2026-03-10 fire passed"], ["fire"]),
        (BOTH | OLD, ["2026-03-10 old passed"], ["water"]),
    ],
)
def test_the_courses_that_are_not_achieved_are_missing(
    members: dict[str, Any], lines: list[str], expected: list[str]
) -> None:
    """On 1 May: what was done later is still missing, and what is out of date again."""
    assert missing(rule(**members), "2026-05-01", *lines) == expected


def test_hours_are_missing_until_enough_are_spent() -> None:
    """Of the hours that count by then."""
    found = lacking(rule(min_hours=3), "2026-05-01", "2026-03-10 fire spent 2h")
    assert (found.milliseconds, found.milliseconds_missing) == (7_200_000, 3_600_000)


def test_after_a_revocation_only_what_is_done_later_counts() -> None:
    passed = "2026-03-10 fire passed"
    assert missing(rule(), "2026-05-05", passed, revoked="2026-05-05") == ["fire"]
    found = lacking(rule(), "2026-05-05", passed, revoked="2026-05-05")
    assert found.since == date(2026, 5, 6)


def test_the_version_in_force_decides_what_is_missing() -> None:
    """A withdrawn programme asks for nothing."""
    versions = [rule(), rule(2, stored="2026-04-01", **BOTH)]
    assert missing(versions, "2026-05-01", "2026-03-10 fire failed") == ["fire", "water"]
    gone = [*versions, withdrawn(3, "2026-04-20")]
    assert shortfall(gone, [], [], [], day("2026-05-01")) is None


@settings(deadline=None, max_examples=drawn(300))
@given(histories(), marks(), REVOKED, DAYS)
def test_whoever_lacks_nothing_is_certified(
    versions: list[Rule], done: list[Evidence], revoked: list[date], on: date
) -> None:
    """Unless the certificates of that version end too early to be granted."""
    verdict = said(versions, done, on, revoked)
    found = shortfall(versions, done, grants(versions, done, revoked), revoked, on)
    if verdict is None or found is None or found.rule.valid_until is not None:
        return
    if verdict.status in ("assigned", "in progress", "expired", "revoked"):
        assert found.missing or found.milliseconds_missing
