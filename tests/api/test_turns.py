"""Reports take turns, and each gives its turn back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from api.reports import turns
from tests.api.caller import Caller
from tests.api.centre import ANNA

pytestmark = pytest.mark.rules


def is_nobodys_turn() -> bool:
    """Whether one could be taken at once."""
    taken = turns.TURNS.acquire(blocking=False)
    if taken:
        turns.TURNS.release()
    return taken


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/v1/transcripts/{ANNA}", 200),
        ("/api/v1/transcripts/nobody", 404),
        ("/api/v1/certifications", 400),
        ("/api/v1/statistics?by=office", 200),
    ],
)
def test_whatever_becomes_of_a_report_its_turn_is_given_back(
    told: Caller, path: str, status: int
) -> None:
    """And whoever may not read any has had none."""
    assert told.get(path).status_code == status
    assert replace(told, key=None).get(path).status_code == 401
    assert is_nobodys_turn()


def test_who_waits_too_long_goes_on_without_a_turn(
    told: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that hangs holds up no other for long."""
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    with turns.TURNS, ThreadPoolExecutor(1) as pool:
        assert pool.submit(told.get, f"/api/v1/transcripts/{ANNA}").result(20).status_code == 200
    assert is_nobodys_turn()
