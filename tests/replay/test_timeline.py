"""A person step by step: the same as asked at each position anew, and nothing between the steps."""

from __future__ import annotations

from datetime import UTC
from typing import cast

from hypothesis import given, settings
from sqlalchemy import Connection, Engine

from lrs.domain.training.vocabulary import STANDARD
from lrs.ledger import LogReader
from replay.as_of import person_as_of
from replay.person_sources import PersonSources, read_sources
from replay.timeline import PersonTimeline
from replay.touches import touches
from tests.projections.folding import Recorded, project
from tests.projections.test_reshaping import logs
from tests.replay.test_as_of import PEOPLE, Log
from tests.support.examples import drawn


def sources_of(connection: Connection, log: list[Recorded], who: str) -> PersonSources:
    """All that the log holds of somebody."""
    reader = cast(LogReader, Log(log))
    return read_sources(connection, reader, who, len(log), STANDARD, UTC)


@settings(deadline=None, max_examples=drawn(80))
@given(log=logs())
def test_step_by_step_is_the_same_as_at_once(views_engine: Engine, log: list[Recorded]) -> None:
    with views_engine.connect() as connection, connection.begin() as transaction:
        project(connection, log)
        for who in PEOPLE:
            timeline = PersonTimeline(sources_of(connection, log, who))
            for upto in range(1, len(log) + 1):
                reader = cast(LogReader, Log(log))
                assert timeline.at(upto) == person_as_of(connection, reader, who, upto)
        transaction.rollback()


@settings(deadline=None, max_examples=drawn(80))
@given(log=logs())
def test_nothing_changes_where_nothing_touched(views_engine: Engine, log: list[Recorded]) -> None:
    """What an event changes for somebody, it is among those that may have touched them."""
    with views_engine.connect() as connection, connection.begin() as transaction:
        project(connection, log)
        for who in PEOPLE:
            sources = sources_of(connection, log, who)
            timeline, touched = PersonTimeline(sources), {t.position for t in touches(sources)}
            before = None
            for position in range(1, len(log) + 1):
                after = timeline.at(position)
                assert after == before or position in touched
                before = after
        transaction.rollback()
