"""What is behind the statements index, as a read sees it."""

from __future__ import annotations

import json
from uuid import uuid4

from lrs.domain.xapi.filters import Criteria
from lrs.projections.statements.search import Filter
from lrs.projector import ProjectionStatus, TailReader
from lrs.service import Lrs
from schemas import parse_statements
from tests.api.caller import said, voiding
from tests.support.stores import statement, store


def status(lrs: Lrs) -> ProjectionStatus:
    return lrs.projector.runner.status_reader.of("statements")


def fold_one(lrs: Lrs) -> None:
    lrs.projector.runner.step(lrs.projector.runner.projections["statements"], 1)


def test_what_is_folded_is_behind_no_more(lrs: Lrs) -> None:
    """Each read takes the statements after the index's position as of then."""
    recent, everything = TailReader(lrs.ledger.reader, lrs.databases[1]), Filter(Criteria(), 0, 100)
    store(lrs, *(statement() for _ in range(5)))
    for folded in range(5):
        behind = recent.behind(status(lrs))
        assert behind is not None
        assert behind.matching(everything) == list(range(folded + 1, 6))
        fold_one(lrs)
    assert recent.behind(status(lrs)) is not None


def test_a_target_is_known_after_what_refers_to_it_was_folded(lrs: Lrs) -> None:
    """The reference came first, both were read, and the index stops between the two."""
    recent = TailReader(lrs.ledger.reader, lrs.databases[1])
    target = said()
    for each in (voiding(target), target, said()):
        (parsed,), _ = parse_statements(_bytes(each))
        store(lrs, parsed)
    assert recent.behind(status(lrs)) is None
    fold_one(lrs)
    assert recent.behind(status(lrs)) is None
    fold_one(lrs)
    assert recent.behind(status(lrs)) is not None


def test_a_rebuilt_index_is_not_gone_by_with_old_knowledge(lrs: Lrs) -> None:
    """It begins at nothing again, under another mark."""
    recent = TailReader(lrs.ledger.reader, lrs.databases[1])
    store(lrs, *(statement(uuid4()) for _ in range(3)))
    lrs.projector.runner.catch_up()
    store(lrs, statement())
    assert recent.behind(status(lrs)) is not None
    lrs.projector.rebuild(["statements"])
    behind = recent.behind(status(lrs))
    assert behind is not None
    assert behind.statements == ()


def test_too_many_are_left_to_the_index(lrs: Lrs) -> None:
    recent = TailReader(lrs.ledger.reader, lrs.databases[1])
    recent.MOST = 3
    store(lrs, *(statement() for _ in range(4)))
    assert recent.behind(status(lrs)) is None
    fold_one(lrs)
    assert recent.behind(status(lrs)) is not None


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()
