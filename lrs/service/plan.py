"""What describing things would change: decided by what is said and by what holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lrs.domain.agent import JsonObject
from lrs.domain.catalogue import Key, Kind, Thing, key_of, references
from lrs.domain.errors import InvalidEntry
from lrs.domain.identity import circles
from lrs.projections.catalogue import Entry


class Change(StrEnum):
    """What describing a thing changes."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody says of a thing, and where it stands in the input, as a JSON pointer."""

    kind: Kind
    entry: JsonObject
    where: str = ""

    @property
    def key(self) -> Key:
        return key_of(self.kind, self.entry)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement and what it would change."""

    stated: Stated
    change: Change
    version: int
    """The stream's version that it would be."""


def concerned(stated: Sequence[Stated]) -> set[Thing]:
    """The things that are described, and those that they name. InvalidEntry where one is described
    twice.
    """
    described: set[Thing] = set()
    for s in stated:
        if (s.kind, s.key) in described:
            raise InvalidEntry("repeated-entry", pointer=s.where)
        described.add((s.kind, s.key))
    return described.union(*(references(s.kind, s.entry) for s in stated))


def step(stated: Stated, held: Entry | None) -> Step:
    """What a statement would change of how the thing stands; None if it never was described."""
    if held is None:
        return Step(stated, Change.NEW, 1)
    if held.entry is None:
        return Step(stated, Change.NEW, held.version + 1)
    change = Change.SAME if held.entry == stated.entry else Change.CHANGED
    return Step(stated, change, held.version + 1)


def planned(stated: Sequence[Stated], held: Mapping[Thing, Entry]) -> list[Step]:
    """What the statements would change, in their order. InvalidEntry where one names a thing that
    does not hold and is not described along with it.
    """
    known = {(s.kind, s.key) for s in stated}
    known |= {thing for thing, entry in held.items() if entry.entry is not None}
    for s in stated:
        _require_known(s, known)
    return [step(s, held.get((s.kind, s.key))) for s in stated]


def require_no_circle(steps: Sequence[Step], links: Mapping[str, str]) -> None:
    """InvalidEntry where a step makes the links that hold lead back to where they began.

    What says the same as before may lie on a circle: two may have closed one at once, and a file
    that is repeated is taken as it was.
    """
    said = [s for s in steps if s.stated.kind is Kind.LINK]
    given = {s.stated.entry["agent"]: s.stated.entry["person"] for s in said}
    closed = circles({**links, **given})
    for s in said:
        if s.change is not Change.SAME and s.stated.entry["agent"] in closed:
            raise InvalidEntry("link-circle", pointer=f"{s.stated.where}/person")


def _require_known(stated: Stated, known: Collection[Thing]) -> None:
    for target in references(stated.kind, stated.entry):
        if target not in known:
            raise InvalidEntry("unknown-reference", pointer=stated.where, kind=target[0].value)
