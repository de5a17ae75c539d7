"""Who is one person: the identifiers that links hold together.

A link says that an identifier, an agent key, is the same person as the one known by another. A
person is a connected component of the links that hold, whichever way they point. Where several
links were recorded at once they may close a circle; nothing here minds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class _Rank(NamedTuple):
    """What stands for a person comes first: an identifier that is linked to no other."""

    is_linked: bool
    identifier: str


def representatives(links: Mapping[str, str]) -> dict[str, str]:
    """For each identifier that occurs in a link, the one that stands for the person.

    `links` maps identifiers to the persons' that they are linked to. Of a person's identifiers the
    one that is itself not linked to another stands for all; in a circle, where there is none, the
    smallest by text. The order of the links is of no consequence. An identifier in no link stands
    for itself, and is left out.
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
    """All identifiers of the person who has this one, in the order of their texts; itself alone if
    it is in no link. `people` is what `representatives` gave.
    """
    person = people.get(identifier, identifier)
    return sorted({identifier, *(one for one, of in people.items() if of == person)})


def circles(links: Mapping[str, str]) -> set[str]:
    """The identifiers from which the links lead back to themselves."""
    found: set[str] = set()
    passed: set[str] = set()
    for start in links:
        way: dict[str, None] = {}
        at = start
        while at in links and at not in passed:
            way[at] = None
            passed.add(at)
            at = links[at]
        while at in way:
            found.add(at)
            del way[at]
            at = links[at]
    return found


def _root(parents: dict[str, str], identifier: str) -> str:
    """Where the parents end. The way is shortened on the way, so that many links take little."""
    while (parent := parents[identifier]) != identifier:
        parents[identifier] = parents[parent]
        identifier = parent
    return identifier
