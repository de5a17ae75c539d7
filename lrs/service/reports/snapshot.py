"""Snapshots of the projection `training`: all queries of a report read the same state of it, which
is up to date with the log when the report begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, tzinfo
from functools import partial
from typing import Generic, TypeVar

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import InvalidQuery
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.ledger import LogReader
from lrs.projections.statements.index import StatementsProjection
from lrs.projections.training import catalogue_cache, catalogue_history
from lrs.projections.training.catalogue_history import CurrentEntries, HistoryEntry
from lrs.projections.training.projection import TrainingProjection
from lrs.projector import FreshReads, ReadConsistency
from lrs.projector.checkpoints import Checkpoint
from lrs.service.reports.rulings import Programmes, Rulings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """The catalogue entries of offices and posts by key, to name those in personnel records."""

    offices: CurrentEntries
    posts: CurrentEntries


@dataclass(frozen=True, slots=True)
class ReportAnswer(Generic[T]):
    """An answer, the log position that it reflects, and the names of offices and posts."""

    value: T
    consistency: ReadConsistency
    place_names: PlaceNames


CatalogueState = tuple[str, int, bytes | None]
"""Identifies the state of the catalogue in the read model: the generation of the tables, the
position of the last catalogue event folded into them, and the commitment of that event. (After a
failover the log may hold another event at the position.)
"""


class Cached(Generic[T]):
    """Caches the last value and its key."""

    def __init__(self) -> None:
        self._last: tuple[object, T] | None = None

    def get(self, key: object, make: Callable[[], T]) -> T:
        """The value for this key; calls `make` unless the cached value has the same key."""
        last = self._last
        if last is None or last[0] != key:
            last = self._last = (key, make())
        return last[1]


class CatalogueCache:
    """The catalogue in memory, until it changes."""

    def __init__(self, log: LogReader, zone: tzinfo = UTC) -> None:
        self._log = log
        self._zone = zone
        self._state = Cached[CatalogueState]()
        self._entries = {kind: Cached[CurrentEntries]() for kind in EntryKind}
        self._histories = {kind: Cached[Sequence[HistoryEntry]]() for kind in EntryKind}
        self._programmes = Cached[Programmes]()
        self._rulings = Cached[Rulings]()

    def state(self, connection: Connection, at: Checkpoint) -> CatalogueState:
        """The state of the catalogue, read once for each state of the read model."""

        def find() -> CatalogueState:
            latest = catalogue_history.latest(connection)
            return at.generation, latest, self._log.commitment_at(latest) if latest else None

        return self._state.get(at.identity, find)

    def entries(
        self, connection: Connection, kind: EntryKind, state: CatalogueState
    ) -> CurrentEntries:
        """All entries of a kind that ever existed, by key."""
        read = partial(catalogue_history.current_entries, connection, kind)
        return self._entries[kind].get(state, read)

    def history(
        self, connection: Connection, kind: EntryKind, state: CatalogueState
    ) -> Sequence[HistoryEntry]:
        """All versions of all entries of a kind, in the order of the log."""
        read = partial(catalogue_history.history, connection, [kind])
        return self._histories[kind].get(state, read)

    def programmes(self, connection: Connection, state: CatalogueState) -> Programmes:
        """All programmes that were ever described, by code."""
        read = partial(catalogue_cache.programmes, connection, zone=self._zone)
        return self._programmes.get(state, read)

    def rulings(self, connection: Connection, state: CatalogueState, on: date) -> Rulings:
        """The rulings of all programmes on that day. The last day is cached: most reports ask about
        today.
        """
        programmes = self.programmes(connection, state)
        return self._rulings.get((state, on), lambda: Rulings(programmes, on))


class ReportSnapshot:
    """One state of the projection. With `known`, the report is about that earlier position."""

    def __init__(
        self,
        connection: Connection,
        consistency: ReadConsistency,
        catalogue: CatalogueCache,
        known: int | None,
        words: Vocabulary = STANDARD,
        zone: tzinfo = UTC,
    ) -> None:
        self.connection = connection
        self.consistency = consistency
        self.known = known
        self.words = words
        self.zone = zone
        self._catalogue = catalogue
        self._state = catalogue.state(connection, consistency.status.at)

    def history(self, kind: EntryKind) -> Sequence[HistoryEntry]:
        """All versions of all entries of a kind, in the order of the log, also those that were not
        known yet at the earlier position.
        """
        return self._catalogue.history(self.connection, kind, self._state)

    def entries(self, kind: EntryKind) -> CurrentEntries:
        """All entries of a kind that ever existed, by key."""
        if self.known is not None:
            known = (one for one in self.history(kind) if one.position <= self.known)
            return catalogue_history.entries_in(kind, known)
        return self._catalogue.entries(self.connection, kind, self._state)

    @property
    def programmes(self) -> Programmes:
        """All programmes that were ever described, by code."""
        if self.known is not None:
            return catalogue_cache.programmes(self.connection, self.known, self.zone)
        return self._catalogue.programmes(self.connection, self._state)

    def rulings(self, on: date) -> Rulings:
        """The rulings of all programmes on that day."""
        if self.known is not None:
            return Rulings(self.programmes, on)
        return self._catalogue.rulings(self.connection, self._state, on)

    def answer(self, value: T) -> ReportAnswer[T]:
        """The value as an answer from this snapshot."""
        names = PlaceNames(self.entries(EntryKind.OFFICE), self.entries(EntryKind.POST))
        return ReportAnswer(value, self.consistency, names)


class SnapshotReader:
    """Makes snapshots, which share the cached catalogue."""

    def __init__(
        self,
        reads: FreshReads,
        log: LogReader,
        words: Vocabulary = STANDARD,
        zone: tzinfo = UTC,
    ) -> None:
        self._reads = reads
        self._log = log
        self._words = words
        self._zone = zone
        self._catalogue = CatalogueCache(log, zone)

    @contextmanager
    def snapshot(
        self, known: int | None = None, *, names: bool = False, parameter: str = "known"
    ) -> Iterator[ReportSnapshot]:
        """A snapshot, valid in the context; with `known`, as of that position. Raises InvalidQuery
        if the log has not reached the position, Unavailable.

        `names` means that the report also looks up names that statements give to agents who are no
        trainees.
        """
        others = (StatementsProjection.NAME,) if names else ()
        for name in others:
            self._reads.fresh(name)
        with self._reads.fresh_snapshot_read(TrainingProjection.NAME, *others) as (
            connection,
            consistency,
        ):
            of = consistency if known is None else self._then(consistency, known, parameter)
            yield ReportSnapshot(connection, of, self._catalogue, known, self._words, self._zone)

    def _then(self, consistency: ReadConsistency, known: int, parameter: str) -> ReadConsistency:
        """The consistency as of that position, unless the projection has not reached it."""
        if known > self._log.head()[0]:
            raise InvalidQuery("known-in-future", parameter=parameter)
        if known > consistency.position:
            return consistency
        return replace(consistency, position=known, through=self._log.stored_at(known))
