"""Objects that many statements have in common, and what is found out about each once.

Trainees, activities and courses come again and again, word for word: of a million statements a few
ten thousand actors, objects and contexts differ. So each is decoded once
(`lrs.ledger.interning_decoder`), and a fold asks once for its keys, its terms, its course.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

CACHE_SIZE = 16_384
"""Objects of which each function remembers what it has found."""


class Interned(dict[str, Any]):
    """A JSON object that stands in many statements: the same one wherever they say the same bytes.
    Nobody changes it, so what was found out about it stays true; it is known by being that object,
    not by what it holds.
    """

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]


def cached_on_interned(find: Callable[..., T]) -> Callable[..., T]:
    """Has the function asked once about each Interned object. What it gives must not be changed.

    Its first arguments are objects of a statement or None; it must depend on its arguments alone.
    """
    remembered = lru_cache(maxsize=CACHE_SIZE)(find)

    def found(thing: Any, *others: Any) -> T:
        if type(thing) is Interned:
            for other in others:
                if type(other) is dict:
                    return find(thing, *others)
            return remembered(thing, *others)
        return find(thing, *others)

    return found
