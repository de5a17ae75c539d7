"""What tells whether read models are wrong says nothing of a healthy store, and finds what is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from lrs.db.engine import open_database
from lrs.domain.xapi.agent import identifier_of
from lrs.domain.xapi.filters import Criteria
from lrs.projections.statements.index import index_entry, mention
from lrs.projections.training.lines import line
from lrs.service import Lrs
from tests.conftest import Place
from tests.projections import naive
from tests.support.agreement import differences, differences_over_http
from tests.support.scan import Scan
from tests.support.server import Server
from tests.support.varied import tell, varied

COUNT = 40


@pytest.fixture
def small_store(lrs: Lrs) -> Lrs:
    """A store with a history of which everything is folded."""
    tell(lrs, COUNT)
    lrs.projector.runner.catch_up()
    return lrs


def forget_a_mention(store: Lrs) -> None:
    with store.databases[1].write.begin() as connection:
        last = connection.execute(select(mention).order_by(mention.c.position.desc())).first()
        assert last is not None
        columns = (mention.c.term == last.term, mention.c.position == last.position)
        connection.execute(delete(mention).where(*columns))


def unvoid(store: Lrs) -> None:
    with store.databases[1].write.begin() as connection:
        connection.execute(update(index_entry).values(voided=False))


def forget_lines(store: Lrs) -> None:
    with store.databases[1].write.begin() as connection:
        connection.execute(delete(line))


def test_a_healthy_store_shows_no_difference_however_much_is_folded(small_store: Lrs) -> None:
    """Neither where all is folded nor where the last statements are not."""
    assert differences(small_store) == []
    tell(small_store, 20, COUNT + 1)
    assert differences(small_store) == []
    assert not small_store.health().quarantined


@pytest.mark.briefly("sqlite")
@pytest.mark.parametrize("spoil", [forget_a_mention, unvoid, forget_lines])
def test_a_row_changed_by_hand_is_found(small_store: Lrs, spoil: Callable[[Lrs], None]) -> None:
    """In an answer, in a checksum, or in both."""
    spoil(small_store)
    assert differences(small_store)


@pytest.mark.briefly("sqlite")
def test_a_statement_that_the_index_lacks_is_named_and_stays_away(small_store: Lrs) -> None:
    """With the question that did not find it. Whoever looks mends nothing: it is found again."""
    scan = Scan(small_store.ledger.reader)
    statement = scan.statements[scan.answers[Criteria()][-1]]
    with small_store.databases[1].write.begin() as connection:
        connection.execute(delete(index_entry).where(index_entry.c.position == statement.position))
    for _ in range(2):
        assert any(str(statement.id) in line for line in differences(small_store))


@pytest.mark.rules
def test_the_scan_says_what_a_plain_reading_does(small_store: Lrs) -> None:
    """Of every filter that occurs in the log."""
    scan = Scan(small_store.ledger.reader)
    log = list(scan.statements.values())
    assert scan.voided == naive.voided(log)
    assert len(scan.voided) > 2
    for criteria, positions in scan.answers.items():
        assert positions == naive.answer(log, _question(criteria)), criteria


def _question(criteria: Criteria) -> naive.Question:
    agent, registration = criteria.agent, criteria.registration
    return naive.Question(
        agent=None if agent is None else identifier_of(agent),
        verb=criteria.verb,
        activity=criteria.activity,
        registration=None if registration is None else str(registration),
        related_agents=criteria.related_agents,
        related_activities=criteria.related_activities,
    )


@pytest.mark.briefly("postgresql")
def test_a_served_store_is_asked_over_http(place: Place, tmp_path: Path) -> None:
    """It is healthy until rows are gone behind its back."""
    server = Server(place, tmp_path / "server.log")
    server.start()
    views = open_database(place.views_url)
    try:
        assert server.store(varied(20)) == 200
        assert differences_over_http(server) == []
        with views.write.begin() as connection:
            connection.execute(delete(mention))
        found = differences_over_http(server, seconds=0)
        assert any("agent" in line for line in found)
        assert any("other rows" in line for line in found)
    finally:
        views.close()
        server.kill()
