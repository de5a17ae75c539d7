"""The use cases of statements: storing them and, if the key's scopes allow it, reading them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID, uuid4

from lrs.db.engine import Database
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import Forbidden, StatementConflict
from lrs.domain.events import StatementStored
from lrs.domain.xapi.agent import JsonObject, authority_key
from lrs.domain.xapi.statement import centiseconds, is_voiding, repeats, target_of
from lrs.domain.xapi.version import Version
from lrs.ledger import Blobs, BytesGone, Ledger, LoggedStatement, VersionTaken
from lrs.projector import FreshReads, ReadConsistency
from lrs.service.attachments import Attached, attached
from lrs.service.counter import Counter
from lrs.service.launches import Launches
from lrs.service.query import Cursor, StatementQuery
from lrs.service.quotas import Quotas
from lrs.service.received import NOTHING, Received, events_of
from lrs.service.retry import retry_on_conflict
from lrs.service.statement_reader import BeforeLarge, StatementPage, StatementReader, nothing

__all__ = ["StatementPage", "StatementService", "StoreResult"]

Wanted = dict[UUID, tuple[StatementStored, JsonObject]]
"""The events to append and the statements' values, by id."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """The ids of the statements in the request, in order, and how many of these are new. The others
    were stored before, with the same meaning.
    """

    ids: list[UUID]
    new: int


class StatementService:
    """The statements of one store. `timeout` limits a write with its retries, in seconds;
    `page_bytes` limits a page of statements, which holds at least one.
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
        self._reader = StatementReader(ledger.reader, reads, views, page_bytes)
        self._new_id = new_id
        self.stored = Counter()
        """The number of new statements that this process has stored."""

    @property
    def through(self) -> int:
        """Consistent-Through, without a database query; at most a second old while idle."""
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
        """Store the statements, all or none.

        `ids` are the ids of statements without one, in order; by default they are random.
        `carried` are the bytes of attachments in the request, by the declared sha2 in lower case.
        `batch` means that the statements came in an array; it matters for pointers in errors.

        A statement that is stored already with the same meaning is not stored again. Raises
        StatementConflict if its meaning differs, Forbidden for a scope that is too narrow,
        OutsideLaunch for a statement that a learner's key may not send, Unauthenticated for a key
        that was revoked or expired while the request arrived, QuotaExceeded for attachments beyond
        a quota, Unavailable or StorageFull if the database cannot store them.
        """
        self.require_writer(by)
        durations = centiseconds if version is Version.V2_0_0 else str
        new_id = self._new_id if ids is None else iter(ids).__next__
        defining = self._launches.require([r.value for r in received], by, batch=batch)
        events = events_of(received, by, version, new_id, carried, defining)
        self._check_voiding(received, by)
        wanted = _by_id(events, received, durations)
        self._recheck(by)

        def put_blobs() -> Collection[str]:
            """Store the attachments' bytes; the hashes of those that were stored before."""
            account = self._quotas.account(by)
            return self._blobs.put(*carried.values(), by=account, attached=True) if carried else ()

        new = self._record(wanted, durations, put_blobs)
        self.stored.add(new)
        return StoreResult([event.originator_id for event in events], new)

    def require_writer(self, by: Credential) -> None:
        """Raises Forbidden for a key that may not write. Called before the body is read."""
        if not by.may_write():
            raise too_narrow(by, "`statements/write` and `all`")

    def get(
        self, id: UUID, by: Credential, before_large: BeforeLarge = nothing
    ) -> tuple[LoggedStatement, ReadConsistency]:
        """A statement that is not voided. Raises StatementNotFound, Forbidden."""
        self._may_read(by)
        return self._reader.one(id, by, before_large, voided=False)

    def get_voided(
        self, id: UUID, by: Credential, before_large: BeforeLarge = nothing
    ) -> tuple[LoggedStatement, ReadConsistency]:
        """A statement that is voided. Raises StatementNotFound, Forbidden."""
        self._may_read(by)
        return self._reader.one(id, by, before_large, voided=True)

    def find(
        self, query: StatementQuery, by: Credential, before_large: BeforeLarge = nothing
    ) -> StatementPage:
        """The first page of the query's matches. Raises Forbidden, Unavailable."""
        self._may_read(by)
        return self._reader.first_page(query, by, before_large)

    def follow(
        self,
        token: str,
        by: Credential,
        max_page: int,
        repeated: Mapping[str, object] = MappingProxyType({}),
        before_large: BeforeLarge = nothing,
    ) -> StatementPage:
        """The next page. The scopes of `by` count, not those of the key that read the first page.

        `repeated` are parameters of the first page that were sent again. Raises InvalidQuery, also
        if they differ from those of the token; Forbidden, Unavailable.
        """
        self._may_read(by)
        cursor = Cursor.decode(token)
        cursor.require(repeated)
        limited = replace(cursor, limit=min(cursor.limit, max_page))
        return self._reader.next_page(limited, by, before_large)

    def attached(self, rows: Sequence[LoggedStatement]) -> list[Attached]:
        """The attachments whose bytes were sent with these statements, each once."""
        return attached(rows, self._blobs)

    def _may_read(self, by: Credential) -> None:
        if not by.may_read_mine():
            raise too_narrow(by, "`statements/read/mine`, `statements/read`, `all/read` and `all`")

    def _check_voiding(self, received: Sequence[Received], by: Credential) -> None:
        """Raises Forbidden if a key without the scope `all` voids another authority's statement."""
        targets = [target_of(r.value) for r in received if is_voiding(r.value)]
        if by.may_do_all() or not targets:
            return
        mine = authority_key(by.authority)
        for row in self._ledger.reader.statements([t for t in targets if t is not None]):
            if authority_key(row.authority) != mine:
                raise Forbidden("voiding-another-authority")

    def _record(
        self,
        wanted: Wanted,
        durations: Callable[[str], object],
        put_blobs: Callable[[], Collection[str]],
    ) -> int:
        """Append the statements that are not stored yet and return their number. Raises
        StatementConflict if a stored one differs. `put_blobs` stores the attachments' bytes first.
        """
        new, needed = dict(wanted), put_blobs()

        def once() -> None:
            nonlocal needed
            try:
                if new:
                    self._ledger.append([event for event, _ in new.values()], needing=needed)
            except BytesGone:
                needed = put_blobs()
                raise
            except VersionTaken as taken:
                for id in self._same(new, {stream for stream, _ in taken.streams}, durations):
                    del new[id]
                raise

        retry_on_conflict(once, self._timeout)
        return len(new)

    def _same(
        self, wanted: Wanted, ids: Collection[UUID], durations: Callable[[str], object]
    ) -> list[UUID]:
        """These ids, if the statements stored under them have the same meaning as the wanted ones.
        Raises StatementConflict if one differs.
        """
        rows = {row.id: row for row in self._ledger.reader.statements(ids)}
        for id in ids:
            row = rows.get(id)
            if row is None or not repeats(
                json.loads(row.text), wanted[id][1], stored=row.stored, durations=durations
            ):
                raise StatementConflict("statement-conflict")
        return list(ids)


def _by_id(
    events: Sequence[StatementStored],
    received: Sequence[Received],
    durations: Callable[[str], object],
) -> Wanted:
    """The first event of each id. Raises StatementConflict if two statements with one id differ."""
    wanted: Wanted = {}
    for event, statement in zip(events, received, strict=True):
        earlier = wanted.setdefault(event.originator_id, (event, statement.value))
        if earlier[0] is not event and not repeats(
            earlier[1], statement.value, durations=durations
        ):
            raise StatementConflict("duplicate-id")
    return wanted
