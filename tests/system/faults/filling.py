"""What a client meets while there is no room, and after there is again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from lrs.service import Lrs
from tests.support.processes import wait_until
from tests.support.stores import copies
from tests.system.faults.web import Web

BOUND = 8.0
"""Seconds within which a client is to hear that the disk is full."""

MEGABYTE = 1_000_000


def require_507_then_recovery(
    lrs: Lrs, fill: Callable[[], object], free: Callable[[], object]
) -> None:
    web, known, refused = Web(lrs), uuid4(), [uuid4() for _ in range(3)]
    assert web.post(known).status == 200
    assert web.get(known).status == 200
    fill()
    for _ in range(2):
        answer = web.post(*refused, padding=MEGABYTE)
        assert (answer.status, answer.code, answer.retry_after) == (507, "storage-full", "2")
        assert answer.seconds < BOUND
    assert web.get(known).status == 200
    free()
    wait_until(lambda: web.post(*refused, padding=MEGABYTE).status == 200, BOUND)
    assert [web.get(id).status for id in refused] == [200] * 3
    assert [copies(lrs.databases[0], id) for id in refused] == [1] * 3
    assert not lrs.health().quarantined
