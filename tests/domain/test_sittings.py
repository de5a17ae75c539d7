"""Sittings: a session's address and the local day tell them apart."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.certification.evidence import evidence_in
from lrs.domain.training.course_statistics import delivered
from lrs.domain.training.line_counters import sessions_of
from lrs.domain.training.line_state import LineState, gather
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import (
    COURSE,
    FIRST,
    MODULE,
    SESSION,
    TEST,
    course,
    day,
    here,
    line_of,
    part,
    state_of,
    told,
)
from tests.support.examples import drawn

MONDAYS = (2, 9, 16, 23)


def log(number: int, came: str, went: str) -> list[JsonObject]:
    """Joining and leaving on a day of March."""
    return [here("join", SESSION, day(number, came)), here("leave", SESSION, day(number, went))]


def sheet(number: int, time: str = "10:00:00", **result: Any) -> JsonObject:
    return here("attended", SESSION, day(number, time), **result)


def absent(number: int, time: str = "10:00:00") -> JsonObject:
    return sheet(number, time, completion=False)


def hours_by_day(*statements: JsonObject) -> dict[str, float]:
    """What counts toward a certificate."""
    marks = [mark for mark in evidence_in(COURSE, state_of(*statements)) if mark.what == "spent"]
    return {str(mark.day): mark.milliseconds / 3_600_000 for mark in marks}


@pytest.mark.parametrize(
    "told_by",
    [
        lambda n: [sheet(n, duration="PT1H")],
        lambda n: log(n, "10:00:00", "11:00:00"),
        lambda n: [sheet(n, duration="PT1H"), *log(n, "10:00:00", "11:05:00")],
    ],
)
def test_each_sitting_of_a_recurring_meeting_counts_on_its_own_day(told_by: Any) -> None:
    """By a sheet, by a log, and once where both tell it."""
    said = [one for number in MONDAYS for one in told_by(number)]
    assert hours_by_day(*said) == {f"2026-03-{number:02}": 1.0 for number in MONDAYS}
    line = line_of(*said)
    assert (line.hours, line.sessions_attended) == (4 * 3600, 4)


def test_a_sheet_and_a_log_of_two_sittings_count_twice() -> None:
    assert line_of(sheet(2, duration="PT1H"), *log(9, "10:00:00", "11:00:00")).hours == 2 * 3600


def test_a_joining_reaches_to_no_leaving_of_another_sitting() -> None:
    """Who was not seen leaving was there, and adds nothing."""
    line = line_of(log(2, "10:00:00", "11:00:00")[0], *log(9, "10:00:00", "11:00:00"))
    assert (line.hours, line.sessions_attended) == (3600, 2)


def test_a_leaving_weeks_after_its_joining_adds_nothing() -> None:
    """It shows nobody on its own day either; without such a joining it does: theirs was lost."""
    came, went = here("join", SESSION, day(2)), here("leave", SESSION, day(20))
    late = line_of(came, went)
    assert (late.hours, late.sessions_attended) == (0, 1)
    assert line_of(went).sessions_attended == 1
    again = line_of(came, went, sheet(20, duration="PT1H"), *log(21, "10:00:00", "11:00:00"))
    assert (again.hours, again.sessions_attended) == (2 * 3600, 3)


def test_the_first_leaving_of_a_day_may_end_the_sitting_of_the_night() -> None:
    night = [here("join", SESSION, day(2, "22:00:00")), here("leave", SESSION, day(3, "01:00:00"))]
    assert hours_by_day(*night) == {"2026-03-02": 3.0}
    assert line_of(*night).sessions_attended == 1
    again = [*night, *log(3, "22:00:00", "23:00:00")]
    assert hours_by_day(*again) == {"2026-03-02": 3.0, "2026-03-03": 1.0}


def test_a_sitting_of_the_night_has_one_sheet() -> None:
    night = [here("join", SESSION, day(2, "22:00:00")), here("leave", SESSION, day(3, "01:00:00"))]
    told_late = sheet(3, "00:30:00", duration="PT4H")
    assert hours_by_day(*night, told_late) == {"2026-03-02": 4.0}
    assert line_of(*night, told_late, absent(3, "10:00:00")).hours == 4 * 3600
    assert line_of(*night, told_late, absent(3, "00:45:00")).sessions_attended == 0


@pytest.mark.parametrize(("left", "hours"), [("10:59:00", 0), ("09:59:00", 11.98)])
def test_nobody_stays_half_a_day_over_midnight(left: str, hours: float) -> None:
    came = here("join", SESSION, day(2, "22:00:00"))
    line = line_of(came, here("leave", SESSION, day(3, left)))
    assert round(line.hours / 3600, 2) == hours


def test_an_absence_is_about_its_own_day() -> None:
    """A week later, too: being away on the 9th does not undo having sat on the 2nd."""
    line = line_of(sheet(2, duration="PT1H"), absent(9))
    assert (line.status, line.hours) == ("attended", 3600)
    assert (line.sessions_attended, line.sessions_missed) == (1, 1)
    corrected = line_of(sheet(2, duration="PT1H"), absent(2, "18:00:00"))
    assert (corrected.hours, corrected.sessions_attended, corrected.sessions_missed) == (0, 0, 1)


def test_a_sitting_belongs_to_the_day_and_year_where_it_was() -> None:
    late = here("attended", SESSION, "2026-12-31T22:30:00-05:00", duration="PT1H")
    early = here("attended", SESSION, "2027-01-01T00:30:00+03:00", duration="PT2H")
    years = {spell.year: spell.milliseconds // 3_600_000 for spell in line_of(late, early).spells}
    assert years == {2026: 1, 2027: 2}


def test_statistics_count_each_sitting_of_an_address() -> None:
    said = [sheet(2, duration="PT1H"), *log(9, "10:00:00", "12:00:00"), absent(16)]
    (counters,) = sessions_of(state_of(*said)).values()
    assert [counters[each] for each in ("trainees", "attended", "presences")] == [1, 1, 2]
    assert (counters["absences"], counters["hours"], delivered(counters)) == (1, 3 * 3600, 180)


def test_joining_and_leaving_in_any_order_are_the_same_sittings() -> None:
    said = told(*log(2, "23:00:00", "23:30:00"), here("join", SESSION, day(2, "23:40:00")),
                here("leave", SESSION, day(3, "00:10:00")), absent(3))  # fmt: skip
    found = [evidence_in(COURSE, gather(LineState(), one)) for one in permutations(said)]
    assert len({str(sorted(marks)) for marks in found}) == 1


TIMES = st.builds(day, st.integers(1, 28), st.sampled_from(["00:05:00", "10:00:00", "23:55:00"]))
SITTINGS = st.builds(
    lambda verb, at, result, object_: here(verb, object_, at, **result),
    st.sampled_from(["join", "leave", "attended", "attended"]),
    TIMES,
    st.sampled_from([{}, {"duration": "PT1H"}, {"completion": False}]),
    st.sampled_from([SESSION, SESSION, part("sessions/2", "meeting")]),
)
STUDIES = st.builds(
    lambda verb, at, minutes, object_, more: here(
        verb, object_, at, duration=f"PT{minutes}M", **more
    ),
    st.sampled_from(["completed", "passed", "progressed", "terminated", "abandoned"]),
    TIMES,
    st.integers(1, 90),
    st.sampled_from([course(), MODULE, TEST, SESSION]),
    st.sampled_from([{}, {"attempt": FIRST, "session": "a"}, {"attempt": FIRST, "session": "b"}]),
)
DAYS = st.lists(SITTINGS | STUDIES, min_size=1, max_size=12)


def counting(said: list[JsonObject], upto: str) -> list[Any]:
    """What counts toward a certificate up to a day, by day."""
    marks = evidence_in(COURSE, gather(LineState(), told(*said)))
    return sorted((str(m.day), m.what, m.milliseconds) for m in marks if str(m.day) <= upto)


@settings(deadline=None, max_examples=drawn(300))
@given(DAYS, st.integers(1, 27))
def test_what_is_about_later_days_changes_no_earlier_one(said: list[JsonObject], n: int) -> None:
    """Only who left after midnight says something of the day before."""
    earlier = [one for one in said if one["timestamp"] < f"2026-03-{n + 1:02}T01"]
    assert counting(said, f"2026-03-{n:02}") == counting(earlier, f"2026-03-{n:02}")


@settings(deadline=None, max_examples=drawn(300))
@given(DAYS, st.randoms(use_true_random=False))
def test_sittings_and_sessions_in_any_order_are_the_same(
    said: list[JsonObject], random: Any
) -> None:
    """And transcript, figures and certificate say the same of them."""
    outcomes = told(*said)
    state = gather(LineState(), outcomes)
    assert state == gather(LineState(), random.sample(outcomes, len(outcomes)))
    line, marks = line_of(*said), evidence_in(COURSE, state)
    assert sum(m.milliseconds for m in marks) // 1000 == line.hours
    present = [m for m in marks if m.what == "attended"]
    figures = sessions_of(state).values()
    assert len(present) == line.sessions_attended == sum(f.get("presences", 0) for f in figures)
    assert line.sessions_missed == sum(f.get("absences", 0) for f in figures)
