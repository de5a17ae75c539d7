"""The report of `lrs doctor`: the facts first, then the problems and what to do about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy.exc import SQLAlchemyError

from api.admin.projection_view import divergence_sentence
from api.cli import space
from api.cli.machine import Finding, look_at_machine
from lrs import __version__, bootstrap
from lrs.db.diagnosis import diagnosed
from lrs.domain.errors import LrsError
from lrs.service import SCHEMA_VERSION, Lrs
from lrs.service.projection_admin import Divergence, ProjectionEntry, ProjectionState
from lrs.settings import Settings

BEHIND = 10_000
"""A lag in events beyond which something keeps the projector from its work."""

RECENT_DAYS, MOST_WORDS = 30, 5
"""The days for which unrecognised verbs are reported, and the most verbs that are."""

_AFTER_A_LOSS = (
    "Restore the log if there is a later copy of it, have what is missing sent again, then "
    "`lrs projections acknowledge`."
)


def examine(settings: Settings) -> Finding:
    """Check the store. It is opened as a server would open it, so a read model of another log is
    reset.
    """
    finding = Finding()
    finding.lines.append(f"version     {__version__}, schema {SCHEMA_VERSION}")
    if settings.public_url:
        finding.lines.append(f"endpoint    {settings.public_url}/xapi/")
    look_at_machine(settings, finding)
    with _report_troubles(finding), closing(bootstrap.build(settings)) as lrs:
        log, views = lrs.database_urls
        finding.lines += [f"log         {log}", f"read models {views}"]
        health = lrs.health()
        finding.lines += [f"events      {health.head}", space.line(health)]
        finding.troubles += space.trouble(health)
        for p in health.projections:
            finding.lines.append(f"projection  {p.name} at {p.position}, {p.lag} behind, {p.state}")
            trouble = _trouble(p)
            if trouble:
                finding.troubles.append(f"The projection {p.name} {trouble}")
        finding.troubles += [_lost(one) for one in health.divergences]
        for aside in health.quarantined:
            q = aside.event
            finding.troubles.append(
                f"The projection {q.projection} could not fold the event at position "
                f"{q.position} ({q.error}) and has skipped it: report this error, then run "
                f"`lrs projections retry {q.projection}`."
            )
        finding.lines += _uncounted(lrs)
        lrs.try_room()
    return finding


@contextmanager
def _report_troubles(finding: Finding) -> Iterator[None]:
    """Turn an error that would end a command into one of the reported problems."""
    try:
        yield
    except (LrsError, SQLAlchemyError) as error:
        failure = diagnosed(error) or error
        if not isinstance(failure, LrsError):
            raise
        finding.troubles.append(failure.detail)


def _uncounted(lrs: Lrs) -> list[str]:
    """The number of recent statements that give no outcome, and those of their verbs that are
    similar to a known one. This is not a problem of the store.
    """
    words = lrs.unrecognised.found(RECENT_DAYS).words
    if not words:
        return []
    total = _counted(sum(one.statements for one in words))
    of_days = f"{total} of the last {RECENT_DAYS} days in no transcript"
    lines = [f"words       {of_days}, by {len(words)} verbs and types: GET /api/v1/unrecognised"]
    for one in [one for one in words if one.nearest][:MOST_WORDS]:
        of, statements = one.type or "no type", _counted(one.statements)
        lines.append(f"word        {one.verb}, of {of}, in {statements}: is {one.nearest} meant?")
    return lines


def _counted(statements: int) -> str:
    return f"{statements} statement{'' if statements == 1 else 's'}"


def _lost(one: Divergence) -> str:
    """A loss of the log, and what to do about it."""
    rebuilt = f" Rebuilt for it: {', '.join(one.projections)}." if one.projections else ""
    return f"{divergence_sentence(one)}{rebuilt} {_AFTER_A_LOSS}"


def _trouble(p: ProjectionEntry) -> str:
    """The problem of a projection and what to do about it; empty if there is none."""
    why = f" ({p.failure.error})" if p.failure else ""
    match p.state:
        case ProjectionState.ERRING:
            return f"cannot be folded now{why}: check the database, and whether its disk is full."
        case ProjectionState.OUTDATED:
            return f"is of an older version: run `lrs projections rebuild {p.name}`."
        case ProjectionState.REPLACED:
            return (
                "was built by a newer version of the program, or from another log: start that "
                f"version, or run `lrs projections rebuild {p.name}`."
            )
        case ProjectionState.AHEAD:
            return "holds events that the log has lost: start a server, which rebuilds it."
        case ProjectionState.STOPPED:
            return f"is {p.lag} events behind: is a server or `lrs project` running?"
        case ProjectionState.RUNNING if p.lag > BEHIND:
            return f"is {p.lag} events behind: is a server or `lrs project` running?"
        case _:
            return ""
