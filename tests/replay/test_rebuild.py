"""Rebuilding read models beside those that are read."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from lrs.domain.errors import Unreachable
from lrs.projector.rebuild import split
from lrs.projector.rebuild.split import Workers, in_this_thread
from lrs.service import Lrs
from replay.rebuild import rebuild
from tests.conftest import Place
from tests.support.own_projection import leftovers
from tests.support.stores import statement, store


class Broken(Executor):
    """The processes of it were killed."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        raise BrokenProcessPool


@pytest.mark.briefly("postgresql")
def test_a_rebuild_that_fails_leaves_what_was_there(
    place: Place, lrs: Lrs, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read model is made beside the live one and swapped in whole, or not at all; what was made
    of it is gone in either case.
    """
    monkeypatch.setattr(split, "LARGE_BATCH", 1)
    store(lrs, statement(), statement())
    lrs.projector.runner.catch_up()
    before = {name: lrs.projector.runner.checksum(name) for name in lrs.projection_admin.names}
    alone, names = in_this_thread(lrs.ledger), lrs.projection_admin.names
    with pytest.raises(Unreachable, match="killed"):
        rebuild(names, lrs.projector, Workers(Broken(), 2, alone.open_log))
    assert {name: lrs.projector.runner.checksum(name) for name in before} == before
    done = rebuild(names, lrs.projector, alone, compare=True)
    assert (done.different, done.untold) == ((), ())
    assert leftovers(place) == []
    assert {name: lrs.projector.runner.checksum(name) for name in before} == before
