"""The statements index: which positions a filter of GET /statements matches.

It holds terms and positions, never a copy of a statement. Every index ends in the position, so a
page costs the same at any size of the log.

A statement that refers to another through a StatementRef is found by what finds its target,
transitively (xAPI 1.0.3 part 3, 2.1.3). So it gets, besides its own entry, an entry for each
statement down the chain: `position` is the referring statement's, `back` says how many positions
before (or, negative, after) it the one stands whose terms the entry carries; 0 is the statement's
own entry. Since and until apply to `position`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    bindparam,
    select,
    update,
)

from lrs.db.bulk import insert_columns, insert_rows
from lrs.db.types import UuidKey
from lrs.domain.events import RecordedEvent
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.filters import Terms, activity_term, agent_term, terms
from lrs.domain.xapi.statement import RecordedStatement, bytes_of
from lrs.projections import surrogate_keys
from lrs.projections.base import STATEMENT_TOPICS, Batch, LogPart
from lrs.projections.statements.definitions import (
    DefinitionsFold,
    StatedDefinitions,
    activity_definition,
    agent_name,
    definitions_of,
    last_names,
    names_of,
    stated_definitions,
)
from lrs.projections.statements.references import (
    AwaitedTargets,
    InheritedMatch,
    StatementReference,
    columns_of,
    made_by,
    reference,
    resolve,
)
from lrs.projections.tables import READING, metadata

term = surrogate_keys.table("statement_term", metadata)

index_entry = Table(
    "statement_entry",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("back", Integer, primary_key=True, autoincrement=False),
    Column("verb", Integer, nullable=False),
    Column("activity", Integer),
    Column("authority", Integer, nullable=False),
    Column("voided", Boolean, nullable=False),
    Column("registration", UuidKey),
)
Index("statement_by_verb", index_entry.c.verb, index_entry.c.position, info=READING)
Index("statement_by_activity", index_entry.c.activity, index_entry.c.position, info=READING)
Index(
    "statement_by_verb_activity",
    index_entry.c.verb,
    index_entry.c.activity,
    index_entry.c.position,
    info=READING,
)
Index("statement_by_authority", index_entry.c.authority, index_entry.c.position, info=READING)
Index(
    "statement_by_registration",
    index_entry.c.registration,
    index_entry.c.position,
    postgresql_where=index_entry.c.registration.is_not(None),
    sqlite_where=index_entry.c.registration.is_not(None),
    info=READING,
)

DIRECT, RELATED = 0, 1

# `term` is twice the term's number, plus 1 where it is only related: the narrowest row for the
# table that has the most of them.
mention = Table(
    "statement_mention",
    metadata,
    Column("position", BigInteger, nullable=False),
    Column("term", Integer, nullable=False),
    Column("back", Integer, nullable=False),
    PrimaryKeyConstraint("term", "position", "back"),
    sqlite_with_rowid=False,
)


class StatementsProjection:
    """The projection. VERSION covers the tables above, the terms of lrs.domain.xapi.filters, and
    the definitions, which are folded along: they are of the same statements, and of the same
    numbers.
    """

    NAME: ClassVar[str] = "statements"
    VERSION: ClassVar[int] = 2
    TABLES: ClassVar[Sequence[Table]] = (
        term,
        index_entry,
        mention,
        reference,
        activity_definition,
        agent_name,
    )
    TOPICS: ClassVar[frozenset[str]] = STATEMENT_TOPICS
    SHARDED: ClassVar[bool] = False

    def new_fold(self) -> StatementsFold:
        return StatementsFold()

    def new_split_fold(self) -> StatementsSplitFold:
        return StatementsSplitFold()

    def scan(self, batch: Batch, _: None) -> ScannedStatements:
        """What the batch adds to the index."""
        return scan(batch.statements)

    def fold_shard(self, work: None, parts: Sequence[bytes]) -> None:
        """There are no shards."""


class IndexEntries(NamedTuple):
    """Entries of the index whose terms are places in `texts`, which are in the order of the log.

    `rows` are position, back, verb, activity, authority and registration; `mentions` position, back
    and twice the term, plus 1 where it is only related.
    """

    texts: Sequence[str]
    rows: Sequence[tuple[int, int, int, int | None, int, UUID | None]]
    mentions: Sequence[tuple[int, int, int]]


class ScannedStatements(NamedTuple):
    """What the statements of one part of the log add to the index, as far as they say it alone."""

    ids: Sequence[bytes]
    entries: IndexEntries
    references: Sequence[StatementReference]
    definitions: StatedDefinitions

    @property
    def shards(self) -> Mapping[int, bytes]:
        """None: each part of the log is written as it is."""
        return {}


class StatementsFold:
    """Folds statements into the index; remembers term numbers, definitions and targets."""

    def __init__(self) -> None:
        self._codes = surrogate_keys.SurrogateKeys(term)
        self._definitions = DefinitionsFold()
        self._targets = AwaitedTargets()

    def apply(self, batch: Batch, connection: Connection) -> None:
        self.write(scan(batch.statements), batch, connection)

    def write(self, scanned: ScannedStatements, part: LogPart, connection: Connection) -> None:
        """Write what `scan` found in that part of the log, which follows what was written last."""
        made = scanned.references
        links, voided = resolve(part, scanned.ids, made, connection, self._targets)
        insert_columns(connection, reference, columns_of(made))
        self._insert(connection, scanned.entries, voided)
        if links:
            self._insert(connection, _inherited(links, part), voided)
        earlier = [position for position in voided if position < part.first]
        if earlier:
            connection.execute(
                update(index_entry).where(index_entry.c.position.in_(earlier)).values(voided=True)
            )
        # After the entries: all the texts have their numbers by then.
        code = partial(self._codes.code, connection)
        self._definitions.fold(connection, scanned.definitions, code)

    def _insert(
        self, connection: Connection, entries: IndexEntries, voided: frozenset[int]
    ) -> None:
        known = self._codes.code(connection, entries.texts)
        ids = [known[text] for text in entries.texts]
        rows = [
            (
                position,
                back,
                ids[verb],
                None if activity is None else ids[activity],
                ids[authority],
                position in voided,
                registration,
            )
            for position, back, verb, activity, authority, registration in entries.rows
        ]
        insert_rows(connection, index_entry, _ENTRY, rows)
        # In the order of the table, so that neighbours are written one after the other.
        mentions = [
            (2 * ids[scoped >> 1] + (scoped & 1), position, back)
            for position, back, scoped in entries.mentions
        ]
        insert_rows(connection, mention, _MENTION, sorted(mentions))


class StatementsSplitFold:
    """Folds a whole log into the index: all but numbering and writing is done by scans."""

    def __init__(self) -> None:
        self._fold = StatementsFold()

    def begin(self, events: Sequence[RecordedEvent], shards: int, connection: Connection) -> None:
        """Only statements count."""

    def write(self, scanned: ScannedStatements, part: LogPart, connection: Connection) -> None:
        """As StatementsFold.write."""
        self._fold.write(scanned, part, connection)

    def settle(self, connection: Connection) -> None:
        """Nothing is left."""

    def work(self, shard: int) -> None:
        """There are no shards."""

    def merge(self, folded: None, connection: Connection) -> None:
        """There are no shards."""

    def finish(self, connection: Connection) -> None:
        """Nothing is left: `write` writes all."""


def scan(statements: Sequence[RecordedStatement]) -> ScannedStatements:
    """What consecutive statements add to the index, as far as they say it alone."""
    return ScannedStatements(
        [bytes_of(s.key) for s in statements],
        _entries((s.position, 0, terms(s.statement, s.authority)) for s in statements),
        made_by(statements),
        stated_definitions(statements),
    )


def _inherited(links: Sequence[InheritedMatch], part: LogPart) -> IndexEntries:
    """The entries of statements that are found by the terms of what they refer to."""
    by_id = {link.source_id for link in links if link.source_id is not None}
    found = part.find(by_id)
    return _entries(
        (link.position, link.back, terms(s.statement, s.authority))
        for link in links
        if link.source_id is not None and (s := found.get(link.source_id))
    )


def _entries(found: Iterable[tuple[int, int, Terms]]) -> IndexEntries:
    """The entries with that position, back and terms."""
    places: dict[str, int] = {}
    rows: list[tuple[int, int, int, int | None, int, UUID | None]] = []
    mentions: list[tuple[int, int, int]] = []

    def place(text: str) -> int:
        return places.setdefault(text, len(places))

    for position, back, (verb, activity, registration, authority, direct, related) in found:
        by, vouching = place(verb), place(authority)
        about = None if activity is None else place(activity)
        rows.append((position, back, by, about, vouching, registration))
        mentions += [(position, back, 2 * place(text) + DIRECT) for text in direct]
        mentions += [(position, back, 2 * place(text) + RELATED) for text in related]
    return IndexEntries(list(places), rows, mentions)


_ENTRY = ("position", "back", "verb", "activity", "authority", "voided", "registration")
_MENTION = ("term", "position", "back")


def activity_definitions(
    connection: Connection, activities: Collection[str]
) -> dict[str, JsonObject]:
    """What statements have said of these activities, of those of which anything was said."""
    texts = {activity_term(activity): activity for activity in activities}
    numbers = {n: texts[t] for t, n in surrogate_keys.look_up(connection, term, texts).items()}
    found = definitions_of(connection, numbers)
    return {numbers[number]: definition for number, definition in found.items()}


def agent_names(connection: Connection, agent: str) -> list[str]:
    """The names that statements have given the agent of that key."""
    numbers = surrogate_keys.look_up(connection, term, [agent_term(agent)])
    return [name for number in numbers.values() for name in names_of(connection, number)]


def agents_called(connection: Connection, agents: Iterable[str]) -> dict[str, str]:
    """The name that statements gave last to each of the agents of these keys that has one."""
    terms = {agent_term(agent): agent for agent in agents}
    numbers = surrogate_keys.look_up(connection, term, terms)
    called = last_names(connection, numbers.values())
    return {terms[text]: called[id] for text, id in numbers.items() if id in called}


def is_voided(connection: Connection, position: int) -> bool:
    """Whether the statement at that position has been voided."""
    return bool(connection.scalar(_VOIDED, {"at": position}))


_VOIDED = select(index_entry.c.voided).where(
    index_entry.c.position == bindparam("at"), index_entry.c.back == 0
)
