"""Statements: the members that the store adds, the comparison of two, and the rules of voiding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any, NamedTuple
from uuid import UUID

from lrs.domain.time import iso, micros, parse_timestamp
from lrs.domain.xapi.agent import JsonObject, authority_key

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


class RecordedStatement(NamedTuple):
    """A statement of the log, parsed, as projections fold it.

    `stored` is in microseconds since the epoch; `statement` is the JSON object as received; `key`
    is the id or its 16 bytes, since few folds need the UUID, and creating one takes a microsecond.
    """

    position: int
    stored: int
    key: UUID | bytes
    authority: JsonObject
    may_void_any: bool
    statement: JsonObject
    may_define: bool = True
    """Whether its names of agents and definitions of activities count."""

    @property
    def id(self) -> UUID:
        return uuid_of(self.key)

    @property
    def timestamp(self) -> str:
        """The statement's timestamp, else the time when it was stored (4.2.7)."""
        timestamp = self.statement.get("timestamp")
        return timestamp if isinstance(timestamp, str) else iso(self.stored)


def uuid_of(key: UUID | bytes) -> UUID:
    """The UUID, from a value as the database returns it."""
    return UUID(bytes=key) if isinstance(key, bytes) else key


def bytes_of(key: UUID | bytes) -> bytes:
    """The UUID's 16 bytes, from a value as the database returns it."""
    return key if isinstance(key, bytes) else key.bytes


def target_of(statement: Mapping[str, Any]) -> UUID | None:
    """The id of the statement that this one's object refers to, if it is a StatementRef."""
    object_ = statement["object"]
    return UUID(object_["id"]) if object_.get("objectType") == "StatementRef" else None


def is_voiding(statement: Mapping[str, Any]) -> bool:
    return bool(statement["verb"]["id"] == VOIDED)


def voids(voiding: RecordedStatement, target: RecordedStatement) -> bool:
    """Whether `voiding`, which refers to `target`, voids it.

    A voiding statement is never voided (xAPI 1.0.3 part 2, 2.3.2), and a writer may void another
    authority's statements only with the scope `all`.
    """
    if is_voiding(target.statement):
        return False
    return voiding.may_void_any or authority_key(voiding.authority) == authority_key(
        target.authority
    )


def spliced(
    text: bytes, missing: Sequence[str], *, id: UUID, stored: int, authority: bytes, version: str
) -> bytes:
    """The JSON text of a statement in a reply: its text as stored, with the members that the store
    adds put in front. `missing` are those of id, timestamp and version that the text lacks.

    `text` is a non-empty JSON object without stored and authority; `authority` is JSON; `stored` is
    in microseconds since the epoch.
    """
    at = iso(stored)
    head = [b'{"stored":"', at.encode(), b'","authority":', authority]
    added = {"id": str(id), "timestamp": at, "version": version}
    head += [f',"{name}":"{added[name]}"'.encode() for name in missing]
    return b"".join(head) + b"," + text.lstrip()[1:]


def same(a: JsonObject, b: JsonObject, *, durations: Callable[[str], object] = str) -> bool:
    """Whether two statements with one id are the same (xAPI 1.0.3 part 2, 2.2 and 2.3.1).

    Members that the store assigns are compared only if both statements have them; verb displays,
    activity definitions, attachments, the order of group members and a timestamp's zone are never
    compared. `durations` gives what is compared of a duration: its text in 1.0.3, `centiseconds`
    in 2.0.
    """
    a, b = ({k: v for k, v in s.items() if k not in _NEVER_COMPARED} for s in (a, b))
    for name in ("id", "timestamp"):
        if name not in a or name not in b:
            a.pop(name, None)
            b.pop(name, None)
    return _comparable(a, durations) == _comparable(b, durations)


def repeats(
    earlier: JsonObject,
    again: JsonObject,
    *,
    stored: int | None = None,
    durations: Callable[[str], object] = str,
) -> bool:
    """Whether a statement with the id of an earlier one is the same, and has no timestamp that
    would be lost.

    `same` does not compare a timestamp that only one of them states, since the store adds a missing
    one. But the store's timestamp for an earlier statement without one is `stored`, in microseconds
    since the epoch, or None if it is not stored yet. If the later statement states another
    timestamp, that would be lost, so the two differ. They are compared to the millisecond, to which
    clients may cut a timestamp that they have read (4.5).
    """
    if not same(earlier, again, durations=durations):
        return False
    if "timestamp" in earlier or "timestamp" not in again:
        return True
    stated = micros(parse_timestamp(again["timestamp"]))
    return stored is not None and abs(stated - stored) < _MILLISECOND


_MILLISECOND = 1_000
_NEVER_COMPARED = frozenset({"stored", "authority", "version"})
_ASSUMED_TYPE = {
    "actor": "Agent",
    "object": "Activity",
    "instructor": "Agent",
    "team": "Group",
    "statement": "StatementRef",
}
_ROLES = {"contextAgents": ("agent", "Agent"), "contextGroups": ("group", "Group")}


def _comparable(statement: Mapping[str, Any], durations: Callable[[str], object]) -> object:
    """A statement or SubStatement in a form for which `==` is the standard's comparison."""
    parts: dict[str, object] = {}
    for name, value in statement.items():
        match name, value:
            case "attachments", _:
                continue
            case "verb", {"id": verb}:
                parts[name] = verb
            case "timestamp", str():
                parts[name] = parse_timestamp(value)
            case "id", str():
                parts[name] = value.lower()
            case "object", {"objectType": "SubStatement", **_rest}:
                parts[name] = _comparable(value, durations)
            case (("actor" | "object"), Mapping()):
                parts[name] = _thing(value, _ASSUMED_TYPE[name])
            case "context", Mapping():
                parts[name] = _context(value)
            case "result", {"duration": str() as duration, **rest}:
                parts[name] = (durations(duration), _exactly(rest))
            case _:
                parts[name] = _exactly(value)
    return parts


def _context(context: Mapping[str, Any]) -> object:
    parts: dict[str, object] = {}
    for name, value in context.items():
        if name == "contextActivities":
            parts[name] = {
                kind: [_thing(a, "Activity") for a in (v if isinstance(v, list) else [v])]
                for kind, v in value.items()
            }
        elif name in _ASSUMED_TYPE:
            parts[name] = _thing(value, _ASSUMED_TYPE[name])
        elif name in _ROLES:
            member, assumed = _ROLES[name]
            parts[name] = [
                {k: _thing(v, assumed) if k == member else _exactly(v) for k, v in entry.items()}
                for entry in value
            ]
        elif name == "registration":
            parts[name] = value.lower()
        else:
            parts[name] = _exactly(value)
    return parts


def _thing(thing: Mapping[str, Any], assumed: str) -> object:
    """An actor, activity or reference without the members that the comparison leaves out."""
    kind = thing.get("objectType", assumed)
    parts: dict[str, object] = {"objectType": kind}
    for name, value in thing.items():
        if name == "id" and kind == "StatementRef":
            parts[name] = value.lower()
        elif name == "member":
            parts[name] = sorted((_thing(m, "Agent") for m in value), key=repr)
        elif name not in ("definition", "objectType"):
            parts[name] = _exactly(value)
    return tuple(sorted(parts.items(), key=lambda item: item[0]))


def _exactly(value: object) -> object:
    """A value in a form for which `==` is JSON equality: 1 equals 1.0, but true is not 1."""
    match value:
        case bool():
            return ("true" if value else "false",)
        case dict():
            return {k: _exactly(value[k]) for k in sorted(value)}
        case list():
            return [_exactly(v) for v in value]
        case _:
            return value


_DURATION = re.compile(
    r"P(?:(?P<W>[\d.,]+)W)?(?:(?P<Y>[\d.,]+)Y)?(?:(?P<M>[\d.,]+)M)?(?:(?P<D>[\d.,]+)D)?"
    r"(?:T(?:(?P<h>[\d.,]+)H)?(?:(?P<m>[\d.,]+)M)?(?:(?P<s>[\d.,]+)S)?)?"
)


_LONGEST = 64


def centiseconds(duration: str) -> object:
    """What is compared of a duration in xAPI 2.0 (4.2.6): its years and months as months, the rest
    in whole hundredths of a second.

    A text longer than _LONGEST characters is compared as text: arithmetic on a megabyte of digits
    takes minutes.
    """
    match = _DURATION.fullmatch(duration) if len(duration) <= _LONGEST else None
    if match is None:
        return duration
    part = {k: Decimal(v.replace(",", ".")) for k, v in match.groupdict(default="0").items()}
    with localcontext(prec=2 * _LONGEST):  # exact: no digit is rounded away
        days = part["W"] * 7 + part["D"]
        seconds = ((days * 24 + part["h"]) * 60 + part["m"]) * 60 + part["s"]
        return (part["Y"] * 12 + part["M"], int(seconds * 100))
