"""What a statement says about somebody's training: statement -> Outcomes.

The verb decides what happened; type, context and result only disambiguate. Where a statement
contradicts itself:

    completed, completion false     progressed: the course is not done
    attended, completion false      absent
    passed, success false           passed; failed, success true: failed - the verb decides, and
                                    the line shows the contradiction
    earned on a type that is neither certificate nor course (a badge, points)   nothing
    terminated, suspended or exited without a duration          nothing

Two meanings depend on the result:

    answered    of a question that stands in nothing: passed or failed by `success`, else
                completed by `completion` or a score; of a question in something else: nothing
    graded      scored, if there is a score; else nothing

Which course it belongs to: `lrs.domain.training.course_resolution` says.

Whose: the actor; each member once where a Group lists members. Nobody is named by a Group without
members or by an Agent without an identifier, so these give nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, tzinfo
from typing import Any, NamedTuple

from lrs.domain.interning import cached_on_interned
from lrs.domain.time import Moment, micros, milliseconds, offset_in, parse_timestamp
from lrs.domain.training.course_resolution import (
    Listings,
    Subject,
    course_of,
    listed,
    subject_of,
    type_of,
)
from lrs.domain.training.score import NO_SCORE, Number, StatedScore, progress, score_of
from lrs.domain.training.vocabulary import (
    EXPIRIES,
    LOCATION,
    PLACES,
    REASON,
    SESSION,
    STANDARD,
    ActivityKind,
    Meaning,
    OutcomeKind,
    Vocabulary,
)
from lrs.domain.xapi.agent import JsonObject, agent_key, members
from lrs.domain.xapi.statement import RecordedStatement

Title = dict[str, str]

_NOTHING: dict[str, Any] = {}

_People = tuple[tuple[str, str | None], ...]
"""Agent keys, each with a name."""


class Outcome(NamedTuple):
    """One thing that happened in one person's training in one course.

    `trainee` and `instructor` are agent keys; `course` and `part` activity IRIs, `part` empty when
    the object is the course itself; `said_course` is the course as the statement alone has it,
    whatever the catalogue says, and `title` what it calls that one; `subject` is the text of the
    statement's subject; `attempt` the registration or empty. `timestamp` is in
    microseconds since the epoch, `offset` the UTC offset where it happened, in minutes; `duration`
    is in milliseconds; `progress` runs from 0 to 100. The scaled score is derived where only raw
    and max are said.
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
    """The last day a certificate is good, as 2026-03-31."""
    session: str = ""
    """The id of the session of studying, or empty (cmi5 9.6.3.1)."""
    tried: str = ""
    """The IRI of an attempt, where `part` is what it is one at."""

    @property
    def contradicts_itself(self) -> bool:
        """Whether `success` says the opposite of passed or failed."""
        return self.kind in ("passed", "failed") and self.success is (self.kind == "failed")

    @property
    def verdict(self) -> bool | None:
        """Passed or failed: as the verb says, else as `success` does."""
        return self.kind == "passed" if self.kind in ("passed", "failed") else self.success


def outcomes(
    recorded: RecordedStatement,
    vocabulary: Vocabulary = STANDARD,
    listings: Listings = _NOTHING,
    zone: tzinfo = UTC,
) -> list[Outcome]:
    """The outcomes of a structurally valid statement, in the order of its members; often none.

    `listings` is what the catalogue says of activities, `zone` where a time in UTC was told.

    Never raises: what a statement says unusably (a duration of a thousand years, a score that is
    no finite number) is left out, the rest counts.
    """
    statement_outcome = _said(recorded.statement, vocabulary)
    if statement_outcome is None:
        return []
    kind, people, about = statement_outcome
    (trainee, name), *others = people
    first = _outcome(recorded, trainee, name, kind, about, listings, zone)
    return [first, *(first._replace(trainee=key, name=name) for key, name in others)]


def tells(statement: JsonObject, vocabulary: Vocabulary = STANDARD) -> bool:
    """Whether a structurally valid statement has any outcome."""
    return _said(statement, vocabulary) is not None


class _About(NamedTuple):
    """What a statement is about, as far as its object and the activities around it say."""

    subject: Subject
    text: str
    course: str
    part: str
    title: Title | None
    place: tuple[str, Title | None] | None
    tried: str


def _said(
    statement: JsonObject, vocabulary: Vocabulary
) -> tuple[OutcomeKind, _People, _About] | None:
    """What happened, to whom, and in what; None if nothing, or to nobody."""
    object_ = statement["object"]
    meaning = vocabulary.meaning(statement["verb"]["id"], type_of(object_))
    if not meaning or object_.get("objectType", "Activity") != "Activity":
        return None
    people = _people(statement["actor"])
    if not people:
        return None
    about = _about(object_, statement.get("context", _NOTHING).get("contextActivities"), vocabulary)
    kind = _kind_of(meaning, statement.get("result", _NOTHING), about.subject)
    return None if kind is None else (kind, people, about)


@cached_on_interned
def _about(object_: JsonObject, activities: JsonObject | None, vocabulary: Vocabulary) -> _About:
    subject = subject_of(object_, activities, vocabulary)
    course, part = course_of(subject)
    title = _title_in(object_, activities or _NOTHING, course)
    tried = "" if object_["id"] == subject.object else object_["id"]
    return _About(subject, subject.text, course, part, title, _place(activities or _NOTHING), tried)


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
    subject, text, said_course, said_part, title, place, tried = about
    course, part = course_of(subject, listings) if listings else (said_course, said_part)
    at, offset = _when(recorded, zone)
    stated = score_of(result)
    who, called = _agent(context["instructor"]) if "instructor" in context else (None, None)
    extensions = context.get("extensions")
    where, title_there = place or (_text(extensions.get(LOCATION)) if extensions else None, None)
    # by place, not by name: this is made for every statement, and names cost a microsecond
    return Outcome(
        kind,
        trainee,
        name,
        course,
        part,
        said_course,
        title,
        text,
        subject.kind,
        context.get("registration", "").lower(),
        at,
        offset,
        recorded.position,
        stated,
        result.get("success"),
        milliseconds(result["duration"]) if "duration" in result else None,
        progress(result, stated.scaled) if kind == "progressed" else None,
        _extension(result, context, REASON),
        who,
        called,
        where,
        title_there,
        _expiry(result, context) if kind == "certified" else None,
        (_text(extensions.get(SESSION)) or "") if extensions else "",
        tried,
    )


def _kind_of(meaning: Meaning, result: Mapping[str, Any], subject: Subject) -> OutcomeKind | None:
    """What the verb's meaning is with this result; None if nothing."""
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
    done = result.get("completion", bool(result.get("score")))
    return "completed" if done else None


@cached_on_interned
def _people(actor: Mapping[str, Any]) -> _People:
    if actor.get("objectType", "Agent") == "Agent":
        key = agent_key(actor)
        return () if key is None else ((key, _text(actor.get("name"))),)
    if not actor.get("member"):
        return ()
    found: dict[str, str | None] = {}
    for member in members(actor):
        key = agent_key(member)
        if key is not None:
            found[key] = found.get(key) or _text(member.get("name"))
    return tuple(found.items())


@cached_on_interned
def _agent(agent: Any) -> tuple[str | None, str | None]:
    return (agent_key(agent), _text(agent.get("name"))) if isinstance(agent, dict) else (None, None)


def _title_in(object_: Mapping[str, Any], around: Mapping[str, Any], iri: str) -> Title | None:
    """What the statement calls the activity: its object, or one around it."""
    if object_["id"] == iri:
        return _title(object_)
    for role in ("parent", "grouping"):
        for activity in listed(around.get(role)):
            if activity["id"] == iri:
                return _title(activity)
    return None


def _title(activity: Mapping[str, Any]) -> Title | None:
    return activity.get("definition", _NOTHING).get("name") or None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _when(recorded: RecordedStatement, zone: tzinfo) -> tuple[int, int]:
    """Microseconds since the epoch and the offset in minutes; when stored, if none is said.

    A time in UTC does not say where it was: it is `zone`'s. `+00:00` names a place, `Z` none.
    """
    timestamp = recorded.statement.get("timestamp")
    if isinstance(timestamp, str):
        try:
            instant = parse_timestamp(timestamp)
        except ValueError:  # a day that no calendar has: known when stored, at least
            return Moment.there(recorded.stored, zone)
        shift = instant.utcoffset()
        if shift or "+" in timestamp:
            return micros(instant), int(shift.total_seconds()) // 60 if shift else 0
        return micros(instant), offset_in(zone, instant)
    return Moment.there(recorded.stored, zone)


def _extension(result: Mapping[str, Any], context: Mapping[str, Any], iri: str) -> Any:
    for part in (result, context):
        extensions = part.get("extensions")
        if extensions and iri in extensions:
            return extensions[iri]
    return None


def _expiry(result: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """The day of the first extension, by IRI, that says until when something is good."""
    for part in (result, context):
        for iri, value in sorted(part.get("extensions", _NOTHING).items()):
            if iri.rstrip("/").rpartition("/")[2].lower() in EXPIRIES and isinstance(value, str):
                with suppress(ValueError):
                    return _day(value).isoformat()
    return None


def _day(text: str) -> date:
    """The day that a date or a timestamp names. ValueError if it names none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return parse_timestamp(text).date()


def _place(around: Mapping[str, Any]) -> tuple[str, Title | None] | None:
    """The IRI and title of the place among the activities around the object."""
    for activities in around.values():
        for activity in listed(activities):
            if activity.get("definition", _NOTHING).get("type") in PLACES:
                return activity["id"], _title(activity)
    return None
