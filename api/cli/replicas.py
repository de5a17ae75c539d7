"""The commands `lrs replay to`, `list` and `drop`: read models as known at earlier positions."""

from __future__ import annotations

from typing import Any

import click

from api.cli import context
from api.cli.projections import Shown
from api.cli.space import counted
from api.cli.workers import worker_options, workers
from api.reports.access import position_of
from lrs.domain.time import iso
from lrs.service import ReplicaEntry, ReplicaProgress
from schemas.parameters import KNOWN, KnownParameter


class _Known(click.ParamType[KnownParameter]):
    """A position of the log, or an instant up to which it was known."""

    name = "position or instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> KnownParameter:
        """Raises BadParameter."""
        parse, _ = KNOWN
        try:
            found: KnownParameter = parse(str(value))
        except ValueError:
            self.fail("it must be a position of the log, from 1, or an ISO 8601 timestamp.")
        return found


MOMENT = _Known()
"""A position, or an instant up to which the log was known."""

POSITION = click.IntRange(0)


@click.command()
@click.argument("known", type=MOMENT, metavar="POSITION|INSTANT")
@worker_options
def to(known: KnownParameter, jobs: int | None, scheduler: str | None) -> None:
    """Fold all read models up to a position or instant into a replica, from which reports with
    `known` are then answered. Ctrl-C ends it and leaves nothing behind.
    """
    with context.store() as lrs:
        position, shown = position_of(lrs, known) or 0, Shown()
        try:
            with workers(lrs.settings, jobs, scheduler) as found:
                lrs.known_reports.replicas.make(position, lambda now: shown(_line(now)), found)
        finally:
            shown.clear()
        sizes = {one.position: one.size for one in lrs.known_reports.replicas.all()}
        size = counted(sizes.get(position, 0))
    click.echo(f"The read models as known at position {position} are ready, {size}.")


@click.command("list")
def list_() -> None:
    """List the replicas that are ready or being made."""
    with context.store() as lrs:
        replicas = lrs.known_reports.replicas
        entries = replicas.all()
        current = {one.position for one in entries if replicas.path(one.position) is not None}
        instants = {one.position: lrs.ledger.reader.stored_at(one.position) for one in entries}
        folder = lrs.settings.replicas.absolute()
    if not entries:
        click.echo("There are no replicas.")
        return
    for entry in entries:
        state = _state(entry, is_current=entry.position in current)
        at = f"{entry.position:>12}  {iso(instants[entry.position])}"
        click.echo(f"{at}  {counted(entry.size):>10}  {state}")
    click.echo(f"They are in {folder}.")


@click.command()
@click.argument("positions", nargs=-1, type=POSITION, metavar="POSITION...")
@click.option("--all", "every", is_flag=True, help="Every replica.")
def drop(positions: tuple[int, ...], every: bool) -> None:
    """Drop replicas; one that is being made is given up. They can be made again at any time."""
    if every == bool(positions):
        raise click.UsageError("Name the positions, or say --all.")
    with context.store() as lrs:
        replicas = lrs.known_reports.replicas
        if every:
            positions = tuple(replicas.drop_all())
        for position in positions:
            if not every:
                replicas.drop(position)
            click.echo(f"The replica at position {position} is dropped.")
        if not positions:
            click.echo("There are no replicas.")


def _state(entry: ReplicaEntry, *, is_current: bool) -> str:
    if entry.progress is not None:
        return f"being made: {_line(entry.progress)}"
    if not is_current:
        return "of another version of the program or another log: made anew when it is asked for"
    return f"used last at {iso(entry.used)}"


def _line(progress: ReplicaProgress) -> str:
    left = "" if progress.seconds is None else f", {progress.seconds:.0f} s left"
    return f"{progress.folded / max(1, progress.position):.0%}, at {progress.folded}{left}"
