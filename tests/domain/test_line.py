"""What a line says: stories from a training centre, and the rules on attempts."""

from __future__ import annotations

from datetime import date

from lrs.domain.certification.evidence import evidence_in
from lrs.domain.training.attempt import RULES
from lrs.domain.training.line import MOST_EVIDENCE, read_line
from lrs.domain.training.line_state import LineState, concerns, gather
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import (
    COURSE,
    FIRST,
    MODULE,
    SECOND,
    SESSION,
    TEST,
    course,
    day,
    here,
    line_of,
    part,
    person,
    state_of,
    statement,
    told,
    within,
)


def statuses(*statements: JsonObject) -> list[str]:
    return [line_of(*statements, rule=rule).status for rule in ("best", "last", "first")]


def test_a_late_arrival_is_attended_with_the_hours_present() -> None:
    line = line_of(
        here("registered", SESSION, day(1)),
        here("join", SESSION, day(2, "10:40:00")),
        here("leave", SESSION, day(2, "12:00:00")),
        here("join", SESSION, day(2, "13:00:00")),
        here("leave", SESSION, day(2, "14:00:00")),
    )
    assert (line.status, line.kind, line.hours) == ("attended", "classroom", 8_400)
    assert (line.sessions_attended, line.enrolled, line.attempts) == (1, True, 0)


def test_the_sign_in_sheets_duration_goes_before_joining_and_leaving() -> None:
    line = line_of(
        here("join", SESSION, day(2, "10:00:00")),
        here("leave", SESSION, day(2, "11:00:00")),
        here("attended", SESSION, duration="PT4H"),
    )
    assert line.hours == 4 * 3600


def test_a_no_show_stays_enrolled_with_a_missed_session() -> None:
    line = line_of(
        here("registered", SESSION, day(1)),
        here("attended", SESSION, completion=False, duration="PT4H"),
    )
    assert (line.status, line.sessions_missed, line.hours) == ("enrolled", 1, 0)
    assert line.evidence == (1, 2)


def test_the_later_word_on_presence_counts() -> None:
    absent = here("attended", SESSION, day(2, "10:00:00"), completion=False)
    present = here("attended", SESSION, day(2, "11:00:00"), duration="PT4H")
    assert line_of(absent, present).status == "attended"
    later = here("attended", SESSION, day(2, "12:00:00"), completion=False)
    assert line_of(present, later).sessions_missed == 1


def test_attendance_without_enrolment_is_shown() -> None:
    line = line_of(here("attended", SESSION))
    assert (line.status, line.enrolled, line.started) == ("attended", False, True)


def test_a_resit_after_a_failure_passes() -> None:
    line = line_of(
        here("failed", TEST, day(2), attempt=FIRST, score={"scaled": 0.4, "raw": 8}),
        here("passed", TEST, day(5), attempt=SECOND, score={"scaled": 0.9, "raw": 18}),
    )
    assert (line.status, line.success, line.attempts, line.kind) == ("passed", True, 2, "test")
    assert line.best_score
    assert line.last_score
    assert line.first_score
    assert (line.first_score.raw, line.last_score.raw, line.best_score.raw) == (8, 18, 18)
    assert str(line.completed) == "2026-03-05T10:00:00.000000+03:00"
    assert line.evidence[0] == 2
    assert set(line.evidence) == {1, 2}


def test_without_registrations_tries_are_counted_by_verdicts() -> None:
    line = line_of(
        here("failed", TEST, day(2)),
        here("failed", TEST, day(3)),
        here("passed", TEST, day(4)),
        here("passed", part("quiz", "assessment"), day(5)),
    )
    assert line.attempts == 3


def test_a_failed_attempt_is_shown() -> None:
    line = line_of(
        here("registered", course(), day(1)), here("failed", TEST, score={"raw": 3, "max": 10})
    )
    assert (line.status, line.success) == ("failed", False)
    assert line.score
    assert line.score.scaled == 0.3


def test_a_module_done_leaves_the_course_in_progress() -> None:
    for verb in ("completed", "passed", "failed", "waived", "satisfied"):
        line = line_of(here(verb, MODULE, score={"scaled": 1}))
        assert (line.status, line.score, line.completed) == ("in progress", None, None)


def test_a_course_done_is_completed_and_passed_with_success() -> None:
    assert line_of(here("completed", course())).status == "completed"
    assert line_of(here("satisfied", course())).status == "completed"
    assert line_of(here("completed", course(), success=True)).status == "passed"
    assert line_of(here("completed", course(), success=False)).status == "failed"


def test_completed_with_completion_false_completes_nothing() -> None:
    """As video players send it; the time is spent all the same."""
    line = line_of(here("completed", course(), completion=False, duration="PT5M"))
    assert (line.status, line.hours) == ("in progress", 300)


def test_the_courses_own_verdict_goes_before_its_tests() -> None:
    line = line_of(
        here("failed", course(), day(2), score={"scaled": 0.5}),
        here("passed", TEST, day(3), score={"scaled": 1}),
    )
    assert line.status == "failed"
    assert line.best_score
    assert line.best_score.scaled == 0.5


def test_who_was_waived_is_waived_unless_they_did_it() -> None:
    waived = here("waived", course(), day(5))
    assert line_of(here("failed", TEST), waived).status == "waived"
    assert line_of(here("attended", SESSION), waived).status == "waived"
    assert line_of(here("completed", course()), waived).status == "completed"


def test_a_withdrawal_holds_until_something_is_done() -> None:
    enrolled, withdrawn = (
        here("registered", course(), day(1)),
        here("unregistered", course(), day(3)),
    )
    assert line_of(enrolled, withdrawn).status == "withdrawn"
    assert line_of(enrolled, withdrawn, here("initialized", MODULE, day(2))).status == ("withdrawn")
    assert line_of(enrolled, withdrawn, here("initialized", MODULE, day(4))).status == (
        "in progress"
    )
    assert line_of(withdrawn, here("registered", course(), day(4))).status == "enrolled"
    assert line_of(withdrawn, here("attended", SESSION, day(2))).status == "attended"


def test_who_moves_to_another_session_stays_enrolled() -> None:
    other = part("sessions/2", "meeting")
    line = line_of(
        here("registered", SESSION, day(1)),
        here("registered", other, day(2)),
        here("unregistered", SESSION, day(3)),
    )
    assert line.status == "enrolled"
    gone = here("unregistered", course(), day(4))
    assert line_of(here("registered", other, day(2)), gone).status == "withdrawn"


def test_sessions_and_modules_together_are_blended() -> None:
    line = line_of(here("attended", SESSION, duration="PT4H"), here("experienced", MODULE))
    assert (line.kind, line.status) == ("blended", "attended")


def test_whoever_attends_or_joins_was_in_a_classroom_whatever_it_is_called() -> None:
    for attended in (here("attended", course()), here("attended", MODULE), here("join", MODULE)):
        assert line_of(attended).kind == "classroom"


def test_abandoned_is_in_progress_and_keeps_its_time() -> None:
    line = line_of(here("abandoned", course(), duration="PT10M"))
    assert (line.status, line.hours) == ("in progress", 600)


def test_other_outcomes_make_no_line() -> None:
    for verb in ("schedule", "earned", "rated"):
        (outcome,) = told(here(verb, {"id": SESSION["id"]}))
        assert concerns(outcome) is (verb != "schedule")
        assert read_line(gather(LineState(), [outcome])) is None


def test_a_certificate_tells_until_when_the_course_is_good() -> None:
    """Its own word goes before the months that the catalogue says."""
    done = statement("completed", course(), at=day(3))
    said = {"extensions": {"https://x.example/valid-until": "2027-01-31T23:59:59+03:00"}}
    certificate = here("earned", {"id": COURSE + "/certificate"}, day(4)) | {"result": said}
    line = line_of(done, certificate)
    assert (line.valid_until, line.evidence) == (date(2027, 1, 31), (1, 2))
    assert line_of(done).valid_until is None
    without = read_line(state_of(done), months=12)
    assert without
    assert without.valid_until == date(2027, 3, 3)


def test_a_course_that_is_done_again_is_good_from_then() -> None:
    """Whatever the rule counts; a certificate speaks until something was done after it."""
    again = statement("passed", course(), at="2027-02-10T10:00:00+03:00")
    state = state_of(statement("passed", course(), at=day(10)), again)
    for rule in RULES:
        line = read_line(state, rule, months=12)
        assert line is not None
        assert line.valid_until == date(2028, 2, 10)
    failed = [
        statement(verb, course(), at=f"2027-02-10T1{hour}:00:00+03:00")
        for hour, verb in enumerate(["completed", "failed"])
    ]
    line = read_line(state_of(statement("passed", course(), at=day(10)), *failed), months=12)
    assert line is not None
    assert line.valid_until == date(2027, 3, 10), "to be done again and to fail renews nothing"
    said = {"extensions": {"https://x.example/valid-until": "2027-01-31"}}
    certificate = here("earned", {"id": COURSE + "/certificate"}, day(11)) | {"result": said}
    line = read_line(state_of(certificate, again), "last", months=12)
    assert line is not None
    assert line.valid_until == date(2028, 2, 10)


def test_tries_are_those_of_the_course_itself_if_it_has_verdicts() -> None:
    tests = [here(verb, TEST, day(n)) for n, verb in enumerate(["failed", "failed", "passed"], 2)]
    own = [statement(verb, course(), at=day(n)) for n, verb in ((5, "failed"), (6, "passed"))]
    assert line_of(*tests).tries == 3
    assert line_of(*tests, *own).tries == 2


def test_the_latest_instructor_and_place_are_shown() -> None:
    first = statement("attended", SESSION, context=within(instructor=person("8", "Олег")))
    second = statement(
        "attended", SESSION, at=day(3), context=within(instructor=person("9", "Вера"))
    )
    line = line_of(second, first)
    assert line.instructor
    assert line.instructor.name == "Вера"


def test_a_later_failure_counts_only_under_last() -> None:
    passed = here("passed", TEST, day(2), attempt=FIRST, score={"scaled": 0.8})
    failed = here("failed", TEST, day(5), attempt=SECOND, score={"scaled": 0.2})
    assert statuses(passed, failed) == ["passed", "failed", "passed"]


def test_an_attempt_begun_anew_counts_only_under_last() -> None:
    passed = here("passed", TEST, day(2), attempt=FIRST)
    assert statuses(passed, here("initialized", MODULE, day(5), attempt=SECOND)) == [
        "passed",
        "in progress",
        "passed",
    ]


def test_a_failure_outranks_an_attempt_in_progress() -> None:
    failed = here("failed", TEST, day(2), attempt=FIRST)
    assert statuses(failed, here("initialized", MODULE, day(5), attempt=SECOND)) == [
        "failed",
        "in progress",
        "in progress",
    ]


def test_the_counted_score_follows_the_rule() -> None:
    story = [
        here("failed", TEST, day(2), attempt=FIRST, score={"scaled": 0.3}),
        here("passed", TEST, day(3), attempt=SECOND, score={"scaled": 0.6}),
        here("passed", TEST, day(4), score={"scaled": 0.9}),
        here("passed", TEST, day(5), score={"scaled": 0.7}),
    ]
    found = [line_of(*story, rule=rule).score for rule in ("best", "last", "first")]
    assert [score.scaled for score in found if score] == [0.9, 0.7, 0.6]


def test_verdict_and_score_may_come_apart() -> None:
    line = line_of(here("passed", TEST), here("scored", TEST, score={"scaled": 0.75}))
    assert (line.status, line.score and line.score.scaled) == ("passed", 0.75)


def test_satisfied_outranks_a_failure_completed_does_not() -> None:
    failed = here("failed", TEST)
    assert line_of(failed, here("satisfied", course())).status == "completed"
    assert line_of(failed, here("completed", course())).status == "failed"


def test_equal_times_are_told_apart_by_position() -> None:
    pair = here("failed", TEST, day(2)), here("passed", TEST, day(2))
    assert line_of(*pair, rule="last").status == "passed"
    assert line_of(*reversed(pair), rule="last").status == "failed"


def test_many_tries_in_one_attempt_keep_what_each_rule_asks_for() -> None:
    scores = [("failed", 0.5), ("passed", 0.6), ("passed", 0.9), ("passed", 0.7), ("failed", 0.3)]
    story = [
        here(verb, TEST, day(n), score={"scaled": scaled})
        for n, (verb, scaled) in enumerate(scores, start=1)
    ]
    best, last, first = (line_of(*story, rule=rule) for rule in ("best", "last", "first"))
    assert [one.score and one.score.scaled for one in (best, last, first)] == [0.9, 0.3, 0.6]
    assert [one.status for one in (best, last, first)] == ["passed", "failed", "passed"]
    assert str(best.completed) == str(first.completed) == "2026-03-02T10:00:00.000000+03:00"
    assert (best.first_score, best.last_score) == ((0.5, *[None] * 3), (0.3, *[None] * 3))


def test_the_last_score_may_come_without_a_verdict() -> None:
    passed = here("passed", TEST, day(2), score={"scaled": 0.9})
    line = line_of(passed, here("scored", TEST, day(3), score={"scaled": 0.2}))
    assert line.last_score
    assert (line.status, line.last_score.scaled) == ("passed", 0.2)


def test_one_registration_is_one_attempt() -> None:
    twice = [here("passed", TEST, day(n), attempt=FIRST) for n in (2, 3)]
    assert line_of(*twice).attempts == 1
    assert line_of(*twice, here("initialized", MODULE, attempt=SECOND)).attempts == 2


def test_a_grade_that_says_nothing_is_no_result() -> None:
    line = line_of(here("scored", TEST))
    assert (line.status, line.score, line.success, line.kind) == ("in progress", None, None, "test")


def test_presence_rests_on_the_first_joining_and_the_last_leaving() -> None:
    times = [("join", 10), ("leave", 11), ("join", 12), ("leave", 13)]
    line = line_of(*(here(verb, SESSION, day(2, f"{hour}:00:00")) for verb, hour in times))
    assert line.evidence == (1, 4)


def test_what_keeps_a_line_valid_is_evidence() -> None:
    """The pass that counts is the first, the one that it is valid by the last."""
    years = [f"{year}-03-02T10:00:00+03:00" for year in (2024, 2025, 2026)]
    line = read_line(state_of(*(statement("passed", course(), at=at) for at in years)), "best", 12)
    assert line
    assert (str(line.completed)[:4], line.valid_until) == ("2024", date(2027, 3, 2))
    assert line.evidence == (1, 3)


def test_each_member_that_is_shown_has_its_evidence() -> None:
    """Enrolment, instructor, an absence, every score, the hours."""
    story = [
        here("registered", SESSION, day(1)),
        here("attended", SESSION, day(2), completion=False),
        statement("progressed", MODULE, at=day(3), context=within(instructor=person("8", "Олег"))),
        *(
            here("scored", TEST, day(4 + n), score={"scaled": scaled})
            for n, scaled in enumerate((0.2, 0.9, 0.4))
        ),
        here("progressed", MODULE, day(8), duration="PT10M"),
        here("experienced", MODULE, day(9)),
        here("experienced", MODULE, day(10)),
    ]
    assert sorted(line_of(*story).evidence) == [1, 2, 3, 4, 5, 6, 7, 9]


def test_of_equal_scores_the_earlier_counts() -> None:
    """Neither the first nor the last known, so that nothing else names it."""
    scores = [
        here("scored", TEST, day(2 + n), score={"scaled": scaled})
        for n, scaled in enumerate((0.1, 0.9, 0.9, 0.2))
    ]
    line = line_of(here("initialized", course(), day(1)), *scores)
    assert 3 in line.evidence
    assert 4 not in line.evidence


def test_a_line_names_fifty_statements_at_most() -> None:
    """A reader can look them up; what more there is the log has."""
    modules = [part(f"modules/{number}", "module") for number in range(MOST_EVIDENCE + 1)]
    story = [here("completed", one, duration="PT1M") for one in modules]
    assert len(line_of(*story).evidence) == MOST_EVIDENCE == 50


def test_hours_of_a_certificate_name_joining_and_leaving() -> None:
    sat = [here("join", SESSION, day(2)), here("leave", SESSION, day(2, "11:00:00"))]
    (spent,) = (mark for mark in evidence_in(COURSE, state_of(*sat)) if mark.what == "spent")
    assert (spent.position, spent.supporting) == (1, (2,))
