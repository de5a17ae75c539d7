"""Storing statements and finding them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID, uuid4

from lrs.db.engine import Database
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import (
    Forbidden,
    StatementConflict,
    StatementNotFound,
    Unavailable,
)
from lrs.domain.events import StatementStored
from lrs.domain.xapi.agent import JsonObject, authority_key
from lrs.domain.xapi.statement import centiseconds, is_voiding, repeats, target_of
from lrs.domain.xapi.version import Version
from lrs.ledger import Blobs, BytesGone, Ledger, LoggedStatement, VersionTaken
from lrs.projections.statements import index as index
from lrs.projections.statements.index import StatementsProjection
from lrs.projections.statements.search import Filter, find
from lrs.projector import FreshReads, ReadConsistency, TailReader, UnindexedTail
from lrs.service.attachments import Attached, attached
from lrs.service.counter import Counter
from lrs.service.launches import Launches
from lrs.service.query import Cursor, StatementQuery
from lrs.service.quotas import Quotas
from lrs.service.received import NOTHING, Received, events_of
from lrs.service.retry import retry_on_conflict

BeforeLarge = Callable[[], None]


def nothing() -> None:
    """For who reads large statements without more ado."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """The ids of the statements that were to be stored, in order, and how many of them this call
    stored itself: the others were there already and say the same.
    """

    ids: list[UUID]
    new: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page of statements, the cursor of the next (None on the last), and how fresh it is."""

    statements: Sequence[LoggedStatement]
    next: Cursor | None
    through: int


class StatementService:
    """The statements of one store. `timeout` bounds a write with all its repetitions, in s;
    `page_bytes` a page of statements, which holds one at least.
    """

    def __init__(
        self,
        ledger: Ledger,
        reads: FreshReads,
        views: Database,
        *,
        blobs: Blobs,
        quotas: Quotas,
        launches: Launches,
        recheck: Callable[[Credential], None],
        timeout: float,
        page_bytes: int,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._quotas = quotas
        self._launches = launches
        self._recheck = recheck
        self._reads = reads
        self._timeout = timeout
        self._page_bytes = page_bytes
        self._new_id = new_id
        self._recent = TailReader(ledger.reader, views)
        self.stored = Counter()
        """How many statements were new, of those that this process was given."""

    @property
    def through(self) -> int:
        """Consistent-Through without asking the database: at most a second old when idle."""
        return self._reads.through

    def store(
        self,
        received: Sequence[Received],
        by: Credential,
        version: Version,
        *,
        ids: Iterable[UUID] | None = None,
        carried: Mapping[str, BinaryContent] = NOTHING,
        batch: bool = True,
    ) -> StoreResult:
        """Make the statements part of the record, all or none.

        `ids` are for those that do not say their own, in order; without, each gets a random one.
        `carried` are the bytes of attachments that came along, by the declared sha2 in lower case.
        `batch` says that they came in an array, for pointers to what is refused.

        A statement that is stored already and says the same is left alone. Raises
        StatementConflict for one that says something else, Forbidden for a scope too narrow,
        OutsideLaunch for what a learner's key may not say, Unauthenticated for a key that was
        revoked or whose time was over while the statements came in, QuotaExceeded for attachments
        beyond a quota, Unavailable or StorageFull when the database does not take it.
        """
        self.require_writer(by)
        durations = centiseconds if version is Version.V2_0_0 else str
        new_id = self._new_id if ids is None else iter(ids).__next__
        defining = self._launches.require([r.value for r in received], by, batch=batch)
        events = events_of(received, by, version, new_id, carried, defining)
        self._check_voiding(received, by)
        wanted: dict[UUID, tuple[StatementStored, JsonObject]] = {}
        for event, statement in zip(events, received, strict=True):
            earlier = wanted.setdefault(event.originator_id, (event, statement.value))
            if earlier[0] is not event and not repeats(
                earlier[1], statement.value, durations=durations
            ):
                raise StatementConflict("duplicate-id")
        self._recheck(by)

        def keep() -> Collection[str]:
            """The attachments' bytes; the hashes of those that were there."""
            account = self._quotas.account(by)
            return self._blobs.put(*carried.values(), by=account, attached=True) if carried else ()

        new = self._record(wanted, durations, keep)
        self.stored.add(new)
        return StoreResult([event.originator_id for event in events], new)

    def require_writer(self, by: Credential) -> None:
        """Raises Forbidden: to be asked before anything that was sent is read."""
        if not by.may_write():
            raise too_narrow(by, "`statements/write` and `all`")

    def get(
        self, id: UUID, by: Credential, before_large: BeforeLarge = nothing
    ) -> tuple[LoggedStatement, ReadConsistency]:
        """A statement that is not voided. Raises StatementNotFound, Forbidden."""
        return self._get(id, by, before_large, voided=False)

    def get_voided(
        self, id: UUID, by: Credential, before_large: BeforeLarge = nothing
    ) -> tuple[LoggedStatement, ReadConsistency]:
        """A statement that is voided. Raises StatementNotFound, Forbidden."""
        return self._get(id, by, before_large, voided=True)

    def find(
        self, query: StatementQuery, by: Credential, before_large: BeforeLarge = nothing
    ) -> StatementPage:
        """The first page of what the query matches. `before_large` is called before statements are
        read that are large.
        """
        self._may_read(by)
        consistency, behind = self._reach()
        reader = self._ledger.reader
        after = 0 if query.since is None else reader.position_at(query.since)
        upto = consistency.position
        if query.until is not None:
            upto = min(upto, reader.position_at(query.until))
        first = Cursor(query.criteria, query.limit, query.ascending, after, upto)
        return self._page(first, by, consistency, behind, before_large)

    def follow(
        self,
        token: str,
        by: Credential,
        max_page: int,
        beside: Mapping[str, object] = MappingProxyType({}),
        before_large: BeforeLarge = nothing,
    ) -> StatementPage:
        """The next page, for whoever asks: the scope is that of `by`, not of the first page.

        `beside` are parameters of the first page that were sent once more. Raises InvalidQuery,
        also where they are others than those of the token; Forbidden, Unavailable.
        """
        self._may_read(by)
        cursor = Cursor.decode(token)
        cursor.require(beside)
        consistency, behind = self._reach()
        if consistency.position < cursor.upto:
            head, _ = self._ledger.reader.head()
            consistency, behind = self._reach()
            if consistency.position < min(cursor.upto, head):
                # the walk must not leave out what cannot be seen now
                raise Unavailable("index-behind")
        limited = replace(cursor, limit=min(cursor.limit, max_page))
        return self._page(limited, by, consistency, behind, before_large)

    def attached(self, rows: Sequence[LoggedStatement]) -> list[Attached]:
        """The attachments whose bytes came with these statements, each once."""
        return attached(rows, self._blobs)

    def _reach(self) -> tuple[ReadConsistency, UnindexedTail]:
        """How far reads are complete, and what of that the index does not hold yet."""
        through = self._reads.through  # before the head, which may move on meanwhile
        status = self._reads.status(StatementsProjection.NAME)
        behind = self._reads.retry_if_swapped(status, self._recent.behind)
        if behind is None:
            consistency = self._reads.fresh(StatementsProjection.NAME)
            return consistency, UnindexedTail(consistency.position)
        position = max(status.at.position, status.head)
        through = max(status.stored, status.at.stored, through)
        return ReadConsistency(position, through, status), behind

    def _page(
        self,
        cursor: Cursor,
        by: Credential,
        consistency: ReadConsistency,
        behind: UnindexedTail,
        before_large: BeforeLarge,
    ) -> StatementPage:
        wanted = Filter(
            cursor.criteria,
            after=cursor.after,
            upto=cursor.upto,
            ascending=cursor.ascending,
            authority=None if by.may_read() else authority_key(by.authority),
        )
        positions = self._positions(wanted, cursor.limit + 1, consistency, behind)
        page = positions[: cursor.limit]
        rows, read = self._ledger.reader.page(page, self._page_bytes, before_large)
        following = None
        if len(positions) > read:
            edge = page[read - 1]
            following = (
                replace(cursor, after=edge) if cursor.ascending else replace(cursor, upto=edge - 1)
            )
        return StatementPage(rows, following, consistency.through)

    def _positions(
        self, wanted: Filter, limit: int, consistency: ReadConsistency, behind: UnindexedTail
    ) -> list[int]:
        """The first `limit` matches, from the index and from what is behind it."""
        newer = behind.matching(wanted)
        if not wanted.ascending:
            newer = newer[::-1][:limit]
            limit -= len(newer)
        older: list[int] = []
        indexed = replace(wanted, upto=min(wanted.upto, behind.after))
        if limit and indexed.upto > indexed.after:
            older = self._reads.query_once(consistency, lambda c: find(c, indexed, limit))
        return older + newer[: limit - len(older)] if wanted.ascending else newer + older

    def _get(
        self, id: UUID, by: Credential, before_large: BeforeLarge, *, voided: bool
    ) -> tuple[LoggedStatement, ReadConsistency]:
        self._may_read(by)
        # The statement first: then what is known of voiding is not older than it.
        rows = self._ledger.reader.statements([id], before_large=before_large)
        consistency, behind = self._reach()
        if rows and self._is_voided(rows[0].position, consistency, behind) is voided:
            theirs = rows[0].authority
            if by.may_read() or authority_key(theirs) == authority_key(by.authority):
                return rows[0], consistency
        raise StatementNotFound("statement-not-found")

    def _is_voided(
        self, position: int, consistency: ReadConsistency, behind: UnindexedTail
    ) -> bool:
        if position > behind.after:  # and nothing refers to it, else it would not be behind
            return False
        return self._reads.query_once(consistency, lambda c: index.is_voided(c, position))

    def _may_read(self, by: Credential) -> None:
        if not by.may_read_mine():
            raise too_narrow(by, "`statements/read/mine`, `statements/read`, `all/read` and `all`")

    def _check_voiding(self, received: Sequence[Received], by: Credential) -> None:
        """Another authority's statement is voided only with the scope `all`."""
        targets = [target_of(r.value) for r in received if is_voiding(r.value)]
        if by.may_do_all() or not targets:
            return
        mine = authority_key(by.authority)
        for row in self._ledger.reader.statements([t for t in targets if t is not None]):
            if authority_key(row.authority) != mine:
                raise Forbidden("voiding-another-authority")

    def _record(
        self,
        wanted: dict[UUID, tuple[StatementStored, JsonObject]],
        durations: Callable[[str], object],
        keep: Callable[[], Collection[str]],
    ) -> int:
        """Append what is not there yet, and say how many that is; what is there must say the
        same. `keep` stores the bytes of attachments first.
        """
        left, needed = dict(wanted), keep()

        def once() -> None:
            nonlocal needed
            try:
                if left:
                    self._ledger.append([event for event, _ in left.values()], needing=needed)
            except BytesGone:
                needed = keep()
                raise
            except VersionTaken as taken:
                for id in self._same(left, {stream for stream, _ in taken.streams}, durations):
                    del left[id]
                raise

        retry_on_conflict(once, self._timeout)
        return len(left)

    def _same(
        self,
        wanted: dict[UUID, tuple[StatementStored, JsonObject]],
        taken: Collection[UUID],
        durations: Callable[[str], object],
    ) -> list[UUID]:
        """Those already stored as wanted. Raises StatementConflict if one says something else."""
        rows = {row.id: row for row in self._ledger.reader.statements(taken)}
        for id in taken:
            row = rows.get(id)
            if row is None or not repeats(
                json.loads(row.text), wanted[id][1], stored=row.stored, durations=durations
            ):
                raise StatementConflict("statement-conflict")
        return list(taken)
