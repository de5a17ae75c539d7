"""Every way to spoil a statement a little, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

REPLACEMENTS: tuple[Any, ...] = (
    None,
    True,
    5,
    -0.5,
    "5",
    "true",
    "",
    "no iri",
    "Agent",
    [],
    [None],
    {},
    {"objectType": []},
    {"objectType": "SubStatement", "id": "urn:x"},
)
_ABSENT = object()


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each holder in a JSON value with each of its keys or indexes."""
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in items:
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def mutated(statement: Any) -> Iterator[Any]:
    """The statement itself, spoilt in place in one way after the other, and mended in between."""
    for holder, key in list(places(statement)):
        original = holder[key]
        for replacement in REPLACEMENTS:
            holder[key] = replacement
            yield statement
        holder[key] = original
        if isinstance(holder, dict):
            yield from _renamed(statement, holder, key)


def _renamed(statement: Any, holder: dict[str, Any], key: str) -> Iterator[Any]:
    """Without the key, with the key in another case, and with one more, unknown key."""
    original = dict(holder)
    for other, value in ((key, _ABSENT), (key.swapcase(), original[key]), ("unknown", 1)):
        if other != "unknown":
            del holder[key]
        if value is not _ABSENT:
            holder[other] = value
        yield statement
        holder.clear()
        holder.update(original)
