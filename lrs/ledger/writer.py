"""Group commit: concurrent appends share one transaction, and each gets its own answer.

Requests hand their rows to the process's one writer thread and wait. It takes all that wait by
now - on SQLite once it has the append lock - so a group grows while the one before is committed.
It inserts optimistically; when a stream's version turns out to be taken, it repeats the group
with an exact check, so that one request's conflict never fails its neighbours.

The exact check (lrs/ledger/exact_append.py) also finds out what a commit whose reply is lost did.
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
"""Commits whose last events are kept for whoever checks that the log has not lost them: more than
are made while a failed database is replaced.
"""


class Writer:
    """Appends rows for any number of threads. `now` gives microseconds where SQL has no clock,
    `stored_at` those of events that no clock dates.
    """

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
        """Called after each commit, by the writer's thread: it must be quick."""
        self._acknowledged: deque[LogMark] = deque(maxlen=LATEST)
        self._waiting: deque[PendingAppend] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def append(self, rows: Sequence[EventRow], needing: Collection[bytes] = ()) -> list[int]:
        """Write the rows whole, in order; return their positions once the commit is durable.

        `needing` are hashes of bytes that must be there still: BytesGone. Raises VersionTaken
        when a version is taken, StorageFull, or Unavailable when there is no
        answer in time: then the outcome is unknown, and the same rows may be tried again.
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
        """The last event of each commit that was confirmed since this was asked last, of the
        LATEST ones.
        """
        taken = []
        while self._acknowledged:
            taken.append(self._acknowledged.popleft())
        return taken

    def acknowledge(self, last: LogMark) -> None:
        """Note a commit of this process that another way than `append` has made."""
        self._acknowledged.append(last)
        self.on_commit()

    def close(self) -> None:
        """Finish what waits, then stop."""
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
        """Give each its answer. The first is woken, and each wakes the next: woken all at once,
        they would crowd before the interpreter, where only one can be.
        """
        following: PendingAppend | None = None
        for slot, answer in zip(reversed(group), reversed(answers), strict=True):
            slot.answer, slot.next = answer, following
            following = slot
        self._wake_first_of(following)

    def _wake_first_of(self, slot: PendingAppend | None) -> None:
        """Wake it or, where it has given up, the next one that has not."""
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
        """All that wait by now, up to the size of a group, but never none."""
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
        """The transaction failed, perhaps after its commit: find out, or say that it is unknown."""
        if started and is_away_error(error) and not is_busy(error):
            self._commit_exactly(group)
        else:
            self._refuse_all(group, error)

    def _commit_exactly(self, group: list[PendingAppend]) -> None:
        """Write those of the group that conflict with nothing, and answer each for itself."""
        while True:
            # Who has given up was told that nobody knows; it must not be written now.
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
    """All requests gave up before the lock was taken: there is nothing to append."""


def is_away_error(error: Exception) -> bool:
    return isinstance(error, SQLAlchemyError) and is_away(error)
