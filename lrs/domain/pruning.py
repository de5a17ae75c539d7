"""Which bytes of documents nobody needs any more, and whether those that are missing may be.

A State version is superseded once its document is overwritten, merged into or deleted. Its bytes
may go when every event that names them is a State version that was superseded; versions of Agent
and Activity Profiles keep theirs. The event of a version stays, with its size and hashes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from lrs.domain.events import DocumentBytesPruned, DocumentDeleted, DocumentStored
from lrs.domain.xapi.document import DocumentKind


class DocumentChange(NamedTuple):
    """An event of a document, and the version that it superseded; None where there was none, and
    where its content is erased. `stored` is in microseconds since the epoch.
    """

    position: int
    stored: int
    event: DocumentStored | DocumentDeleted
    before: DocumentStored | None


@dataclass(slots=True)
class Need:
    """How the number of versions that need some bytes changes, and when the last of those that do
    so no more was superseded; None if none was.
    """

    uses: int = 0
    superseded: int | None = None


def needs(changes: Iterable[DocumentChange]) -> dict[str, Need]:
    """By SHA-256, what these changes, in the order of the log, mean for bytes of documents."""
    found: dict[str, Need] = {}
    for change in changes:
        if isinstance(change.event, DocumentStored):
            found.setdefault(change.event.sha2, Need()).uses += 1
        if change.before is not None and is_prunable(change.before):
            need = found.setdefault(change.before.sha2, Need())
            need.uses -= 1
            need.superseded = change.stored
    return found


def is_prunable(version: DocumentStored) -> bool:
    """Whether the bytes of a version go at all, a set time after it was superseded."""
    return version.kind == DocumentKind.STATE


class Presence(Enum):
    """How it is with the bytes of a version that the log names."""

    THERE = "there"
    PRUNED = "pruned"
    """Gone, as a later event of the log says."""
    MISSING = "missing"
    """Gone, and no event says so."""
    ALTERED = "altered"
    """Of another size than the event says."""


def presences(
    versions: Mapping[int, DocumentStored],
    pruned: Mapping[int, DocumentBytesPruned],
    sizes: Mapping[str, int],
) -> dict[int, Presence]:
    """How it is with the bytes of these versions, by their positions. `pruned` are the events of
    pruning by their own positions, `sizes` those of the bytes that are there, by SHA-256.

    The bytes of a pruned version may be there again: another version has brought the same.
    """
    gone = _named(pruned)
    return {
        at: _presence(version, gone.get(at, 0) > at, sizes.get(version.sha2))
        for at, version in versions.items()
    }


def _named(pruned: Mapping[int, DocumentBytesPruned]) -> dict[int, int]:
    """The position of the pruning, by that of the version."""
    return {version: at for at, event in pruned.items() for version in event.positions}


def _presence(version: DocumentStored, is_pruned: bool, size: int | None) -> Presence:
    if size is None:
        return Presence.PRUNED if is_pruned else Presence.MISSING
    return Presence.THERE if size == version.size else Presence.ALTERED


def faults(found: Mapping[int, Presence]) -> Collection[int]:
    """The positions of versions whose bytes are not as the log says."""
    right = (Presence.THERE, Presence.PRUNED)
    return [at for at, presence in found.items() if presence not in right]
