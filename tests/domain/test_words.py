"""What verbs mean by the type of their object, and what becomes of what tools send together."""

from __future__ import annotations

from datetime import date

import pytest

from lrs.domain.training.line import read_line
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import (
    COURSE,
    STREAMS,
    TEST,
    activity,
    course,
    day,
    here,
    line_of,
    part,
    person,
    recorded,
    state_of,
    statement,
    told,
)

EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/activity-types/"
TLA = "https://w3id.org/xapi/tla/verbs/"
LMS = activity("https://lms.example.org", "http://id.tincanapi.com/activitytype/lms")
CERTIFICATE = activity(f"{COURSE}/certificate", EDLM + "certificate")
QUESTION = activity("https://lms.example.org/h5p/42", "cmi.interaction")
RIGHT: JsonObject = {"success": True, "completion": True, "score": {"scaled": 1}}


def kinds(*statements: JsonObject) -> list[str]:
    return [outcome.kind for outcome in told(*statements)]


@pytest.mark.parametrize("base", [STREAMS, STREAMS + "schema/1.0/"])
@pytest.mark.parametrize(
    ("of", "joined", "left"),
    [
        (course(), ["enrolled"], ["withdrawn"]),
        (part("s", "meeting"), ["came_in"], ["went_out"]),
        (part("s", None), ["came_in"], ["went_out"]),
        (part("s", "https://portal.example/webinar"), ["came_in"], ["went_out"]),
        (part("g", EDLM + "group"), [], []),
        (LMS, [], []),
    ],
)
def test_the_type_decides_what_joining_and_leaving_mean(
    base: str, of: JsonObject, joined: list[str], left: list[str]
) -> None:
    """A course is enrolled in, a meeting attended, and a group of learners is neither."""
    assert kinds(statement(base + "join", of)) == joined
    assert kinds(statement(base + "leave", of)) == left


def test_who_is_taken_off_a_course_has_withdrawn_and_was_nowhere() -> None:
    line = line_of(
        statement("registered", course(), at=day(10)), statement("leave", course(), at=day(12))
    )
    assert (line.status, line.sessions_attended) == ("withdrawn", 0)


@pytest.mark.parametrize("verb", sorted(STANDARD.verbs))
def test_nobody_trains_in_the_lms(verb: str) -> None:
    """To be registered at it enrols in nothing, whatever the verb."""
    assert kinds(statement(verb, LMS)) == []


def test_an_attempt_counts_as_a_try_at_its_assessment() -> None:
    """Each has an address of its own: what they have in common is the parent."""
    tries = [
        statement(
            "completed",
            activity(f"{COURSE}/attempt/{number}", "attempt"),
            at=day(number),
            result={"success": number == 3, "score": {"scaled": number / 10}, "duration": "PT12M"},
            context={"contextActivities": {"parent": [TEST, course()]}},
        )
        for number in (1, 2, 3)
    ]
    assert {(o.course, o.part) for o in told(*tries)} == {(COURSE, TEST["id"])}
    line = line_of(*tries)
    assert (line.status, line.attempts, line.tries) == ("passed", 3, 3)
    assert line.hours == 3 * 12 * 60, "each took its own time"
    assert line.score
    assert line.score.scaled == 0.3


def test_an_attempt_under_a_bare_id_is_a_part_of_it() -> None:
    """That id may be the course, which an attempt at a test does not complete."""
    said = statement(
        "completed",
        part("attempt", "attempt"),
        result={"score": {"scaled": 0.5}},
        context={"contextActivities": {"parent": [{"id": COURSE}]}},
    )
    line = line_of(said)
    assert (line.status, told(said)[0].part) == ("in progress", f"{COURSE}/attempt")


def test_a_result_slide_belongs_to_the_package_it_stands_in() -> None:
    """Storyline names the course by its id alone, of a slide under another slide only as grouping:
    the slide's own address continues it.
    """
    package = {"id": "urn:articulate:storyline:cc34"}
    slide = activity("urn:articulate:storyline:cc34/6obj", "objective")
    inner = activity("urn:articulate:storyline:cc34/7obj", "objective")
    around = {"parent": [package], "grouping": [package]}
    nested = {"parent": [{"id": slide["id"]}], "grouping": [package]}
    line = line_of(
        statement("attempted", activity(package["id"], "course")),
        statement("failed", inner, context={"contextActivities": nested}),
        statement("passed", slide, result=RIGHT, context={"contextActivities": around}),
    )
    assert (line.status, line.kind, line.attempts) == ("passed", "online", 1)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (RIGHT, "passed"),
        ({"success": False, "completion": True}, "failed"),
        ({"score": {"scaled": 0.5}}, "completed"),
        ({"completion": True}, "completed"),
        ({"completion": False, "score": {"scaled": 0.5}}, "in progress"),
        ({"response": "42"}, "in progress"),
    ],
)
def test_an_activity_of_one_question_ends_with_its_answer(result: JsonObject, status: str) -> None:
    begun = statement("attempted", QUESTION)
    line = line_of(begun, statement("answered", QUESTION, at=day(3), result=result))
    assert line.status == status


@pytest.mark.parametrize("role", ["parent", "grouping"])
def test_questions_in_something_else_change_nothing(role: str) -> None:
    """Not even if one is said to be passed: a question is no test."""
    inside = {"contextActivities": {role: [course()]}}
    assert kinds(statement("answered", QUESTION, result=RIGHT, context=inside)) == []
    bare = {"contextActivities": {role: [{"id": COURSE}]}}
    assert kinds(statement("answered", QUESTION, result=RIGHT, context=bare)) == []
    line = line_of(statement("passed", QUESTION, result=RIGHT, context=inside))
    assert (line.status, line.score) == ("in progress", None)


def test_the_lms_around_a_question_is_nothing_that_it_stands_in() -> None:
    inside = {"contextActivities": {"grouping": [LMS, {"id": QUESTION["id"]}]}}
    assert kinds(statement("answered", QUESTION, result=RIGHT, context=inside)) == ["passed"]


def test_a_grade_earned_is_a_score_and_nothing_without_one() -> None:
    earned = statement("earned", course(), result={"score": {"scaled": 0.9}})
    assert kinds(earned) == ["scored"]
    assert kinds(statement("earned", course())) == []


def test_a_certificate_taken_back_ends_what_it_stood_for() -> None:
    """The last day is that of taking it back, unless something was done again after it."""
    done = statement("completed", course(), at=day(3))
    got = here(TLA + "achieved", CERTIFICATE, day(4))
    lost = here(TLA + "forfeited", CERTIFICATE, day(20))
    line = read_line(state_of(lost, got, done), months=12)
    assert line is not None
    assert (line.valid_until, line.evidence) == (date(2026, 3, 20), (3, 2, 1))
    again = statement("completed", course(), at=day(25))
    line = read_line(state_of(done, got, lost, again), months=12)
    assert line is not None
    assert line.valid_until == date(2027, 3, 25)
    renewed = read_line(
        state_of(done, lost, here(TLA + "achieved", CERTIFICATE, day(26))), months=12
    )
    assert renewed is not None
    assert renewed.valid_until == date(2027, 3, 3)
    assert read_line(state_of(got, lost)) is None


def test_what_was_good_for_less_long_is_not_prolonged_by_taking_it_back() -> None:
    done = statement("completed", course(), at=day(3))
    line = read_line(
        state_of(done, here(TLA + "forfeited", CERTIFICATE, "2028-01-01T10:00:00Z")), "best", 12
    )
    assert line is not None
    assert line.valid_until == date(2027, 3, 3)


@pytest.mark.parametrize(
    ("verb", "success", "contradicts"),
    [
        ("passed", False, True),
        ("failed", True, True),
        ("mastered", False, True),
        ("passed", True, False),
        ("failed", None, False),
        ("scored", False, False),
        ("completed", False, False),
    ],
)
def test_a_verdict_that_contradicts_its_verb_is_shown(
    verb: str, success: bool | None, contradicts: bool
) -> None:
    """The verb decides; the line says that there is a contradiction, and where."""
    said = here(verb, TEST)
    if success is not None:
        said["result"] = {"success": success}
    line = line_of(statement("initialized", course()), said)
    assert line.success_contradicted is contradicts
    assert line.success in (None, False) or verb != "failed"
    assert not contradicts or 2 in line.evidence


def own_words(outcome: str, **by_type: str) -> list[Outcome]:
    """What a vocabulary with a verb of its own makes of it, of a course."""
    words = Vocabulary({"v:own": outcome}, by_type={"v:own": by_type})  # type: ignore[dict-item]
    return outcomes(recorded(statement("v:own", course(), by=person("1"))), words)


def test_a_type_goes_before_its_kind_and_a_kind_before_the_verb() -> None:
    iri = course()["definition"]["type"]
    assert [o.kind for o in own_words("passed")] == ["passed"]
    assert [o.kind for o in own_words("passed", course="failed")] == ["failed"]
    assert [o.kind for o in own_words("passed", course="failed", **{iri: "waived"})] == ["waived"]
    assert own_words("passed", course="") == []
    assert [o.kind for o in own_words("passed", untyped="failed")] == ["passed"]


def test_a_vocabulary_keeps_its_number_from_version_to_version() -> None:
    """Lines are built anew when it changes, which on a large store takes hours."""
    assert STANDARD.number == Vocabulary().number == 0
    assert Vocabulary({"v:own": "passed"}, {}, {"v:own": {"course": "failed"}}).number == 384_291
