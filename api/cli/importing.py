"""Imports statements from a file, with the same checks and the same write path as over HTTP.

`api.cli.statement_files` reads the file. The id of a statement without one is computed from the
file up to there. So importing a file again stores nothing twice, even after an interruption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from uuid import UUID, uuid5

from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import Conflict, ImportRefused, Invalid
from lrs.domain.xapi.version import Version
from lrs.service import Lrs
from schemas import ParsedStatement, check_statement
from schemas.xapi.attachments import check_attachments

BATCH = 500

IDS = UUID("6f6b6d1e-3f0f-5e0c-9d53-0d0a3d5f4c1b")
"""The namespace of the ids that are given to statements without one (RFC 9562, 5.5)."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The number of statements in a file, and the number of those that were new."""

    read: int
    new: int


def import_statements(
    lrs: Lrs,
    statements: Iterable[ParsedStatement],
    by: Credential,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Store the statements in batches. Repeating an import changes nothing.

    Raises ImportRefused, which names the first refused statement, counted from 1. The statements
    before it may be stored; the corrected file can be imported again.
    """
    run = _Run(lrs, by)
    rest = iter(statements)
    while batch := list(islice(rest, BATCH)):
        run.take(batch)
        progress(run.read)
    return Imported(run.read, run.new)


class _Run:
    def __init__(self, lrs: Lrs, by: Credential) -> None:
        self._lrs = lrs
        self._by = by
        self._content = sha256()
        self.read = 0
        self.new = 0

    def take(self, batch: Sequence[ParsedStatement]) -> None:
        """Check a batch and store it. Raises ImportRefused."""
        for number, statement in enumerate(batch, self.read + 1):
            try:
                _check(statement)
            except Invalid as error:
                where = f"Statement {number}, {error.pointer or 'as a whole'}"
                raise self._refused(where, error.detail) from None
        ids = [self._id(statement) for statement in batch]
        try:
            self._store(batch, ids)
        except Conflict:
            self._store_singly(batch, ids)
        self.read += len(batch)

    def _store(self, batch: Sequence[ParsedStatement], ids: Sequence[UUID]) -> None:
        own = [id for id, one in zip(ids, batch, strict=True) if "id" not in one.value]
        self.new += self._lrs.statements.store(batch, self._by, Version.V1_0_3, ids=own).new

    def _store_singly(self, batch: Sequence[ParsedStatement], ids: Sequence[UUID]) -> None:
        """Store the statements one after the other, to find the conflicting one."""
        for number, (statement, id) in enumerate(zip(batch, ids, strict=True), self.read + 1):
            try:
                self._store([statement], [id])
            except Conflict as error:
                raise self._refused(f"Statement {number}", error.detail) from None

    def _id(self, statement: ParsedStatement) -> UUID:
        """The id for a statement without one, computed from its text and all texts before it. So
        two statements with the same text differ, and appending to a file changes no earlier id.
        """
        self._content.update(statement.text + b"\n")
        return uuid5(IDS, self._content.hexdigest())

    def _refused(self, where: str, detail: str) -> ImportRefused:
        stored = f" This run has stored {self.new} before it." if self.new else ""
        return ImportRefused(f"{where}: {detail}{stored}")


def _check(statement: ParsedStatement) -> None:
    """Accept what either version of the standard accepts. A file has no bytes of attachments."""
    value = statement.value
    try:
        check_statement(value, Version.V1_0_3)
    except Invalid as error:
        try:
            check_statement(value, Version.V2_0_0)
        except Invalid:
            raise error from None
    check_attachments([value], {}, Version.V1_0_3, batch=False)
