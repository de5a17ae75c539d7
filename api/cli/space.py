"""The command `lrs prune`, and what other commands print about stored bytes."""

from __future__ import annotations

import click

from api.cli import context
from lrs.domain.pruning import Presence
from lrs.service import Health, Lrs, Prunable

PAUSE = 0.05
"""Seconds between two transactions of `lrs prune`, in which servers can write."""

NEARLY = 0.9
"""The share of a quota from which on doctor reports a problem."""


@click.command()
@click.option(
    "--days",
    type=click.IntRange(0, 36_500),
    help="Days that superseded versions keep their bytes; by default LRS_KEEP_SUPERSEDED_DAYS.",
)
@click.option("--dry-run", is_flag=True, help="Show how much would be deleted, and delete nothing.")
def prune(days: int | None, dry_run: bool) -> None:
    """Delete the bytes of superseded State documents. Servers do so by themselves from time to
    time.

    The log keeps the events, sizes and hashes of these versions, and an event records the deletion.
    """
    with context.store() as lrs:
        kept_days = lrs.pruning.days if days is None else days
        if days is None and not kept_days:
            raise click.UsageError("LRS_KEEP_SUPERSEDED_DAYS is 0, for ever: give --days.")
        if dry_run:
            click.echo(f"{_amount(lrs.pruning.look(kept_days))} would be deleted.")
            return
        pruned = lrs.pruning.run(kept_days, pause=PAUSE)
        click.echo(f"{_amount(pruned)} deleted; {counted(lrs.space.used())} remain.")


def check_documents(lrs: Lrs) -> list[str]:
    """Print how many versions of documents have their bytes; return the positions of those whose
    bytes contradict the log.
    """
    checked = lrs.pruning.check()
    stored, pruned = (checked.counts[p] for p in (Presence.THERE, Presence.PRUNED))
    total = sum(checked.counts.values())
    click.echo(
        f"{total} versions of documents: the bytes of {stored} are stored, {pruned} are pruned."
    )
    return [f"{position}" for position in checked.faults]


def counted(size: int) -> str:
    """A number of bytes for people."""
    return f"{size:,} byte{'' if size == 1 else 's'}"


def limited(size: int, quota: int) -> str:
    """A number of bytes and its quota, if there is one."""
    return f"{counted(size)} of {quota:,}" if quota else counted(size)


def line(health: Health) -> str:
    """The line of `lrs doctor` on space."""
    return f"space       {limited(health.used, health.quota)} in documents and attachments"


def trouble(health: Health) -> list[str]:
    """The problems with space that `lrs doctor` reports."""
    if not health.quota or health.used < NEARLY * health.quota:
        return []
    return [_NEARLY_FULL]


_NEARLY_FULL = (
    "Documents and attachments take nearly all bytes that LRS_QUOTA_BYTES allows: raise it, or "
    "keep superseded State documents for fewer days (LRS_KEEP_SUPERSEDED_DAYS)."
)


def _amount(prunable: Prunable) -> str:
    plural = "" if prunable.contents == 1 else "s"
    return f"{prunable.contents:,} superseded content{plural} with {counted(prunable.size)}"
