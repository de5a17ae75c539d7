"""Rebuilding read models beside those that are read."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial

import pytest

from lrs import bootstrap
from lrs.projector import Projector
from lrs.service import Lrs
from replay.rebuild import rebuild
from tests.conftest import Place
from tests.support.own_projection import leftovers
from tests.support.stores import statement, store

CHOSEN = ("statements", "training")
"""Each takes a process of its own to start; how all of them are rebuilt the commands tell."""


def broken() -> AbstractContextManager[Projector]:
    """What a process of the rebuild calls to get at the projector."""
    raise RuntimeError("it cannot")


@pytest.mark.briefly("postgresql")
def test_a_rebuild_that_fails_leaves_what_was_there(place: Place, lrs: Lrs) -> None:
    """A read model is made beside the live one and swapped in whole, or not at all; what was made
    of it is gone in either case.
    """
    store(lrs, statement())
    lrs.projector.runner.catch_up()
    before = {name: lrs.projector.runner.checksum(name) for name in lrs.projection_admin.names}
    with pytest.raises(RuntimeError, match="it cannot"):
        rebuild(CHOSEN, broken, cancel=lrs.projection_admin.cancel)
    assert {name: lrs.projector.runner.checksum(name) for name in before} == before
    open_projector = partial(bootstrap.projector, lrs.settings)
    done = rebuild(CHOSEN, open_projector, cancel=lrs.projection_admin.cancel, compare=True)
    assert (done.different, done.untold) == ((), ())
    assert leftovers(place) == []
    assert {name: lrs.projector.runner.checksum(name) for name in before} == before
