"""SQL that is compiled once: tests open thousands of stores, each of which asks the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

MOST = 4_096
"""Texts that are kept, of two databases and of all that is made while the tests run."""


def remember_statements() -> None:
    """Have this process keep what SQLAlchemy compiles of a statement, for the next engine of the
    same database: it takes a sixth of the time of a test that opens a store.
    """
    shared = property(lambda _: _COMPILED, lambda _, __: None)
    Engine._compiled_cache = shared  # type: ignore[assignment]


class _Compiled(dict[tuple[Any, ...], Any]):
    """What was compiled, by statement. SQLAlchemy's own key begins with the engine's dialect, of
    which each engine has one; here stands what the text depends on.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(_common(key), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        if len(self) >= MOST:
            self.clear()
        super().__setitem__(_common(key), value)


def _common(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return type(dialect), getattr(dialect, "server_version_info", None), *rest


_COMPILED = _Compiled()
