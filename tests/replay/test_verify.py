"""A store is verified: its log, and each read model that it serves."""

from __future__ import annotations

from lrs.service import Lrs
from lrs.settings import Settings
from tests.replay.checking import verified
from tests.support.varied import tell


def test_an_untouched_store_is_identical(lrs: Lrs, settings: Settings) -> None:
    tell(lrs, 60)
    lrs.projector.runner.catch_up()
    found = verified(settings)
    assert found.is_clean
    assert (found.log.faults, found.log.erased) == (0, 0)
    assert found.log.events == found.log.position == lrs.ledger.reader.head()[0]
    for model in found.models:
        assert model.digest == lrs.projector.runner.checksum(model.projection)
        assert model.rows > 0
