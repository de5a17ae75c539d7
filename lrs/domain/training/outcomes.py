"""The outcomes of a statement: the results for the training of the people that it names.

The verb decides the kind of outcome; type, context and result only disambiguate. If a statement
contradicts itself:

    statement                              outcome
    completed, completion false            progressed: the course is not finished
    attended, completion false             absent
    passed, success false                  passed; the line shows the contradiction
    failed, success true                   failed; the line shows the contradiction
    earned, of a type that is no           none
    certificate and no part of a course
    (a badge, points)
    terminated, suspended or exited,       none
    without a duration

Two meanings depend on the result:

    answered    of a question that is part of no other activity: passed or failed by `success`,
                else completed by `completion` or a score; of any other question: no outcome
    graded      scored, if there is a score; else no outcome

`lrs.domain.training.course_resolution` finds the course.

The outcomes are the actor's; if the actor is a Group that lists members, each member has one. A
Group without members and an Agent without an identifier have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from lrs.domain.interning import cached_on_interned
from lrs.domain.time import milliseconds
from lrs.domain.training.course_resolution import Listings, Subject, course_of, subject_of, type_of
from lrs.domain.training.score import NO_SCORE, Number, StatedScore, progress, score_of
from lrs.domain.training.statement_members import (
    People,
    Title,
    TitledPlace,
    expiry_of,
    extension_of,
    instructor_of,
    moment_of,
    people_of,
    place_in,
    session_of,
    stated_place,
    title_in,
)
from lrs.domain.training.vocabulary import (
    REASON,
    STANDARD,
    ActivityKind,
    Meaning,
    OutcomeKind,
    Vocabulary,
)
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement

_NOTHING: dict[str, Any] = {}


class Outcome(NamedTuple):
    """The result of one statement for one person's training in one course.

    `trainee` and `instructor` are agent keys; `course` and `part` are activity IRIs, `part` is
    empty if the object is the course itself; `stated_course` is the course by the statement alone,
    without the catalogue, and `title` is its name in the statement; `subject` is the text of the
    statement's subject; `attempt` is the registration, or empty. `timestamp` is in microseconds
    since the epoch, `offset` is the local UTC offset in minutes; `duration` is in milliseconds;
    `progress` runs from 0 to 100. If only raw and max are stated, the scaled score is derived.
    """

    kind: OutcomeKind
    trainee: str
    name: str | None
    course: str
    part: str
    stated_course: str
    title: Title | None
    subject: str
    activity_kind: ActivityKind
    attempt: str
    timestamp: int
    offset: int
    position: int
    score: StatedScore = NO_SCORE
    success: bool | None = None
    duration: int | None = None
    progress: Number | None = None
    reason: Any = None
    instructor: str | None = None
    instructor_name: str | None = None
    place: str | None = None
    place_title: Title | None = None
    expires: str | None = None
    """A certificate's last valid day, as 2026-03-31."""
    session: str = ""
    """The id of the session (cmi5 9.6.3.1), or empty."""
    tried: str = ""
    """The IRI of the statement's object if that is an attempt at the assessment `part`; else empty.
    """

    @property
    def contradicts_itself(self) -> bool:
        """Whether `success` says the opposite of passed or failed."""
        return self.kind in ("passed", "failed") and self.success is (self.kind == "failed")

    @property
    def verdict(self) -> bool | None:
        """True for passed, False for failed: by the verb, else by `success`."""
        return self.kind == "passed" if self.kind in ("passed", "failed") else self.success


def outcomes(
    recorded: RecordedStatement,
    vocabulary: Vocabulary = STANDARD,
    listings: Listings = _NOTHING,
    zone: tzinfo = UTC,
) -> list[Outcome]:
    """The outcomes of a structurally valid statement, in the order of its members; often none.

    `listings` are the courses of activities by the catalogue; timestamps in UTC get the offset of
    `zone`.

    Never raises: an unusable value (a duration of a thousand years, a score that is no finite
    number) counts as missing.
    """
    found = _found(recorded.statement, vocabulary)
    if found is None:
        return []
    kind, people, about = found
    (trainee, name), *others = people
    first = _outcome(recorded, trainee, name, kind, about, listings, zone)
    return [first, *(first._replace(trainee=key, name=name) for key, name in others)]


def tells(statement: JsonObject, vocabulary: Vocabulary = STANDARD) -> bool:
    """Whether a structurally valid statement has any outcome."""
    return _found(statement, vocabulary) is not None


class _About(NamedTuple):
    """The members of an outcome that follow from the object and the contextActivities alone."""

    subject: Subject
    text: str
    course: str
    part: str
    title: Title | None
    place: TitledPlace | None
    tried: str


def _found(
    statement: JsonObject, vocabulary: Vocabulary
) -> tuple[OutcomeKind, People, _About] | None:
    """The kind of outcome, the trainees, and what the statement is about; None for no outcome."""
    object_ = statement["object"]
    meaning = vocabulary.meaning(statement["verb"]["id"], type_of(object_))
    if not meaning or object_.get("objectType", "Activity") != "Activity":
        return None
    people = people_of(statement["actor"])
    if not people:
        return None
    about = _about(object_, statement.get("context", _NOTHING).get("contextActivities"), vocabulary)
    kind = _kind_of(meaning, statement.get("result", _NOTHING), about.subject)
    return None if kind is None else (kind, people, about)


@cached_on_interned
def _about(object_: JsonObject, activities: JsonObject | None, vocabulary: Vocabulary) -> _About:
    subject = subject_of(object_, activities, vocabulary)
    course, part = course_of(subject)
    title, place = (
        title_in(object_, activities or _NOTHING, course),
        place_in(activities or _NOTHING),
    )
    tried = "" if object_["id"] == subject.object else object_["id"]
    return _About(subject, subject.text, course, part, title, place, tried)


def _outcome(
    recorded: RecordedStatement,
    trainee: str,
    name: str | None,
    kind: OutcomeKind,
    about: _About,
    listings: Listings,
    zone: tzinfo,
) -> Outcome:
    statement = recorded.statement
    context, result = statement.get("context", _NOTHING), statement.get("result", _NOTHING)
    subject, text, stated_course, stated_part, title, place, tried = about
    course, part = course_of(subject, listings) if listings else (stated_course, stated_part)
    instant, offset = moment_of(recorded, zone)
    score = score_of(result)
    key, called = instructor_of(context["instructor"]) if "instructor" in context else (None, None)
    place_id, place_title = place or stated_place(context)
    # positional: this runs for every statement, and keyword arguments cost a microsecond
    return Outcome(
        kind,
        trainee,
        name,
        course,
        part,
        stated_course,
        title,
        text,
        subject.kind,
        context.get("registration", "").lower(),
        instant,
        offset,
        recorded.position,
        score,
        result.get("success"),
        milliseconds(result["duration"]) if "duration" in result else None,
        progress(result, score.scaled) if kind == "progressed" else None,
        extension_of(result, context, REASON),
        key,
        called,
        place_id,
        place_title,
        expiry_of(result, context) if kind == "certified" else None,
        session_of(context),
        tried,
    )


def _kind_of(meaning: Meaning, result: Mapping[str, Any], subject: Subject) -> OutcomeKind | None:
    """The kind of outcome of a verb with this meaning and this result; None for no outcome."""
    match meaning:
        case "answered":
            return _answered(result) if subject.alone else None
        case "graded":
            return "scored" if result.get("score") else None
        case "completed" if result.get("completion") is False:
            return "progressed"
        case "attended" if result.get("completion") is False:
            return "absent"
        case "ended" if "duration" not in result:
            return None
        case "":
            return None
    return meaning


def _answered(result: Mapping[str, Any]) -> OutcomeKind | None:
    success = result.get("success")
    if success is not None:
        return "passed" if success else "failed"
    is_complete = result.get("completion", bool(result.get("score")))
    return "completed" if is_complete else None
