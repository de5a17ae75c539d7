"""The projection `training`: however the log is cut into batches, its rows are the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import Connection, select

from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training.people import people
from lrs.projections.training.projection import TrainingProjection
from lrs.projections.training.transcripts import transcript
from tests.domain.stories import (
    COURSE,
    MODULE,
    TEST,
    day,
    here,
    key,
    log,
    person,
    recorded,
    told,
    voiding,
)
from tests.projections.folding import project, report

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
        figures = report(views, COURSE)
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
        figures = report(views, COURSE)
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
        assert [t.name for t in people(views)] == ["Анна Петрова"]


def _entries(views: Connection, personnel: str) -> Any:
    found = transcript(views, key(personnel))
    assert found
    return found.entries


def test_noise_leaves_no_rows(views: Connection) -> None:
    """Most of what e-learning modules send says nothing about training."""
    noise = [here(verb, MODULE) for verb in ("interacted", "answered", "terminated")]
    assert told(*noise) == []
    project(views, log(noise), cuts=(1, 2))
    for table in TrainingProjection.TABLES:
        assert views.execute(select(table)).first() is None
