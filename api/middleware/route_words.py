"""Paths for the log, with only the words of the application's own routes, as a report's path names
a person.
"""

from __future__ import annotations

from collections.abc import Container

from flask import Flask

_DEEPEST = 8


def words_of(app: Flask) -> frozenset[str]:
    """The parts of the application's routes that are no parameters."""
    parts = (part for rule in app.url_map.iter_rules() for part in rule.rule.split("/"))
    return frozenset(part for part in parts if part and "<" not in part)


def shown(path: str, words: Container[str]) -> str:
    """The path for the log: a question mark for each part that is none of these words."""
    parts = path.split("/", _DEEPEST)
    return "/".join(part if part in words else "?" if part else "" for part in parts)
