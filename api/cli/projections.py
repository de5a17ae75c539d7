"""The commands `lrs projections ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import click
import orjson

from api.admin.projection_view import aside_view, divergence_sentence, room_view, table, together
from api.cli import context
from api.cli.workers import worker_options, workers
from lrs.service import Lrs
from replay.rebuild import rebuild as run_rebuild
from replay.workers import Workers

FAILED = 1


def compare_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a rebuild that compares."""
    for option in (
        click.option(
            "--swap-anyway", is_flag=True, help="With --compare, replace them all the same."
        ),
        click.option("--compare", is_flag=True, help="Leave the present tables where rows differ."),
    ):
        command = option(command)
    return command


def require_compare(compare: bool, swap_anyway: bool) -> None:
    """Raises UsageError."""
    if swap_anyway and not compare:
        raise click.UsageError("--swap-anyway goes with --compare; without it, tables are swapped.")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of /api/v1/projections.")
@click.pass_context
def projections(ctx: click.Context, as_json: bool) -> None:
    """Show the status of projections, or manage them with one of the commands."""
    if ctx.invoked_subcommand is not None:
        return
    with context.store() as lrs:
        entries, divergences = lrs.projection_admin.all(), lrs.projection_admin.divergences()
    if as_json:
        _echo_json(room_view(entries, divergences))
        return
    for line in table(entries, divergences):
        click.echo(line)


@projections.command()
def acknowledge() -> None:
    """Acknowledge that the log has lost events: `lrs doctor` and /health stop reporting it."""
    with context.store() as lrs:
        divergences = lrs.projection_admin.divergences()
        lrs.projection_admin.acknowledge()
    if not divergences:
        click.echo("There is nothing to acknowledge: the log has lost no events.")
    for one in divergences:
        click.echo(f"Acknowledged: {divergence_sentence(one)}")


@projections.command()
@click.argument("name")
def pause(name: str) -> None:
    """Pause NAME in all processes until it is resumed. Reads answer from its present rows."""
    with context.store() as lrs:
        lrs.projection_admin.pause(name)
    click.echo(f"{name} is paused in all processes until `lrs projections resume {name}`.")


@projections.command()
@click.argument("name")
def resume(name: str) -> None:
    """Resume NAME."""
    with context.store() as lrs:
        lrs.projection_admin.resume(name)
    click.echo(f"{name} is folded again.")


@projections.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "every", is_flag=True, help="All projections.")
@compare_options
@worker_options
def rebuild(
    names: tuple[str, ...],
    every: bool,
    compare: bool,
    swap_anyway: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Rebuild the projections while readers use the present tables, and swap the new tables in.
    Ctrl-C cancels it.
    """
    require_compare(compare, swap_anyway)
    if every == bool(names):
        raise click.UsageError("Name the projections, or give --all.")
    with context.store() as lrs:
        for name in names:
            lrs.projection_admin.require(name)
        with workers(lrs.settings, jobs, scheduler) as found:
            rebuild_projections(lrs, names, found, compare=compare, swap_anyway=swap_anyway)


@projections.command()
@click.argument("name")
def cancel(name: str) -> None:
    """Cancel the rebuild of NAME, in whichever process it runs."""
    with context.store() as lrs:
        lrs.projection_admin.cancel(name)
    click.echo(f"The rebuild of {name} is cancelled.")


@projections.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def quarantine(name: str | None, as_json: bool) -> None:
    """List the events that NAME, or any projection, could not fold."""
    with context.store() as lrs:
        events = lrs.projection_admin.quarantined(name)
    if as_json:
        shown = [{"projection": one.event.projection, **aside_view(one)} for one in events]
        _echo_json({"quarantine": shown})
        return
    if not events:
        click.echo("Nothing is in quarantine.")
    for one in events:
        view = aside_view(one)
        click.echo(f"{one.event.projection} {view['position']}  {view['statement'] or ''}")
        click.echo(f"    {view['at'] or 'some time ago'}  {view['reason']}")


@projections.command()
@click.argument("name")
@click.argument("position", type=click.IntRange(1), required=False)
def retry(name: str, position: int | None) -> None:
    """Retry the events that NAME could not fold, or the one at POSITION. If any can be folded now,
    NAME is rebuilt.
    """
    with context.store() as lrs:
        results = lrs.projection_admin.retry(name, position)
        for one in results:
            click.echo(f"{one.position}  {one.reason or 'can be folded now'}")
        if not results:
            click.echo("Nothing is in quarantine.")
        elif any(one.reason is None for one in results):
            with workers(lrs.settings, None, None) as found:
                rebuild_projections(lrs, [name], found)
        else:
            sys.exit(FAILED)


def rebuild_projections(
    lrs: Lrs,
    names: Sequence[str],
    workers: Workers,
    *,
    compare: bool = False,
    swap_anyway: bool = False,
) -> None:
    """Rebuild these projections, or all, and print the result. Exits with FAILED if rows differ."""
    chosen = list(names) or lrs.projection_admin.names
    shown = Shown()

    def progress() -> None:
        entries = {entry.name: entry for entry in lrs.projection_admin.all()}
        shown(together({name: entries[name].rebuild for name in chosen}))

    try:
        done = run_rebuild(
            chosen,
            lrs.projector,
            workers,
            compare=compare,
            swap_anyway=swap_anyway,
            progress=progress,
        )
    finally:
        shown.clear()
    rate = done.events / done.seconds if done.seconds else 0
    click.echo(f"{done.events} events folded in {done.seconds:.1f} s, {rate:.0f} a second.")
    for name in done.untold:
        click.echo(f"{name} could not be compared: it is paused, or was of another version.")
    for one in done.different:
        click.echo(_difference(one.projection, one.different or 0, swapped=one.swapped), err=True)
    if done.different:
        sys.exit(FAILED)
    if compare and not done.untold:
        click.echo("All rows are the same as before.")


def _difference(name: str, rows: int, *, swapped: bool) -> str:
    """What a rebuild found that compared, and what to do next."""
    differ = "1 row differs" if rows == 1 else f"{rows:,} rows differ"
    found = f"lrs: {name}: {differ} from what the log gives"
    if swapped:
        return f"{found}; the tables are replaced."
    return (
        f"{found}, and the present tables stay. `lrs replay verify --projection {name}` names the "
        f"rows; `lrs projections rebuild {name}` replaces them."
    )


class Shown:
    """Shows progress in a line: in place on a terminal, else a line from time to time."""

    EVERY = 10
    """Calls, one every half second, between two lines."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._calls = 0

    def __call__(self, line: str) -> None:
        self._calls += 1
        if self._terminal:
            click.echo(f"\r\033[K{line}", nl=False, err=True)
        elif line and self._calls % self.EVERY == 0:
            click.echo(line, err=True)

    def clear(self) -> None:
        """Clear the terminal's line."""
        if self._terminal:
            click.echo("\r\033[K", nl=False, err=True)


def _echo_json(value: object) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
