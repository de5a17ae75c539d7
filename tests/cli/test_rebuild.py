"""Rebuilding read models beside those that are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect

from lrs import bootstrap
from lrs.service import Lrs
from lrs.settings import Settings
from replay.rebuild import rebuild
from tests.support.stores import statement, store


def broken(_settings: Settings) -> Lrs:
    """What a process of the rebuild calls to get at the store."""
    raise RuntimeError("it cannot")


def test_a_rebuild_that_fails_leaves_what_was_there(lrs: Lrs) -> None:
    """A read model is made beside the live one and swapped in whole, or not at all; what was made
    of it is gone in either case.
    """
    store(lrs, statement())
    lrs.projector.catch_up()
    before = {name: lrs.projector.checksum(name) for name in lrs.control.names}
    with pytest.raises(RuntimeError, match="it cannot"):
        rebuild(lrs, broken)
    assert {name: lrs.projector.checksum(name) for name in before} == before
    done = rebuild(lrs, bootstrap.build, compare=True)
    assert (done.different, done.untold) == ((), ())
    assert leftovers(lrs) == []
    assert {name: lrs.projector.checksum(name) for name in before} == before


def leftovers(lrs: Lrs) -> list[str]:
    """What stands beside the read models."""
    if lrs.settings.views_url.startswith("sqlite:"):
        views = Path(lrs.settings.views_url.removeprefix("sqlite:///"))
        return [path.name for path in views.parent.glob(f"{views.name}.beside/*.db*")]
    with lrs._views.read.connect() as connection:
        return [name for name in inspect(connection).get_schema_names() if "beside" in name]
