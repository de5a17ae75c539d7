"""What was known at an earlier position is what a store that ended there would say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from lrs.domain.training.line_state import LineState
from lrs.domain.xapi.statement import RecordedStatement
from lrs.ledger import LogReader
from lrs.projections.training import certifications
from lrs.projections.training.catalogue_cache import CatalogueRules
from lrs.projections.training.people import Trainee, persons
from lrs.projections.training.transcripts import lines_of
from lrs.service.reports.verdicts import certified_then
from replay.as_of import PersonAsOf, person_as_of
from tests.domain.stories import key
from tests.projections.folding import Recorded, project
from tests.projections.test_reshaping import logs
from tests.support.examples import drawn

PEOPLE = [key(number) for number in ("1", "2", "3", "0417")]


@dataclass
class Read:
    """A statement as the log gives it."""

    statement: RecordedStatement

    def recorded(self) -> RecordedStatement:
        return self.statement


@dataclass
class Log:
    """As much of a log's reader as is asked."""

    recorded: list[Recorded]

    def at(self, positions: Iterable[int]) -> dict[int, Read]:
        found = {p: self.recorded[p - 1] for p in positions}
        return {p: Read(s) for p, s in found.items() if isinstance(s, RecordedStatement)}


Told = tuple[Any, ...]


def then(connection: Connection, log: list[Recorded], who: str, upto: int) -> Told | None:
    """What the whole store says was known."""
    found = person_as_of(connection, cast(LogReader, Log(log)), who, upto)
    if found is None:
        return None
    lines = {course.iri: (course.rule, course.known, state) for course, state in found.lines}
    return _person(found.trainee), lines, _verdicts(found)


def _person(trainee: Trainee) -> Told:
    return trainee.key, set(trainee.identifiers), trainee.name, trainee.personnel, trainee.record


def _verdicts(found: PersonAsOf) -> list[Any]:
    result = certified_then(found, date(2026, 3, 20))
    return [(one.programme.code, one.verdict) for one in result.standings]


def _states(connection: Connection, person: int) -> dict[str, LineState]:
    return {course.iri: state for course, state in lines_of(connection, person)}


@settings(deadline=None, max_examples=drawn(80))
@given(data=st.data(), log=logs())
def test_an_earlier_position_is_the_end_of_a_shorter_log(
    views_engine: Engine, data: st.DataObject, log: list[Recorded]
) -> None:
    upto = data.draw(st.integers(1, len(log)))
    told = []
    for part in (log, log[:upto]):
        with views_engine.connect() as connection, connection.begin() as transaction:
            project(connection, part)
            told.append([then(connection, part, who, upto) for who in PEOPLE])
            transaction.rollback()
    assert told[0] == told[1]


@settings(deadline=None, max_examples=drawn(80))
@given(log=logs())
def test_the_last_position_is_what_stands(views_engine: Engine, log: list[Recorded]) -> None:
    """Folded anew for one person, and folded live for all, the lines and grants are the same."""
    with views_engine.connect() as connection, connection.begin() as transaction:
        project(connection, log)
        rulebook = CatalogueRules()
        rulebook.refresh(connection)
        for who in PEOPLE:
            found = person_as_of(connection, cast(LogReader, Log(log)), who, len(log))
            if found is None:
                continue
            states = {course.iri: state for course, state in found.lines}
            assert states == _states(connection, found.trainee.id)
            shown = persons(connection, [found.trainee.id])[found.trainee.id]
            assert found.trainee.name == shown.name
            live = certifications.of_people(connection, [found.trainee.id])[found.trainee.id]
            for code, earned in live.items():
                programme, revoked = rulebook.programmes[code], found.revoked(code)
                what = certifications.decided(programme, states, revoked, found.vouched)
                assert what == earned
        transaction.rollback()
