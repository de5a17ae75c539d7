"""`lrs replay explain`: why a person is certified or not, event by event."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import click
import orjson

from api.cli import context
from api.cli.people import plain, recordable
from lrs.domain.errors import InvalidQuery
from lrs.domain.time import iso
from lrs.service import Lrs
from lrs.service.replay import ExplainedStep, ExplainQuery, Explanation
from lrs.service.reports.snapshot import ReportAnswer
from schemas.parameters import DAY, KNOWN, Parser
from schemas.replay.explanations import explanation_view, words_for
from schemas.replay.words import ExplanationWords

_KNOWN_FORM = "a position of the log, from 1, or a date and time with zone"


def language() -> list[str]:
    """The language of the terminal, as the environment names it."""
    tags = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return [next((tag for tag in tags if tag), "")]


def asked(name: str, text: str | None, parser: Parser) -> Any:
    """The value of an option; None where it is not given. Raises InvalidQuery."""
    if text is None:
        return None
    parse, form = parser
    try:
        return parse(text)
    except ValueError:
        raise InvalidQuery("invalid-parameter", parameter=name, form=form) from None


def two_clocks(lrs: Lrs, on: str | None, known: str | None) -> tuple[Any, int | None]:
    """The day and the position that the options name: today, and None for all that is known.
    Raises InvalidQuery.
    """
    then = asked("known", known, (KNOWN[0], _KNOWN_FORM))
    if then is not None and then.instant is not None:
        position: int | None = lrs.clock.position_at(then.instant)
    else:
        position = then.position if then else None
    return asked("on", on, DAY) or lrs.clock.today(), position


def printed(value: Any) -> None:
    """The value as indented JSON."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


@click.command()
@click.argument("person", callback=recordable)
@click.argument("subject", required=False, metavar="[COURSE|PROGRAMME]", callback=recordable)
@click.option("--on", metavar="DAY", help="The day of the verdicts; today if not given.")
@click.option("--known", metavar="POSITION|INSTANT", help="As the store knew it then.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, as /api/v1/replay/explain has it.")
def explain(
    person: str, subject: str | None, on: str | None, known: str | None, as_json: bool
) -> None:
    """Show the events that touched PERSON, what each of them changed, and the verdicts at the end.

    PERSON is an agent key, or a personnel number that one person alone has. With a COURSE (its
    number or IRI) or the code of a PROGRAMME, only what concerns that.
    """
    with context.store() as lrs:
        day, position = two_clocks(lrs, on, known)
        answer = lrs.explanations.explain(
            ExplainQuery(person, day, subject=subject, known=position)
        )
    consistency = answer.consistency
    if as_json:
        shown = explanation_view(answer.value, answer.place_names, language())
        as_of = {"position": consistency.position, "consistent_through": iso(consistency.through)}
        printed({"on": day, **shown, "more": "", "as_of": as_of})
        return
    words = words_for(answer.value.titles, language())
    events = (line for one in answer.value.steps for line in step_lines(one, words))
    for line in (*_head(answer, day, words), *events, *_end(answer.value, words)):
        click.echo(plain(line))


def _head(answer: ReportAnswer[Explanation], on: date, words: ExplanationWords) -> Iterator[str]:
    trainee, consistency = answer.value.conclusion.certified.trainee, answer.consistency
    yield f"{trainee.name or ''} {' '.join(trainee.identifiers)}".strip()
    yield words.heading(on, consistency.position, iso(consistency.through))


def step_lines(one: ExplainedStep, words: ExplanationWords) -> Iterator[str]:
    """An event: its place in the log, who said it, what it changed."""
    yield f"{one.step.touch.position:>8}  {iso(one.stored)}  {words.event(one)}"
    yield f"          {words.source(one.statement, one.by)}"
    for change in one.step.changes:
        yield f"            {words.change(change)}"


def _end(found: Explanation, words: ExplanationWords) -> Iterator[str]:
    conclusion = found.conclusion
    for explained in conclusion.verdicts:
        yield words.verdict(explained)
        yield from _sources(found, explained.standing.verdict.evidence, words)
        yield from (f"  {line}" for line in words.missing(explained))
    if conclusion.entry is not None:
        yield words.standing(conclusion.entry)
        yield from _sources(found, conclusion.entry.line.evidence, words)
    clearance = conclusion.certified.clearance
    yield words.clearance(clearance.may_serve, clearance.in_the_way)


def _sources(
    found: Explanation, positions: Iterable[int], words: ExplanationWords
) -> Iterator[str]:
    for position in positions:
        source = found.evidence[position]
        text = words.source(source.statement, source.by)
        yield f"{position:>8}  {iso(source.stored)}  {text}"
