"""Which bytes of documents may be pruned, and whether missing bytes were pruned or lost.

A State version is superseded once its document is overwritten, merged into or deleted. Its bytes
may be deleted when every event that names them is a superseded State version; the bytes of Agent
and Activity Profile versions stay. The event of a version stays, with its size and hashes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from lrs.domain.events import DocumentBytesPruned, DocumentDeleted, DocumentStored
from lrs.domain.xapi.document import DocumentKind


class DocumentChange(NamedTuple):
    """An event of a document, and in `before` the version that it superseded: None if there was
    none, or if its content is erased. `stored` is in microseconds since the epoch.
    """

    position: int
    stored: int
    event: DocumentStored | DocumentDeleted
    before: DocumentStored | None


@dataclass(slots=True)
class Need:
    """By how much the number of versions that need some bytes changes, and when the last of the
    versions that no longer need them was superseded, in microseconds since the epoch; None if none
    was.
    """

    uses: int = 0
    superseded: int | None = None


def needs(changes: Iterable[DocumentChange]) -> dict[str, Need]:
    """The effect of these changes, which are in the order of the log, on the bytes of documents, by
    SHA-256.
    """
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
    """Whether the bytes of such a version may be pruned after it was superseded."""
    return version.kind == DocumentKind.STATE


class Presence(Enum):
    """Whether the bytes of a version in the log are stored."""

    THERE = "there"
    PRUNED = "pruned"
    """Deleted, as a later event of the log records."""
    MISSING = "missing"
    """Not stored, though no event records a deletion."""
    ALTERED = "altered"
    """Stored, with another size than the event states."""


def presences(
    versions: Mapping[int, DocumentStored],
    pruned: Mapping[int, DocumentBytesPruned],
    sizes: Mapping[str, int],
) -> dict[int, Presence]:
    """The presence of the bytes of these versions, by the versions' positions. `pruned` are the
    events of pruning, by their own positions; `sizes` are the sizes of the stored bytes, by
    SHA-256.

    The bytes of a pruned version are THERE if another version has stored the same bytes again.
    """
    prunings = _pruning_positions(pruned)
    return {
        at: _presence(version, prunings.get(at, 0) > at, sizes.get(version.sha2))
        for at, version in versions.items()
    }


def _pruning_positions(pruned: Mapping[int, DocumentBytesPruned]) -> dict[int, int]:
    """The position of the event of pruning, by the position of the pruned version."""
    return {version: at for at, event in pruned.items() for version in event.positions}


def _presence(version: DocumentStored, is_pruned: bool, size: int | None) -> Presence:
    if size is None:
        return Presence.PRUNED if is_pruned else Presence.MISSING
    return Presence.THERE if size == version.size else Presence.ALTERED


def faults(found: Mapping[int, Presence]) -> Collection[int]:
    """The positions of versions whose bytes are missing or altered."""
    as_logged = (Presence.THERE, Presence.PRUNED)
    return [at for at, presence in found.items() if presence not in as_logged]
