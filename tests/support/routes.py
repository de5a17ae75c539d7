"""Routes that are compiled once: tests make thousands of apps, each with the same forty routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_compile = Rule._compile_builder
_compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def remember_routes() -> None:
    """Have this process keep what werkzeug compiles of a rule, for the next app's equal rule: it
    takes more time than all else that a new app is made of.
    """
    Rule._compile_builder = _remembered  # type: ignore[method-assign,assignment]


def _remembered(rule: Any, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if rule.defaults:  # they are compiled in
        return _compile(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]
