"""Group commit: concurrent appends share one transaction, and each gets its own answer.

Requests hand their rows to the process's one writer thread and wait. The thread takes all waiting
requests as one group - on SQLite after it has the append lock - so a group grows while the one
before is being committed. It inserts optimistically. If a stream version is taken, it repeats the
group with an exact check, so that one request's conflict never fails the others.

The exact check (lrs/ledger/exact_append.py) also finds out whether a commit whose reply was lost
took effect.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from time import monotonic

import structlog
from sqlalchemy.exc import IntegrityError as BrokenConstraint
from sqlalchemy.exc import SQLAlchemyError

from lrs.db.engine import Database
from lrs.db.errors import is_away, is_busy, translate_db_errors
from lrs.domain.errors import Unavailable
from lrs.domain.events import LogMark
from lrs.ledger.append import append, appending
from lrs.ledger.event_rows import AppendGroup, BytesMissing, EventRow, StoredAt, by_the_clock
from lrs.ledger.exact_append import write_exactly
from lrs.ledger.pending_append import Answer, PendingAppend

log = structlog.get_logger(__name__)


LATEST = 256
"""The number of commits whose last events are remembered, for the check that the log has not lost
them: more commits than happen while a failed database is replaced.
"""


class Writer:
    """Appends rows for any number of threads. `now` and `stored_at` are as in Ledger."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], int],
        *,
        timeout: float = 4.0,
        max_group: int = 2_000,
        stored_at: StoredAt = by_the_clock,
    ) -> None:
        self._database = database
        self._now = now
        self._stored_at = stored_at
        self._timeout = timeout
        self._max_group = max_group
        self.on_commit: Callable[[], None] = lambda: None
        """Called by the writer thread after each commit; it must be quick."""
        self._acknowledged: deque[LogMark] = deque(maxlen=LATEST)
        self._waiting: deque[PendingAppend] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def append(self, rows: Sequence[EventRow], needing: Collection[bytes] = ()) -> list[int]:
        """Write all rows or none, in order; return their positions once the commit is durable.

        `needing` are the hashes of bytes that must still be stored. Raises BytesGone if they are
        not, VersionTaken, StorageFull, or Unavailable if there is no answer in time: then the
        outcome is unknown, and the same rows may be sent again.
        """
        if not rows:
            return []
        slot = PendingAppend(rows, monotonic() + self._timeout, needing)
        with self._wake:
            if self._closed:
                raise Unavailable("shutting-down")
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
                self._thread.start()
            self._waiting.append(slot)
            self._wake.notify()
        if not slot.wait():
            self._give_up(slot)
        if slot.next is not None:
            self._wake_first_of(slot.next)
        if isinstance(slot.answer, Exception):
            raise slot.answer
        return slot.answer

    @property
    def waiting(self) -> int:
        """How many appends wait to be taken into a transaction."""
        return len(self._waiting)

    def take_acknowledged(self) -> list[LogMark]:
        """The last event of each commit since the previous call, at most LATEST of them."""
        marks = []
        while self._acknowledged:
            marks.append(self._acknowledged.popleft())
        return marks

    def acknowledge(self, last: LogMark) -> None:
        """Note a commit of this process that did not come through `append`."""
        self._acknowledged.append(last)
        self.on_commit()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
            thread = self._thread
        if thread is not None:
            thread.join(self._timeout)

    def _give_up(self, slot: PendingAppend) -> None:
        """Raise Unavailable, unless the answer came at the last moment."""
        with self._wake:
            if slot.is_answered():
                return
            slot.abandoned = True
            if slot in self._waiting:
                self._waiting.remove(slot)
                raise Unavailable("write-timeout")
        raise Unavailable("outcome-unknown")

    def _answer(self, group: Sequence[PendingAppend], answers: Sequence[Answer]) -> None:
        """Give each request its answer. Only the first is woken, and each wakes the next: if all
        woke at once, they would compete for the GIL.
        """
        following: PendingAppend | None = None
        for slot, answer in zip(reversed(group), reversed(answers), strict=True):
            slot.answer, slot.next = answer, following
            following = slot
        self._wake_first_of(following)

    def _wake_first_of(self, slot: PendingAppend | None) -> None:
        """Wake this request or, if it has given up, the next one that has not."""
        with self._wake:
            while slot is not None and slot.abandoned:
                slot = slot.next
            if slot is not None:
                slot.wake()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closed:
                    self._wake.wait()
                if not self._waiting:
                    return
            self._commit_waiting()

    def _take(self) -> list[PendingAppend]:
        """The waiting requests, up to the size of a group; at least one if any waits."""
        group: list[PendingAppend] = []
        size = 0
        with self._wake:
            while self._waiting:
                size += len(self._waiting[0].rows)
                if group and size > self._max_group:
                    break
                group.append(self._waiting.popleft())
        return group

    def _commit_waiting(self) -> None:
        group: list[PendingAppend] = []
        rows: list[EventRow] = []

        def taken() -> AppendGroup:
            group.extend(self._take())
            if not group:
                raise _NobodyWaits
            rows.extend(row for slot in group for row in slot.rows)
            return AppendGroup(rows, [sha2 for slot in group for sha2 in slot.needing])

        try:
            appended = append(self._database, taken, self._now, self._stored_at)
        except _NobodyWaits:
            return
        except (BrokenConstraint, BytesMissing):
            self._commit_exactly(group)
        except Exception as error:
            self._recover(group or self._take(), error, started=bool(group))
        else:
            self._acknowledged.append(appended.last(rows))
            answers, first = [], appended.position
            for slot in group:
                answers.append(list(range(first, first + len(slot.rows))))
                first += len(slot.rows)
            self._answer(group, answers)
            self.on_commit()

    def _recover(self, group: list[PendingAppend], error: Exception, *, started: bool) -> None:
        """The transaction failed, perhaps after its commit: find out whether it took effect, or
        answer that the outcome is unknown.
        """
        if started and is_away_error(error) and not is_busy(error):
            self._commit_exactly(group)
        else:
            self._refuse_all(group, error)

    def _commit_exactly(self, group: list[PendingAppend]) -> None:
        """Write the requests of the group that have no conflict, and answer each separately."""
        while True:
            # A request that gave up was answered "outcome unknown": it must not be written now.
            group = [slot for slot in group if not slot.abandoned]
            if not group:
                return
            try:
                with appending(self._database, self._now) as (connection, head):
                    answers, last = write_exactly(connection, head, group, self._stored_at)
            except Exception as error:
                if is_away_error(error) and monotonic() < min(slot.deadline for slot in group):
                    threading.Event().wait(0.05)
                    continue
                unsure = Unavailable("outcome-unknown")
                self._refuse_all(group, unsure if is_away_error(error) else error)
                return
            if last is not None:
                self._acknowledged.append(last)
            self._answer(group, answers)
            self.on_commit()
            return

    def _refuse_all(self, group: list[PendingAppend], error: Exception) -> None:
        try:
            with translate_db_errors():
                raise error
        except Exception as honest:
            self._answer(group, [honest] * len(group))
        with suppress(Exception):  # a full disk may take no log entry either
            log.warning("append-failed", error=type(error).__name__, requests=len(group))


class _NobodyWaits(Exception):
    """All requests gave up before the lock was taken, so there is nothing to append."""


def is_away_error(error: Exception) -> bool:
    return isinstance(error, SQLAlchemyError) and is_away(error)
