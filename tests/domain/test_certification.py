"""Which certificates are granted, from when and until when."""

from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.certification.grants import grants
from tests.domain.programmes import done, earned, rule, terms, withdrawn

PASSED = "2026-03-10 fire passed"


@pytest.mark.parametrize(
    ("validity", "on", "until"),
    [
        ({}, "2026-03-10", "None"),
        ({"valid_months": 12}, "2026-03-10", "2027-03-10"),
        ({"valid_months": 1}, "2026-01-31", "2026-02-28"),
        ({"valid_months": 1}, "2028-01-31", "2028-02-29"),
        ({"valid_months": 12}, "2028-02-29", "2029-02-28"),
        ({"valid_months": 0}, "2026-03-10", "2026-03-10"),
        ({"valid_until": "2026-12-31"}, "2026-03-10", "2026-12-31"),
        ({"valid_until": "2026-03-10"}, "2026-03-10", "2026-03-10"),
    ],
)
def test_how_long_a_certificate_holds(validity: dict[str, Any], on: str, until: str) -> None:
    """The anniversary, or the fixed day, is the last valid day."""
    assert terms(earned(rule(**validity), f"{on} fire passed")) == [(on, until)]


def test_nothing_is_granted_after_the_fixed_day() -> None:
    """A certificate that had ended before it began is none."""
    assert earned(rule(valid_until="2026-03-09"), PASSED) == []


@pytest.mark.parametrize(
    ("first", "granted"),
    [("2025-03-12", True), ("2025-03-11", False), ("2024-03-12", False)],
)
def test_all_courses_are_to_be_achieved_within_one_term(first: str, granted: bool) -> None:
    """What would have ended before the last one was achieved does not count any more."""
    lines = f"{first} fire passed", "2026-03-12 gas passed"
    made = earned(rule(courses=["fire", "gas"], valid_months=12), *lines)
    assert bool(made) == granted


def test_without_a_term_achievements_do_not_age() -> None:
    """Twenty years between two courses are no obstacle to a rule that knows no months."""
    lines = "2006-03-12 fire passed", "2026-03-12 gas passed"
    assert terms(earned(rule(courses=["fire", "gas"]), *lines)) == [("2026-03-12", "None")]


def test_what_is_valid_without_end_is_granted_once() -> None:
    """There is nothing to renew."""
    assert len(earned(rule(), PASSED, "2026-05-10 fire passed", "2030-05-10 fire passed")) == 1


WINDOW: dict[str, Any] = {"valid_months": 12, "renewal_days": 60}
FIRST = ("2026-03-10", "2027-03-10")


@pytest.mark.parametrize(
    ("again", "second"),
    [
        ("2026-03-10", None),
        ("2026-09-01", None),
        ("2027-01-08", None),
        ("2027-01-09", "2028-03-10"),
        ("2027-03-09", "2028-03-10"),
        ("2027-03-10", "2028-03-10"),
        ("2027-03-11", "2028-03-11"),
        ("2030-01-01", "2031-01-01"),
    ],
)
def test_a_renewal_runs_from_the_old_end_within_the_window(again: str, second: str | None) -> None:
    """Before the window it does not count at all; after the end it runs from its own day."""
    expected = [FIRST, (again, second)] if second else [FIRST]
    assert terms(earned(rule(**WINDOW), PASSED, f"{again} fire passed")) == expected


@pytest.mark.parametrize(
    ("again", "until"),
    [("2026-03-11", "2027-03-11"), ("2026-09-01", "2027-09-01"), ("2027-03-11", "2028-03-11")],
)
def test_without_a_window_a_renewal_runs_from_its_own_day(again: str, until: str) -> None:
    """Anything achieved after the day of the grant counts, and no term is added to another."""
    made = earned(rule(valid_months=12), PASSED, f"{again} fire passed")
    assert terms(made) == [FIRST, (again, until)]


def test_repeating_at_will_does_not_pile_up_years() -> None:
    """Five days of one week give a certificate of a year, with a window or without."""
    week = [f"2026-03-{n} fire passed" for n in range(10, 15)]
    assert terms(earned(rule(valid_months=12), *week))[-1] == ("2026-03-14", "2027-03-14")
    assert terms(earned(rule(**WINDOW), *week)) == [FIRST]


def test_a_renewal_wants_everything_anew() -> None:
    """One of two courses in the window is not enough; the other may follow after the end."""
    both = rule(courses=["fire", "gas"], **WINDOW)
    lines = [PASSED, "2026-03-10 gas passed", "2027-02-01 fire passed"]
    assert terms(earned(both, *lines, "2027-01-01 gas passed")) == [FIRST]
    assert terms(earned(both, *lines, "2027-04-01 gas passed")) == [
        FIRST,
        ("2027-04-01", "2028-04-01"),
    ]


def test_a_chain_of_renewals_keeps_its_day() -> None:
    """Each in its window: the certificate ends on the same day of every year."""
    lines = [PASSED, *(f"{year}-02-01 fire passed" for year in (2027, 2028, 2029))]
    made = earned(rule(**WINDOW), *lines)
    assert terms(made)[-1] == ("2029-02-01", "2030-03-10")
    assert [grant.renewal for grant in made] == [False, True, True, True]


def test_a_window_longer_than_the_term_opens_after_the_day_of_the_grant() -> None:
    """What earned a certificate does not renew it on the same day."""
    long = rule(valid_months=1, renewal_days=400)
    lines = [PASSED, "2026-03-10 23:00 fire passed", "2026-03-11 fire passed"]
    assert terms(earned(long, *lines)) == [
        ("2026-03-10", "2026-04-10"),
        ("2026-03-11", "2026-05-10"),
    ]


def test_what_does_not_extend_a_certificate_waits() -> None:
    """Training before the end of a fixed term counts for the next one, once its rule is there."""
    versions = [rule(valid_until="2026-12-31")]
    lines = [PASSED, "2026-11-20 fire passed"]
    assert terms(earned(versions, *lines)) == [("2026-03-10", "2026-12-31")]
    versions.append(rule(2, since="2027-01-01", valid_until="2027-12-31"))
    assert terms(earned(versions, *lines))[1:] == [("2027-01-01", "2027-12-31")]


SHORTER = [rule(valid_months=24), rule(2, since="2026-06-01", valid_months=12)]


@pytest.mark.parametrize(
    ("later", "renews"),
    [
        ("fire passed", True),
        ("fire attended", True),
        ("fire failed", False),
        ("fire scored 0.9", False),
        ("fire spent 9h", False),
        ("gas passed", False),
    ],
)
def test_only_what_counts_brings_a_renewal(later: str, renews: bool) -> None:
    """What was done in vain last year does not extend a certificate on the day of a failure."""
    made = earned(SHORTER, PASSED, "2027-03-01 fire passed", f"2027-03-20 {later}")
    assert terms(made)[0] == ("2026-03-10", "2028-03-10")
    assert terms(made)[1:] == ([("2027-03-20", "2028-03-20")] if renews else [])


STRICTER = [rule(valid_months=12), rule(2, since="2026-06-01", courses=["fire", "gas"])]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["2026-05-31 fire passed"], [("2026-05-31", "2027-05-31", 1)]),
        (["2026-06-01 fire passed"], []),
        (["2026-06-01 fire passed", "2026-06-02 gas passed"], [("2026-06-02", "None", 2)]),
        (["2026-05-31 gas passed", "2026-06-01 fire passed"], [("2026-06-01", "None", 2)]),
        (
            ["2026-05-31 fire passed", "2026-07-01 gas passed", "2026-07-02 fire passed"],
            [("2026-05-31", "2027-05-31", 1), ("2026-07-02", "None", 2)],
        ),
    ],
)
def test_the_version_in_force_decides(
    lines: list[str], expected: list[tuple[str, str, int]]
) -> None:
    """From its first day on; what an earlier one granted stays as it is."""
    made = earned(STRICTER, *lines)
    assert [(str(g.day), str(g.until), g.version) for g in made] == expected


def test_who_fulfils_a_new_version_is_granted_on_its_first_day() -> None:
    """Not earlier, and with the day on which the last course was completed."""
    versions = [rule(courses=["fire", "gas"]), rule(2, since="2026-06-01", valid_months=12)]
    (grant,) = earned(versions, PASSED)
    assert terms([grant]) == [("2026-06-01", "2027-06-01")]
    assert (str(grant.completed), grant.version, grant.renewal) == ("2026-03-10", 2, False)


@pytest.mark.parametrize(("since", "granted"), [("2027-03-10", True), ("2027-03-11", False)])
def test_what_is_too_old_on_a_versions_first_day_does_not_count(since: str, granted: bool) -> None:
    """The term is counted to that day."""
    versions = [rule(courses=["fire", "gas"]), rule(2, since=since, valid_months=12)]
    assert bool(earned(versions, PASSED)) == granted


def test_a_first_version_that_begins_later_takes_up_what_was_done_before() -> None:
    """A new programme grants on its first day to those who did all of it before."""
    new = rule(since="2026-06-01", valid_months=12)
    assert terms(earned(new, PASSED)) == [("2026-06-01", "2027-06-01")]


def test_a_new_version_grants_nothing_again_for_what_was_used() -> None:
    """Describing a programme anew, word for word, changes no certificate."""
    again = [rule(valid_months=12), rule(2, stored="2026-06-01", valid_months=12)]
    assert terms(earned(again, PASSED)) == [FIRST]
    expired = [rule(valid_months=1), rule(2, stored="2026-06-01", valid_months=12)]
    assert terms(earned(expired, PASSED)) == [("2026-03-10", "2026-04-10")]


def test_a_new_version_renews_where_all_it_wants_was_done_since() -> None:
    """Who is certified stays so, and is by the new version, too, if it is fulfilled already."""
    versions = [rule(valid_months=12), rule(2, since="2026-06-01", courses=["gas"], **WINDOW)]
    windowless = [versions[0], rule(2, since="2026-06-01", courses=["gas"], valid_months=12)]
    lines = PASSED, "2026-04-10 gas passed"
    assert terms(earned(versions, *lines)) == [FIRST]
    assert terms(earned(windowless, *lines)) == [FIRST, ("2026-06-01", "2027-06-01")]


def test_a_backdated_version_decides_from_its_day_on() -> None:
    """Asked with it, the past is judged by it; asked as known before, it is not passed."""
    versions = [rule(valid_months=12), rule(2, since="2026-03-01", valid_months=6)]
    assert terms(earned(versions[:1], PASSED)) == [FIRST]
    assert terms(earned(versions, PASSED)) == [("2026-03-10", "2026-09-10")]


def test_a_withdrawn_programme_grants_nothing_and_keeps_what_was_granted() -> None:
    """Described again, it counts what was achieved in between."""
    versions = [rule(valid_months=12), withdrawn(2, "2026-06-01")]
    later = f"{PASSED}", "2027-05-01 fire passed"
    assert terms(earned(versions, *later)) == [FIRST]
    versions.append(rule(3, since="2027-06-01", valid_months=12))
    assert terms(earned(versions, *later)) == [FIRST, ("2027-06-01", "2028-06-01")]


@pytest.mark.parametrize(
    ("revoked", "again", "expected"),
    [
        ("2026-05-05", "2026-05-04", [FIRST, ("2026-05-04", "2027-05-04")]),
        ("2026-05-05", "2026-05-05", [FIRST, ("2026-05-05", "2027-05-05")]),
        ("2026-05-05", "2026-05-06", [FIRST, ("2026-05-06", "2027-05-06")]),
        ("2026-03-10", "2026-03-11", [FIRST, ("2026-03-11", "2027-03-11")]),
    ],
)
def test_after_a_revocation_all_is_to_be_done_anew(
    revoked: str, again: str, expected: list[tuple[str, str]]
) -> None:
    """Only a grant of a later day is a first one again."""
    made = earned(rule(valid_months=12), PASSED, f"{again} fire passed", revoked=(revoked,))
    assert terms(made) == expected
    assert [grant.renewal for grant in made] == [False, again <= revoked]


def test_what_was_achieved_before_a_revocation_does_not_count_after_it() -> None:
    """Nor what was achieved on its day; and not when a version comes into force later."""
    both = [rule(courses=["fire", "gas"]), rule(2, since="2026-06-01")]
    lines = PASSED, "2026-05-05 fire passed", "2026-05-10 gas passed"
    assert earned(both, *lines, revoked=("2026-05-05",)) == []
    assert len(earned(both, *lines, revoked=("2026-05-04",))) == 1


def test_of_several_revocations_the_last_draws_the_line() -> None:
    """In whatever order they are told; those to come do not matter yet."""
    lines = PASSED, "2026-05-10 fire passed", "2026-07-01 fire passed", "2026-09-01 fire passed"
    made = earned(rule(), *lines, revoked=("2026-08-01", "2026-05-05", "2026-06-01"))
    days = ["2026-03-10", "2026-05-10", "2026-07-01", "2026-09-01"]
    assert terms(made) == [(day, "None") for day in days]
    both = rule(courses=["fire", "gas"])
    gas = "2026-06-15 gas passed"
    assert not earned(both, *lines[:2], gas, revoked=("2026-06-01", "2026-04-01"))


def test_after_a_revocation_the_window_of_the_old_certificate_is_no_matter() -> None:
    """A certificate without end can be earned again, too."""
    lines = PASSED, "2026-06-01 fire passed"
    revoked = ("2026-05-05",)
    assert terms(earned(rule(**WINDOW), *lines, revoked=revoked))[1:] == [
        ("2026-06-01", "2027-06-01")
    ]
    assert terms(earned(rule(), *lines, revoked=revoked))[1:] == [("2026-06-01", "None")]


def test_a_late_statement_is_judged_by_the_day_it_speaks_of() -> None:
    """What becomes known in May about March counts from March."""
    late = done("2026-05-01 fire passed", "2026-03-10 fire passed")
    assert terms(grants([rule(**WINDOW)], late)) == [FIRST]
    assert [grant.evidence for grant in grants([rule()], late)] == [(2,)]


def test_the_same_mark_told_twice_is_one() -> None:
    """A set of marks: hours are not counted twice."""
    marks = done("2026-03-10 fire passed", "2026-03-10 fire spent 2h")
    assert grants([rule(min_hours=4)], [*marks, *marks]) == []


def test_the_local_day_goes_before_the_instant() -> None:
    """Where clocks differ, an earlier day is earlier even if its instant is not."""
    gas, fire = done("2026-03-11 00:30 gas passed", "2026-03-10 23:50 fire passed")
    fire = fire._replace(instant=gas.instant + 1)
    (grant,) = grants([rule(courses=["fire", "gas"])], [fire, gas])
    assert (grant.day, grant.instant) == (gas.day, gas.instant)


def test_without_versions_or_marks_there_is_nothing_to_grant() -> None:
    """Not even by a rule that began long ago."""
    assert grants([], done(PASSED)) == []
    assert grants([rule(since="2020-01-01")], []) == []


def test_terms_beyond_the_calendar_end_with_it() -> None:
    """A thousand million months or days are said in a catalogue as easily as twelve."""
    endless = rule(valid_months=1_000_000_000, renewal_days=1_000_000_000)
    assert terms(earned(endless, PASSED, "9999-12-31 fire passed")) == [
        ("2026-03-10", "9999-12-31")
    ]
