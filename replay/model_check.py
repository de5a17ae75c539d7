"""A read model that is served, compared row by row with what its log gives.

The log is folded in a SQLite file of its own, whatever the served database is. The fold goes on to
near the head first; then one snapshot of the served tables is opened, and the fold goes on to
exactly the position that these tables have in the snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from lrs.db.engine import Database, Options, open_database, snapshot_transaction
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import LrsError, StorageFull, Unreachable
from lrs.ledger import KnownLog
from lrs.projector import checkpoints, quarantine, schema
from lrs.projector.batch_runner import LARGE_BATCH
from lrs.projector.checkpoints import NOT_BUILT, Checkpoint
from lrs.projector.checksum import RowDigest
from lrs.projector.fresh_reads import tables_snapshot
from lrs.projector.quarantine import describe_error
from lrs.projector.rebuild.scratch import fold_from_start, fold_on
from lrs.projector.rebuild.split import Workers
from lrs.projector.row_comparison import DifferenceKind, RowDifference, compare_tables
from replay.findings import Findings
from replay.read_only_store import OpenStore, ReadOnlyStore

OnDone = Callable[[float], None]
"""Called with how far the check is, from 0 to 1; it may raise to end the check."""

FOLDING = 0.8
"""The part of the time that folding takes; comparing takes the rest."""


@dataclass(frozen=True, slots=True)
class ModelReport:
    """A read model: at which position it was compared, over how many rows that the log gives, and
    their digest; how many differences there are, and the first of them. `reason` says why it could
    not be compared; it is empty if it was.
    """

    projection: str
    position: int = 0
    rows: int = 0
    digest: str = ""
    differences: int = 0
    first: list[Mapping[str, Any]] = field(default_factory=list)
    reason: str = ""

    @property
    def is_identical(self) -> bool:
        return not self.reason and not self.differences


def check_model(
    open_source: OpenStore,
    name: str,
    folder: Path,
    workers: Workers,
    *,
    everything: bool = False,
    progress: OnDone = lambda _: None,
) -> ModelReport:
    """Compare that projection. Everything that this writes is in the folder; with `everything` also
    a file `NAME.jsonl` with all differences. Raises Unavailable, Unreachable, and as `progress`.
    """
    with (
        open_source() as source,
        _scratch(folder, name) as scratch,
        (folder / f"{name}.jsonl").open("wb") as file,
    ):
        check = _ModelCheck(source, name, scratch, workers, progress)
        try:
            with translate_db_errors():
                return check.run(Findings(file if everything else None))
        except _NotComparable as why:
            return ModelReport(name, reason=str(why))
        except (LrsError, OSError):
            raise
        except Exception as error:  # whatever altered rows make a fold do
            return ModelReport(name, reason=f"an error ended it: {describe_error(error)}")


@contextmanager
def _scratch(folder: Path, name: str) -> Iterator[Database]:
    """A database in a file of the folder, which goes when it is done with."""
    file = folder / f"{name}.db"
    database = open_database(f"sqlite:///{file}", Options(durable=False))
    try:
        yield database
    finally:
        database.close()
        for path in folder.glob(f"{file.name}*"):
            path.unlink(missing_ok=True)


class _NotComparable(Exception):
    """Why the served rows cannot be compared."""


class _ModelCheck:
    def __init__(
        self,
        source: ReadOnlyStore,
        name: str,
        scratch: Database,
        workers: Workers,
        progress: OnDone,
    ) -> None:
        self._source = source
        self._name = name
        self._projection = source.projection(name)
        self._scratch = scratch
        self._workers = workers
        self._progress = progress

    def run(self, findings: Findings) -> ModelReport:
        self._progress(0.0)
        with self._source.views.read.connect() as connection:
            if not schema.is_made(connection):
                raise _NotComparable("the store has no read models of this version of the program")
            at = self._comparable(connection)
        self._fold(at.position, from_start=True)
        for _ in range(10):
            reached = at.position
            with self._source.views.read.connect() as connection:
                at = self._comparable(connection)
            if at.position - reached < LARGE_BATCH:
                break
            self._fold(at.position)
        with tables_snapshot(self._source.views, [self._projection]) as served:
            at = self._comparable(served)
            self._fold(at.position)
            return self._compare(served, at, findings)

    def _comparable(self, connection: Connection) -> Checkpoint:
        """The checkpoint of the served tables. Raises _NotComparable."""
        at = checkpoints.read(connection, self._name)
        ledger, version = self._source.ledger, self._projection.VERSION
        if at is None or at.version == NOT_BUILT:
            raise _NotComparable("it has not been built yet")
        if at.log_id != ledger.log_id:
            raise _NotComparable(f"it was built from another log, {at.log_id}")
        if at.version != version:
            raise _NotComparable(
                f"it was built by another version of the program or with other settings: "
                f"its version is {at.version}, that of this program {version}"
            )
        if at.position and ledger.reader.commitment_at(at.position) != at.commitment:
            raise _NotComparable(
                f"the event at position {at.position}, the last one it holds, is not in the log, "
                "or has another commitment"
            )
        return at

    def _fold(self, until: int, *, from_start: bool = False) -> None:
        """Fold on to that position. Raises _NotComparable where the scratch tables are beyond it,
        as after a loss of events.
        """
        log = KnownLog(self._source.ledger, until)

        def progress(position: int) -> None:
            self._progress(FOLDING * position / max(until, 1))

        with translate_scratch_errors(self._scratch):
            if from_start:
                fold_from_start(
                    log,
                    self._scratch,
                    [self._projection],
                    self._workers,
                    progress,
                    for_readers=False,
                )
            else:
                fold_on(log, self._scratch, [self._projection], progress)
        if self._folded().position != until:
            raise _NotComparable("it went back to an earlier position while it was compared")

    def _folded(self) -> Checkpoint:
        with self._scratch.read.connect() as connection:
            at = checkpoints.read(connection, self._name)
        assert at is not None
        return at

    def _compare(self, served: Connection, at: Checkpoint, findings: Findings) -> ModelReport:
        digest = RowDigest()
        with snapshot_transaction(self._scratch) as folded:
            total = self._count(folded)

            def progress(rows: int) -> None:
                self._progress(FOLDING + (1 - FOLDING) * rows / max(total, 1))

            for difference in self._checkpoint_differences(at):
                findings.add(difference_view(self._name, difference))
            for difference in self._quarantine_differences(served, folded):
                findings.add(difference_view(self._name, difference))
            tables = self._projection.TABLES
            for difference in compare_tables(served, folded, tables, digest, progress):
                findings.add(difference_view(self._name, difference))
        return ModelReport(
            self._name, at.position, digest.rows, digest.hex(), findings.count, findings.first
        )

    def _count(self, connection: Connection) -> int:
        counts = (select(func.count()).select_from(table) for table in self._projection.TABLES)
        return sum(connection.scalar(count) or 0 for count in counts)

    def _checkpoint_differences(self, at: Checkpoint) -> Iterator[RowDifference]:
        """The checkpoint says when its event was stored, which so is remembered outside the log."""
        stored = self._folded().stored
        if stored != at.stored:
            columns = {"stored": (at.stored, stored)}
            key = {"name": self._name}
            yield RowDifference("projection", DifferenceKind.ALTERED, key, columns)

    def _quarantine_differences(
        self, served: Connection, folded: Connection
    ) -> Iterator[RowDifference]:
        ours = {one.position: one.error for one in quarantine.events(served, self._name)}
        theirs = {one.position: one.error for one in quarantine.events(folded, self._name)}
        for position in sorted(ours.keys() ^ theirs.keys()):
            is_extra = position in ours
            kind = DifferenceKind.EXTRA if is_extra else DifferenceKind.MISSING
            columns = {"error": (ours.get(position), theirs.get(position))}
            yield RowDifference("quarantine", kind, {"position": position}, columns)


def difference_view(name: str, difference: RowDifference) -> Mapping[str, Any]:
    """A difference as it is reported, with values that JSON has."""
    return {
        "projection": name,
        "table": difference.table,
        "kind": difference.kind.value,
        "key": dict(difference.key),
        "columns": {
            column: {"served": served, "folded": folded}
            for column, (served, folded) in difference.columns.items()
        },
    }


@contextmanager
def translate_scratch_errors(scratch: Database) -> Iterator[None]:
    """Name the folder that is full: `storage-full` speaks of a write to the store."""
    try:
        yield
    except StorageFull as error:
        folder = Path(scratch.write.url.database or "").parent
        raise Unreachable(
            f"There is no room left in the temporary folder {folder}. Name another one by TMPDIR: "
            "it has to hold all read models at once."
        ) from error
