"""Detects a log that lost events.

After a failover to an asynchronous standby, or after restoring a copy, the log lacks its last
events, and other events may have their positions by now. The log itself cannot show that. The last
known events are remembered outside the log:

| who knows | what |
|---|---|
| the process | the last event that it has appended, and the last that it has seen |
| the table `log_watermark` | the last event that any process has seen, a second ago at most |
| each projection's row | the last event folded |

Each is a position with the commitment of the event there, which is random and so differs for every
event. If the log has no event at that position, or another commitment, events were lost. Then the
loss is recorded for operators (`Divergence`), and each projection that has folded lost events is
rebuilt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Connection

from lrs.db.engine import Database, begin_without_waiting, wait_for_disk
from lrs.db.errors import translate_db_errors
from lrs.domain.events import LogMark
from lrs.ledger import Ledger
from lrs.projections.base import Projection, is_newer
from lrs.projector import checkpoints, divergence, quarantine, rebuild_requests
from lrs.projector.checkpoints import Checkpoint
from lrs.projector.divergence import Divergence
from lrs.projector.rebuild_requests import RebuildRequest
from lrs.projector.status import ProjectionStatus

log = structlog.get_logger(__name__)


class Continuity:
    """Watches one log for one process. Used by one thread."""

    def __init__(
        self, ledger: Ledger, views: Database, projections: Mapping[str, Projection]
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._projections = projections
        self._unchecked: list[LogMark] = []
        """The log's end as of the last read, and the events that this process has appended since.
        """
        self._written: LogMark | None = None

    def look(self, statuses: Collection[ProjectionStatus], *, ahead: bool) -> bool:
        """Compare the log with the last known events. Returns whether it has lost events; `ahead`
        says that a projection of this program holds some of them. Raises Unavailable.
        """
        lost = self._lost()
        if lost or ahead:
            former = self._ledger.read_identity()
            with translate_db_errors(), self._views.write.begin() as connection:
                reconcile(
                    self._ledger, connection, self._projections.values(), lost=lost, former=former
                )
        end = self._ledger.reader.mark() if lost else _end(statuses)
        highest = max(set(self._unchecked) - set(lost), default=None)
        self._unchecked = [] if end is None else [end]
        self._write(max(filter(None, (highest, end)), default=None))
        return bool(lost) or ahead

    def close(self) -> None:
        """Store the last known event before the process ends."""
        self._unchecked += self._ledger.acknowledged()
        self._write(max(self._unchecked, default=None))

    def _lost(self) -> list[LogMark]:
        """The events that this process knows and the log no longer holds."""
        self._unchecked += self._ledger.acknowledged()
        commitments = self._ledger.reader.commitments([mark.position for mark in self._unchecked])
        return [
            mark for mark in self._unchecked if commitments.get(mark.position) != mark.commitment
        ]

    def _write(self, watermark: LogMark | None) -> None:
        """Store the watermark, unless another transaction is writing the projections just now."""
        if watermark is None or watermark == self._written:
            return
        with translate_db_errors(), begin_without_waiting(self._views) as connection:
            if connection is not None:
                divergence.raise_to(connection, self._ledger.log_id, watermark)
                self._written = watermark


def reconcile(
    ledger: Ledger,
    connection: Connection,
    projections: Iterable[Projection],
    *,
    lost: Sequence[LogMark] = (),
    former: UUID | None = None,
) -> list[str]:
    """Record the events that the log has lost, and request a rebuild of the projections that have
    folded them. Returns their names.

    `lost` are events that the caller has found missing. `former` is the id of the log that this
    process knew. Without it, as at a start, projections of any other log are taken over.
    """
    wait_for_disk(connection)
    read = ((p, checkpoints.read(connection, p.NAME)) for p in projections)
    ahead = [(p, at) for p, at in read if at and _is_ahead(ledger, p, at, former)]
    others = [at.log_id for _, at in ahead if at.log_id != ledger.log_id]
    was = others[0] if others else former or ledger.log_id
    missing = [*lost, *(mark for _, at in ahead if (mark := at.mark) is not None)]
    known = divergence.known(connection, was)
    if known is not None and (was != ledger.log_id or not still_in_log(ledger, known)):
        missing.append(known)
    rebuilt = [at.name for p, at in ahead if _give_up(ledger, connection, p, at)]
    if missing:
        _note(ledger, connection, was, missing, rebuilt)
        divergence.lower_to(connection, ledger.log_id, ledger.reader.mark())
    return rebuilt


def still_in_log(ledger: Ledger, mark: LogMark) -> bool:
    """Whether the log holds that event."""
    return ledger.reader.commitment_at(mark.position) == mark.commitment


def _is_ahead(ledger: Ledger, projection: Projection, at: Checkpoint, former: UUID | None) -> bool:
    """Whether it was folded from events that the log does not hold, or from another log."""
    if at.log_id != ledger.log_id:
        return former is None or at.log_id == former
    if is_newer(at.version, projection.VERSION) or not at.position:
        return False
    return ledger.reader.commitment_at(at.position) != at.commitment


def _give_up(
    ledger: Ledger, connection: Connection, projection: Projection, at: Checkpoint
) -> bool:
    """Stop all reads from the projection, and request a rebuild. Returns whether the tables were
    still of that generation.
    """
    name = projection.NAME
    if not checkpoints.abandon(connection, at, ledger.log_id):
        return False
    quarantine.remove(connection, name)
    request = RebuildRequest(name, uuid4().hex, projection.VERSION, True, ledger.now())
    rebuild_requests.ask(connection, request)
    return True


def _note(
    ledger: Ledger,
    connection: Connection,
    former: UUID,
    missing: Sequence[LogMark],
    ahead: Sequence[str],
) -> None:
    highest = max(missing)
    # An event that was stored later than the last known one did not exist when that one was the
    # last.
    surviving = 0
    if former == ledger.log_id:
        surviving = min(ledger.reader.position_at(highest.stored), highest.position - 1)
    stored_divergence = divergence.note(
        connection,
        Divergence(ledger.now(), ledger.log_id, former, highest.position, surviving, ahead),
    )
    with suppress(Exception):  # writing a log entry fails, too, if the disk is full
        log.error(
            "log-replaced" if stored_divergence.is_another_log else "log-lost-events",
            missing=stored_divergence.missing,
            surviving=stored_divergence.surviving,
            highest=stored_divergence.highest,
            log=str(stored_divergence.log_id),
            rebuilding=list(ahead),
        )


def _end(statuses: Collection[ProjectionStatus]) -> LogMark | None:
    """The last event of the log, as read together with the checkpoints."""
    for status in statuses:
        if status.latest is not None:
            return LogMark(status.head, status.stored, status.latest)
    return None
