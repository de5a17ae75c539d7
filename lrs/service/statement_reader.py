"""Reads statements: the positions of a query's matches, and the statements there from the log.

The statements index may be behind the log. The events that it does not hold yet (the unindexed
tail) are matched in memory, so a read is complete up to the log's head. Nothing here checks the
rights of a key, except that a key may be restricted to statements of its own authority.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from lrs.db.engine import Database
from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import StatementNotFound, Unavailable
from lrs.domain.xapi.agent import authority_key
from lrs.ledger import LoggedStatement, LogReader
from lrs.projections.statements import index as index
from lrs.projections.statements.index import StatementsProjection
from lrs.projections.statements.search import Filter, find
from lrs.projector import FreshReads, ReadConsistency, TailReader, UnindexedTail
from lrs.service.query import Cursor, StatementQuery

BeforeLarge = Callable[[], None]
"""Called before large statements are read."""


def nothing() -> None:
    """The BeforeLarge of a caller that need not know."""


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page of statements, the cursor of the next page (None on the last one), and the instant up
    to which the page is complete.
    """

    statements: Sequence[LoggedStatement]
    next: Cursor | None
    through: int


class StatementReader:
    """Reads the statements of one store. `page_bytes` limits a page, which holds at least one."""

    def __init__(self, log: LogReader, reads: FreshReads, views: Database, page_bytes: int) -> None:
        self._log = log
        self._reads = reads
        self._page_bytes = page_bytes
        self._tail = TailReader(log, views)

    def one(
        self, id: UUID, by: Credential, before_large: BeforeLarge, *, voided: bool
    ) -> tuple[LoggedStatement, ReadConsistency]:
        """The statement with this id, if it is voided or not, as `voided` says. Raises
        StatementNotFound.
        """
        # The statement is read first, so that what is known of its voiding is not older.
        rows = self._log.statements([id], before_large=before_large)
        consistency, tail = self._consistency()
        if rows and self._is_voided(rows[0].position, consistency, tail) is voided:
            theirs = rows[0].authority
            if by.may_read() or authority_key(theirs) == authority_key(by.authority):
                return rows[0], consistency
        raise StatementNotFound("statement-not-found")

    def first_page(
        self, query: StatementQuery, by: Credential, before_large: BeforeLarge
    ) -> StatementPage:
        """The first page of the query's matches."""
        consistency, tail = self._consistency()
        after = 0 if query.since is None else self._log.position_at(query.since)
        upto = consistency.position
        if query.until is not None:
            upto = min(upto, self._log.position_at(query.until))
        first = Cursor(query.criteria, query.limit, query.ascending, after, upto)
        return self._page(first, by, consistency, tail, before_large)

    def next_page(self, cursor: Cursor, by: Credential, before_large: BeforeLarge) -> StatementPage:
        """The page at the cursor. Raises Unavailable while reads do not reach to the end of the
        cursor's window, because the page would then lack statements.
        """
        consistency, tail = self._consistency()
        if consistency.position < cursor.upto:
            head, _ = self._log.head()
            consistency, tail = self._consistency()
            if consistency.position < min(cursor.upto, head):
                raise Unavailable("index-behind")
        return self._page(cursor, by, consistency, tail, before_large)

    def _consistency(self) -> tuple[ReadConsistency, UnindexedTail]:
        """The position up to which reads are complete, and the unindexed tail up to there."""
        through = self._reads.through  # read before the head, which may move on meanwhile
        status = self._reads.status(StatementsProjection.NAME)
        tail = self._reads.retry_if_swapped(status, self._tail.behind)
        if tail is None:
            consistency = self._reads.fresh(StatementsProjection.NAME)
            return consistency, UnindexedTail(consistency.position)
        position = max(status.at.position, status.head)
        through = max(status.stored, status.at.stored, through)
        return ReadConsistency(position, through, status), tail

    def _page(
        self,
        cursor: Cursor,
        by: Credential,
        consistency: ReadConsistency,
        tail: UnindexedTail,
        before_large: BeforeLarge,
    ) -> StatementPage:
        wanted = Filter(
            cursor.criteria,
            after=cursor.after,
            upto=cursor.upto,
            ascending=cursor.ascending,
            authority=None if by.may_read() else authority_key(by.authority),
        )
        positions = self._positions(wanted, cursor.limit + 1, consistency, tail)
        page = positions[: cursor.limit]
        rows, read = self._log.page(page, self._page_bytes, before_large)
        following = None
        if len(positions) > read:
            edge = page[read - 1]
            following = (
                replace(cursor, after=edge) if cursor.ascending else replace(cursor, upto=edge - 1)
            )
        return StatementPage(rows, following, consistency.through)

    def _positions(
        self, wanted: Filter, limit: int, consistency: ReadConsistency, tail: UnindexedTail
    ) -> list[int]:
        """The first `limit` matches, from the index and from the unindexed tail."""
        newer = tail.matching(wanted)
        if not wanted.ascending:
            newer = newer[::-1][:limit]
            limit -= len(newer)
        older: list[int] = []
        indexed = replace(wanted, upto=min(wanted.upto, tail.after))
        if limit and indexed.upto > indexed.after:
            older = self._reads.query_once(consistency, lambda c: find(c, indexed, limit))
        return older + newer[: limit - len(older)] if wanted.ascending else newer + older

    def _is_voided(self, position: int, consistency: ReadConsistency, tail: UnindexedTail) -> bool:
        if position > tail.after:  # nothing refers to a statement of the tail: see TailReader
            return False
        return self._reads.query_once(consistency, lambda c: index.is_voided(c, position))
