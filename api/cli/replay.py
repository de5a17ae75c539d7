"""The commands `lrs replay ...`."""

from __future__ import annotations

import sys

import click

from api.cli import context
from api.cli.diff import diff
from api.cli.explain import explain
from api.cli.projections import FAILED, compare_options, rebuild_projections, require_compare
from api.cli.replicas import drop, list_, to
from api.cli.show import show
from api.cli.space import check_documents
from api.cli.verify import replay_verify as verify
from api.cli.workers import worker_options, workers


@click.group()
def replay() -> None:
    """Replay the log."""


for command in (verify, diff, explain, show, to, list_, drop):
    replay.add_command(command)


@replay.command("rebuild")
@click.option("--projection", "names", multiple=True, help="Only this one; may be repeated.")
@compare_options
@worker_options
def replay_rebuild(
    names: tuple[str, ...],
    compare: bool,
    swap_anyway: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Rebuild all projections from the whole log: short for `lrs projections rebuild --all`."""
    require_compare(compare, swap_anyway)
    with context.store() as lrs:
        existing = lrs.projection_admin.names
        unknown = [n for n in names if n not in existing]
        if unknown:
            raise click.BadParameter(
                f"{unknown[0]} is not a projection; there are: {', '.join(existing)}"
            )
        with workers(lrs.settings, jobs, scheduler) as found:
            rebuild_projections(lrs, names, found, compare=compare, swap_anyway=swap_anyway)


@replay.command("documents")
def replay_documents() -> None:
    """Check that the bytes of all versions of documents are stored, or pruned with an event."""
    with context.store() as lrs:
        faults = check_documents(lrs)
    if faults:
        shown = ", ".join(faults[:20]) + (" and more" if len(faults) > 20 else "")
        click.echo(f"! Bytes are missing or altered, and no event says so, at {shown}.")
        sys.exit(FAILED)
