"""Replicas: all read models as known at an earlier position, each folded once into a file.

A replica is folded by the code of rebuilds, over a log that ends at its position. It is a SQLite
file also where the served read models are on PostgreSQL: so replicas take no room there, and a
user who may only read the database can have them. A later replica goes on from the nearest earlier
one. Replicas hold nothing that the log does not hold, so they can be dropped at any time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from errno import EDQUOT, ENOSPC
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from lrs.db.engine import Database, Options, open_database
from lrs.db.errors import translate_db_errors
from lrs.db.file_lock import FileLock
from lrs.db.size import size_of
from lrs.domain.errors import (
    InvalidQuery,
    ReplicaConflict,
    ReplicaNotFound,
    StorageFull,
    Unavailable,
)
from lrs.file_access import GroupAccess, make_file, make_folder
from lrs.ledger import KnownLog, Ledger
from lrs.projections.base import Projection
from lrs.projector import BatchRunner, Ownership
from lrs.projector.rebuild.scratch import fold_from_start, fold_on
from lrs.projector.rebuild.split import Workers, in_this_thread
from replay.replica_progress import OnReplicaProgress, ProgressNote, ReplicaProgress, read_note

MARGIN = 1.3
"""How many times the room that the served read models suggest must be free."""

_READY, _PART, _PROGRESS = ".db", ".part", ".progress"
_UNFINISHED = (_PART, _PROGRESS)
_BESIDE = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class ReplicaEntry:
    """A replica in the folder: its position, its size in bytes, the instant of its last use in
    microseconds since the epoch, and its progress while it is being made.
    """

    position: int
    size: int
    used: int
    progress: ReplicaProgress | None = None


class Replicas:
    """The replicas of one store, in a folder that processes of one machine may share. One is made
    at a time.
    """

    def __init__(
        self,
        ledger: Ledger,
        views: Database,
        folder: Path,
        make_projections: Callable[[], Sequence[Projection]],
        *,
        most: int,
        access: GroupAccess = GroupAccess.NONE,
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._folder = folder
        self._make_projections = make_projections
        self.most = most
        """How many are kept."""
        self._options = Options(durable=False, group_access=access)
        self._lock = FileLock(folder / "making.lock", access)

    def all(self) -> list[ReplicaEntry]:
        """Those that are ready, and those that are being made, by position."""
        found = {position: self._entry(position) for position in self._positions(_READY)}
        for position in self._positions(_PROGRESS):
            progress = self.progress(position)
            if progress is not None:
                size = _size(self._path(position, _PART))
                found[position] = ReplicaEntry(position, size, self._ledger.now(), progress)
        return [found[position] for position in sorted(found)]

    def progress(self, position: int) -> ReplicaProgress | None:
        """How far the replica at that position is; None if no process makes it."""
        if not self._lock.is_held():
            return None
        return read_note(self._path(position, _PROGRESS), position)

    def remaining(self, position: int) -> int:
        """How many events would have to be folded for a replica at that position."""
        return position - (self._nearest(position) or 0)

    def file(self, position: int) -> Path:
        """Where the file of a replica at that position is, if it is ready."""
        return self._path(position, _READY)

    def path(self, position: int) -> Path | None:
        """The file of a replica that is ready and that this program can read; None without one."""
        path = self._path(position, _READY)
        return path if path.exists() and self._is_current(position) else None

    def make(
        self,
        position: int,
        progress: OnReplicaProgress = lambda _: None,
        workers: Workers | None = None,
    ) -> None:
        """Make the replica at that position, unless it is ready. Without `workers`, this thread
        folds it.

        Raises InvalidQuery where the log is not that long, ReplicaConflict if another process
        makes it or once it is dropped, StorageFull, Unavailable. Nothing is left behind then.
        """
        if position > self._ledger.reader.head()[0]:
            raise InvalidQuery("known-in-future", parameter="known")
        with self.making():
            if self.path(position) is not None:
                return
            self._sweep()
            base = self._nearest(position)
            self._evict(self.most - 1, but=base)
            self._require_room(position)
            try:
                self._fold(position, base, progress, workers or in_this_thread(self._ledger))
            finally:
                for kind in _UNFINISHED:
                    _remove(self._path(position, kind))
            self._evict(self.most, but=position)

    @contextmanager
    def making(self) -> Iterator[None]:
        """Keep all others from making replicas. Raises ReplicaConflict, Unavailable."""
        self._use_folder()
        with self._lock.held(lambda: ReplicaConflict("replica-being-made")):
            yield

    def drop(self, position: int) -> None:
        """Remove the replica. If a process is making it, that ends. Raises ReplicaNotFound."""
        # The note first: whoever makes the replica looks for it before and after the file is there.
        removed = [_remove(self._path(position, kind)) for kind in (_PROGRESS, _READY)]
        if not any(removed):
            raise ReplicaNotFound("replica-not-found", position=position)

    def drop_all(self) -> list[int]:
        """Remove every replica, and what a process has left that was killed. If a process is making
        one, that ends. Returns the positions.
        """
        dropped = []
        for entry in self.all():
            with suppress(ReplicaNotFound):  # another process drops them, too
                self.drop(entry.position)
                dropped.append(entry.position)
        if self._folder.exists():
            with suppress(ReplicaConflict), self.making():
                self._sweep()
        return dropped

    def note_use(self, position: int) -> None:
        """Record that the replica was used: the one that was not used for longest goes first."""
        with suppress(OSError):
            os.utime(self._path(position, _READY))

    def log(self, position: int) -> KnownLog:
        """The log that ends at that position."""
        return KnownLog(self._ledger, position)

    @contextmanager
    def opened(self, path: Path, *, create: bool = False) -> Iterator[Database]:
        """The database in that file, until the end."""
        options = replace(self._options, create=create)
        database = open_database(f"sqlite:///{path}", options)
        try:
            yield database
        finally:
            database.close()

    def _fold(
        self, position: int, base: int | None, progress: OnReplicaProgress, workers: Workers
    ) -> None:
        part = self._path(position, _PART)
        log, projections = self.log(position), self._make_projections()
        note = ProgressNote(position, base or 0, self._path(position, _PROGRESS), progress)
        try:
            note.write()
            if base is not None:
                self.note_use(base)
                make_file(part, self._options.group_access)
                shutil.copyfile(self._path(base, _READY), part)
            with self.opened(part, create=True) as database:
                if base is None:
                    fold_from_start(log, database, projections, workers, note)
                else:
                    fold_on(log, database, projections, note)
                _checkpoint(database)
            note.require()
            part.replace(self._path(position, _READY))
            if not note.is_there():
                _remove(self._path(position, _READY))
                raise ReplicaConflict("replica-dropped")
        except FileNotFoundError:
            raise ReplicaConflict("replica-dropped") from None
        except OSError as error:
            raise _unusable(error) from error

    def _is_current(self, position: int) -> bool:
        """Whether this program folded the file, from this log, as far as it should be folded.
        Raises Unavailable while the log cannot tell.
        """
        path = self._path(position, _READY)
        with self.opened(path) as database:
            runner = BatchRunner(self.log(position), database, self._make_projections(), 1)
            reader = runner.status_reader
            try:
                statuses = reader.all().values()
            except Unavailable as error:
                if error.code == "view-being-made" or not path.exists():
                    return False
                raise
            except DBAPIError:  # no such table, or no database
                return False
            return all(s.is_level and reader.owner(s) is Ownership.OURS for s in statuses)

    def _nearest(self, position: int) -> int | None:
        """The last position before this one at which a replica is ready."""
        earlier = [each for each in self._positions(_READY) if each < position]
        return next((each for each in reversed(earlier) if self.path(each)), None)

    def _sweep(self) -> None:
        """Remove what this program cannot read, and what a process has left that was killed."""
        for each in self._positions(_READY):
            if self.path(each) is None:
                _remove(self._path(each, _READY))
        for kind in _UNFINISHED:
            for each in self._positions(kind):
                _remove(self._path(each, kind))

    def _evict(self, most: int, but: int | None) -> None:
        """Drop those that were not used for longest, until so many are left, but for that one."""
        ready = sorted(map(self._entry, self._positions(_READY)), key=lambda one: one.used)
        others = [entry for entry in ready if entry.position != but]
        for entry in others[: max(0, len(ready) - most)]:
            _remove(self._path(entry.position, _READY))

    def _require_room(self, position: int) -> None:
        """Raises StorageFull where the disk has no room for one more."""
        head = max(1, self._ledger.reader.head()[0])
        need = int(size_of(self._views) * position / head * MARGIN)
        free = shutil.disk_usage(self._folder).free
        if need > free:
            raise StorageFull("replica-too-large", need=_megabytes(need), free=_megabytes(free))

    def _use_folder(self) -> None:
        try:
            make_folder(self._folder, self._options.group_access)
            if not os.access(self._folder, os.W_OK | os.X_OK):
                raise PermissionError(self._folder)
        except OSError as error:
            raise _unusable(error) from error

    def _positions(self, kind: str) -> list[int]:
        stems = (path.stem for path in self._folder.glob(f"*{kind}"))
        return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())

    def _entry(self, position: int) -> ReplicaEntry:
        path = self._path(position, _READY)
        try:
            used = path.stat().st_mtime_ns // 1_000
        except FileNotFoundError:
            used = 0
        return ReplicaEntry(position, _size(path), used)

    def _path(self, position: int, kind: str) -> Path:
        return self._folder / f"{position}{kind}"


def _remove(path: Path) -> bool:
    """Whether there was such a file."""
    there = path.exists()
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return there


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _checkpoint(database: Database) -> None:
    """Write the write-ahead log back into the file, which is then whole without it."""
    with translate_db_errors(), database.read.connect() as connection:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if busy:
        raise Unavailable("unavailable")


def _unusable(error: OSError) -> Unavailable:
    if error.errno in (ENOSPC, EDQUOT):
        return StorageFull("storage-full")
    return Unavailable("replica-folder-unusable", reason=error.strerror or type(error).__name__)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
