"""The command `lrs prune`, and what other commands say of documents' and attachments' bytes."""

from __future__ import annotations

import click

from api.cli import context
from lrs.domain.pruning import Presence
from lrs.service import Health, Lrs, Prunable

PAUSE = 0.05
"""Seconds between two transactions of `lrs prune`: servers come in between."""

NEARLY = 0.9
"""The part of a quota from which on somebody should know."""


@click.command()
@click.option(
    "--days",
    type=click.IntRange(0, 36_500),
    help="What was superseded so many days ago goes; by default LRS_KEEP_SUPERSEDED_DAYS.",
)
@click.option("--dry-run", is_flag=True, help="Say how much would go, and delete nothing.")
def prune(days: int | None, dry_run: bool) -> None:
    """Delete the bytes of superseded State documents. Servers do so by themselves from time to
    time.

    The log keeps the events, sizes and hashes of these versions, and an event records the deletion.
    """
    with context.store() as lrs:
        given = lrs.pruning.days if days is None else days
        if days is None and not given:
            raise click.UsageError("LRS_KEEP_SUPERSEDED_DAYS is 0, for ever: say --days.")
        if dry_run:
            click.echo(f"{_amount(lrs.pruning.look(given))} would go.")
            return
        pruned = lrs.pruning.run(given, pause=PAUSE)
        click.echo(f"{_amount(pruned)} went; {counted(lrs.space.used())} are left.")


def check_documents(lrs: Lrs) -> list[str]:
    """Say how it is with the bytes of all versions of documents; the positions of those whose bytes
    are not as the log says.
    """
    checked = lrs.pruning.check()
    there, gone = (checked.counts[p] for p in (Presence.THERE, Presence.PRUNED))
    total = sum(checked.counts.values())
    click.echo(f"{total} versions of documents: the bytes of {there} are there, {gone} pruned.")
    return [f"{position}" for position in checked.faults]


def counted(size: int) -> str:
    """A number of bytes for people."""
    return f"{size:,} byte{'' if size == 1 else 's'}"


def limited(size: int, quota: int) -> str:
    """How many bytes there are, and of how many."""
    return f"{counted(size)} of {quota:,}" if quota else counted(size)


def line(health: Health) -> str:
    """What `lrs doctor` says of space."""
    return f"space       {limited(health.used, health.quota)} in documents and attachments"


def trouble(health: Health) -> list[str]:
    """What it says is wrong with it, if anything is."""
    if not health.quota or health.used < NEARLY * health.quota:
        return []
    return [_NEARLY_FULL]


_NEARLY_FULL = (
    "Documents and attachments take nearly all bytes that LRS_QUOTA_BYTES allows: raise it, or "
    "keep superseded State documents for fewer days (LRS_KEEP_SUPERSEDED_DAYS)."
)


def _amount(found: Prunable) -> str:
    plural = "" if found.contents == 1 else "s"
    return f"{found.contents:,} superseded content{plural} with {counted(found.size)}"
