"""Rebuilding read models beside those that are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrs import bootstrap
from lrs.service import Lrs
from lrs.settings import Settings
from replay.rebuild import rebuild
from tests.conftest import Place
from tests.support.stores import statement, store


def broken(_settings: Settings) -> Lrs:
    """What a process of the rebuild calls to get at the store."""
    raise RuntimeError("it cannot")


def test_a_rebuild_that_fails_leaves_what_was_there(place: Place, lrs: Lrs, tmp_path: Path) -> None:
    """On SQLite a read model is folded in a file of its own and adopted whole, or not at all."""
    if place.backend != "sqlite":
        pytest.skip("PostgreSQL's are folded in place")
    store(lrs, statement())
    lrs.projector.catch_up()
    before = {name: lrs.projector.checksum(name) for name in lrs.projector.projections}
    views = Path(lrs.settings.views_url.removeprefix("sqlite:///"))
    with pytest.raises(RuntimeError, match="it cannot"):
        rebuild(lrs, broken)
    assert {name: lrs.projector.checksum(name) for name in before} == before
    done = rebuild(lrs, bootstrap.build, compare=True)
    assert (done.different, list(views.parent.glob(f"{views.name}.*"))) == ((), [])
