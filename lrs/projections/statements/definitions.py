"""What activities are and what agents are called, as statements have said it so far.

Folded with the statements index, which reads the same statements and numbers the same texts.
Only statements of keys with the scope `define` count (xAPI 1.0.3 part 3, 4.2), voided ones too: a
correction takes back what happened, not what something is called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, select

from lrs.db.bulk import Columns, insert_columns, insert_rows, rows_of
from lrs.domain.interning import cached_on_interned
from lrs.domain.xapi.activity_definition import activities_around, activities_in, names, united
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.filters import activity_term, agent_term
from lrs.domain.xapi.statement import RecordedStatement
from lrs.projections.tables import metadata

# Both are keyed by the number that the index's dictionary gives an activity or agent.
activity_definition = Table(
    "activity_definition",
    metadata,
    Column("activity", Integer, primary_key=True, autoincrement=False),
    Column("definition", LargeBinary, nullable=False),
)

agent_name = Table(
    "agent_name",
    metadata,
    Column("agent", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
)

MOST_NAMES = 50
"""Of one agent: the rest is left out, or one client could make the table grow without bounds."""

LONGEST = 65_536
"""Bytes of a definition, merged or as it is said; what would make it longer is left out, or each
statement on an activity could be answered with megabytes that others have said of it.
"""

Codes = Callable[[Collection[str]], dict[str, int]]
"""Numbers texts of the index's dictionary."""


class StatedDefinitions(NamedTuple):
    """What statements say, in log order: definitions by activity IRI, names by agent key. What a
    statement repeats is left out.
    """

    definitions: Sequence[tuple[str, bytes]]
    names: Sequence[tuple[str, str]]


def stated_definitions(statements: Iterable[RecordedStatement]) -> StatedDefinitions:
    """What these statements say, which are in log order."""
    last: dict[str, bytes] = {}
    defined: list[tuple[str, bytes]] = []
    named: dict[tuple[str, str], None] = {}
    for s in statements:
        if not s.may_define:
            continue
        for id, text in _defined(s.statement):
            if last.get(id) != text and len(text) <= LONGEST:
                last[id] = text
                defined.append((id, text))
        for pair in names(s.statement):
            named[pair] = None
    return StatedDefinitions(defined, list(named))


class DefinitionsFold:
    """Folds what statements say, and remembers what was said lately of whom, up to a limit.

    It lives as long as its fold: see lrs.projections.base.Fold.
    """

    MOST_BYTES = 4_000_000
    MOST_AGENTS = 20_000

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._said: dict[str, bytes] = {}
        self._known: dict[str, bytes] = {}
        self._bytes = 0
        """Of what is remembered of definitions."""
        self._names: dict[str, list[str]] = {}

    def fold(self, connection: Connection, stated: StatedDefinitions, code: Codes) -> None:
        """Note what is new in what a batch of statements says."""
        if self._bytes > self.MOST_BYTES or len(self._names) > self.MOST_AGENTS:
            self._clear()
        definitions, known_as = self._said, self._names
        defined = []
        for id, text in stated.definitions:
            if definitions.get(id) != text:
                definitions[id] = text
                self._bytes += len(text)
                defined.append((id, text))
        named = [pair for pair in stated.names if pair[1] not in known_as.get(pair[0], ())]
        if defined:
            self._define(connection, defined, code)
        if named:
            self._name(connection, named, code)

    def _define(
        self, connection: Connection, defined: list[tuple[str, bytes]], code: Codes
    ) -> None:
        terms = {activity: activity_term(activity) for activity, _ in defined}
        ids = code(terms.values())
        unknown = {ids[t]: a for a, t in terms.items() if a not in self._known}
        for row in rows_of(connection, _DEFINED, activity_definition.c.activity, unknown):
            self._known[unknown[row.activity]] = row.definition
        changed = set()
        for activity, definition in defined:
            before = self._known.get(activity)
            after = definition if before is None else _united(before, definition)
            if after != before and len(after) <= LONGEST:
                self._known[activity] = after
                self._bytes += len(after)
                changed.add(activity)
        rows = sorted((ids[terms[a]], a) for a in changed)
        columns: Columns = {
            "activity": [number for number, _ in rows],
            "definition": [self._known[a] for _, a in rows],
        }
        insert_columns(connection, activity_definition, columns, replace=True)

    def _name(self, connection: Connection, named: list[tuple[str, str]], code: Codes) -> None:
        terms = {agent: agent_term(agent) for agent, _ in named}
        ids = code(terms.values())
        unknown = {ids[t]: a for a, t in terms.items() if a not in self._names}
        self._names |= {agent: [] for agent in unknown.values()}
        for row in rows_of(connection, _NAMED, agent_name.c.agent, unknown):
            self._names[unknown[row.agent]].append(row.name)
        new = []
        for agent, name in named:
            known = self._names[agent]
            if name not in known and len(known) < MOST_NAMES:
                known.append(name)
                new.append((ids[terms[agent]], len(known), name))
        insert_rows(connection, agent_name, ("agent", "number", "name"), new)


def _defined(statement: JsonObject) -> Sequence[tuple[str, bytes]]:
    """The activities that a statement defines, each with its definition's text."""
    related = statement.get("context", {}).get("contextActivities")
    found = _defined_in(statement["object"])
    return (*found, *_defined_around(related)) if related else found


@cached_on_interned
def _defined_in(object_: JsonObject) -> Sequence[tuple[str, bytes]]:
    return _texts(activities_in(object_))


@cached_on_interned
def _defined_around(related: JsonObject) -> Sequence[tuple[str, bytes]]:
    return _texts(activities_around(related))


def _texts(activities: Iterable[JsonObject]) -> Sequence[tuple[str, bytes]]:
    """As texts: 1 and true are equal to Python."""
    defined = [a for a in activities if a.get("definition") is not None]
    return tuple([(a["id"], orjson.dumps(a["definition"])) for a in defined])


def _united(before: bytes, definition: bytes) -> bytes:
    return orjson.dumps(united(orjson.loads(before), orjson.loads(definition)))


_DEFINED = select(activity_definition)
_NAMED = select(agent_name).order_by(agent_name.c.agent, agent_name.c.number)


def definitions_of(connection: Connection, numbers: Collection[int]) -> dict[int, JsonObject]:
    """What has been said of the activities of these numbers, of those of which anything was."""
    rows = rows_of(connection, _DEFINED, activity_definition.c.activity, numbers)
    return {row.activity: orjson.loads(row.definition) for row in rows}


def names_of(connection: Connection, number: int) -> list[str]:
    """The names that the agent of that number was given, in the order in which they came up."""
    return [row.name for row in connection.execute(_NAMED.where(agent_name.c.agent == number))]


def last_names(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """The name that came up last for each of the agents of these numbers that was given one."""
    rows = rows_of(connection, _NAMED, agent_name.c.agent, numbers)
    return {row.agent: row.name for row in rows}
