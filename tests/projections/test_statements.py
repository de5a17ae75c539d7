from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.schema import CreateSchema

from lrs.db.engine import Options, open_database
from lrs.domain.xapi.agent import agent_key, authority_key
from lrs.domain.xapi.filters import Criteria
from lrs.domain.xapi.statement import RecordedStatement
from lrs.projections.base import Batch
from lrs.projections.statements.index import StatementsProjection, is_voided
from lrs.projections.statements.references import MAX_HOPS, AwaitedTargets, reference
from lrs.projections.statements.search import Filter, find
from lrs.projections.tables import metadata
from lrs.projector.checksum import checksum
from tests.conftest import BACKENDS
from tests.projections.folding import project_split
from tests.projections.histories import (
    ACTIVITIES,
    AUTHORITIES,
    PEOPLE,
    VERBS,
    cuts,
    histories,
    questions,
)
from tests.projections.naive import VOIDED, Question, answer, voided
from tests.support.examples import drawn

TABLES = list(StatementsProjection.TABLES)
ABOUT_THE_FIRST = Criteria(activity=ACTIVITIES[0])
several = settings(max_examples=drawn(50), deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=BACKENDS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine on each backend, in whose database the index's tables stand empty."""
    url = f"sqlite:///{tmp_path_factory.mktemp('views')}/views.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = server.create_database(f"test_{uuid4().hex[:12]}")
    database = open_database(url, Options(durable=False))
    with database.write.begin() as connection:
        if request.param == "postgresql":
            connection.execute(CreateSchema("views"))
        metadata.create_all(connection, tables=TABLES)
    yield database.write
    database.close()


@contextmanager
def indexed(
    engine: Engine,
    log: Sequence[RecordedStatement],
    ends: Collection[int] = (),
    others: Collection[int] = (),
) -> Iterator[Connection]:
    """The index of a log, folded in batches that end at each of `ends`, each by a process that
    folded the one before, unless that ended at one of `others`; undone afterwards.
    """
    fold, by_id = StatementsProjection().new_fold(), {s.id: s for s in log}
    with engine.connect() as connection, connection.begin() as transaction:
        first = 1
        for last in sorted({*ends, len(log)}):

            def find_upto(ids: Collection[UUID], last: int = last) -> dict[UUID, RecordedStatement]:
                return {i: by_id[i] for i in ids if i in by_id and by_id[i].position <= last}

            def at(positions: Sequence[int]) -> dict[int, RecordedStatement]:
                return {position: log[position - 1] for position in positions}

            fold.apply(Batch(first, last, find_upto, at, log[first - 1 : last]), connection)
            first = last + 1
            if last in others:
                fold = StatementsProjection().new_fold()
        yield connection
        transaction.rollback()


def filter_of(question: Question, **window: int) -> Filter:
    criteria = Criteria(
        agent=agent_key(question.agent) if question.agent else None,
        verb=question.verb,
        activity=question.activity,
        registration=UUID(question.registration) if question.registration else None,
        related_agents=question.related_agents,
        related_activities=question.related_activities,
    )
    return Filter(
        criteria,
        after=window.get("after", 0),
        upto=window.get("upto", 10**9),
        ascending=bool(window.get("ascending", True)),
        authority=authority_key(question.mine) if question.mine else None,
    )


@several
@given(data=st.data())
def test_the_index_answers_what_a_plain_reading_of_all_statements_does(
    engine: Engine, data: st.DataObject
) -> None:
    """xAPI 1.0.3 part 3, 2.1.3 and part 2, 2.3.2: every filter, reference and voiding."""
    log = data.draw(histories())
    queries = data.draw(st.lists(questions, min_size=8, max_size=8))
    with indexed(engine, log, data.draw(cuts(log))) as connection:
        voided_ids = voided(log)
        assert {s.position for s in log if is_voided(connection, s.position)} == voided_ids
        for question in queries:
            assert find(connection, filter_of(question), 100) == answer(log, question)


@several
@given(data=st.data())
def test_however_the_log_is_cut_into_batches_the_rows_are_the_same(
    engine: Engine, data: st.DataObject
) -> None:
    """Live folding and a rebuild give the same tables, byte for byte."""
    log = data.draw(histories())
    with indexed(engine, log) as connection:
        rebuilt = checksum(connection, TABLES)
    with indexed(engine, log, data.draw(cuts(log)), data.draw(cuts(log))) as connection:
        assert checksum(connection, TABLES) == rebuilt


@several
@given(data=st.data())
def test_however_the_log_is_cut_into_parts_to_scan_the_rows_are_the_same(
    engine: Engine, data: st.DataObject
) -> None:
    """A rebuild with other processes gives the same tables."""
    log = data.draw(histories())
    with indexed(engine, log) as connection:
        whole = checksum(connection, TABLES)
    with engine.connect() as connection, connection.begin() as transaction:
        project_split(connection, StatementsProjection(), log, data.draw(cuts(log)), 2)
        assert checksum(connection, TABLES) == whole
        transaction.rollback()


class Few(AwaitedTargets):
    """Remembers next to nothing."""

    MOST = 1


def test_when_too_much_is_referred_to_nothing_more_is_remembered(engine: Engine) -> None:
    """Then the table is asked about every new statement."""
    new = [said(position, {"id": ACTIVITIES[0]}) for position in (1, 2, 3)]
    ids = [s.id for s in new]
    coming = [id_.bytes for id_ in ids]
    rows = [{"position": i, "id": uuid4(), "target": ids[i], "voiding": False} for i in (0, 1)]
    targets, few = AwaitedTargets(), Few()
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(insert(reference), rows)
        assert set(targets.among(connection, coming)) == set(ids[:2])
        assert few.among(connection, coming) == ids
        transaction.rollback()


@several
@given(data=st.data())
def test_windows_limits_and_directions_cut_pieces_out_of_the_whole_answer(
    engine: Engine, data: st.DataObject
) -> None:
    """Since and until concern the statement that is found, not the one it refers to."""
    log, question = data.draw(histories()), data.draw(questions)
    after, upto, limit = (data.draw(st.integers(0, 13)) for _ in range(3))
    whole = [p for p in answer(log, question) if after < p <= upto]
    with indexed(engine, log) as connection:
        up = filter_of(question, after=after, upto=upto, ascending=True)
        down = filter_of(question, after=after, upto=upto, ascending=False)
        assert find(connection, up, limit + 1) == whole[: limit + 1]
        assert find(connection, down, limit + 1) == whole[::-1][: limit + 1]


def said(position: int, thing: dict[str, str], verb: str = VERBS[0]) -> RecordedStatement:
    statement = {"actor": PEOPLE[0], "verb": {"id": verb}, "object": thing}
    id, authority = UUID(int=position), AUTHORITIES[0]
    return RecordedStatement(position, position, id, authority, False, statement)


def ref(position: int) -> dict[str, str]:
    return {"objectType": "StatementRef", "id": str(UUID(int=position))}


def test_a_voided_statement_stays_away_when_what_it_refers_to_arrives_later(engine: Engine) -> None:
    """xAPI 1.0.3 part 2, 2.3.2: voided is voided, whatever finds it later."""
    log = [said(1, ref(3)), said(2, ref(1), VOIDED), said(3, {"id": ACTIVITIES[0]})]
    with indexed(engine, log, ends=(1, 2)) as connection:
        found = find(connection, Filter(ABOUT_THE_FIRST, 0, 10, ascending=True), 10)
    assert found == [2, 3]


def test_a_chain_longer_than_is_followed_is_cut_and_does_no_harm(engine: Engine) -> None:
    """One client cannot make the index grow with the square of what it sends."""
    length = MAX_HOPS + 10
    log = [said(1, {"id": ACTIVITIES[0]}), *(said(n, ref(n - 1)) for n in range(2, length + 1))]
    with indexed(engine, log, ends=range(1, length, 7)) as connection:
        found = find(connection, Filter(ABOUT_THE_FIRST, 0, 999, ascending=True), 999)
    assert found == list(range(1, MAX_HOPS + 2))
