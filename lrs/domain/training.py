"""What a statement says about somebody's training: statement -> Outcomes.

The verb decides what happened; type, context and result only disambiguate. Where a statement
contradicts itself:

    completed, completion false     progressed: the course is not done
    attended, completion false      absent
    passed, success false           passed; failed, success true: failed - the verb decides
    earned on a type that is no certificate (a badge, points)   nothing

Which course an outcome belongs to:

    1. the object, if its type is a course;
    2. else the first activity typed as a course among contextActivities.parent, then grouping;
    3. else, for a meeting, module, lesson or assessment - or an object without a type that was
       joined, left, attended or scheduled, as only a meeting is - the first parent that has no
       type: authoring tools often send a parent as a bare id;
    4. else the object itself.

Whose: the actor; each member once where a Group lists members. Nobody is named by a Group without
members or by an Agent without an identifier, so these give nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lrs.domain.agent import agent_key, members
from lrs.domain.clock import micros, parse_timestamp
from lrs.domain.duration import milliseconds
from lrs.domain.score import Number, progress, score
from lrs.domain.statement import RecordedStatement
from lrs.domain.vocabulary import (
    LOCATION,
    PLACES,
    REASON,
    STANDARD,
    ActivityKind,
    OutcomeFact,
    Vocabulary,
)

Title = dict[str, str]

_NOTHING: dict[str, Any] = {}
_SESSION_FACTS = frozenset({"planned", "came_in", "went_out", "attended", "absent"})
_PARTS = frozenset({"meeting", "module", "lesson", "assessment"})


class Outcome(NamedTuple):
    """One thing that happened in one person's training in one course.

    `trainee` and `instructor` are agent keys; `course` and `part` activity IRIs, `part` empty when
    the object is the course itself; `attempt` the registration or empty. `timestamp` is in
    microseconds since the epoch, `offset` the UTC offset as said, in minutes; `duration` is in
    milliseconds; `progress` runs from 0 to 100. `scaled` is derived where only raw and max are
    said.
    """

    fact: OutcomeFact
    trainee: str
    name: str | None
    course: str
    course_title: Title | None
    course_kind: ActivityKind
    part: str
    kind: ActivityKind
    attempt: str
    timestamp: int
    offset: int
    position: int
    scaled: Number | None = None
    raw: Number | None = None
    min: Number | None = None
    max: Number | None = None
    success: bool | None = None
    duration: int | None = None
    progress: Number | None = None
    reason: Any = None
    instructor: str | None = None
    instructor_name: str | None = None
    place: str | None = None
    place_title: Title | None = None


def outcomes(recorded: RecordedStatement, vocabulary: Vocabulary = STANDARD) -> list[Outcome]:
    """The outcomes of a structurally valid statement, in the order of its members; often none.

    Never raises: what a statement says unusably (a duration of a thousand years, a score that is
    no finite number) is left out, the rest counts.
    """
    statement = recorded.statement
    fact = vocabulary.verbs.get(statement["verb"]["id"])
    object_ = statement["object"]
    if fact is None or object_.get("objectType", "Activity") != "Activity":
        return []
    kind = _kind(object_, vocabulary)
    if fact == "certified" and kind != "certificate" and _type(object_) is not None:
        return []
    people = list(_people(statement["actor"]))
    if not people:
        return []
    first = _outcome(recorded, people[0], fact, kind, vocabulary)
    return [first, *(first._replace(trainee=key, name=name) for key, name in people[1:])]


def _outcome(
    recorded: RecordedStatement,
    person: tuple[str, str | None],
    fact: OutcomeFact,
    kind: ActivityKind,
    vocabulary: Vocabulary,
) -> Outcome:
    statement = recorded.statement
    object_, context = statement["object"], statement.get("context", _NOTHING)
    result = statement.get("result", _NOTHING)
    fact = _disambiguated(fact, result)
    course = _course(object_, kind, fact, context, vocabulary)
    own = course["id"] == object_["id"]
    at, offset = _when(recorded)
    scaled, raw, least, most = score(result)
    instructor, instructor_name, place, place_title = _setting(context)
    return Outcome(
        fact=fact,
        trainee=person[0],
        name=person[1],
        course=course["id"],
        course_title=_title(course),
        course_kind=kind if own else _kind(course, vocabulary),
        part="" if own else object_["id"],
        kind=kind,
        attempt=context.get("registration", "").lower(),
        timestamp=at,
        offset=offset,
        position=recorded.position,
        scaled=scaled,
        raw=raw,
        min=least,
        max=most,
        success=result.get("success"),
        duration=milliseconds(result["duration"]) if "duration" in result else None,
        progress=progress(result, scaled) if fact == "progressed" else None,
        reason=_extension(result, context, REASON),
        instructor=instructor,
        instructor_name=instructor_name,
        place=place,
        place_title=place_title,
    )


def _setting(
    context: Mapping[str, Any],
) -> tuple[str | None, str | None, str | None, Title | None]:
    """The instructor's key and name, the place and its title."""
    return (*_agent(context.get("instructor")), *_place(context)) if context else (None,) * 4


def _disambiguated(fact: OutcomeFact, result: Mapping[str, Any]) -> OutcomeFact:
    if result.get("completion") is False:
        if fact == "completed":
            return "progressed"
        if fact == "attended":
            return "absent"
    return fact


def _people(actor: Mapping[str, Any]) -> Iterable[tuple[str, str | None]]:
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
    return found.items()


def _agent(agent: Any) -> tuple[str | None, str | None]:
    return (agent_key(agent), _text(agent.get("name"))) if isinstance(agent, dict) else (None, None)


def _course(
    object_: Mapping[str, Any],
    kind: ActivityKind,
    fact: OutcomeFact,
    context: Mapping[str, Any],
    vocabulary: Vocabulary,
) -> Mapping[str, Any]:
    activities = context.get("contextActivities")
    if kind == "course" or not activities:
        return object_
    parents = _listed(activities.get("parent"))
    for activity in (*parents, *_listed(activities.get("grouping"))):
        if _kind(activity, vocabulary) == "course":
            return activity
    if kind in _PARTS or (fact in _SESSION_FACTS and _type(object_) is None):
        return next((a for a in parents if _type(a) is None), object_)
    return object_


def _listed(activities: Any) -> Sequence[Mapping[str, Any]]:
    """A role's activities: an array, or a single object as 1.0.3 writers may send it."""
    return activities if isinstance(activities, list) else [activities] if activities else ()


def _type(activity: Mapping[str, Any]) -> object:
    return activity.get("definition", _NOTHING).get("type")


def _kind(activity: Mapping[str, Any], vocabulary: Vocabulary) -> ActivityKind:
    return vocabulary.kinds.get(activity.get("definition", _NOTHING).get("type"), "")


def _title(activity: Mapping[str, Any]) -> Title | None:
    return activity.get("definition", _NOTHING).get("name") or None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _when(recorded: RecordedStatement) -> tuple[int, int]:
    """Microseconds since the epoch and the offset in minutes; when stored, if none is said."""
    said = recorded.statement.get("timestamp")
    if isinstance(said, str):
        try:
            instant = parse_timestamp(said)
        except ValueError:  # a day that no calendar has: known when stored, at least
            return recorded.stored, 0
        shift = instant.utcoffset()
        return micros(instant), int(shift.total_seconds()) // 60 if shift else 0
    return recorded.stored, 0


def _extension(result: Mapping[str, Any], context: Mapping[str, Any], iri: str) -> Any:
    for part in (result, context):
        extensions = part.get("extensions")
        if extensions and iri in extensions:
            return extensions[iri]
    return None


def _place(context: Mapping[str, Any]) -> tuple[str | None, Title | None]:
    """The place's IRI and title, from a context activity of that type, else an extension's text."""
    for activities in context.get("contextActivities", _NOTHING).values():
        for activity in _listed(activities):
            if activity.get("definition", _NOTHING).get("type") in PLACES:
                return activity["id"], _title(activity)
    return _text(context.get("extensions", _NOTHING).get(LOCATION)), None
