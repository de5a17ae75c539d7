"""Statements from a file, through the same checks and the same write path as over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from lrs.domain.credential import Credential
from lrs.domain.errors import Conflict, ImportRefused, Invalid
from lrs.domain.version import Version
from lrs.service import Lrs
from schemas import ParsedStatement, check_statement, parse_statements
from schemas.attachments import check_attachments

BATCH = 500

_EVERYTHING = 10**9


def import_statements(
    lrs: Lrs,
    statements: Iterable[ParsedStatement],
    by: Credential,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Store the statements in batches; how many there were. Repeating it changes nothing.

    Raises ImportRefused naming the first statement that is refused, counted from 1. The
    batches before it are stored, so a corrected file can simply be imported again.
    """
    done = 0
    rest = iter(statements)
    while batch := list(islice(rest, BATCH)):
        for offset, statement in enumerate(batch, 1):
            _check(statement, done + offset)
        try:
            lrs.statements.store(batch, by, Version.V1_0_3)
        except Conflict as error:
            raise ImportRefused(
                f"Statements {done + 1} to {done + len(batch)}: {error.detail}"
            ) from None
        done += len(batch)
        progress(done)
    return done


def read_file(path: Path) -> Iterator[ParsedStatement]:
    """The statements of a JSON file (one or an array of them) or of a file with one a line."""
    with path.open("rb") as file:
        first = file.readline()
        second = file.readline()
        file.seek(0)
        if _is_object(first) and _is_object(second):
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield from _parsed(line, f"Line {number}")
        else:
            yield from _parsed(file.read(), path.name)


def _parsed(text: bytes, where: str) -> list[ParsedStatement]:
    try:
        return parse_statements(text, max_statements=_EVERYTHING)[0]
    except Invalid as error:
        raise _refused(where, error) from None


def _is_object(line: bytes) -> bool:
    stripped = line.strip()
    return stripped.startswith(b"{") and stripped.endswith(b"}")


def _check(statement: ParsedStatement, number: int) -> None:
    """Accept what either version of the standard accepts; a file brings no attachments' bytes."""
    value = statement.value
    try:
        try:
            check_statement(value, Version.V1_0_3)
        except Invalid as error:
            try:
                check_statement(value, Version.V2_0_0)
            except Invalid:
                raise error from None
        check_attachments([value], {}, Version.V1_0_3, batch=False)
    except Invalid as error:
        raise _refused(f"Statement {number}", error) from None


def _refused(where: str, error: Invalid) -> ImportRefused:
    return ImportRefused(f"{where}, {error.pointer or 'as a whole'}: {error.detail}")
