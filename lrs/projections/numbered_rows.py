"""Short numbers for long keys, given 1, 2, 3 ... in the order of first appearance in the log.

Beside each key stands what it is called, a name or a title, by a voided statement too. A correction
takes back what happened, not what somebody is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, func, select, update

from lrs.db.bulk import insert_columns, rows_of
from lrs.projections.surrogate_keys import digest

Given = TypeVar("Given")
Written = TypeVar("Written")


class NumberedRows(Generic[Given, Written]):
    """The numbers of one table's keys: LIMIT and a batch's are remembered at most.

    `query` begins with number and key; `read` tells what the key is called from one of its rows, by
    default the third column. `change` makes that from the key, what stood there (None for a new
    key) and what a batch says; `row` makes a row of number, key and that, and all of it but the
    number and the key is written again when the name changes.

    It lives as long as its fold: see lrs.projections.base.Fold.
    """

    LIMIT = 20_000

    def __init__(
        self,
        table: Table,
        query: Select[Any],
        change: Callable[[str, Written | None, Given], Written],
        row: Callable[[int, str, Written], dict[str, Any]],
        read: Callable[[Any], Written] = itemgetter(2),
    ) -> None:
        self._table = table
        self._query = query
        self._change = change
        self._row = row
        self._read = read
        self._update = update(table).where(table.c.id == bindparam("of"))
        self._known: dict[str, tuple[int, Written]] = {}
        self._highest: int | None = None

    def numbers(self, connection: Connection, said: Mapping[str, Given]) -> dict[str, int]:
        """The number of each key; writes the rows of those that are new or called otherwise."""
        if len(self._known) > self.LIMIT:
            self._known = {}
        known = self._known
        unknown = [digest(key) for key in said if key not in known]
        found = rows_of(connection, self._query, self._table.c.digest, unknown)
        known |= {row[1]: (row[0], self._read(row)) for row in found}
        new, changed = [], []
        for key, news in said.items():
            number, before = known.get(key, (0, None))
            written = self._change(key, before, news)
            if not number:
                number = self._next(connection)
                new.append(self._row(number, key, written))
            elif written != before:
                changed.append(self._row(number, key, written))
            known[key] = (number, written)
        if new:
            columns = {name: [row[name] for row in new] for name in new[0]}
            insert_columns(connection, self._table, columns)
        if changed:
            connection.execute(self._update, [_again(row) for row in changed])
        return {key: known[key][0] for key in said}

    def _next(self, connection: Connection) -> int:
        if self._highest is None:
            highest = connection.execute(select(func.max(self._table.c.id))).scalar_one()
            self._highest = highest or 0
        self._highest += 1
        return self._highest


def _again(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row that change with its name, under the name of its own number."""
    lasting = ("id", "digest", "person")
    return {"of": row["id"], **{k: v for k, v in row.items() if k not in lasting}}


def text(value: Any) -> str:
    """JSON written the one way: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
