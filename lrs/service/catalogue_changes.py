"""What new catalogue entries would change, decided from the input and the current entries."""

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
    """The effect of an entry in the input."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Stated:
    """An entry of the input, and its place there as a JSON pointer."""

    kind: EntryKind
    entry: JsonObject
    where: str = ""

    @property
    def key(self) -> Key:
        return key_of(self.kind, self.entry)


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """An entry of the input and what it would change; `state` is the entry's present state, None if
    it never existed.
    """

    stated: Stated
    change: Change
    state: EntryState | None


class Doubt(NamedTuple):
    """A warning about a value that is probably not what was meant: its place as a JSON pointer, a
    code, and a sentence that says what to check.
    """

    where: str
    code: str
    detail: str


def concerned(stated: Sequence[Stated]) -> set[EntryIdentity]:
    """The entries of the input, and the entries that they name."""
    return set(_described(stated)).union(*(references(s.kind, s.entry) for s in stated))


def step(stated: Stated, state: EntryState | None) -> ChangeStep:
    """What an entry of the input would change; `state` is None if it never existed."""
    if state is None or state.entry is None:
        return ChangeStep(stated, Change.NEW, state)
    change = Change.SAME if state.entry == stated.entry else Change.CHANGED
    return ChangeStep(stated, change, state)


def planned(
    stated: Sequence[Stated], states: Mapping[EntryIdentity, EntryState]
) -> list[ChangeStep]:
    """What the entries of the input would change, in their order."""
    return [step(s, states.get((s.kind, s.key))) for s in stated]


def contradictions(
    stated: Sequence[Stated],
    states: Mapping[EntryIdentity, EntryState],
    remains: Sequence[Stated] = (),
) -> list[InvalidEntry]:
    """The errors between entries: two describe the same thing, or one names an entry that is
    neither in the catalogue nor in the input.

    `remains` are the valid parts of entries of the same input that are refused already.
    """
    every = [*stated, *remains]
    known = set(_described(every))
    known |= {thing for thing, state in states.items() if state.entry is not None}
    return [*_repeated(every), *(fault for s in every for fault in _unknown(s, known))]


def circular(steps: Sequence[ChangeStep], links: Mapping[str, str]) -> list[InvalidEntry]:
    """The links of the input that close a circle, as errors.

    An unchanged link may lie on a circle: two concurrent requests can close one, and importing the
    same file again must succeed.
    """
    linking = [s for s in steps if s.stated.kind is EntryKind.LINK]
    new_links = {s.stated.entry["agent"]: s.stated.entry["person"] for s in linking}
    closed = circles({**links, **new_links})
    return [
        InvalidEntry("link-circle", pointer=f"{s.stated.where}/person")
        for s in linking
        if s.change is not Change.SAME and s.stated.entry["agent"] in closed
    ]


def doubts(stated: Sequence[Stated]) -> list[Doubt]:
    """Warnings about values that are accepted but probably not what was meant."""
    return [
        Doubt(f"{s.where}/number", "leading-zeros", LEADING_ZEROS)
        for s in stated
        if differs_by_zeros(s.kind, s.entry)
    ]


def _described(stated: Sequence[Stated]) -> dict[EntryIdentity, list[Stated]]:
    """The entries of the input by their identity, in the order of the input."""
    by_identity: dict[EntryIdentity, list[Stated]] = {}
    for s in sorted(stated, key=lambda s: int(s.where.rpartition("/")[2] or 0)):
        if all(name in s.entry for name in SHAPES[s.kind].key):
            by_identity.setdefault((s.kind, s.key), []).append(s)
    return by_identity


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
