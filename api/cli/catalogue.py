"""The commands `lrs catalogue ...`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from api.catalogue_files.describing import describe
from api.cli.context import store
from api.cli.people import plain, recordable_all
from lrs.domain.aggregates.catalogue_entry import SHAPES, EntryKind
from lrs.domain.errors import InvalidEntry
from lrs.domain.time import iso
from lrs.service.catalogue import Change, ChangeStep
from lrs.service.catalogue_changes import doubts
from schemas.catalogue.entries import examine_catalogue

if TYPE_CHECKING:
    from api.catalogue_files.source import Source

MOST_WARNINGS = 20
"""The number of warnings that are shown; the others are counted."""


@click.group()
def catalogue() -> None:
    """The catalogue: courses, people, programmes and other entries."""


@catalogue.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
def import_(file: Path, preview: bool) -> None:
    """Import FILE, a YAML file or an Excel workbook: as a whole or not at all, with all errors
    reported. Repeating the import changes nothing.
    """
    from api.catalogue_files.files import read  # here, because a server does not need its libraries

    source = read(file)
    steps = _described(source, preview)
    for line in _counts(steps):
        click.echo(line)
    for line in _remarks(source, steps):
        click.echo(line, err=True)
    click.echo("This was a preview: nothing is changed." if preview else "Catalogue imported.")


@catalogue.command("template")
@click.argument("file", type=click.Path(path_type=Path))
def template(file: Path) -> None:
    """Create FILE, an Excel workbook to fill in and to import: a sheet for each kind, with
    headings, hints and an example.
    """
    from api.catalogue_files.template import make

    make(file)
    click.echo(f"{file} is created. Fill it in, then run: lrs catalogue import {file} --preview")


@catalogue.command("history")
@click.argument("kind", type=click.Choice([kind.value for kind in EntryKind]), metavar="KIND")
@click.argument("key", nargs=-1, required=True, callback=recordable_all)
def history(kind: str, key: tuple[str, ...]) -> None:
    """Show all that was ever said of one entry: position, time, version, what, and who said it.

    KIND is a kind of entry, such as courses; KEY what tells the entry from others of its kind: the
    id of a course, the code of a programme, the programme, agent and day of a revocation.
    """
    of = EntryKind(kind)
    names = SHAPES[of].key
    if len(key) != len(names):
        raise click.UsageError(f"The key of {kind} is: {' '.join(names)}.")
    with store() as lrs:
        by = lrs.credentials.operator("catalogue history")
        versions = lrs.catalogue.history(of, key, by)
    for version in versions:
        said = f"withdrawn: {version.reason}"
        if version.entry is not None:
            said = orjson.dumps(version.entry).decode()
        place = f"{version.position:>8}  {iso(version.stored)}  version {version.number}"
        click.echo(plain(f"{place}  {said}, by {version.by or 'nobody'}"))


def _described(source: Source, preview: bool) -> list[ChangeStep]:
    """The changes that the file makes. Raises ImportRefused with all its errors."""
    examined = examine_catalogue(source.value)
    error = None
    with store() as lrs:
        by = lrs.credentials.operator("catalogue import")
        try:
            steps = describe(lrs, examined, by, preview=preview or bool(source.faults))
        except InvalidEntry as refused:
            error = refused
    if error or source.faults:
        raise source.refusal(error)
    return steps


def _counts(steps: list[ChangeStep]) -> list[str]:
    """A line for each kind of entry in the file."""
    lines = []
    for kind in dict.fromkeys(step.stated.kind for step in steps):
        changes = [step.change for step in steps if step.stated.kind is kind]
        counts = ", ".join(f"{changes.count(change)} {change.value}" for change in Change)
        lines.append(f"{kind.value:12} {counts}")
    return lines


def _remarks(source: Source, steps: list[ChangeStep]) -> Iterable[str]:
    """Notes on parts of the file that are not read, and warnings about probable mistakes."""
    yield from (f"Note: {note}" for note in source.notes)
    warnings = doubts([step.stated for step in steps])
    for doubt in warnings[:MOST_WARNINGS]:
        content = source.content(doubt.where)
        yield f"Warning: {source.place(doubt.where)}: {doubt.detail}{content}"
    if len(warnings) > MOST_WARNINGS:
        yield f"Warning: {len(warnings) - MOST_WARNINGS} more like these."
