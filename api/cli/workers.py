"""The options that say which processes fold: those of this machine, or those of a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import click

from api.logs import configure
from lrs import bootstrap
from lrs.settings import Settings
from replay.workers import Workers, cluster
from replay.workers import workers as processes


def _address(_context: click.Context, _: click.Parameter, written: str | None) -> str | None:
    """The address of a Dask scheduler. Raises BadParameter."""
    if written is None:
        return None
    try:
        parts = urlsplit(written)
        is_one = parts.scheme in ("tcp", "tls", "ws", "wss") and parts.hostname and parts.port
    except ValueError:
        is_one = False
    if not is_one:
        raise click.BadParameter(
            f"{written} is not the address of a Dask scheduler, as in tcp://10.0.0.5:8786."
        )
    return written


def worker_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options `--jobs` and `--scheduler`."""
    for option in (
        click.option(
            "--scheduler", metavar="ADDRESS", callback=_address,
            help="Fold on the Dask cluster of this scheduler, as in tcp://10.0.0.5:8786.",
        ),
        click.option(
            "--jobs", type=click.IntRange(1, 64),
            help="Processes that share the work; one for each core by default.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@contextmanager
def workers(
    settings: Settings, jobs: int | None, scheduler: str | None, *, standby: bool = False
) -> Iterator[Workers]:
    """The workers of these options, which may read the log from a standby if `standby` says so.
    Raises UsageError, Unreachable.
    """
    if jobs and scheduler:
        raise click.UsageError("Give --jobs or --scheduler, and not both.")
    open_log = partial(bootstrap.log_only, settings, standby=standby)
    if scheduler:
        chosen = cluster(open_log, scheduler)
    else:
        count = jobs or os.cpu_count() or 1
        chosen = processes(open_log, count, partial(configure, settings))
    with chosen as these:
        yield these
