"""JSON objects shared by many statements, and functions whose results are cached per object.

The same actors, objects and contexts recur byte for byte: a million statements hold a few tens of
thousands of different ones. So each is decoded once (`lrs.ledger.interning_decoder`), and a fold
computes its keys, its terms and its course once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

CACHE_SIZE = 16_384
"""The objects for which each function keeps its result."""


class Interned(dict[str, Any]):
    """A JSON object that many statements share: one object for equal bytes. It must not be changed,
    so that cached results stay right; its hash is that of its identity, not of its content.
    """

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]


def cached_on_interned(find: Callable[..., T]) -> Callable[..., T]:
    """Caches the function's result for each Interned object. The result must not be changed.

    The function's first arguments are objects of a statement or None; its result must depend on its
    arguments alone.
    """
    cached = lru_cache(maxsize=CACHE_SIZE)(find)

    def found(thing: Any, *others: Any) -> T:
        if type(thing) is Interned:
            for other in others:
                if type(other) is dict:
                    return find(thing, *others)
            return cached(thing, *others)
        return find(thing, *others)

    return found
