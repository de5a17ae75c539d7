"""Whatever somebody alters in a store, a verification finds it, and says where it is."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import uuid4

import orjson
import pytest

from lrs.db.engine import Database
from lrs.domain.pruning import Presence
from lrs.domain.xapi.statement import VOIDED
from lrs.domain.xapi.version import Version
from lrs.ledger.tables import event
from lrs.service import Lrs
from lrs.settings import Settings
from replay.findings import printable
from tests.ledger.test_pruning import attach
from tests.replay.altering import Change, of_models, of_the_log, rows
from tests.replay.checking import findings, unguarded, verified
from tests.support.examples import SOAKS
from tests.support.stores import WRITER, body
from tests.support.varied import parsed, tell

CHANGES = 1_000 if SOAKS else 10
"""Of each of the two kinds of tests together on one database."""

pytestmark = pytest.mark.timeout(7_200 if SOAKS else 180)


@pytest.fixture
def told(lrs: Lrs) -> Lrs:
    """A store in which every table has rows, and some bytes are pruned."""
    for start in (1, 41):
        tell(lrs, 40, start)
        attach(lrs, b"a photo %d" % start)
    ahead = body() | {"verb": {"id": VOIDED}, "object": {"objectType": "StatementRef",
                                                         "id": str(uuid4())}}  # fmt: skip
    lrs.statements.store(parsed([ahead]), WRITER, Version.V2_0_0)
    lrs.pruning.run(0)
    assert lrs.pruning.check().counts[Presence.PRUNED]
    lrs.projector.runner.catch_up()
    assert [t.name for _, t, *_ in of_models() if not rows(lrs.databases[1], t)] == []
    return lrs


def altered(database: Database, change: Change, *, back: bool = False) -> None:
    with unguarded(database), database.write.begin() as connection:
        if back:
            change.undo(connection)
        else:
            change.do(connection)


def kinds(draw: Random, drawn: list[Any], first: int) -> list[Any]:
    """CHANGES of these kinds, every kind as often as any other, from that one on."""
    draw.shuffle(drawn)
    many = drawn * (CHANGES // len(drawn) + 2)
    return many[first : first + CHANGES]


def test_changes_of_read_models_are_found_by_table_and_key(told: Lrs, settings: Settings) -> None:
    """And told apart: a row that is altered, that is missing, and that is one too many."""
    draw, views = Random(1), told.databases[1]
    begin = 0 if views.dialect == "sqlite" else CHANGES
    for name, table, kind, how in kinds(draw, [*of_models()], begin):
        change = how(draw, views)
        altered_rows(views, change)
        key = orjson.loads(orjson.dumps(_plain(change.key), default=printable))
        found = findings(settings, [name])
        altered_rows(views, change, back=True)
        assert [(one["table"], one["kind"], one["key"]) for one in found] == [
            (table.name, kind, key)
        ], change.what
    assert verified(settings).is_clean


def altered_rows(views: Database, change: Change, *, back: bool = False) -> None:
    with views.write.begin() as connection:
        if back:
            change.undo(connection)
        else:
            change.do(connection)


def _plain(key: dict[str, Any]) -> dict[str, Any]:
    """A UUID as it is reported, its bytes."""
    return {name: getattr(value, "bytes", value) for name, value in key.items()}


def test_changes_of_the_log_are_found_by_position_or_hash(told: Lrs, settings: Settings) -> None:
    """The triggers that refuse them are dropped before, and are there again afterwards."""
    draw, log = Random(2), told.databases[0]
    begin = 0 if log.dialect == "sqlite" else CHANGES // 2
    for how in kinds(draw, [*of_the_log()], begin):
        change = how(draw, log)
        altered(log, change)
        found = findings(settings, [])
        altered(log, change, back=True)
        assert any(_names(one, change) for one in found), (change, found)
    assert verified(settings).is_clean


def _names(found: dict[str, Any], change: Change) -> bool:
    if "position" not in change.row:
        return bool(found.get("sha2") == change.row["sha2"].hex())
    at = change.row["position"]
    # Of two events whose times contradict each other, the second one is named.
    around = (at, at + 1) if change.table is event and "stored" in change.what else (at,)
    return found.get("position") in around
