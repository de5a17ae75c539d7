"""Readers of the statement members behind an outcome: people, time, place, title, expiry, session.

An unusable value, such as a number for a text or a day outside the calendar, counts as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, tzinfo
from typing import Any

from lrs.domain.interning import cached_on_interned
from lrs.domain.time import Moment, micros, offset_in, parse_timestamp
from lrs.domain.training.course_resolution import listed
from lrs.domain.training.vocabulary import EXPIRIES, LOCATION, PLACES, SESSION
from lrs.domain.xapi.agent import agent_key, members
from lrs.domain.xapi.statement import RecordedStatement

Title = dict[str, str]
"""A language map."""

People = tuple[tuple[str, str | None], ...]
"""Agent keys, each with a name."""

TitledPlace = tuple[str | None, Title | None]
"""A place: an activity IRI with its title, or a text; None if there is none."""

_NOTHING: dict[str, Any] = {}


@cached_on_interned
def people_of(actor: Mapping[str, Any]) -> People:
    """The Agent, or each member of the Group once; empty if the actor identifies nobody."""
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
def instructor_of(agent: Any) -> tuple[str | None, str | None]:
    """The agent key and the name of `context.instructor`."""
    if not isinstance(agent, dict):
        return None, None
    return agent_key(agent), _text(agent.get("name"))


def title_in(object_: Mapping[str, Any], around: Mapping[str, Any], iri: str) -> Title | None:
    """The name of an activity, which is the object or one of the contextActivities `around` it."""
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
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None


def moment_of(recorded: RecordedStatement, zone: tzinfo) -> tuple[int, int]:
    """The timestamp, else the time when the statement was stored: microseconds since the epoch,
    and the UTC offset in minutes.

    A timestamp in UTC (`Z`) does not say where something happened, so it gets the offset of `zone`;
    `+00:00` states an offset.
    """
    timestamp = recorded.statement.get("timestamp")
    if isinstance(timestamp, str):
        try:
            instant = parse_timestamp(timestamp)
        except ValueError:  # a day outside the calendar
            return Moment.there(recorded.stored, zone)
        shift = instant.utcoffset()
        if shift or "+" in timestamp:
            return micros(instant), int(shift.total_seconds()) // 60 if shift else 0
        return micros(instant), offset_in(zone, instant)
    return Moment.there(recorded.stored, zone)


def extension_of(result: Mapping[str, Any], context: Mapping[str, Any], iri: str) -> Any:
    """The value of an extension of the result, else of the context."""
    for part in (result, context):
        extensions = part.get("extensions")
        if extensions and iri in extensions:
            return extensions[iri]
    return None


def expiry_of(result: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """A certificate's last day, as 2026-03-31: that of the first extension, by IRI, that states
    one, of the result before the context.
    """
    for part in (result, context):
        for iri, value in sorted(part.get("extensions", _NOTHING).items()):
            if iri.rstrip("/").rpartition("/")[2].lower() in EXPIRIES and isinstance(value, str):
                with suppress(ValueError):
                    return _day(value).isoformat()
    return None


def _day(text: str) -> date:
    """The day of a date or a timestamp. ValueError if the text is neither."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return parse_timestamp(text).date()


def place_in(around: Mapping[str, Any]) -> TitledPlace | None:
    """The IRI and title of the first place among the contextActivities."""
    for activities in around.values():
        for activity in listed(activities):
            if activity.get("definition", _NOTHING).get("type") in PLACES:
                return activity["id"], _title(activity)
    return None


def stated_place(context: Mapping[str, Any]) -> TitledPlace:
    """The place that the extension LOCATION of the context states, as a text."""
    extensions = context.get("extensions")
    return (_text(extensions.get(LOCATION)) if extensions else None), None


def session_of(context: Mapping[str, Any]) -> str:
    """The id of the session that the context states (cmi5 9.6.3.1); empty if it states none."""
    extensions = context.get("extensions")
    return (_text(extensions.get(SESSION)) or "") if extensions else ""
