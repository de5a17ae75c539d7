"""Statements in few words: what happened to whom, in the order the log learned of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from lrs.domain.training.line import Line, read_line
from lrs.domain.training.line_state import LineState, gather
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import VOIDED, RecordedStatement

ADL = "http://adlnet.gov/expapi/verbs/"
CMI5 = "https://w3id.org/xapi/adl/verbs/"
STREAMS = "http://activitystrea.ms/"
TYPES = "http://adlnet.gov/expapi/activities/"
COURSE = "https://centre.example.org/courses/conflicts"
HOME = "https://hr.example.org"
CENTRE: JsonObject = {"account": {"homePage": "https://lrs.example.org", "name": "centre"}}
STORED = 1_772_350_000_000_000

CMI5_SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"

VERBS = {
    "schedule": STREAMS + "schedule",
    "join": STREAMS + "join",
    "leave": STREAMS + "leave",
    "unregistered": "http://id.tincanapi.com/verb/unregistered",
    "satisfied": CMI5 + "satisfied",
    "waived": CMI5 + "waived",
    "abandoned": CMI5 + "abandoned",
    "terminated": ADL + "terminated",
    "earned": "http://id.tincanapi.com/verb/earned",
    "rated": "http://id.tincanapi.com/verb/rated",
    "voided": VOIDED,
}


def person(number: str, name: str | None = None) -> JsonObject:
    named = {} if name is None else {"name": name}
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": number}, **named}


def key(number: str) -> str:
    return f"account|{HOME}|{number}"


def activity(iri: str, kind: str | None = None, **title: str) -> JsonObject:
    """An activity; `kind` is the last word of an ADL type, or an IRI."""
    definition: JsonObject = {}
    if kind is not None:
        definition["type"] = kind if ":" in kind else TYPES + kind
    if title:
        definition["name"] = title
    return {"id": iri, "definition": definition} if definition else {"id": iri}


def course(iri: str = COURSE) -> JsonObject:
    return activity(iri, "course", ru="Управление конфликтами")


def part(name: str, kind: str | None) -> JsonObject:
    return activity(f"{COURSE}/{name}", kind)


def within(parent: JsonObject | None = None, **context: Any) -> JsonObject:
    """A context whose parent is the course, or another activity."""
    return {"contextActivities": {"parent": [parent or course()]}, **context}


def statement(
    verb: str,
    object_: JsonObject,
    *,
    by: JsonObject | None = None,
    at: str | None = "2026-03-02T10:00:00+03:00",
    result: JsonObject | None = None,
    context: JsonObject | None = None,
) -> JsonObject:
    """A statement of a known verb (`passed`, `join`) or of a verb IRI."""
    iri = verb if ":" in verb else VERBS.get(verb, ADL + verb)
    said: JsonObject = {
        "actor": by or person("0417", "Анна Белова"),
        "verb": {"id": iri},
        "object": object_,
    }
    more = {"timestamp": at, "result": result, "context": context}
    return said | {name: value for name, value in more.items() if value is not None}


def voiding(position: int) -> JsonObject:
    """A statement that voids the one at this position."""
    return statement("voided", {"objectType": "StatementRef", "id": str(id_at(position))}, at=None)


def id_at(position: int) -> UUID:
    return UUID(int=position << 64 | 0x8000_0000_0000_0000 | 4 << 76)


def recorded(
    said: JsonObject, position: int = 1, authority: JsonObject = CENTRE, *, any_: bool = False
) -> RecordedStatement:
    stored = STORED + position
    return RecordedStatement(position, stored, id_at(position), authority, any_, said)


def log(statements: Sequence[JsonObject]) -> list[RecordedStatement]:
    """The statements at positions 1, 2, 3 ..."""
    return [recorded(said, position) for position, said in enumerate(statements, start=1)]


def told(*statements: JsonObject) -> list[Outcome]:
    return [outcome for said in log(statements) for outcome in outcomes(said)]


def state_of(*statements: JsonObject) -> LineState:
    return gather(LineState(), told(*statements))


def line_of(*statements: JsonObject, rule: Any = "best") -> Line:
    """The one line that these statements of one trainee and one course make."""
    all_told = told(*statements)
    assert len({(o.trainee, o.course) for o in all_told}) == 1
    line = read_line(gather(LineState(), all_told), rule)
    assert line is not None
    return line


SESSION = part("sessions/1", "meeting")
TEST = part("test", "assessment")
MODULE = part("modules/1", "module")
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def day(number: int, time: str = "10:00:00") -> str:
    return f"2026-03-{number:02}T{time}+03:00"


def here(verb: str, object_: JsonObject, at: str = day(2), **more: Any) -> JsonObject:
    """A statement on something inside the course."""
    inside: JsonObject = within() if object_["id"] != COURSE else {}
    if "attempt" in more:
        inside["registration"] = more.pop("attempt")
    if "session" in more:
        inside["extensions"] = {CMI5_SESSION: more.pop("session")}
    return statement(verb, object_, at=at, context=inside, result=more or None)


FORFEITED = "https://w3id.org/xapi/tla/verbs/forfeited"
CERTIFICATE = part("certificate", "https://w3id.org/xapi/tla/activity-types/credential")
TOLD = st.sampled_from(
    [
        *("registered", "unregistered", "join", "leave", "attended", "initialized", "experienced"),
        *("progressed", "completed", "passed", "failed", "scored", "satisfied", "waived"),
        *("abandoned", "completed", "terminated", "mastered", "answered", "earned", FORFEITED),
    ]
)
OBJECTS = st.sampled_from(
    [
        *(course(), course(), SESSION, part("sessions/2", "meeting"), TEST, MODULE, CERTIFICATE),
        *(part("x", None), part("try", "attempt"), part("q", "question")),
    ]
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
TIMES = st.builds(
    "2026-03-{:02}T{}:{:02}:00{}".format,
    st.integers(1, 4),
    st.sampled_from(["10", "10", "00", "23"]),
    st.integers(0, 2),
    st.sampled_from(["+03:00", "+03:00", "+03:00", "Z"]),
)


@st.composite
def histories(draw: st.DrawFn, most: int = 14) -> list[JsonObject]:
    """Statements about one trainee and one course, with equal times and several attempts.

    The same few things happen again and again: what a line keeps of them is then contested.
    """
    few = draw(st.lists(st.tuples(TOLD, OBJECTS), min_size=1, max_size=4))

    def one() -> JsonObject:
        context = within()
        if draw(st.booleans()):
            context["registration"] = draw(st.sampled_from([FIRST, SECOND]))
        if draw(st.booleans()):
            context["extensions"] = {CMI5_SESSION: draw(st.sampled_from(["a", "b"]))}
        verb, object_ = draw(st.sampled_from(few))
        result = draw(RESULTS)
        if verb == "terminated":  # without a duration it says nothing
            result.setdefault("duration", "PT40M")
        return statement(verb, object_, at=draw(TIMES), context=context, result=result)

    return [one() for _ in range(draw(st.integers(1, most)))]
