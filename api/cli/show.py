"""`lrs replay show`: one event of the log, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator

import click
import orjson

from api.cli import context
from api.cli.explain import asked, language, printed, step_lines
from api.cli.people import plain, recordable
from lrs.domain.time import iso
from lrs.domain.xapi.agent import agent_key
from lrs.service.replay import DescribedEntry, EventReport
from schemas.parameters import DAY, event_meant
from schemas.replay.events import event_view
from schemas.replay.explanations import words_for
from schemas.replay.words import ExplanationWords


@click.command()
@click.argument("event", metavar="STATEMENT|POSITION", callback=recordable)
@click.option("--on", metavar="DAY", help="The day of the verdicts; today if not given.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, as /api/v1/replay/events has it.")
def show(event: str, on: str | None, as_json: bool) -> None:
    """Show one event: its place in the log, who said it, what it changed, what changed it later.

    STATEMENT is the id of a statement, POSITION any event's position in the log.
    """
    with context.store() as lrs:
        day = asked("on", on, DAY) or lrs.clock.today()
        answer = lrs.log_events.show(event_meant(event), day)
    if as_json:
        as_of = {
            "position": answer.consistency.position,
            "consistent_through": iso(answer.consistency.through),
        }
        printed({"on": day, **event_view(answer.value, language()), "as_of": as_of})
        return
    for line in _lines(answer.value):
        click.echo(plain(line))


def _lines(found: EventReport) -> Iterator[str]:
    logged, words = found.logged, words_for(found.titles, language())
    yield f"position    {logged.position}, stored {iso(logged.stored)}"
    yield f"event       {logged.topic}"
    yield f"source      {words.source(None, found.by)}"
    yield from _actor(found)
    yield from _people(found, words)
    yield from _later(found, words)
    yield f"stream      {logged.originator_id}, version {logged.originator_version}"
    yield f"commitment  {found.commitment.hex()}"
    for state in found.read_models:
        reason = f": {state.reason}" if state.reason else ""
        yield f"read model  {state.projection}, {state.state}{reason}"
    yield from _content(found, words)


def _actor(found: EventReport) -> Iterator[str]:
    """In whose name a statement speaks: of a voiding, who voided."""
    actor = (found.content or {}).get("actor")
    if isinstance(actor, dict):
        yield f"actor       {actor.get('name', '')} {agent_key(actor) or ''}".rstrip()


def _later(found: EventReport, words: ExplanationWords) -> Iterator[str]:
    if found.later:
        yield words.sentence("changed-later")
    for later in found.later:
        source = words.source(later.statement, later.by)
        place = f"{later.change.position:>8}  {iso(later.stored)}"
        yield f"{place}  {words.later(later.change)}, {source}"


def _content(found: EventReport, words: ExplanationWords) -> Iterator[str]:
    if found.is_erased:
        yield f"content     {words.sentence('content-erased')}"
    elif found.entry is not None:
        yield f"entry       {found.entry.kind.value}"
        yield from _replaced(found.entry)
        yield f"before      {_json(found.entry.before)}"
        yield f"after       {_json(found.entry.after)}"
    else:
        yield f"content     {_json(found.content)}"
        if found.of is not None:
            yield f"of          {_json(found.of)}"


def _replaced(entry: DescribedEntry) -> Iterator[str]:
    """The members in which an entry differs from its version before."""
    before, after = entry.before or {}, entry.after or {}
    for name in dict.fromkeys((*before, *after)):
        if entry.before and entry.after and before.get(name) != after.get(name):
            yield f"changed     {name}: {_json(before.get(name))} → {_json(after.get(name))}"


def _people(found: EventReport, words: ExplanationWords) -> Iterator[str]:
    for effect, explained in found.people:
        name = (effect.trainee.name if effect.trainee else None) or ""
        yield f"person      {name} {effect.identifier}"
        if explained is None:
            yield f"            {words.sentence('untouched')}"
        else:
            yield from step_lines(explained, words)
    shown = len(found.people)
    if found.people_named > shown:
        yield words.sentence("more-people", count=found.people_named, shown=shown)


def _json(value: object) -> str:
    return "-" if value is None else orjson.dumps(value).decode()
