"""Reading the log: by position, by stream, by time. Nothing here writes or waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Select

from lrs.db.bulk import rows_of
from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.db.types import canonical
from lrs.domain.errors import LogDiverged
from lrs.domain.events import LogMark
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import queries
from lrs.ledger.encoding import split
from lrs.ledger.records import LoggedEvent, LoggedStatement, Page, event_of, statements_of
from lrs.ledger.tables import content, event

PAGE_EVENTS = 500
"""The events on a page of `pages`."""

PAGE_BYTES = 4_000_000
"""The most bytes of contents on a page of the log, unless its first event alone has more."""


def _require(commitment: bytes | None, found: bytes | None) -> None:
    """Raises LogDiverged if `commitment` is given and differs from the one found in the log."""
    if commitment is not None and (found is None or bytes(found) != commitment):
        raise LogDiverged("log-diverged")


def _is_large(row: Sequence[Any]) -> bool:
    """Whether the event's content is too large to be in the row."""
    return row[5] is None and row[7] is not None


def _within(rows: Sequence[Sequence[Any]], most: int) -> Sequence[Sequence[Any]]:
    """The first rows, whose contents have at most `most` bytes together; at least one row."""
    total = 0
    for count, row in enumerate(rows):
        total += row[7] or 0
        if total > most and count:
            return rows[:count]
    return rows


def _whole(connection: Connection, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """The rows, with the large contents read into them."""
    large = [row[0] for row in rows if _is_large(row)]
    if not large:
        return rows
    states = {at: bytes(state) for at, state in
              rows_of(connection, queries.STATES, content.c.position, large)}  # fmt: skip
    return [(*row[:5], states.get(row[0], row[5]), *row[6:]) for row in rows]


class LogReader:
    """Reads one log. Each read is a separate query on an autocommit connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> tuple[int, int]:
        """Position and `stored` of the last event; (0, 0) while the log is empty."""
        with translate_db_errors(), self._database.read.connect() as connection:
            row = queries.HEAD.first(connection)
        return (row[0], row[1]) if row is not None else (0, 0)

    def end(self, topics: tuple[str, ...] = (), at: Sequence[int] = ()) -> tuple[Any, ...]:
        """The last event's position, `stored` and commitment, the position of the last event of
        each of these topics, and the commitments of the events at these positions; None for an
        event that does not exist. All as of one moment. The topics must not include statements.
        """
        positions = {f"at{n}": position for n, position in enumerate(at)}
        with translate_db_errors(), self._database.read.connect() as connection:
            return tuple(connection.execute(queries.ends(topics, len(at)), positions).one())

    def mark(self) -> LogMark | None:
        """The last event's position, `stored` and commitment; None while the log is empty."""
        position, stored, commitment = self.end()
        return None if position is None else LogMark(position, stored, commitment)

    def waiting(self, position: int, topics: tuple[str, ...] = ()) -> tuple[int, int]:
        """The number of events after `position`, and the `stored` of the first of them (0 if there
        is none). With topics, only events of these; the topics must not include statements.
        """
        with translate_db_errors(), self._database.read.connect() as connection:
            count, first = connection.execute(queries.waiting(topics), {"after": position}).one()
        return max(0, count or 0), first or 0

    def after(
        self,
        position: int,
        limit: int,
        topics: Collection[str] = frozenset(),
        *,
        commitment: bytes | None = None,
    ) -> Page:
        """A page of up to `limit` events after `position`: its statements, and its events of these
        topics.

        With the `commitment` of the event at `position`, raises LogDiverged if the log now holds
        another event there, or none: then the page would not continue what the caller has read.
        """
        with translate_db_errors(), self._database.read.connect() as connection:
            # One query reads the check and the page: between two, the log may be replaced.
            rows = self._rows_from(connection, position, limit + 1)
            before = rows[0] if rows and rows[0][0] == position else None
            _require(commitment, None if before is None else before[6])
            rows = rows[:limit] if before is None else rows[1:]
            read = len(rows)
            rows = _whole(connection, _within(rows, PAGE_BYTES))
        if not rows:
            return Page(0, position, 0, b"")
        last, stored, *_, commitment, _size = rows[-1]
        others = [event_of(row) for row in rows if row[4] in topics] if topics else []
        statements = statements_of(rows)
        return Page(len(rows), last, stored, commitment, statements, others, len(rows) < read)

    def _rows_from(self, connection: Connection, first: int, limit: int) -> Sequence[Sequence[Any]]:
        """Up to `limit` rows from that position on, without the contents that are large."""
        return queries.ROWS_FROM.all(connection, first=first, limit=limit)

    def following(
        self, position: int, topics: frozenset[str], limit: int, *, commitment: bytes | None = None
    ) -> Page:
        """Up to `limit` events of these topics after `position`. The topics must not include
        statements.

        The page's `last` is the log's end if the page has all such events, else its own last
        event. Raises LogDiverged as `after` does.
        """
        end = self._end(position)
        _require(commitment, None if end is None else end.before)
        if end is None or end.position <= position:
            return Page(0, position, 0, b"")
        bounds = {"after": position, "upto": end.position, "limit": limit}
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = connection.execute(queries.of_topics(topics), bounds).all()
        if rows:
            _require(commitment, rows[0].before)
        others = [LoggedEvent(*row[:-2]) for row in rows]
        if len(others) < limit:
            return Page(len(others), end.position, end.stored, end.commitment, other_events=others)
        last = others[-1]
        return Page(
            len(others), last.position, last.stored, rows[-1].commitment, other_events=others
        )

    def _end(self, position: int) -> Any:
        """Position, `stored` and commitment of the last event, and the commitment of the event at
        `position`, as `before`; None while the log is empty.
        """
        return self._first(queries.END, after=position)

    def history(self, stream: UUID) -> list[LoggedEvent]:
        """All events of a stream, by version."""
        return self._events(queries.HISTORY, of=stream)

    def histories(self, streams: Collection[UUID]) -> list[LoggedEvent]:
        """All events of these streams, in the order of the log."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = [*rows_of(connection, queries.EVENTS, event.c.originator_id, streams)]
        return sorted((LoggedEvent(*row) for row in rows), key=lambda logged: logged.position)

    def versions(
        self,
        stream: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[LoggedEvent]:
        """The events of a stream by version, without erased ones."""
        query = queries.versions(gt, lte, desc=desc).limit(limit)
        return self._events(query, of=stream)

    def sequence(
        self, first: int, limit: int, stop: int | None = None, topics: Collection[str] = ()
    ) -> list[LoggedEvent]:
        """Up to `limit` events from position `first` to `stop`, of these topics or of all, without
        erased ones.
        """
        return self._events(queries.sequence(first, stop, topics).limit(limit))

    def pages(self, topics: Collection[str]) -> Iterator[list[LoggedEvent]]:
        """All events of these topics in log order, page by page, without erased ones."""
        first = 1
        while page := self.sequence(first, PAGE_EVENTS, topics=topics):
            yield page
            first = page[-1].position + 1

    def latest(self, stream: UUID) -> LoggedEvent | None:
        """The last event of a stream."""
        row = self._first(queries.LATEST, of=stream)
        return None if row is None else LoggedEvent(*row)

    def latest_of(self, streams: Collection[UUID]) -> dict[UUID, LoggedEvent]:
        """The last event of each of these streams that has any."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, queries.LATEST_OF, event.c.originator_id, streams)
            latest = [LoggedEvent(*row) for row in rows]
        return {logged.originator_id: logged for logged in latest}

    def statements(
        self,
        ids: Collection[UUID],
        *,
        upto: int | None = None,
        before_large: Callable[[], None] | None = None,
    ) -> list[LoggedStatement]:
        """The statements with these ids at positions up to `upto`, in no order. `before_large` is
        called before large statements are read.
        """
        query, parameters = (
            (queries.ROWS, {}) if upto is None else (queries.ROWS_UPTO, {"upto": upto})
        )
        return self._among(query, event.c.originator_id, ids, before_large, **parameters)

    def at(self, positions: Sequence[int]) -> dict[int, LoggedStatement]:
        """The statements at these positions."""
        return {s.position: s for s in self._among(queries.ROWS, event.c.position, positions)}

    def events_at(self, positions: Collection[int]) -> dict[int, LoggedEvent]:
        """The events at these positions, of those that there are."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, queries.EVENTS, event.c.position, positions)
            return {row.position: LoggedEvent(*row) for row in rows}

    def page(
        self, positions: Sequence[int], most: int, before_large: Callable[[], None]
    ) -> tuple[list[LoggedStatement], int]:
        """The statements at the first of these positions, in the same order: at most `most` bytes
        together, but at least one. Also the number of positions that they cover. `before_large` is
        called before large statements are read.
        """
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = {
                row[0]: row
                for row in rows_of(connection, queries.ROWS, event.c.position, positions)
            }
            page = _within([rows[p] for p in positions if p in rows], most)
            if any(map(_is_large, page)):
                before_large()
            statements = statements_of(_whole(connection, page))
        is_all = len(page) == len(rows)
        return statements, len(positions) if is_all else positions.index(page[-1][0]) + 1

    def ids_at(self, positions: Sequence[int]) -> dict[int, str]:
        """The ids of the statements at these positions, also of erased ones, as texts."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = queries.IDS.among(connection, positions)
        return {position: canonical(id) for position, id in rows}

    def authorities_at(self, positions: Sequence[int]) -> dict[int, JsonObject]:
        """The authorities of the statements at these positions that are not erased."""
        authorities: dict[int, JsonObject] = {}
        longer: list[int] = []
        with translate_db_errors(), self._database.read.connect() as connection:
            for row in rows_of(connection, queries.HEADS, content.c.position, positions):
                head = bytes(row.head)
                if b"\n" in head:
                    authorities[row.position] = split(head)[0]["a"]
                else:
                    longer.append(row.position)
        return authorities | {at: row.authority for at, row in self.at(longer).items()}

    def position_at(self, stored: int) -> int:
        """The last position stored at or before that instant; 0 if there is none."""
        row = self._first(queries.POSITION_AT, instant=stored)
        return row[0] if row is not None else 0

    def stored_at(self, position: int) -> int:
        """The `stored` of the event at this position; 0 if the log is shorter."""
        row = self._first(queries.STORED_AT, at=position)
        return row[0] if row is not None else 0

    def commitment_at(self, position: int) -> bytes | None:
        """The commitment of the event at this position; None if the log is shorter."""
        row = self._first(queries.COMMITMENT_AT, at=position)
        return None if row is None else bytes(row[0])

    def commitments(self, positions: Collection[int]) -> dict[int, bytes]:
        """The commitments of the events at those of these positions that exist."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, queries.COMMITMENTS, event.c.position, positions)
            return {row.position: bytes(row.commitment) for row in rows}

    def _among(
        self,
        query: Select[Any],
        column: Column[Any],
        values: Collection[Any],
        before_large: Callable[[], None] | None = None,
        **parameters: Any,
    ) -> list[LoggedStatement]:
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = list(rows_of(connection, query, column, values, **parameters))
            if before_large is not None and any(map(_is_large, rows)):
                before_large()
            return statements_of(_whole(connection, rows))

    def _events(self, query: Select[Any], **parameters: Any) -> list[LoggedEvent]:
        with translate_db_errors(), self._database.read.connect() as connection:
            return [LoggedEvent(*row) for row in connection.execute(query, parameters)]

    def _first(self, query: Select[Any], **parameters: Any) -> Any:
        with translate_db_errors(), self._database.read.connect() as connection:
            return connection.execute(query, parameters).first()
