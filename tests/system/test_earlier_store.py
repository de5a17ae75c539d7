"""A store that an earlier version made opens, answers and is rebuilt as it was.

tests/support/earlier/ holds the files of such a store as SQL, made before the program's folders
were laid out by purpose, with what it answered: the small centre of tests/api/reports/centre.py, a
link, a voiding, a StatementRef, a State that was written three times, and an Agent Profile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.app import create_app
from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs, NewKey
from lrs.settings import Settings
from tests.api.caller import Caller
from tests.support.processes import wait_until

EARLIER = Path(__file__).parents[1] / "support" / "earlier"
KEPT: dict[str, Any] = json.loads((EARLIER / "answers.json").read_text("utf-8"))
ANSWERS: dict[str, Any] = KEPT["answers"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lrs]:
    """That store, opened as an operator would: `lrs migrate`, then the program, which rebuilds the
    read models whose rows have changed since.
    """
    folder = tmp_path_factory.mktemp("earlier")
    for name in ("ledger", "views"):
        with sqlite3.connect(folder / f"{name}.db") as database:
            database.executescript((EARLIER / f"{name}.sql").read_text("utf-8"))
        database.close()
    settings = Settings(
        ledger_url=f"sqlite:///{folder / 'ledger.db'}", views_url=f"sqlite:///{folder / 'views.db'}"
    )
    bootstrap.migrate(settings)
    first = bootstrap.build(settings)
    first.start()
    wait_until(lambda: all(entry.answers for entry in first.projection_admin.all()))
    first.close()
    lrs = bootstrap.build(settings)
    yield lrs
    lrs.close()


@pytest.fixture(scope="module")
def caller(store: Lrs) -> Caller:
    """With the key that was made then."""
    id, secret = KEPT["key"]
    return Caller(create_app(store).test_client(), NewKey(UUID(id), secret, "first", (Scope.ALL,)))


def answer(caller: Caller, path: str) -> Any:
    return timeless(caller.send("GET", path).json)


def timeless(value: Any) -> Any:
    """Without how fresh an answer is, which is another instant each time."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k != "consistent_through"}
    return [timeless(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", ANSWERS)
def test_it_answers_as_it_did(caller: Caller, path: str) -> None:
    assert answer(caller, path) == timeless(ANSWERS[path])


def test_its_read_models_are_rebuilt_as_they_were(store: Lrs, caller: Caller) -> None:
    """The same rows of the same log, and the same answers."""
    projector = store.projector
    projector.runner.catch_up()
    done = projector.rebuild(store.projection_admin.names, compare=True)
    assert [(one.projection, one.same) for one in done if one.same is not True] == []
    assert {path: answer(caller, path) for path in ANSWERS} == {
        path: timeless(kept) for path, kept in ANSWERS.items()
    }
