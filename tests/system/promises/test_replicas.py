"""From how many events on a report as known earlier is made meanwhile, as docs/reports.md says."""

from __future__ import annotations

import pytest

from lrs.domain.errors import ReplicaConflict
from lrs.service import Lrs
from lrs.service.reports.as_known import ReplicaBeingMade
from replay.replicas import Replicas
from tests.support.stores import statement, store
from tests.system.promises.reading import promised


@pytest.mark.rules
@pytest.mark.parametrize(("more", "waits"), [(-1, True), (0, False)])
def test_a_reader_waits_for_fewer_events_than_so_many(
    lrs: Lrs, monkeypatch: pytest.MonkeyPatch, more: int, waits: bool
) -> None:
    """For one more the reader is told how far the replica is; a thread makes it."""
    events = promised("reports.md", r"fewer than ([\d,]+) events have to be folded")
    store(lrs, statement())
    made: list[int] = []

    def make(_: Replicas, position: int) -> None:
        made.append(position)
        raise ReplicaConflict("replica-dropped")

    monkeypatch.setattr(Replicas, "remaining", lambda *_: events + more)
    monkeypatch.setattr(Replicas, "make", make)
    monkeypatch.setattr(type(lrs.known_reports), "_await", lambda *_: None)
    with pytest.raises(ReplicaBeingMade):
        lrs.known_reports.at(1)
    assert bool(made) is waits
