"""Whether the log still goes on from what the store has known of it.

A failover to an asynchronous standby, or a copy that was restored, gives a log that lost its end;
other events may stand at the lost positions by now. The log cannot tell. What can is kept outside:

| who knows | what |
|---|---|
| the process | the last event that it has appended, and the last that it has seen |
| the table `log_watermark` | the last event that any process has seen, a second ago at most |
| each projection's row | the last event folded |

Each is a position with the commitment of the event there, which is random: another event has
another one. Where the log holds none or another one, events were lost. Then the loss is noted for
operators (`Divergence`), and each read model that was folded from lost events is rebuilt.
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
        """The end of the log as it was seen last, and what this process has appended since."""
        self._written: LogMark | None = None

    def look(self, statuses: Collection[ProjectionStatus], *, ahead: bool) -> bool:
        """Compare the log with what is known of it; whether it has lost events. `ahead` says that
        a read model of this program holds some of those. Raises Unavailable.
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
        """Note how far the log is known to reach, before the process ends."""
        self._unchecked += self._ledger.acknowledged()
        self._write(max(self._unchecked, default=None))

    def _lost(self) -> list[LogMark]:
        """The events known to this process that the log does not hold any more."""
        self._unchecked += self._ledger.acknowledged()
        found = self._ledger.reader.commitments([mark.position for mark in self._unchecked])
        return [mark for mark in self._unchecked if found.get(mark.position) != mark.commitment]

    def _write(self, known: LogMark | None) -> None:
        """Note it, unless somebody is writing the read models just now."""
        if known is None or known == self._written:
            return
        with translate_db_errors(), begin_without_waiting(self._views) as connection:
            if connection is not None:
                divergence.raise_to(connection, self._ledger.log_id, known)
                self._written = known


def reconcile(
    ledger: Ledger,
    connection: Connection,
    projections: Iterable[Projection],
    *,
    lost: Sequence[LogMark] = (),
    former: UUID | None = None,
) -> list[str]:
    """Note what the log has lost, and have the read models rebuilt that were folded from it: their
    names.

    `lost` are events that the caller has found missing. `former` is the id of the log that this
    process knew: of read models of yet another log only a start takes possession, without it.
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
    """Let nobody answer from it, and request a rebuild. Whether it was still that one."""
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
    # What was stored later than the last event known was not there when that was the last one.
    surviving = 0
    if former == ledger.log_id:
        surviving = min(ledger.reader.position_at(highest.stored), highest.position - 1)
    found = divergence.note(
        connection,
        Divergence(ledger.now(), ledger.log_id, former, highest.position, surviving, ahead),
    )
    with suppress(Exception):  # a full disk may take no log entry either
        log.error(
            "log-replaced" if found.is_another_log else "log-lost-events",
            missing=found.missing,
            surviving=found.surviving,
            highest=found.highest,
            log=str(found.log_id),
            rebuilding=list(ahead),
        )


def _end(statuses: Collection[ProjectionStatus]) -> LogMark | None:
    """The last event of the log, as whoever asked for the standings has seen it."""
    for status in statuses:
        if status.latest is not None:
            return LogMark(status.head, status.stored, status.latest)
    return None
