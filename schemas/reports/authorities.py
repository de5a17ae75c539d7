"""The authorities of the statements that a report is based on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lrs.domain.xapi.agent import JsonObject, authority_key, authority_name


def authority_view(
    evidence: Iterable[int], authorities: Mapping[int, JsonObject]
) -> list[str | None]:
    """Who vouches for each of the statements, in their order; None for an erased one's."""
    found = (authorities.get(position) for position in evidence)
    return [None if one is None else authority_name(one) for one in found]


def authorities_view(authorities: Mapping[int, JsonObject]) -> list[dict[str, Any]]:
    """Each of them once, in the order of their names, with what is known of it."""
    known = {authority_key(one): one for one in authorities.values()}
    shown = [
        {"authority": authority_name(one), "key": key, "name": one.get("name")}
        for key, one in known.items()
    ]
    return sorted(shown, key=lambda one: (one["authority"], one["key"]))
