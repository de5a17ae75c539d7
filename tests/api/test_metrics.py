"""/metrics and the access log: what is counted, who may see it, and that it names nobody."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest
import structlog
from structlog.testing import capture_logs

from api.app import create_app
from api.metrics import shared, shared_folder
from api.metrics.shared import Exchange
from api.metrics.snapshot import Snapshot, sum_of
from api.metrics.tally import SeriesKey
from lrs.domain.aggregates.credential import Scope
from lrs.domain.errors import Unavailable
from lrs.service import Lrs
from tests.api.caller import Caller, basic, said
from tests.api.opening import caller_of, opened
from tests.conftest import Place
from tests.support.processes import wait_until
from tests.support.served import served

SAMPLE = re.compile(r"^([a-z_]+)(\{[^}]*\})? ([0-9.e+-]+)$")


def figures(text: str) -> dict[str, float]:
    """Every sample by its name and labels; the text must be in Prometheus' format."""
    found: dict[str, float] = {}
    described: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# "):
            described.add(line.split()[2])
            continue
        match = SAMPLE.match(line)
        assert match, line
        assert re.sub("_(count|sum)$", "", match[1]) in described
        found[match[1] + (match[2] or "")] = float(match[3])
    return found


def of(caller: Caller) -> dict[str, float]:
    answer = caller.http.get("/metrics", headers=_login(caller))
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return figures(answer.text)


def _login(caller: Caller) -> dict[str, str]:
    assert caller.key is not None
    return {"Authorization": basic(caller.key.name, caller.key.secret)}


def _requests(route: str, method: str, status: str) -> str:
    labels = f'route="{route}",method="{method}",status="{status}"'
    return f"zachetka_request_seconds_count{{{labels}}}"


def test_requests_are_counted_by_the_programs_own_words(own: Caller) -> None:
    """A transcript's path names a person, and an unknown path may: neither is shown."""
    own.post(said())
    own.get("/api/v1/transcripts/0597")
    own.http.get("/nobody/knows/anna", headers=_login(own))
    counts = of(own)
    assert counts[_requests("/xapi/statements", "POST", "2xx")] == 1
    assert counts[_requests("/api/v1/transcripts/<trainee>", "GET", "4xx")] == 1
    assert counts[_requests("other", "GET", "4xx")] == 1
    assert counts['zachetka_refusals_total{code="trainee-not-found"}'] == 1
    assert counts["zachetka_statements_stored_total"] == 1
    assert not any("0597" in name or "anna" in name for name in counts)


def test_a_statement_that_was_there_already_is_not_counted_as_stored(own: Caller) -> None:
    """What a client sends again is one statement."""
    statement = said()
    for _ in range(3):
        own.post(statement)
    assert of(own)["zachetka_statements_stored_total"] == 1


def test_the_projections_say_how_far_they_are(own: Caller, own_lrs: Lrs) -> None:
    """Which is asked of the database, so that every process says the same."""
    own.post(said())
    own_lrs.projector.runner.catch_up()
    counts = of(own)
    assert counts["zachetka_database_up"] == 1
    assert counts["zachetka_log_events"] == 2  # with that of the key
    assert counts['zachetka_projection_lag_events{projection="training"}'] == 0
    assert counts['zachetka_projection_running{projection="statements"}'] == 1
    assert counts["zachetka_processes"] == 1
    (memory,) = (v for name, v in counts.items() if "resident_memory" in name)
    assert 10_000_000 < memory < 2_000_000_000


@pytest.mark.rules
def test_countsare_for_reports_keys_and_for_this_machine(own_lrs: Lrs) -> None:
    """Through a proxy on this machine every client would come from this machine."""
    reader = caller_of(own_lrs, Scope.ALL_READ)
    writer = caller_of(own_lrs, Scope.STATEMENTS_WRITE)
    http = reader.http
    assert of(reader)
    assert http.get("/metrics", headers=_login(writer)).status_code == 403
    assert http.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert http.get("/metrics", headers={header: "10.0.0.1"}).status_code == 401
    elsewhere = {"REMOTE_ADDR": "10.0.0.1"}
    assert http.get("/metrics", environ_base=elsewhere).status_code == 401
    assert http.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200


@pytest.mark.rules
def test_behind_a_public_address_countsare_for_keys_alone(made: Place) -> None:
    """A proxy that names no client is still one."""
    with opened(made, public_url="https://portal.example.org/lrs") as lrs:
        assert create_app(lrs).test_client().get("/metrics").status_code == 401


def test_countsare_there_while_the_database_is_away(
    own_lrs: Lrs, own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are what tells it; only what the database alone knows is missing."""
    own.get("/xapi/about")
    monkeypatch.setattr(type(own_lrs), "health", _away)
    counts = figures(own.http.get("/metrics").text)
    assert counts["zachetka_database_up"] == 0
    assert counts[_requests("/xapi/about", "GET", "2xx")] == 1
    assert "zachetka_log_events" not in counts


def _away(_: Lrs) -> None:
    raise Unavailable("unavailable")


KEY = SeriesKey("/xapi/statements", "POST", "2xx")


def snapshot(pid: int, count: int) -> Snapshot:
    return Snapshot(pid, {KEY: (count, 0.5)}, {"no-credentials": 1}, count, 2, 1_000 * pid)


def test_the_counts_of_processes_are_added_and_their_memory_is_not() -> None:
    """Of one that is gone what it did still counts, but not what it had."""
    total = sum_of([(snapshot(1, 3), True), (snapshot(2, 4), True), (snapshot(3, 5), False)])
    assert total.requests == {KEY: (12, 1.5)}
    assert total.refusals["no-credentials"] == 3
    assert (total.statements, total.waiting) == (12, 4)
    assert total.memory == {1: 1_000, 2: 2_000}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(shared, "EVERY", 60.0)
    with shared_folder():
        yield Path(os.environ[shared.FOLDER])


def test_processes_find_each_others_files(folder: Path) -> None:
    """Each says its own as of now and reads the others; a broken file is passed over."""
    first, second = (Exchange(partial(snapshot, pid, 1)) for pid in (1, 2))
    second.write()
    (folder / "broken.json").write_text("{")
    assert [one.pid for one, _ in first.all()] == [1, 2]
    for file in folder.glob(f"{os.getpid()}-*.json"):
        os.utime(file, (time.time() - 60,) * 2)
    assert [lives for _, lives in first.all()] == [True, False]
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_is_gone_with_its_server(folder: Path) -> None:
    """And the next server has another."""
    with shared_folder():
        inner = Path(os.environ[shared.FOLDER])
        assert inner != folder
    assert not inner.exists()


def test_two_processes_answer_with_the_sum_of_both(made: Place, tmp_path: Path) -> None:
    """Whichever of them is asked."""
    if made.backend != "postgresql":
        pytest.skip("a store on SQLite has one process")
    urls = {"ledger_url": made.ledger_url, "views_url": made.views_url}
    with served(tmp_path, workers="2", **urls) as store:
        wait_until(lambda: _scraped(store.port).get("zachetka_processes") == 2, 60)
        name = _requests("/xapi/about", "GET", "2xx")
        before = _scraped(store.port).get(name, 0)
        for _ in range(20):
            _get(store.port, "/xapi/about")
        wait_until(lambda: _scraped(store.port).get(name) == before + 20, 60)
        wait_until(lambda: all(_scraped(store.port).get(name) == before + 20 for _ in range(8)), 60)


def _scraped(port: int) -> dict[str, float]:
    return figures(_get(port, "/metrics"))


def _get(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        text: str = answer.read().decode()
        return text


@pytest.fixture
def logging_all() -> Iterator[list[structlog.typing.EventDict]]:
    with capture_logs() as entries:
        yield entries


def test_the_access_log_names_the_key_and_the_route_alone(
    made: Place, logging_all: list[structlog.typing.EventDict]
) -> None:
    """Not the path, whose parts and parameters name people; not what was claimed to be a key."""
    with opened(made, access_log="true") as lrs:
        caller = caller_of(lrs)
        assert caller.key is not None
        logging_all.clear()
        caller.get("/api/v1/transcripts/0597")
        caller.post(said())
        caller.http.get("/api/v1/courses", headers={"Authorization": basic("anna", "secret")})
    entries = [entry for entry in logging_all if entry["event"] == "access"]
    assert [(e["key"], e["route"], e["method"], e["status"]) for e in entries] == [
        (caller.key.name, "/api/v1/transcripts/<trainee>", "GET", 404),
        (caller.key.name, "/xapi/statements", "POST", 200),
        (None, "/api/v1/courses", "GET", 401),
    ]
    assert all(entry["bytes"] > 0 and entry["ms"] >= 0 for entry in entries)
    assert "0597" not in json.dumps(logging_all)
    assert "anna" not in json.dumps(logging_all)


def test_without_the_setting_there_is_no_access_log(
    own: Caller, logging_all: list[structlog.typing.EventDict]
) -> None:
    own.get("/xapi/about")
    assert logging_all == []
