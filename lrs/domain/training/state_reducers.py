"""Keeping the first, the last and the greatest of what is said, in any order."""

from __future__ import annotations

from typing import Any

State = dict[str, Any]
Reference = list[Any]
"""[instant in microseconds, position, UTC offset in minutes]"""


def span(record: State, reference: Reference) -> None:
    earliest(record, "first", reference)
    latest(record, "last", reference)


def latest(record: State, name: str, value: list[Any]) -> None:
    if name not in record or record[name][:2] < value[:2]:
        record[name] = value


def earliest(record: State, name: str, value: list[Any]) -> None:
    if name not in record or record[name][:2] > value[:2]:
        record[name] = value


def greatest(record: State, name: str, value: int | None) -> None:
    if value is not None and (name not in record or record[name] < value):
        record[name] = value
