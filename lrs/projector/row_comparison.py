"""Two copies of the same tables compared row by row, each read once in the order of its keys.

| row | is |
|---|---|
| in the folded copy only | missing: the log gives it, and whoever reads does not see it |
| in the served copy only | extra: whoever reads sees it, and the log does not give it |
| in both, with other values | altered |
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table

from lrs.db.scanning import RowValues, scan
from lrs.projector.checksum import RowDigest


class DifferenceKind(StrEnum):
    MISSING = "missing"
    EXTRA = "extra"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that differs. `columns` holds the served and the folded value of each column in which
    the copies differ, and of all columns but those of the key where one copy lacks the row: the
    value that is not there is None.
    """

    table: str
    kind: DifferenceKind
    key: Mapping[str, Any]
    columns: Mapping[str, tuple[Any, Any]]


def compare_tables(
    served: Connection,
    folded: Connection,
    tables: Sequence[Table],
    digest: RowDigest,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[RowDifference]:
    """The differences, by table and key, in constant memory. `digest` gets the folded rows;
    `progress` is called with the number of them now and then.
    """
    for table in tables:
        digest.begin(table)
        yield from _TableComparison(table, digest, progress).run(
            scan(served, table), scan(folded, table)
        )


class _TableComparison:
    def __init__(self, table: Table, digest: RowDigest, progress: Callable[[int], None]) -> None:
        self._table = table
        self._names = [str(column.name) for column in table.columns]  # not SQLAlchemy's own kind
        self._keys = [self._names.index(key.name) for key in table.primary_key]
        self._digest = digest
        self._progress = progress

    def run(
        self, served: Iterator[Sequence[RowValues]], folded: Iterator[Sequence[RowValues]]
    ) -> Iterator[RowDifference]:
        ours: Sequence[RowValues] = ()
        theirs: Sequence[RowValues] = ()
        while True:
            ours = ours or next(served, ())
            if not theirs:
                theirs = next(folded, ())
                self._digest.add(theirs)
                self._progress(self._digest.rows)
            if ours == theirs:  # as nearly all pages are, and this takes next to no time
                if not ours:
                    return
                ours = theirs = ()
            elif ours and theirs:
                ours, theirs = yield from self._merge(ours, theirs)
            else:
                yield from map(self._extra, ours)
                yield from map(self._missing, theirs)
                ours = theirs = ()

    def _merge(
        self, served: Sequence[RowValues], folded: Sequence[RowValues]
    ) -> Generator[RowDifference, None, tuple[Sequence[RowValues], Sequence[RowValues]]]:
        """Compare until one of the two is at its end. Returns what is left of both."""
        at, other = 0, 0
        while at < len(served) and other < len(folded):
            ours, theirs = served[at], folded[other]
            before, after = (False, False) if ours == theirs else self._order(ours, theirs)
            if before:
                yield self._extra(ours)
            elif after:
                yield self._missing(theirs)
            elif ours != theirs:
                yield self._altered(ours, theirs)
            at += not after
            other += not before
        return served[at:], folded[other:]

    def _order(self, ours: RowValues, theirs: RowValues) -> tuple[bool, bool]:
        """Whether the first row's key is before the second one's, and whether it is after it."""
        mine = [_sortable(ours[place]) for place in self._keys]
        other = [_sortable(theirs[place]) for place in self._keys]
        return mine < other, mine > other

    def _extra(self, row: RowValues) -> RowDifference:
        return self._difference(DifferenceKind.EXTRA, row, self._rest(row, lambda v: (v, None)))

    def _missing(self, row: RowValues) -> RowDifference:
        return self._difference(DifferenceKind.MISSING, row, self._rest(row, lambda v: (None, v)))

    def _altered(self, ours: RowValues, theirs: RowValues) -> RowDifference:
        pairs = zip(self._names, ours, theirs, strict=True)
        columns = {name: (mine, other) for name, mine, other in pairs if mine != other}
        return self._difference(DifferenceKind.ALTERED, theirs, columns)

    def _rest(
        self, row: RowValues, pair: Callable[[Any], tuple[Any, Any]]
    ) -> dict[str, tuple[Any, Any]]:
        return {
            name: pair(value)
            for place, (name, value) in enumerate(zip(self._names, row, strict=True))
            if place not in self._keys
        }

    def _difference(
        self, kind: DifferenceKind, row: RowValues, columns: Mapping[str, tuple[Any, Any]]
    ) -> RowDifference:
        key = {self._names[place]: row[place] for place in self._keys}
        return RowDifference(self._table.name, kind, key, columns)


def _sortable(value: Any) -> tuple[int, Any]:
    """SQLite keeps values of any type in a column, in this order of the types."""
    match value:
        case None:
            return 0, 0
        case str():
            return 2, value
        case bytes():
            return 3, value
        case _:
            return 1, value
