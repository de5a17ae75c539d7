"""The entries of `/api/v1/projections` as JSON, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lrs.domain.time import iso
from lrs.service.projection_admin import (
    Divergence,
    ProjectionEntry,
    QuarantinedEvent,
    RebuildProgress,
    RetryResult,
)

HEADINGS = ("name", "version", "state", "position", "behind", "age", "rate", "quarantined")


def room_view(
    entries: Sequence[ProjectionEntry], divergences: Sequence[Divergence]
) -> dict[str, Any]:
    """All projections, and the state of the log."""
    return {
        "projections": [entry_view(entry) for entry in entries],
        "log": log_view(divergences),
    }


def entry_view(entry: ProjectionEntry) -> dict[str, Any]:
    failure, rebuild = entry.failure, entry.rebuild
    return {
        "name": entry.name,
        "version": entry.version,
        "state": entry.state.value,
        "answers": entry.answers,
        "paused": entry.paused,
        "position": entry.position,
        "lag": {"events": entry.lag, "seconds": entry.lag_seconds},
        "rate": entry.rate,
        "error": None if failure is None else {"detail": failure.error, "at": iso(failure.failed)},
        "quarantined": entry.quarantined,
        "rebuild": None if rebuild is None else _rebuild_view(rebuild),
    }


def log_view(divergences: Sequence[Divergence]) -> dict[str, Any]:
    """The state of the log, and its divergences, oldest first."""
    state = "ok"
    if divergences:
        state = "replaced" if divergences[-1].is_another_log else "lost-events"
    return {"state": state, "divergences": [_divergence_view(one) for one in divergences]}


def _divergence_view(one: Divergence) -> dict[str, Any]:
    return {
        "found": iso(one.found),
        "missing": one.missing,
        "surviving": one.surviving,
        "highest": one.highest,
        "log": str(one.log_id),
        "former": str(one.former),
        "rebuilt": list(one.projections),
    }


def divergence_sentence(one: Divergence) -> str:
    """A divergence in one or two sentences, for operators."""
    if one.is_another_log:
        return (
            f"The log was replaced by another one on {iso(one.found)}: it holds none of the "
            f"{one.missing} events of the log {one.former}."
        )
    return (
        f"The log has lost {one.missing} events, which was found on {iso(one.found)}: it had "
        f"reached position {one.highest}, and of that it holds the events up to {one.surviving}."
    )


def _rebuild_view(rebuild: RebuildProgress) -> dict[str, Any]:
    return {
        "version": rebuild.version,
        "begun": rebuild.has_started,
        "progress": rebuild.progress,
        "position": rebuild.position,
        "rate": rebuild.rate,
        "seconds_left": rebuild.seconds_left,
    }


def aside_view(aside: QuarantinedEvent) -> dict[str, Any]:
    event = aside.event
    return {
        "position": event.position,
        "statement": None if aside.stream is None else str(aside.stream),
        "reason": event.error,
        "at": iso(event.failed) if event.failed else None,
    }


def tried_view(tried: RetryResult) -> dict[str, Any]:
    return {
        "position": tried.position,
        "statement": None if tried.stream is None else str(tried.stream),
        "folds": tried.reason is None,
        "reason": tried.reason,
    }


def table(entries: Sequence[ProjectionEntry], divergences: Sequence[Divergence] = ()) -> list[str]:
    """A line for each projection under a line of headings, then further remarks."""
    rows = [HEADINGS, *(_cells(entry) for entry in entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    remarks = [remark for entry in entries for remark in _remarks(entry)]
    lost = [divergence_sentence(one) for one in divergences]
    if lost:
        lost.append("`lrs projections acknowledge` ends this notice.")
    return lines + remarks + lost


def _cells(entry: ProjectionEntry) -> tuple[str, ...]:
    return (
        entry.name,
        str(entry.version),
        entry.state.value,
        str(entry.position),
        str(entry.lag),
        f"{entry.lag_seconds:.0f} s",
        f"{entry.rate:.0f}/s",
        str(entry.quarantined),
    )


def _remarks(entry: ProjectionEntry) -> list[str]:
    remarks = []
    if entry.rebuild is not None:
        remarks.append(f"{entry.name}: {progress(entry.rebuild)}")
    if entry.paused and entry.rebuild is not None:
        remarks.append(f"{entry.name}: paused")
    if not entry.answers:
        remarks.append(f"{entry.name}: this program does not answer from it")
    if entry.failure is not None:
        remarks.append(f"{entry.name}: {iso(entry.failure.failed)} {entry.failure.error}")
    return remarks


def progress(rebuild: RebuildProgress) -> str:
    """The progress of a rebuild, in words."""
    if not rebuild.has_started:
        return f"to be made anew in version {rebuild.version} by the next process that folds"
    left = "" if rebuild.seconds_left is None else f", {rebuild.seconds_left:.0f} s left"
    far = f"{rebuild.progress:.0%}, at {rebuild.position}, {rebuild.rate:.0f} a second{left}"
    return f"made anew in version {rebuild.version}: {far}"


def together(rebuilds: Mapping[str, RebuildProgress | None]) -> str:
    """The progress of several rebuilds, in one line."""
    under_way = {name: r for name, r in rebuilds.items() if r is not None and r.has_started}
    progress = [f"{name} {r.progress:.0%}" for name, r in under_way.items()]
    left = [r.seconds_left for r in under_way.values() if r.seconds_left is not None]
    return ", ".join(progress) + (f"; {max(left):.0f} s left" if left else "")
