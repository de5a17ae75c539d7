"""Which identifiers belong to one person, by the links between them.

A link says that two identifiers (agent keys) are of one person. A person is a connected component
of the links, regardless of their direction. Links that were recorded at the same time may form a
circle; these functions accept it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class _Rank(NamedTuple):
    """The least rank represents a person: that of an identifier without a link to another."""

    is_linked: bool
    identifier: str


def representatives(links: Mapping[str, str]) -> dict[str, str]:
    """For each identifier that occurs in a link, the identifier that represents its person.

    `links` maps an identifier to the one that it is linked to. A person is represented by the
    identifier that is not linked to another; in a circle, where there is none, by the smallest by
    text. The order of the links does not matter. An identifier in no link represents itself, and is
    left out.
    """
    parents: dict[str, str] = {}
    for identifier, person in links.items():
        for end in (identifier, person):
            parents.setdefault(end, end)
        parents[_root(parents, identifier)] = _root(parents, person)
    chosen: dict[str, _Rank] = {}
    for identifier in parents:
        root = _root(parents, identifier)
        rank = _Rank(links.get(identifier, identifier) != identifier, identifier)
        chosen[root] = min(chosen.get(root, rank), rank)
    return {identifier: chosen[_root(parents, identifier)].identifier for identifier in parents}


def identifiers(people: Mapping[str, str], identifier: str) -> list[str]:
    """All identifiers of the person who has this one, sorted; only itself if it is in no link.
    `people` is the result of `representatives`.
    """
    person = people.get(identifier, identifier)
    return sorted({identifier, *(other for other, of in people.items() if of == person)})


def circles(links: Mapping[str, str]) -> set[str]:
    """The identifiers from which the links lead back to the identifier itself."""
    found: set[str] = set()
    visited: set[str] = set()
    for start in links:
        path: dict[str, None] = {}
        at = start
        while at in links and at not in visited:
            path[at] = None
            visited.add(at)
            at = links[at]
        while at in path:
            found.add(at)
            del path[at]
            at = links[at]
    return found


def _root(parents: dict[str, str], identifier: str) -> str:
    """The root of the identifier's tree. Path halving keeps the paths of many links short."""
    while (parent := parents[identifier]) != identifier:
        parents[identifier] = parents[parent]
        identifier = parent
    return identifier
