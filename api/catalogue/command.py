"""The commands `lrs catalogue ...`."""

from __future__ import annotations

from pathlib import Path

import click

from api.command import store
from lrs.domain.errors import ImportRefused, InvalidEntry
from lrs.service.catalogue import Change, Stated, Step
from schemas.catalogue import check_catalogue


@click.group()
def catalogue() -> None:
    """What the centre has and rules: courses, people, programmes and the like."""


@catalogue.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
def import_(file: Path, preview: bool) -> None:
    """Describe what FILE says, a YAML file or an Excel workbook: all of it or nothing. Repeating it
    changes nothing.
    """
    from api.catalogue.files import read  # its libraries are nothing that a server needs

    value, where = read(file)
    try:
        stated = [Stated(*checked) for checked in check_catalogue(value)]
        with store() as lrs:
            by = lrs.credentials.operator("catalogue import")
            steps = (
                lrs.catalogue.plan(stated, by) if preview else lrs.catalogue.describe(stated, by)
            )
    except InvalidEntry as error:
        raise ImportRefused(f"{where(error.pointer or '')}: {error.detail}") from None
    for line in _told(steps):
        click.echo(line)
    click.echo("Nothing is changed: this was a preview." if preview else "The catalogue is so.")


def _told(steps: list[Step]) -> list[str]:
    """A line for each kind that the file speaks of."""
    lines = []
    for kind in dict.fromkeys(step.stated.kind for step in steps):
        changes = [step.change for step in steps if step.stated.kind is kind]
        counts = ", ".join(f"{changes.count(change)} {change.value}" for change in Change)
        lines.append(f"{kind.value:12} {counts}")
    return lines
