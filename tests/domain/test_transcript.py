"""Transcript lines: stories from a training centre, the rules, and independence of order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.agent import JsonObject
from lrs.domain.hours import union
from lrs.domain.line import Line, view
from lrs.domain.training import Outcome
from lrs.domain.transcript import (
    MOST_INSTANTS,
    MOST_PARTS,
    MOST_VOIDED,
    add,
    concerns,
    gather,
    mark,
    without,
)
from tests.domain.stories import (
    COURSE,
    course,
    id_at,
    line_of,
    part,
    person,
    state_of,
    statement,
    told,
    within,
)

SESSION = part("sessions/1", "meeting")
TEST = part("test", "assessment")
MODULE = part("modules/1", "module")
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def day(number: int, time: str = "10:00:00") -> str:
    return f"2026-03-{number:02}T{time}+03:00"


def here(verb: str, object_: JsonObject, at: str = day(2), **more: Any) -> JsonObject:
    """A statement on something inside the course."""
    inside: JsonObject = within() if object_["id"] != COURSE else {}
    registration = {"registration": more.pop("attempt")} if "attempt" in more else {}
    return statement(verb, object_, at=at, context=inside | registration, result=more or None)


def written(state: JsonObject) -> str:
    return json.dumps(state, sort_keys=True)


def statuses(*statements: JsonObject) -> list[str]:
    return [line_of(*statements, rule=rule).status for rule in ("best", "last", "first")]


def ids(*positions: int) -> tuple[str, ...]:
    return tuple(str(id_at(position)) for position in positions)


class TestStories:
    """What happens in a training centre, and what the transcript says of it."""

    def test_a_late_arrival_is_attended_with_the_hours_present(self) -> None:
        line = line_of(
            here("registered", SESSION, day(1)),
            here("join", SESSION, day(2, "10:40:00")),
            here("leave", SESSION, day(2, "12:00:00")),
            here("join", SESSION, day(2, "13:00:00")),
            here("leave", SESSION, day(2, "14:00:00")),
        )
        assert (line.status, line.kind, line.hours) == ("attended", "classroom", 8_400)
        assert (line.sessions_attended, line.enrolled, line.attempts) == (1, True, 0)

    def test_the_sign_in_sheets_duration_goes_before_joining_and_leaving(self) -> None:
        line = line_of(
            here("join", SESSION, day(2, "10:00:00")),
            here("leave", SESSION, day(2, "11:00:00")),
            here("attended", SESSION, duration="PT4H"),
        )
        assert line.hours == 4 * 3600

    def test_a_no_show_stays_enrolled_with_a_missed_session(self) -> None:
        line = line_of(
            here("registered", SESSION, day(1)),
            here("attended", SESSION, completion=False, duration="PT4H"),
        )
        assert (line.status, line.sessions_missed, line.hours) == ("enrolled", 1, 0)
        assert line.evidence == ids(1)

    def test_the_later_word_on_presence_counts(self) -> None:
        absent = here("attended", SESSION, day(2, "10:00:00"), completion=False)
        present = here("attended", SESSION, day(2, "11:00:00"), duration="PT4H")
        assert line_of(absent, present).status == "attended"
        later = here("attended", SESSION, day(2, "12:00:00"), completion=False)
        assert line_of(present, later).sessions_missed == 1

    def test_attendance_without_enrolment_is_shown(self) -> None:
        line = line_of(here("attended", SESSION))
        assert (line.status, line.enrolled, line.started) == ("attended", False, True)

    def test_a_resit_after_a_failure_passes(self) -> None:
        line = line_of(
            here("failed", TEST, day(2), attempt=FIRST, score={"scaled": 0.4, "raw": 8}),
            here("passed", TEST, day(5), attempt=SECOND, score={"scaled": 0.9, "raw": 18}),
        )
        assert (line.status, line.success, line.attempts, line.kind) == ("passed", True, 2, "test")
        assert line.best_score and line.last_score and line.first_score
        assert (line.first_score.raw, line.last_score.raw, line.best_score.raw) == (8, 18, 18)
        assert str(line.completed) == "2026-03-05T10:00:00.000000+03:00"
        assert line.evidence[0] == ids(2)[0]
        assert set(line.evidence) == set(ids(1, 2))

    def test_without_registrations_tries_are_counted_by_verdicts(self) -> None:
        line = line_of(
            here("failed", TEST, day(2)),
            here("failed", TEST, day(3)),
            here("passed", TEST, day(4)),
            here("passed", part("quiz", "assessment"), day(5)),
        )
        assert line.attempts == 3

    def test_a_failed_attempt_is_shown(self) -> None:
        line = line_of(
            here("registered", course(), day(1)), here("failed", TEST, score={"raw": 3, "max": 10})
        )
        assert (line.status, line.success) == ("failed", False)
        assert line.score
        assert line.score.scaled == 0.3

    def test_a_module_done_leaves_the_course_in_progress(self) -> None:
        for verb in ("completed", "passed", "failed", "waived", "satisfied"):
            line = line_of(here(verb, MODULE, score={"scaled": 1}))
            assert (line.status, line.score, line.completed) == ("in progress", None, None)

    def test_a_course_done_is_completed_and_passed_with_success(self) -> None:
        assert line_of(here("completed", course())).status == "completed"
        assert line_of(here("satisfied", course())).status == "completed"
        assert line_of(here("completed", course(), success=True)).status == "passed"
        assert line_of(here("completed", course(), success=False)).status == "failed"

    def test_completed_with_completion_false_completes_nothing(self) -> None:
        """As video players send it; the time is spent all the same."""
        line = line_of(here("completed", course(), completion=False, duration="PT5M"))
        assert (line.status, line.hours) == ("in progress", 300)

    def test_the_courses_own_verdict_goes_before_its_tests(self) -> None:
        line = line_of(
            here("failed", course(), day(2), score={"scaled": 0.5}),
            here("passed", TEST, day(3), score={"scaled": 1}),
        )
        assert line.status == "failed"
        assert line.best_score
        assert line.best_score.scaled == 0.5

    def test_who_was_waived_is_waived_unless_they_did_it(self) -> None:
        waived = here("waived", course(), day(5))
        assert line_of(here("failed", TEST), waived).status == "waived"
        assert line_of(here("attended", SESSION), waived).status == "waived"
        assert line_of(here("completed", course()), waived).status == "completed"

    def test_a_withdrawal_holds_until_something_is_done(self) -> None:
        enrolled, withdrawn = (
            here("registered", course(), day(1)),
            here("unregistered", course(), day(3)),
        )
        assert line_of(enrolled, withdrawn).status == "withdrawn"
        assert line_of(enrolled, withdrawn, here("initialized", MODULE, day(2))).status == (
            "withdrawn"
        )
        assert line_of(enrolled, withdrawn, here("initialized", MODULE, day(4))).status == (
            "in progress"
        )
        assert line_of(withdrawn, here("registered", course(), day(4))).status == "enrolled"
        assert line_of(withdrawn, here("attended", SESSION, day(2))).status == "attended"

    def test_who_moves_to_another_session_stays_enrolled(self) -> None:
        other = part("sessions/2", "meeting")
        line = line_of(
            here("registered", SESSION, day(1)),
            here("registered", other, day(2)),
            here("unregistered", SESSION, day(3)),
        )
        assert line.status == "enrolled"
        gone = here("unregistered", course(), day(4))
        assert line_of(here("registered", other, day(2)), gone).status == "withdrawn"

    def test_sessions_and_modules_together_are_blended(self) -> None:
        line = line_of(here("attended", SESSION, duration="PT4H"), here("experienced", MODULE))
        assert (line.kind, line.status) == ("blended", "attended")

    def test_abandoned_is_in_progress_and_keeps_its_time(self) -> None:
        line = line_of(here("abandoned", course(), duration="PT10M"))
        assert (line.status, line.hours) == ("in progress", 600)

    def test_other_facts_make_no_line(self) -> None:
        for verb in ("schedule", "earned", "rated"):
            (outcome,) = told(here(verb, {"id": SESSION["id"]}))
            assert not concerns(outcome)
            assert view(add({}, outcome)) is None

    def test_the_latest_instructor_and_place_are_shown(self) -> None:
        first = statement("attended", SESSION, context=within(instructor=person("8", "Олег")))
        second = statement(
            "attended", SESSION, at=day(3), context=within(instructor=person("9", "Вера"))
        )
        line = line_of(second, first)
        assert line.instructor
        assert line.instructor.name == "Вера"


class TestHours:
    """Durations are taken as said, each stretch once; contradictions are shown."""

    def test_one_sitting_told_twice_counts_once(self) -> None:
        line = line_of(
            here("completed", MODULE, duration="PT30M"), here("passed", MODULE, duration="PT29M")
        )
        assert line.hours == 1_800

    def test_modules_add_up_unless_the_course_says_a_figure(self) -> None:
        other = part("modules/2", "module")
        both = [here("completed", m, duration="PT30M") for m in (MODULE, other)]
        assert line_of(*both).hours == 3_600
        assert line_of(*both, here("completed", course(), duration="PT2H")).hours == 7_200

    def test_a_classroom_courses_figure_speaks_of_its_sessions(self) -> None:
        sessions = [
            here("attended", part(f"sessions/{n}", "meeting"), day(n), duration="PT4H")
            for n in (2, 3)
        ]
        done = here("completed", course(), day(4), duration="PT8H")
        assert line_of(*sessions, done).hours == 8 * 3600
        online = here("initialized", course(), day(1))
        assert line_of(*sessions, done, online).hours == 16 * 3600

    def test_a_duration_beyond_the_time_that_passed_is_marked(self) -> None:
        begun = here("initialized", course(), day(2, "10:00:00"))
        done = here("completed", course(), day(2, "11:00:00"), duration="PT21H")
        line = line_of(begun, done)
        assert (line.hours_exceed_elapsed, line.hours) == (True, 21 * 3600)

    def test_a_duration_within_the_time_that_passed_is_not(self) -> None:
        begun = here("initialized", course(), day(2, "10:00:00.900"))
        done = here("completed", course(), day(2, "11:00:00.100"), duration="PT1H")
        assert not line_of(begun, done).hours_exceed_elapsed

    def test_nothing_is_known_before_the_first_activity(self) -> None:
        alone = here("completed", course(), day(2), duration="PT21H")
        assert not line_of(alone).hours_exceed_elapsed
        assert not line_of(alone, here("experienced", course(), day(3))).hours_exceed_elapsed
        other_attempt = here("initialized", course(), day(1, "23:00:00"), attempt=FIRST)
        assert not line_of(alone, other_attempt).hours_exceed_elapsed

    @pytest.mark.parametrize(
        ("came_in", "went_out", "inside"),
        [
            ([0], [10], 10),
            ([0, 5], [10], 10),
            ([0], [10, 20], 10),
            ([0, 20], [10, 30], 20),
            ([0], [], 0),
            ([10], [0], 0),
            ([0, 10], [10, 20], 20),
            ([10, 20], [10, 30], 10),
        ],
    )
    def test_presence_is_the_union_of_intervals(
        self, came_in: list[int], went_out: list[int], inside: int
    ) -> None:
        assert union(came_in, went_out) == inside


class TestRules:
    """Which attempt makes the line; the table of `lrs.domain.attempt`."""

    def test_a_later_failure_counts_only_under_last(self) -> None:
        passed = here("passed", TEST, day(2), attempt=FIRST, score={"scaled": 0.8})
        failed = here("failed", TEST, day(5), attempt=SECOND, score={"scaled": 0.2})
        assert statuses(passed, failed) == ["passed", "failed", "passed"]

    def test_an_attempt_begun_anew_counts_only_under_last(self) -> None:
        passed = here("passed", TEST, day(2), attempt=FIRST)
        assert statuses(passed, here("initialized", MODULE, day(5), attempt=SECOND)) == [
            "passed",
            "in progress",
            "passed",
        ]

    def test_a_failure_outranks_an_attempt_in_progress(self) -> None:
        failed = here("failed", TEST, day(2), attempt=FIRST)
        assert statuses(failed, here("initialized", MODULE, day(5), attempt=SECOND)) == [
            "failed",
            "in progress",
            "in progress",
        ]

    def test_the_counted_score_follows_the_rule(self) -> None:
        story = [
            here("failed", TEST, day(2), attempt=FIRST, score={"scaled": 0.3}),
            here("passed", TEST, day(3), attempt=SECOND, score={"scaled": 0.6}),
            here("passed", TEST, day(4), score={"scaled": 0.9}),
            here("passed", TEST, day(5), score={"scaled": 0.7}),
        ]
        found = [line_of(*story, rule=rule).score for rule in ("best", "last", "first")]
        assert [score.scaled for score in found if score] == [0.9, 0.7, 0.6]

    def test_verdict_and_score_may_come_apart(self) -> None:
        line = line_of(here("passed", TEST), here("scored", TEST, score={"scaled": 0.75}))
        assert (line.status, line.score and line.score.scaled) == ("passed", 0.75)

    def test_satisfied_outranks_a_failure_completed_does_not(self) -> None:
        failed = here("failed", TEST)
        assert line_of(failed, here("satisfied", course())).status == "completed"
        assert line_of(failed, here("completed", course())).status == "failed"

    def test_equal_times_are_told_apart_by_position(self) -> None:
        pair = here("failed", TEST, day(2)), here("passed", TEST, day(2))
        assert line_of(*pair, rule="last").status == "passed"
        assert line_of(*reversed(pair), rule="last").status == "failed"


class TestVoiding:
    """What was voided goes; that it was there stays visible."""

    def test_a_voided_mistake_goes_and_leaves_a_mark(self) -> None:
        failed, passed = told(here("failed", TEST, day(2)), here("passed", TEST, day(3)))
        both = gather({}, (failed, passed))
        line = view(without(both, [(2, passed.statement)], [failed]))
        assert line
        assert (line.status, line.voided, line.voided_count) == ("failed", ids(2), 1)

    def test_a_line_with_nothing_left_says_nothing(self) -> None:
        (only,) = told(here("passed", TEST))
        state = without(add({}, only), [(1, only.statement)], [])
        assert view(state) is None
        assert state == {"voided": {"count": 1, "latest": [[1, only.statement]]}}

    def test_marks_are_counted_when_they_are_too_many_to_keep(self) -> None:
        gone = [(n, str(id_at(n))) for n in range(1, MOST_VOIDED + 11)]
        forward, backward = mark({}, gone), {}
        for one in reversed(gone):
            backward = mark(backward, [one])
        assert written(forward) == written(backward)
        assert forward["voided"]["count"] == MOST_VOIDED + 10
        assert len(forward["voided"]["latest"]) == MOST_VOIDED


class TestBounds:
    """A line does not grow with every statement."""

    def test_ten_thousand_pages_turned_are_a_count(self) -> None:
        page = told(here("experienced", MODULE))[0]
        few, many = ({}, {})
        for state, turns in ((few, 10), (many, 10_000)):
            gather(state, (_moved(page, n) for n in range(1, turns)))
        assert many["facts"] == {"experienced": 9_999} or many["facts"] == {"started": 9_999}
        assert len(written(many)) < len(written(few)) + 30

    def test_ten_thousand_tries_keep_those_a_rule_may_pick(self) -> None:
        tries = (
            _moved(told(here("failed", TEST, score={"scaled": (n % 97) / 100}))[0], n)
            for n in range(1, 1_000)
        )
        state = gather({}, tries)
        assert len(state["attempts"][""]["results"]) <= 5
        assert view(state).attempts == 999  # type: ignore[union-attr]

    def test_joining_without_end_is_cut_and_marked(self) -> None:
        joined = told(here("join", SESSION))[0]
        state = gather({}, (_moved(joined, n) for n in range(1, MOST_INSTANTS + 100)))
        assert len(state["sessions"][SESSION["id"]]["in"]) == MOST_INSTANTS
        assert state["cut"]

    def test_parts_without_end_keep_the_longest(self) -> None:
        done = [
            told(here("completed", part(f"m/{n}", "module"), duration=f"PT{n}M"))[0]
            for n in range(1, MOST_PARTS + 51)
        ]
        forward = gather({}, (_moved(o, n) for n, o in enumerate(done)))
        backward = gather({}, (_moved(o, n) for n, o in reversed(list(enumerate(done)))))
        assert written(forward) == written(backward)
        assert len(forward["attempts"][""]["spent"]) == MOST_PARTS


def _moved(outcome: Outcome, position: int) -> Outcome:
    """The same outcome told at another position, a second later each."""
    from dataclasses import replace

    return replace(
        outcome,
        position=position,
        statement=str(id_at(position)),
        timestamp=outcome.timestamp + position * 1_000_000,
    )


VERBS = st.sampled_from(
    [
        "registered",
        "unregistered",
        "join",
        "leave",
        "attended",
        "initialized",
        "experienced",
        "progressed",
        "completed",
        "passed",
        "failed",
        "scored",
        "satisfied",
        "waived",
        "abandoned",
    ]
)
OBJECTS = st.sampled_from(
    [course(), SESSION, part("sessions/2", "meeting"), TEST, MODULE, part("x", None)]
)
RESULTS: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        "score": st.sampled_from(
            [{"scaled": 0.5}, {"scaled": 0.9}, {"raw": 5}, {"raw": 5, "max": 10}, {"min": 0}]
        ),
        "success": st.booleans(),
        "completion": st.booleans(),
        "duration": st.sampled_from(["PT10M", "PT4H", "PT21H"]),
    },
)
TIMES = st.builds("2026-03-{:02}T10:{:02}:00+03:00".format, st.integers(1, 4), st.integers(0, 2))


@st.composite
def histories(draw: st.DrawFn, most: int = 14) -> list[JsonObject]:
    """Statements about one trainee and one course, with equal times and several attempts."""

    def one() -> JsonObject:
        context = within()
        if draw(st.booleans()):
            context["registration"] = draw(st.sampled_from([FIRST, SECOND]))
        return statement(
            draw(VERBS), draw(OBJECTS), at=draw(TIMES), context=context, result=draw(RESULTS)
        )

    return [one() for _ in range(draw(st.integers(1, most)))]


@settings(deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_line(history: list[JsonObject], random: Any) -> None:
    """Late, early and simultaneous statements: the state is the same, byte for byte."""
    ordered = told(*history)
    shuffled = random.sample(ordered, len(ordered))
    assert written(gather({}, ordered)) == written(gather({}, shuffled))


@settings(deadline=None)
@given(histories())
def test_adding_leaves_the_state_it_was_given(history: list[JsonObject]) -> None:
    state: JsonObject = {}
    for outcome in told(*history):
        before = written(state)
        grown = add(state, outcome)
        assert written(state) == before
        state = json.loads(written(grown))
    assert written(state) == written(state_of(*history))


@settings(deadline=None)
@given(histories(), st.sampled_from(["best", "last", "first"]))
def test_every_line_can_be_read_under_every_rule(history: list[JsonObject], rule: Any) -> None:
    line = view(state_of(*history), rule)
    assert isinstance(line, Line)
    assert (line.completed is not None) == (line.status in ("passed", "completed"))
    assert line.first_activity.instant <= line.last_activity.instant
    assert set(line.evidence) <= {str(id_at(n)) for n in range(1, len(history) + 1)}
