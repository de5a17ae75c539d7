"""The projection `training`: however the log is cut into batches, its rows are the same."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from lrs.domain.agent import JsonObject
from lrs.domain.line import view
from lrs.domain.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.domain.statistics import Counters, change
from lrs.domain.training import outcomes
from lrs.domain.transcript import State, gather, mark
from lrs.projections.names import course as courses_table
from lrs.projections.names import trainee as trainees_table
from lrs.projections.names import (
    trainees,
)
from lrs.projections.statistics import course_statistics, statistics
from lrs.projections.training import Training
from lrs.projections.transcripts import line, transcript
from tests.domain.stories import (
    CENTRE,
    COURSE,
    MODULE,
    OBJECTS,
    RESULTS,
    TEST,
    TIMES,
    TOLD,
    course,
    day,
    here,
    key,
    log,
    person,
    recorded,
    statement,
    told,
    voiding,
    within,
)
from tests.projections.folding import OTHER, project

STRANGER: JsonObject = {"account": {"homePage": "https://lrs.example.org", "name": "other"}}


class TestVoiding:
    """A voided statement's outcomes go; order of arrival and batches do not matter."""

    @pytest.mark.parametrize("cuts", [(), (1,), (2,), (1, 2)])
    def test_a_mistake_is_taken_back_and_marked(
        self, views: Connection, cuts: Collection[int]
    ) -> None:
        history = [here("failed", TEST), here("passed", TEST, day(3)), voiding(2)]
        project(views, log(history), cuts)
        found = transcript(views, key("0417"))
        assert found
        (entry,) = found.entries
        assert (entry.line.status, entry.line.voided) == ("failed", (2,))
        figures = statistics(views, COURSE)
        assert figures
        assert figures.figures.passing == (0, 1)

    @pytest.mark.parametrize("cuts", [(), (1,)])
    def test_a_target_that_comes_after_its_voiding_never_counts(
        self, views: Connection, cuts: Collection[int]
    ) -> None:
        project(views, log([voiding(2), here("passed", TEST)]), cuts)
        found = transcript(views, key("0417"))
        assert found
        assert found.entries == ()
        assert [(c.course.iri, c.statements) for c in found.corrections] == [(COURSE, (2,))]
        figures = statistics(views, COURSE)
        assert figures
        assert (figures.figures.trainees, figures.last_activity) == (0, None)

    @pytest.mark.parametrize("cuts", [(), (1,), (1, 2, 3)])
    def test_another_authority_voids_nothing_unless_it_may(
        self, views: Connection, cuts: Collection[int]
    ) -> None:
        history = [
            recorded(here("passed", TEST), 1),
            recorded(voiding(1), 2, STRANGER),
            recorded(here("passed", TEST) | {"actor": person("2")}, 3),
            recorded(voiding(3), 4, STRANGER, any_=True),
        ]
        project(views, history, cuts)
        assert [len(_entries(views, who)) for who in ("0417", "2")] == [1, 0]

    def test_a_voiding_statement_is_never_voided(self, views: Connection) -> None:
        project(views, log([here("passed", TEST), voiding(1), voiding(2)]), cuts=(1, 2))
        assert _entries(views, "0417") == ()

    def test_voiding_twice_is_marked_once(self, views: Connection) -> None:
        history = [here("passed", TEST), here("failed", TEST), voiding(1), voiding(1)]
        project(views, log(history), cuts=(2, 3))
        (entry,) = _entries(views, "0417")
        assert entry.line.voided_count == 1

    def test_a_voided_statement_does_not_bring_back_an_old_name(self, views: Connection) -> None:
        history = [
            here("passed", TEST) | {"actor": person("0417", "Анна Белова")},
            here("failed", TEST) | {"actor": person("0417", "Анна Петрова")},
            voiding(1),
        ]
        project(views, log(history), cuts=(1, 2))
        assert [t.name for t in trainees(views)] == ["Анна Петрова"]


def _entries(views: Connection, personnel: str) -> Any:
    found = transcript(views, key(personnel))
    assert found
    return found.entries


PEOPLE = [person("1", "Анна"), person("2"), person("3", "Вера"), person("1", "Анна П.")]
ACTORS = st.sampled_from(PEOPLE) | st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3).map(
    lambda members: {"objectType": "Group", "member": members}
)


@st.composite
def logs(draw: st.DrawFn) -> list[RecordedStatement]:
    """A log of trainings, with voidings before and after their targets, by two authorities."""
    length = draw(st.integers(1, 12))
    return [
        recorded(
            voiding(draw(st.integers(1, length + 1)))
            if draw(st.integers(0, 3)) == 0
            else statement(
                draw(st.one_of(TOLD, st.sampled_from(["rated", "answered"]))),
                draw(OBJECTS),
                by=draw(ACTORS),
                at=draw(TIMES),
                result=draw(RESULTS),
                context=draw(st.sampled_from([within(), within(course(OTHER)), {}])),
            ),
            position,
            draw(st.sampled_from([CENTRE, CENTRE, STRANGER])),
            any_=draw(st.booleans()),
        )
        for position in range(1, length + 1)
    ]


def rows(connection: Connection) -> dict[str, list[Any]]:
    return {
        table.name: [
            tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in Training.TABLES
    }


def projected(
    engine: Engine, statements: list[RecordedStatement], cuts: Collection[int]
) -> tuple[dict[str, list[Any]], dict[Any, State], dict[str, Counters]]:
    """All rows; the states of lines by trainee and course; the counters by course."""
    with engine.connect() as connection, connection.begin() as transaction:
        project(connection, statements, cuts)
        states = {
            (row.key, row.iri): json.loads(row.state)
            for row in connection.execute(
                select(trainees_table.c.key, courses_table.c.iri, line.c.state)
                .join_from(line, trainees_table, trainees_table.c.id == line.c.id // 2**32)
                .join(courses_table, courses_table.c.id == line.c.course)
            )
        }
        counters = {
            row.iri: json.loads(row.counters)
            for row in connection.execute(
                select(courses_table.c.iri, course_statistics.c.counters).join_from(
                    course_statistics,
                    courses_table,
                    courses_table.c.id == course_statistics.c.course,
                )
            )
        }
        found = rows(connection)
        transaction.rollback()
    return found, states, counters


def remembered(
    statements: list[RecordedStatement],
) -> tuple[dict[Any, State], dict[str, Counters]]:
    """The same by definition: decide what is voided first, then fold what remains at once."""
    known = {s.id: s for s in statements}
    gone = {
        target.id
        for s in statements
        if is_voiding(s.statement)
        and (target := known.get(target_of(s.statement) or s.id)) is not None
        and voids(s, target)
    }
    states: dict[Any, State] = {}
    for recorded_ in statements:
        for outcome in outcomes(recorded_):
            if outcome.fact == "rated":
                continue
            state = states.setdefault((outcome.trainee, outcome.course), {})
            if recorded_.id in gone:
                mark(state, [outcome.position])
            else:
                gather(state, [outcome])
    counters: dict[str, Counters] = {}
    for (_, iri), state in states.items():
        change(counters.setdefault(iri, {}), None, view(state))
    return states, counters


@settings(deadline=None, max_examples=250)
@given(data=st.data(), statements=logs())
def test_live_and_rebuilt_and_by_definition_are_the_same(
    views_engine: Engine, data: st.DataObject, statements: list[RecordedStatement]
) -> None:
    """Random batches give the rows of one batch, and those are what the pure fold says."""
    cuts = data.draw(st.sets(st.integers(1, len(statements))))
    live = projected(views_engine, statements, cuts)
    rebuilt = projected(views_engine, statements, ())
    assert live == rebuilt
    states, counters = remembered(statements)
    assert rebuilt[1] == states
    assert rebuilt[2] == counters


def test_noise_leaves_no_rows(views: Connection) -> None:
    """Most of what e-learning modules send says nothing about training."""
    noise = [here(verb, MODULE) for verb in ("interacted", "answered", "terminated", "rated")]
    assert told(*noise[:3]) == []
    project(views, log(noise), cuts=(1, 2, 3))
    assert not any(rows(views).values())
