"""Reports take turns, and each gives its turn back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import BoundedSemaphore

import pytest

from api.reports import turns
from tests.api.caller import Caller
from tests.api.centre import ANNA
from tests.support.processes import wait_until

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


def test_who_waits_too_long_is_told_to_come_again(
    told: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that hangs takes no thread of others for long, and gives its place in line back."""
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    with turns.TURNS:
        for _ in range(2 * turns.IN_LINE):
            answer = told.get(f"/api/v1/transcripts/{ANNA}")
            assert (answer.status_code, answer.get_json()["code"]) == (503, "reports-busy")
            assert int(answer.headers["Retry-After"]) > 0
    assert told.get(f"/api/v1/transcripts/{ANNA}").status_code == 200


def test_few_wait_for_a_turn_and_the_others_are_refused_at_once(
    told: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits gets the report. Nobody waits to read the catalogue."""
    path = f"/api/v1/transcripts/{ANNA}"
    room = BoundedSemaphore(2)
    monkeypatch.setattr(turns, "ROOM", room)
    with ThreadPoolExecutor(1) as pool:
        with turns.TURNS, room:
            waiting = pool.submit(told.get, path)
            wait_until(lambda: not room._value, 4)
            assert told.get(path).status_code == 503
            assert told.get("/api/v1/catalogue/courses").status_code == 200
        assert waiting.result(20).status_code == 200
    assert is_nobodys_turn()
