"""What a reader of the log is told while it reads."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import orjson
import pytest

from lrs.domain.errors import LogDiverged
from lrs.domain.events import DocumentDeleted
from lrs.ledger import Ledger
from tests.support.stores import body, statement_event

LARGE = orjson.dumps(body() | {"result": {"response": "x" * 1_000_000}})


def test_a_large_statement_is_announced_before_it_is_read_and_no_other(ledger: Ledger) -> None:
    """Whoever serves it waits for its turn then, and nobody waits for small ones."""
    large, small = replace(statement_event(), text=LARGE), statement_event()
    ledger.append([large, small])
    announced: list[str] = []
    for position, event in ((2, small), (1, large)):
        assert announced == []
        ledger.reader.page([position], 10_000_000, lambda: announced.append("page"))
        found = [event.originator_id]
        ledger.reader.statements(found, before_large=lambda: announced.append("ids"))
    assert announced == ["page", "ids"]


def test_a_page_leaves_out_what_the_log_has_lost(ledger: Ledger) -> None:
    """A log that lost its end has fewer positions than an index that has not noticed yet."""
    ledger.append([statement_event(), statement_event()])
    statements, read = ledger.reader.page([3, 2, 1], 10_000_000, lambda: None)
    assert ([one.position for one in statements], read) == ([2, 1], 3)


def test_events_of_topics_that_continue_another_log_are_refused(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log may become another one between the look at its end and the reading."""
    first, second = statement_event(), statement_event().originator_id
    ledger.append([first, DocumentDeleted(second, 1)])
    topics, was = frozenset({DocumentDeleted.TOPIC}), ledger.reader.commitment_at(1)
    assert len(ledger.reader.following(1, topics, 10, commitment=was).other_events) == 1
    end = SimpleNamespace(position=2, stored=1, commitment=b"", before=b"other")
    monkeypatch.setattr(ledger.reader, "_first", lambda *_, **__: end)
    with pytest.raises(LogDiverged):
        ledger.reader.following(1, topics, 10, commitment=b"other")


def test_what_an_append_acknowledges_is_the_end_of_the_log(ledger: Ledger) -> None:
    """Of several events the last one, with its instant and its commitment."""
    ledger.append([statement_event(), statement_event(), statement_event()])
    assert ledger.acknowledged()[-1] == ledger.reader.mark()
