"""The door: a value passes, or InvalidStatement says what to change and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from marshmallow import ValidationError

from lrs.domain.errors import InvalidStatement
from lrs.domain.xapi.version import Version
from schemas.fast_validator import Accept, accept_field, accept_schema
from schemas.problem import values_of
from schemas.xapi.actor import identified_actor
from schemas.xapi.statement import Statement, Statement2

_LONGEST_NAME = 100
"""A pointer names a property only up to this length: what is longer names its parent."""

_LATER = {"unknown-property": 1, "missing-property": 2}

Load = Callable[[Any], object]


@cache
def _statement(version: Version) -> tuple[Accept, Load]:
    schema = Statement() if version is Version.V1_0_3 else Statement2()
    return accept_schema(schema), schema.load


@cache
def _agent() -> tuple[Accept, Load]:
    field = identified_actor()
    return accept_field(field), field.deserialize


def check_statement(value: object, version: Version, *, at: str = "") -> None:
    """Nothing, if `value` is a statement of `version`.

    InvalidStatement otherwise, with the code and the pointer of the first fault; `at` is the
    pointer of the statement itself. xAPI 1.0.3 part 2, 2.2 and 2.4; 2.0, 4.2.
    """
    accept, load = _statement(version)
    if not accept(value):
        _refuse(load, value, at)


def check_statements(values: Sequence[object], version: Version) -> None:
    """Nothing, if every one of a batch is a statement; pointers begin with the index.

    InvalidStatement as by `check_statement`; in 2.0 also, with the code duplicate-id, for an id
    that two of the batch have (2.0, 4.1.6.1).
    """
    for index, value in enumerate(values):
        check_statement(value, version, at=f"/{index}")
    if version is not Version.V1_0_3:
        _distinct_ids(values)


def _distinct_ids(values: Sequence[Any]) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        id_ = value.get("id", "").lower()
        if id_ and id_ in seen:
            raise InvalidStatement("duplicate-id", pointer=f"/{index}/id")
        seen.add(id_)


def check_agent(value: object, *, at: str = "") -> None:
    """Nothing, if `value` is an Agent or identified Group, as the parameter `agent` holds.

    InvalidStatement otherwise. xAPI 1.0.3 part 3, 2.2 and 2.3.
    """
    accept, load = _agent()
    if not accept(value):
        _refuse(load, value, at)


def _refuse(load: Load, value: object, at: str) -> None:
    fault = first_fault(load, value)
    if fault is not None:
        pointer, code = fault
        raise InvalidStatement(str(code), pointer=at + pointer, **values_of(code))


def first_fault(load: Load, value: object) -> tuple[str, str] | None:
    """The pointer and code of the first fault that marshmallow finds; None if it finds none. The
    code may be a Problem.
    """
    return next(iter(all_faults(load, value)), None)


def all_faults(load: Load, value: object) -> list[tuple[str, str]]:
    """The pointers and codes of all faults that marshmallow finds, the one to tell first first. A
    code may be a Problem.
    """
    try:
        load(value)
    except ValidationError as error:
        return sorted(_faults(error.messages, ""), key=_rank)
    return []


def pointer_of(path: Iterable[str | int]) -> str:
    """The RFC 6901 pointer of a path of keys and indexes."""
    return "".join(map(_step, path))


def _rank(fault: tuple[str, str]) -> tuple[int, str]:
    """Which fault to tell of: the least. A misspelled property is unknown and missing at once: the
    name that was sent helps more; a misspelled objectType makes its neighbours wrong or unknown.
    Pointers decide the rest: sets have no order.
    """
    pointer, code = fault
    if code == "unknown-property" and pointer.lower().endswith("/objecttype"):
        return -1, pointer
    return _LATER.get(code, 0), pointer


def _faults(messages: Any, at: str) -> Iterator[tuple[str, str]]:
    """Each pointer and code in marshmallow's tree of messages."""
    if isinstance(messages, list):
        yield from ((at, code) for code in messages)
        return
    for key, inner in messages.items():
        yield from _faults(inner, at + _step(key))


def _step(key: object) -> str:
    """One step of an RFC 6901 pointer; none for marshmallow's name of the object itself."""
    text = str(key)
    if text == "_schema" or len(text) > _LONGEST_NAME:
        return ""
    return "/" + text.replace("~", "~0").replace("/", "~1")
