"""The command `lrs replay verify`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import click
import orjson

from api.cli import context
from api.cli.projections import FAILED, Shown
from api.cli.verification_view import progress_line, verification_json, verification_lines
from api.cli.workers import worker_options, workers
from api.logs import configure
from lrs import bootstrap
from lrs.domain.errors import Unreachable
from lrs.settings import Settings
from replay.findings import printable
from replay.verify import Verification, verify
from replay.workers import process_pool


@click.command("verify")
@click.option("--projection", "names", multiple=True, help="Only this one; may be repeated.")
@worker_options
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path),
    help="Write everything that is found into this file, as JSON Lines.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def replay_verify(
    names: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Check the log, and compare every row of the read models with what the log gives.

    Nothing is changed. Exit code 1 if anything differs, is at fault or cannot be compared.
    """
    settings = context.settings()
    known = [projection.NAME for projection in bootstrap.projections()]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"{unknown[0]} is no projection; there are: {', '.join(known)}")
    chosen = [name for name in known if not names or name in names]
    with bootstrap.read_only_store(settings):  # refuse a bad store here, not in each process
        pass
    with _opened(out) as file:
        found = _run(settings, chosen, (jobs, scheduler), file)
    if as_json:
        shown = orjson.dumps(
            verification_json(found), default=printable, option=orjson.OPT_INDENT_2
        )
        click.echo(shown.decode())
    else:
        for line in verification_lines(found):
            click.echo(line)
    if not found.is_clean:
        sys.exit(FAILED)


def _run(
    settings: Settings,
    names: list[str],
    asked: tuple[int | None, str | None],
    out: IO[bytes] | None,
) -> Verification:
    """`asked` are the options `--jobs` and `--scheduler`."""
    shown = Shown()
    try:
        with (
            workers(settings, *asked, standby=True) as found,
            process_pool(1, partial(configure, settings)) as beside,
        ):
            return verify(
                names,
                partial(bootstrap.read_only_store, settings),
                found,
                beside,
                out=out,
                progress=lambda tasks: shown(progress_line(tasks)),
            )
    finally:
        shown.clear()


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[bytes] | None]:
    """The file for what is found. Raises Unreachable where it cannot be written."""
    if out is None:
        yield None
        return
    try:
        file = out.open("wb")
    except OSError as error:
        raise Unreachable(f"The file {out} cannot be written ({error.strerror}).") from error
    with file:
        yield file
