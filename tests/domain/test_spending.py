"""Time that statements say: so far, in sessions, and never moved to a later day."""

from __future__ import annotations

import pytest

from lrs.domain.certification.evidence import evidence_in
from lrs.domain.training.line_state import LineState, gather
from lrs.domain.training.spending import MOST_PARTS
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import (
    COURSE,
    FIRST,
    MODULE,
    course,
    day,
    here,
    line_of,
    part,
    state_of,
    told,
)


def said(verb: str, minutes: int, number: int, session: str = "", **more: str) -> JsonObject:
    """So many minutes of the module, in one registration."""
    in_session = {"session": session} if session else {}
    return here(verb, MODULE, day(number), duration=f"PT{minutes}M", attempt=FIRST, **in_session)


def minutes_by_day(*statements: JsonObject) -> dict[int, int]:
    marks = [mark for mark in evidence_in(COURSE, state_of(*statements)) if mark.what == "spent"]
    return {mark.day.day: mark.milliseconds // 60_000 for mark in marks}


def test_sessions_add_up_and_what_is_said_within_one_does_not() -> None:
    """cmi5 9.5.4.1: `terminated` says how long the session was."""
    first = said("terminated", 40, 1, "a")
    second = [said(verb, 10, 2, "b") for verb in ("completed", "passed")]
    assert minutes_by_day(first, *second, said("terminated", 12, 2, "b")) == {1: 40, 2: 12}


@pytest.mark.parametrize(
    ("completed", "terminated", "minutes"), [(50, 12, 52), (55, 12, 55), (10, None, 50)]
)
def test_completed_may_tell_the_session_or_all_of_them(
    completed: int, terminated: int | None, minutes: int
) -> None:
    story = [said("terminated", 40, 1, "a"), said("completed", completed, 1, "b")]
    story += [said("terminated", terminated, 1, "b")] if terminated else []
    assert line_of(*story).hours == minutes * 60


def test_a_session_that_nothing_terminated_is_abandoned() -> None:
    story = [said("terminated", 40, 1, "a"), said("abandoned", 5, 2, "b")]
    assert minutes_by_day(*story) == {1: 40, 2: 5}


def test_without_the_id_of_a_session_the_longest_counts() -> None:
    assert minutes_by_day(said("terminated", 40, 1), said("terminated", 52, 2)) == {1: 40, 2: 12}


def test_terminated_is_in_progress() -> None:
    assert line_of(said("terminated", 40, 1, "a")).status == "in progress"


def test_what_is_said_later_adds_to_earlier_days_and_takes_nothing_from_them() -> None:
    story = [said("completed", 30, 1), said("progressed", 20, 2), said("passed", 45, 3)]
    assert minutes_by_day(*story) == {1: 30, 3: 15}
    whole = here("completed", course(), day(9), duration="PT1H", attempt=FIRST)
    assert minutes_by_day(*story, whole) == {1: 30, 3: 15, 9: 15}


def test_a_classroom_course_that_says_its_hours_adds_what_its_sittings_left() -> None:
    sat = [here("attended", part(f"s/{n}", "meeting"), day(n), duration="PT60M") for n in (2, 3)]
    done = here("completed", course(), day(4), duration="PT3H")
    assert minutes_by_day(*sat, done) == {2: 60, 3: 60, 4: 60}
    after = here("attended", part("s/5", "meeting"), day(5), duration="PT90M")
    assert minutes_by_day(*sat, done, after) == {2: 60, 3: 60, 4: 60, 5: 30}


def test_parts_and_sessions_without_end_keep_the_longest_in_any_order() -> None:
    """Even where a part that was dropped says more later."""
    outcomes = [
        told(said("terminated", n % 89, 1 + n % 7, f"s{n % (MOST_PARTS + 40)}"))[0]._replace(
            position=n
        )
        for n in range(1, 2 * MOST_PARTS)
    ]
    forward, backward = gather(LineState(), outcomes), gather(LineState(), reversed(outcomes))
    assert forward == backward
    assert len(forward.attempts[FIRST].durations) == MOST_PARTS
    assert forward.hours_cut
