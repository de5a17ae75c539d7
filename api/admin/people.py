"""/api/v1/people: the person of an identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from api.auth import authenticated
from api.rendering import as_json
from api.reports.access import reports_known, require_reader, waiting_for_replicas
from lrs.domain.time import iso
from lrs.service import Lrs
from lrs.service.people import PersonEntry, PersonEntryKind, PersonHistory, Record
from schemas.parameters import AGENT_KEY, KNOWN, parsed


def blueprint(lrs: Lrs) -> Blueprint:
    """The people of a store."""
    bp = Blueprint("people", __name__, url_prefix="/api/v1/people")

    waiting_for_replicas(bp)

    @bp.get("")
    def person() -> Response:
        """One person: identifiers, personnel record, and the history of both."""
        by = authenticated(lrs, request)
        given = parsed(
            request.query_string, {"agent": AGENT_KEY, "known": KNOWN}, required=("agent",)
        )
        require_reader(by)
        person = reports_known(lrs, given).people.show(given["agent"], by)
        return as_json(_person(person))

    return bp


def _person(person: PersonHistory) -> Mapping[str, Any]:
    return {
        "representative": person.representative,
        "identifiers": person.identifiers,
        "record": _record(person.record) if person.record else None,
        "history": [_said(change) for change in person.history],
    }


def _record(record: Record) -> Mapping[str, Any]:
    return {**record.entry, "version": record.version, "stored": iso(record.stored)}


def _said(change: PersonEntry) -> Mapping[str, Any]:
    version = change.version
    return {
        "version": version.number,
        "position": version.position,
        "stored": iso(version.stored),
        "what": change.what.value,
        "agent": change.identifier,
        **_content(change),
        "by": version.by,
    }


def _content(change: PersonEntry) -> Mapping[str, Any]:
    entry = change.version.entry
    if entry is None:
        return {"reason": change.version.reason}
    if change.what is PersonEntryKind.LINKED:
        return {name: text for name, text in entry.items() if name != "agent"}
    return {"entry": entry}
