"""The command `lrs`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.cli import context, importing, keys
from api.cli.catalogue import catalogue
from api.cli.doctor import examine
from api.cli.people import person
from api.cli.projections import projections, rebuild_projections
from api.cli.replay import replay
from api.cli.space import prune
from api.cli.starting import exposure, serving, store_created_message
from api.cli.statement_files import read_file
from api.cli.workers import workers
from lrs import __version__, bootstrap
from lrs.db.diagnosis import diagnosed
from lrs.domain.errors import (
    LrsError,
    Misconfigured,
    RebuildConflict,
    Unavailable,
    Unreachable,
)
from lrs.runtime import tune_memory
from lrs.settings import Settings

REFUSED, UNAVAILABLE, MISCONFIGURED = 1, 69, 78
"""Exit codes: 1 if the input is refused, 69 and 78 as in sysexits.h. Wrong usage gives 2."""


class _OneLineErrors(click.Group):
    """Reports an error in one line and by an exit code, never with a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (LrsError, SQLAlchemyError) as error:
            failure = diagnosed(error) or error
            if not isinstance(failure, LrsError):
                raise
            click.echo(f"lrs: {_DETAILS.get(failure.code, failure.detail)}", err=True)
            sys.exit(_exit_code(failure))


_DETAILS = {
    "unavailable": "The database is away or did not answer in time: run the command again in a few "
    "seconds, or look for the cause with `lrs doctor`."
}
"""Sentences that commands print instead of those for clients of the web server."""


def _exit_code(error: LrsError) -> int:
    if isinstance(error, (Unavailable, Unreachable)):
        return UNAVAILABLE
    return MISCONFIGURED if isinstance(error, Misconfigured) else REFUSED


@click.group(cls=_OneLineErrors)
@click.version_option(__version__, prog_name="lrs")
def main() -> None:
    """Zachetka, an event-sourced learning record store."""


main.add_command(keys.key)
main.add_command(catalogue)
main.add_command(person)
main.add_command(projections)
main.add_command(prune)
main.add_command(replay)


@main.command()
def migrate() -> None:
    """Create the store's missing tables, and rebuild projections of an older version."""
    settings = context.settings()
    is_new = bootstrap.migrate(settings)
    with context.store() as lrs:
        waiting = lrs.projection_admin.waiting()
        if waiting:
            click.echo(f"Projections to rebuild: {', '.join(waiting)}.")
            try:
                with workers(settings, None, None) as found:
                    rebuild_projections(lrs, waiting, found)
            except RebuildConflict as conflict:  # a server of this version rebuilds them already
                click.echo(conflict.detail)
    click.echo(store_created_message(settings) if is_new else "The store is up to date.")


@main.command()
def serve() -> None:
    """Serve xAPI and reports over HTTP until stopped."""
    from api.cli.serve import require_free

    settings = context.settings()
    bootstrap.build(settings).close()  # so that a bad store is refused here, not in each worker
    require_free(settings.host, settings.port)
    warning = exposure(settings)
    if warning:
        structlog.get_logger(__name__).warning("listening-without-tls", detail=warning)
    click.echo(serving(settings))
    _run_server(settings)


def _run_server(settings: Settings) -> None:
    from api.cli.serve import serve as run
    from api.metrics import shared_folder

    with shared_folder():
        run(settings)


@main.command()
def project() -> None:
    """Keep the projections up to date, in a separate process, until stopped."""
    from api.cli.serve import until_stopped

    with context.store() as lrs:
        lrs.start()
        click.echo("Folding. Stop with Ctrl-C.", err=True)
        until_stopped()


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Store the statements of FILE: JSON, JSON Lines, or a saved reply of GET /xapi/statements,
    optionally compressed with gzip. Importing the same file again changes nothing.
    """
    with context.store() as lrs:
        by = lrs.credentials.operator("import")
        done = importing.import_statements(
            lrs, read_file(file, _note), by, progress=_counter("statements read")
        )
    click.echo(f"{done.read} statements read, {done.new} of them new.")


def _note(sentence: str) -> None:
    click.echo(f"Note: {sentence}", err=True)


@main.command()
def doctor() -> None:
    """Check the store's health, and report problems."""
    settings = context.settings()
    finding = examine(settings)
    for line in finding.lines:
        click.echo(line)
    for trouble in finding.troubles:
        click.echo(f"! {trouble}")
    if finding.troubles:
        sys.exit(REFUSED)
    click.echo("No problems found.")


@main.command()
@click.option("--seed", default=2026, show_default=True, help="Another seed, another history.")
@click.option("--only-fill", is_flag=True, help="Fill the store and stop.")
def demo(seed: int, only_fill: bool) -> None:
    """Fill an empty store with an invented training centre, and serve it."""
    from api.cli.demo import fill
    from api.cli.serve import require_free
    from lrs.demo import Past, unfold

    settings = context.settings()
    if not only_fill:
        require_free(settings.host, settings.port)  # filling takes a while
    bootstrap.migrate(settings)
    journal = unfold(seed, 400)
    past = Past(journal)
    lrs = bootstrap.build(settings, stored_at=past.stored_at)
    tune_memory()
    try:
        click.echo(fill(lrs, journal, past, _counter("statements stored")))
    finally:
        lrs.close()
    if not only_fill:
        _run_server(settings)


def _counter(what: str) -> Callable[[int], None]:
    """Shows a growing number: in place on a terminal, else a line from time to time."""
    terminal = sys.stderr.isatty()
    shown = 0

    def show(count: int) -> None:
        nonlocal shown
        if terminal:
            click.echo(f"\r{count:>9} {what}", nl=False, err=True)
        elif count - shown >= 5_000:
            shown = count
            click.echo(f"{count:>9} {what}", err=True)

    return show
