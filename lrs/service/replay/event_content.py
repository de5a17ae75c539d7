"""What an event of the log says, without what nobody may read: the secrets of keys."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import orjson

from lrs.domain.events import CredentialCreated, Event, StatementStored
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.filters import terms
from lrs.domain.xapi.statement import RecordedStatement
from lrs.ledger import LoggedStatement

_EMPTY: tuple[Any, ...] = (None, "", (), 0, False)
_SECRET = ("salt", "digest")
_ELSEWHERE = ("originator_id", "originator_version", "by")


def content_of(event: Event | None, statement: LoggedStatement | None) -> JsonObject | None:
    """A statement as the store answers it, other events by their fields; None once it is erased.
    Of an event of the catalogue the entry is what it says.
    """
    if statement is not None:
        found: JsonObject = orjson.loads(statement.exact())
        return found
    if event is None or isinstance(event, StatementStored):
        return None
    hidden = (*_ELSEWHERE, *(_SECRET if isinstance(event, CredentialCreated) else ()))
    names = [field.name for field in fields(event) if field.name not in hidden]
    # what is empty was not recorded: such a field may be missing
    values: dict[str, Any] = {name: getattr(event, name, None) for name in names}
    return {name: value for name, value in values.items() if value not in _EMPTY}


def found_by(statement: RecordedStatement) -> JsonObject:
    """By which parameters the index of statements finds it (xAPI 1.0.3 part 3, 2.1.3)."""
    term = terms(statement.statement, statement.authority)
    return {
        "verb": _value(term.verb),
        "activity": None if term.activity is None else _value(term.activity),
        "registration": None if term.registration is None else str(term.registration),
        "agents": [_value(one) for one in term.direct],
        "related": [_value(one) for one in term.related],
    }


def _value(term: str) -> str:
    return term.partition(":")[2]
