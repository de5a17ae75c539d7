"""`lrs replay diff`: what differs between two moments, and the events that did it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from api.cli import context
from api.cli.explain import asked, language, printed, step_lines
from api.cli.people import plain, recordable
from api.cli.replicas import MOMENT
from api.reports.access import position_of
from lrs.domain.time import iso
from lrs.service.replay import CHANGE_KINDS, DifferenceQuery, Differences, PersonDifference
from lrs.service.reports.snapshot import ReportAnswer
from schemas.parameters import DAY, KnownParameter
from schemas.replay.differences import differences_view
from schemas.replay.explanations import words_for

DIFFERENT = 1
"""The exit code where anything differs."""


@click.command()
@click.argument("before", type=MOMENT, metavar="FROM")
@click.argument("after", type=MOMENT, metavar="[TO]", required=False)
@click.option("--on", metavar="DAY", help="The day of the verdicts; today if not given.")
@click.option("--person", callback=recordable, help="Of one person: agent key or number.")
@click.option("--office", callback=recordable, help="Of the people of an office: its code.")
@click.option("--course", callback=recordable, help="Of a course: its number or IRI.")
@click.option("--programme", callback=recordable, help="Of a programme: its code.")
@click.option("--what", type=click.Choice([*CHANGE_KINDS]), help="Only changes of this kind.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, as /api/v1/replay/diff has it.")
def diff(
    before: KnownParameter,
    after: KnownParameter | None,
    on: str | None,
    person: str | None,
    office: str | None,
    course: str | None,
    programme: str | None,
    what: str | None,
    as_json: bool,
) -> None:
    """Show which transcript lines, certificates and answers on serving visitors differ between two
    moments, and the events that did it. Exits with 1 where anything differs.

    FROM and TO are positions of the log, or dates and times with zone; without TO it is now.
    """
    with context.store() as lrs:
        query = DifferenceQuery(
            before=position_of(lrs, before, "from") or 0,
            after=position_of(lrs, after, "to"),
            on=asked("on", on, DAY) or lrs.clock.today(),
            person=person,
            office=office,
            course=course,
            programme=programme,
            what=what,
        )
        answer = lrs.differences.between(query)
    if as_json:
        printed(_view(query, answer))
    else:
        for line in _lines(answer):
            click.echo(plain(line))
    if answer.value.people:
        sys.exit(DIFFERENT)


def _view(query: DifferenceQuery, answer: ReportAnswer[Differences]) -> dict[str, object]:
    at = answer.consistency
    shown = differences_view(answer.value, answer.place_names, language())
    as_of = {"position": at.position, "consistent_through": iso(at.through)}
    return {"on": query.on, **shown, "more": "", "as_of": as_of}


def _lines(answer: ReportAnswer[Differences]) -> Iterator[str]:
    found, at = answer.value, answer.consistency
    for person in found.people:
        yield from _person(person)
        yield ""
    count = len(found.people)
    whom = {0: "Nothing differs", 1: "One person differs"}.get(count, f"{count} people differ")
    before = f"position {found.before.position}, {iso(found.before.through)},"
    yield f"{whom} between {before} and position {at.position}, {iso(at.through)}."


def _person(one: PersonDifference) -> Iterator[str]:
    words = words_for(one.titles, language())
    yield f"{one.trainee.name or ''} {' '.join(one.trainee.identifiers)}".strip()
    yield from (f"  {words.change(change)}" for change in one.changes)
    yield f"  {words.sentence('changed-by')}"
    for step in one.steps:
        yield from step_lines(step, words)
