"""The SELECTs of the log's reader, each constructed once, and columns for others' queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from lrs.db.compiled_query import CompiledQuery
from lrs.domain.events import StatementStored
from lrs.ledger.tables import content, event

LARGE = 65_536
"""An event's content of more bytes than this is read by a query of its own, after its size."""

_EVENT = (
    event.c.position,
    event.c.stored,
    event.c.originator_id,
    event.c.originator_version,
    event.c.topic,
    content.c.state,
)
_SIZE = func.length(content.c.state)
_SMALL = case((_SIZE <= LARGE, content.c.state)).label("state")
_ROW = (*_EVENT[:-1], _SMALL, event.c.commitment, _SIZE.label("size"))
STATES = select(content.c.position, content.c.state)
# An outer join, because an erased event keeps its row.
_JOINED = event.outerjoin(content, content.c.position == event.c.position)
ROWS: Select[Any] = select(*_ROW).select_from(_JOINED)
EVENTS: Select[Any] = select(*_EVENT).select_from(_JOINED)


ROWS_UPTO = ROWS.where(event.c.position <= bindparam("upto"))
_FROM = (
    ROWS.where(event.c.position >= bindparam("first"))
    .order_by(event.c.position)
    .limit(bindparam("limit"))
)
ROWS_FROM = CompiledQuery(_FROM, plain=True)
ROWS_BETWEEN = CompiledQuery(_FROM.where(event.c.position <= bindparam("until")), plain=True)
_LAST = select(event.c.position, event.c.stored).order_by(event.c.position.desc()).limit(1)
HEAD = CompiledQuery(_LAST)
_BEFORE = event.alias("before")
_AT = (
    select(_BEFORE.c.commitment)
    .where(_BEFORE.c.position == bindparam("after"))
    .scalar_subquery()
    .label("before")
)
"""The commitment of the event after which a query continues."""
END = _LAST.add_columns(event.c.commitment, _AT)
END_UNTIL = END.where(event.c.position <= bindparam("until"))
_IS_THERE = content.c.position.is_not(None)
_STREAM = EVENTS.where(event.c.originator_id == bindparam("of"))
HISTORY = _STREAM.order_by(event.c.originator_version)
LATEST = _STREAM.order_by(event.c.originator_version.desc()).limit(1)


_LATER = event.alias("later")
LATEST_OF = EVENTS.where(
    event.c.originator_version
    == select(func.max(_LATER.c.originator_version))
    .where(_LATER.c.originator_id == event.c.originator_id)
    .scalar_subquery()
)


# A literal and not a parameter, so that both databases can use the partial index of rare topics.
RARE = event.c.topic != literal_column("'statement-stored'")


def among(topics: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(event.c.topic == literal_column(f"'{topic}'") for topic in topics))


@lru_cache(maxsize=16)
def of_topics(topics: frozenset[str]) -> Select[Any]:
    within = and_(event.c.position > bindparam("after"), event.c.position <= bindparam("upto"))
    others = EVENTS.where(among(sorted(topics)), RARE, within)
    others = others.add_columns(event.c.commitment, _AT)
    return others.order_by(event.c.position).limit(bindparam("limit"))


POSITION_AT = (
    select(event.c.position)
    .where(event.c.stored <= bindparam("instant"))
    .order_by(event.c.stored.desc())
    .limit(1)
)
STORED_AT = select(event.c.stored).where(event.c.position == bindparam("at"))
IDS = CompiledQuery(
    select(event.c.position, event.c.originator_id), among=event.c.position, plain=True
)
_ENVELOPE = 1_000
"""The bytes at the start of a statement's content that usually hold its whole envelope."""
HEADS = select(
    content.c.position, func.substr(content.c.state, 1, _ENVELOPE, type_=LargeBinary).label("head")
)
COMMITMENTS = select(event.c.position, event.c.commitment)
COMMITMENT_AT = select(event.c.commitment).where(event.c.position == bindparam("at"))


@lru_cache(maxsize=64)
def end_of_log(
    topics: tuple[str, ...] = (), *, bounded: bool = False
) -> tuple[ColumnElement[Any], ...]:
    """Columns for queries of other modules: the last event's position, `stored` and commitment,
    then the position of the last event of each of these topics; NULL if there is none. The topics
    must not include statements. If `bounded`, the log ends at the position `until`, a parameter.
    """
    ends: list[Select[Any]] = [
        select(column) for column in (event.c.position, event.c.stored, event.c.commitment)
    ]
    for topic in topics:
        named = event.c.topic == literal_column(f"'{topic}'")
        ends.append(select(event.c.position).where(named, RARE))
    if bounded:
        ends = [end.where(event.c.position <= bindparam("until")) for end in ends]
    last = event.c.position.desc()
    return tuple(end.order_by(last).limit(1).scalar_subquery() for end in ends)


def commitment_of(position: ColumnElement[int]) -> ColumnElement[Any]:
    """A column for queries of other modules: the commitment of the event at that position; NULL if
    there is none.
    """
    return select(event.c.commitment).where(event.c.position == position).scalar_subquery()


@lru_cache(maxsize=64)
def ends(topics: tuple[str, ...], count: int, *, bounded: bool = False) -> Select[Any]:
    positions = (bindparam(f"at{n}", type_=event.c.position.type) for n in range(count))
    return select(*end_of_log(topics, bounded=bounded), *map(commitment_of, positions))


@lru_cache(maxsize=64)
def waiting(topics: tuple[str, ...], *, bounded: bool = False) -> Select[Any]:
    following = event.c.position > bindparam("after")
    if bounded:
        following = and_(following, event.c.position <= bindparam("until"))
    if topics:
        columns: tuple[ColumnElement[Any], ...] = (func.count(), func.min(event.c.stored))
        return select(*columns).where(among(topics), RARE, following)
    first = select(event.c.stored).where(following).order_by(event.c.position).limit(1)
    last = end_of_log(bounded=bounded)[0]
    return select(last - bindparam("after"), first.scalar_subquery())


def versions(gt: int | None, lte: int | None, *, desc: bool) -> Select[Any]:
    """The events of the stream `of` by version, without erased ones."""
    version = event.c.originator_version
    query = _STREAM.where(_IS_THERE).order_by(version.desc() if desc else version)
    if gt is not None:
        query = query.where(version > gt)
    return query if lte is None else query.where(version <= lte)


def sequence(first: int, stop: int | None, topics: Collection[str]) -> Select[Any]:
    """The events of these topics, or all events, by position, without erased ones."""
    query = EVENTS.where(_IS_THERE, event.c.position >= first).order_by(event.c.position)
    if topics:
        query = query.where(event.c.topic.in_(topics))
        if StatementStored.TOPIC not in topics:
            query = query.where(RARE)
    return query if stop is None else query.where(event.c.position <= stop)


def versions_of(
    connection: Connection, query: Select[Any], streams: Sequence[tuple[Any, int]]
) -> Iterator[Any]:
    """The rows of `query` for those of these stream versions that exist."""
    for start in range(0, len(streams), 400):
        # One condition for each: SQLite does not use an index for a list of pairs, and the caller
        # holds the append lock.
        these = or_(
            *(
                and_(event.c.originator_id == id, event.c.originator_version == version)
                for id, version in streams[start : start + 400]
            )
        )
        yield from connection.execute(query.where(these))
