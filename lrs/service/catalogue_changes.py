"""What describing things would change: decided by what is said and by what holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lrs.domain.aggregates.catalogue_entry import (
    SHAPES,
    EntryIdentity,
    EntryKind,
    EntryState,
    Key,
    differs_by_zeros,
    key_of,
    named,
    references,
)
from lrs.domain.errors import InvalidEntry
from lrs.domain.identity import circles
from lrs.domain.xapi.agent import JsonObject

LEADING_ZEROS = (
    "The personnel number and the name of the account differ by zeros in front alone. If they are "
    "meant to be the same, write both alike: they are compared as texts."
)


class Change(StrEnum):
    """What describing a thing changes."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody says of a thing, and where it stands in the input, as a JSON pointer."""

    kind: EntryKind
    entry: JsonObject
    where: str = ""

    @property
    def key(self) -> Key:
        return key_of(self.kind, self.entry)


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """One statement and what it would change; `state` is how the entry stands, None if it was never
    described.
    """

    stated: Stated
    change: Change
    state: EntryState | None


class Doubt(NamedTuple):
    """What is likely not what was meant: where it stands, as a JSON pointer, a code and a sentence
    that tells what to look at.
    """

    where: str
    code: str
    detail: str


def concerned(stated: Sequence[Stated]) -> set[EntryIdentity]:
    """The things that are described, and those that they name."""
    return set(_described(stated)).union(*(references(s.kind, s.entry) for s in stated))


def step(stated: Stated, state: EntryState | None) -> ChangeStep:
    """What a statement would change of how the thing stands; None if it never was described."""
    if state is None or state.entry is None:
        return ChangeStep(stated, Change.NEW, state)
    change = Change.SAME if state.entry == stated.entry else Change.CHANGED
    return ChangeStep(stated, change, state)


def planned(
    stated: Sequence[Stated], states: Mapping[EntryIdentity, EntryState]
) -> list[ChangeStep]:
    """What the statements would change, in their order."""
    return [step(s, states.get((s.kind, s.key))) for s in stated]


def contradictions(
    stated: Sequence[Stated],
    states: Mapping[EntryIdentity, EntryState],
    remains: Sequence[Stated] = (),
) -> list[InvalidEntry]:
    """What the statements must not say together, or beside what holds: one describes a thing that
    another describes, or names a thing that does not hold and is not described along with it.

    `remains` are statements of the same input that are refused anyway, without what is wrong with
    them.
    """
    every = [*stated, *remains]
    known = set(_described(every))
    known |= {thing for thing, state in states.items() if state.entry is not None}
    return [*_repeated(every), *(fault for s in every for fault in _unknown(s, known))]


def circular(steps: Sequence[ChangeStep], links: Mapping[str, str]) -> list[InvalidEntry]:
    """Where steps make the links that hold lead back to where they began.

    What says the same as before may lie on a circle: two may have closed one at once, and a file
    that is repeated is taken as it was.
    """
    linking = [s for s in steps if s.stated.kind is EntryKind.LINK]
    given = {s.stated.entry["agent"]: s.stated.entry["person"] for s in linking}
    closed = circles({**links, **given})
    return [
        InvalidEntry("link-circle", pointer=f"{s.stated.where}/person")
        for s in linking
        if s.change is not Change.SAME and s.stated.entry["agent"] in closed
    ]


def doubts(stated: Sequence[Stated]) -> list[Doubt]:
    """What is taken as it is said, and is likely not what was meant."""
    return [
        Doubt(f"{s.where}/number", "leading-zeros", LEADING_ZEROS)
        for s in stated
        if differs_by_zeros(s.kind, s.entry)
    ]


def _described(stated: Sequence[Stated]) -> dict[EntryIdentity, list[Stated]]:
    """The things that are described, and by which statements, in the order of the input."""
    found: dict[EntryIdentity, list[Stated]] = {}
    for s in sorted(stated, key=lambda s: int(s.where.rpartition("/")[2] or 0)):
        if all(name in s.entry for name in SHAPES[s.kind].key):
            found.setdefault((s.kind, s.key), []).append(s)
    return found


def _repeated(stated: Sequence[Stated]) -> Iterator[InvalidEntry]:
    for first, *others in _described(stated).values():
        for s in others:
            yield InvalidEntry("repeated-entry", pointer=s.where, twin=first.where)


def _unknown(stated: Stated, known: Collection[EntryIdentity]) -> Iterator[InvalidEntry]:
    for at, target in named(stated.kind, stated.entry):
        if target not in known:
            yield InvalidEntry(
                "unknown-reference",
                pointer=stated.where,
                place=stated.where + at,
                kind=target[0].value,
            )
