"""What a server process does with many clients and with slow ones."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from api import runner, wsgi
from api.app import create_app
from api.cli import serve
from api.middleware import body_deadline
from api.middleware.body_deadline import BodyDeadlines
from api.middleware.concurrency_limit import in_turn
from lrs import bootstrap
from lrs.domain.errors import Unavailable
from lrs.service import Lrs
from lrs.settings import Settings
from tests.api.caller import Caller, said
from tests.api.opening import caller_of
from tests.api.test_concurrency_limit import Slow, Working, asking, working
from tests.conftest import Place
from tests.support.processes import wait_until
from tests.support.stores import appending
from tests.system.promises.conftest import defaults
from tests.system.promises.reading import promised, text_of

__all__ = ["working"]

pytestmark = pytest.mark.rules


class Started:
    """Granian's server, which is asked for what it was started with."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def __call__(self, *_: object, **options: Any) -> Started:
        self.options |= options
        return self

    def serve(self) -> None:
        """It ends at once."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What `lrs serve` starts the web server with."""
    server = Started()
    monkeypatch.setattr(serve, "Server", server)
    monkeypatch.setattr(serve, "require_free", lambda *_: None)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100_000, 100_000))
    serve.serve(Settings.from_env({}, tmp_path))
    return server.options


def test_a_head_must_come_in_time(started: dict[str, Any]) -> None:
    seconds = promised("security.md", r"A head must arrive within (\d+) seconds")
    assert started["http1_settings"].header_read_timeout == seconds * 1_000


def test_a_process_keeps_so_many_connections(started: dict[str, Any]) -> None:
    """And has a thread for each request that it works on, has in line or awaits."""
    most = promised("security.md", r"A process keeps ([\d,]+) connections")
    assert started["backpressure"] == most
    lines = r"one report. (\d+) writes, \d+ reads", r"one report. \d+ writes, (\d+) reads"
    at_work = promised("security.md", r"`LRS_THREADS` \((\d+)\) writes")
    waiting = sum(promised("security.md", line) for line in lines)
    awaited = promised("security.md", r"waits for (\d+) bodies at once")
    assert started["blocking_threads"] >= at_work + at_work * 3 // 4 + waiting + awaited


def test_requests_under_way_get_so_long_when_servers_end(
    started: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether they are told to end or their first process was killed."""
    seconds = promised("operators.md", r"requests in progress within (\w+) seconds at most")
    assert started["workers_kill_timeout"] == seconds
    times: list[float] = []

    def stop(*, linger: float) -> None:
        times.append(linger)
        raise InterruptedError

    monkeypatch.setattr(wsgi, "end_with_parent", stop)
    with pytest.raises(InterruptedError):
        wsgi.create()
    assert times == [seconds]


def test_whoever_takes_nothing_of_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = promised("security.md", r"After (\d+) seconds without progress the operating")
    statuses: list[int] = []
    monkeypatch.setattr(runner, "give_up_after", lambda after, _port: statuses.append(after))

    class Exchange:
        def response_bytes(self, *_: object) -> None:
            """Nobody takes it."""

    def app(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [b""]

    runner.running(app)(Exchange(), {"SERVER_PORT": "8080"})  # type: ignore[arg-type]
    assert statuses == [seconds]


# Lines


IN_LINE = {
    "writes": r"one report. (\d+) writes, \d+ reads and \d+ reports may wait in line",
    "reads": r"one report. \d+ writes, (\d+) reads and \d+ reports may wait in line",
    "reports": r"one report. \d+ writes, \d+ reads and (\d+) reports may wait in line",
}


@pytest.mark.parametrize("kind", IN_LINE)
def test_so_many_are_at_work_and_in_line(working: Working, tmp_path: Path, kind: str) -> None:
    """One more is told to come again."""
    writes = promised("security.md", r"`LRS_THREADS` \((\d+)\) writes, three quarters as many")
    turns = {"writes": writes, "reads": writes * 3 // 4, "reports": 1}[kind]
    most = turns + promised("security.md", IN_LINE[kind])
    threads = Settings.from_env({}, tmp_path).threads
    app = in_turn(working, threads, lambda _: kind == "reports")
    with asking(app, "POST" if kind == "writes" else "GET", most + 1) as requests:
        wait_until(lambda: sum(one.done() for one in requests) == 1)
        wait_until(lambda: working.at_work == turns)
        working.end.set()
    assert sorted(one.result()[0] for one in requests) == [200] * most + [503]


def test_so_many_bodies_are_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """For one more none that has only begun is given up; these begin slowly on a loaded machine."""
    monkeypatch.setattr(body_deadline, "_SPARED", 600)
    most = promised("security.md", r"waits for (\d+) bodies at once; when one more comes")
    deadlines, slow = BodyDeadlines(60, 1_000), Slow()
    with ThreadPoolExecutor(most) as pool:
        waiting = [pool.submit(deadlines.read, slow, 10, {}) for _ in range(most)]
        wait_until(lambda: len(deadlines._awaited) == most)
        with pytest.raises(Unavailable, match="bodies"):
            deadlines.read(BytesIO(b"text"), 4, {})
        slow.come.set()
        assert [one.result(9) for one in waiting] == [b""] * most


class SlowForm(BytesIO):
    """A form that comes when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()

    def read(self, size: int | None = -1, /) -> bytes:
        return self.slow.read(size or 0)


def test_so_many_forms_without_a_key_are_read_at_once(store: Lrs) -> None:
    """One more is told to come again, before anything of it is read."""
    most = promised("security.md", r"A process reads (\w+) forms")
    app, slow = create_app(store), [SlowForm() for _ in range(most)]

    def post(body: Any) -> Any:
        nobody = Caller(app.test_client(), None, "1.0.3")
        kind = "application/x-www-form-urlencoded"
        how = {"input_stream": body, "environ_overrides": {"CONTENT_LENGTH": "9"}}
        return nobody.send("POST", "/xapi/statements?method=GET", content_type=kind, **how)

    with ThreadPoolExecutor(most) as pool:
        waiting = [pool.submit(post, body) for body in slow]
        assert all(body.slow.awaited.wait(20) for body in slow)
        assert post(BytesIO(b"limit=500")).json["code"] == "forms-awaited"
        for body in slow:
            body.slow.come.set()
        assert [one.result(20).json["code"] for one in waiting] == ["malformed-form"] * most


# Time


def test_a_write_is_refused_in_time_when_the_database_is_busy(own_place: Place) -> None:
    """Another program holds the right to append, and goes on holding it."""
    seconds = promised("operators.md", r"503 \(unavailable\) or 507 \(full\) within (\w+) seconds")
    lrs = bootstrap.build(defaults(own_place))
    by = caller_of(lrs)
    with appending(own_place.ledger_url):
        start = monotonic()
        answer = by.post(said())
        assert (answer.status_code, monotonic() - start < seconds) == (503, True)
    lrs.close()


# Files


@pytest.mark.parametrize(
    ("access", "sentence"),
    [
        ("", r"for its own user alone \(modes (\d+) and (\d+)\)"),
        ("read", r"`LRS_GROUP_ACCESS=read` lets the group read them as well \((\d+), (\d+)\)"),
        ("write", r"`write` lets it write \((\d+), (\d+)\)"),
    ],
)
def test_files_and_folders_get_their_modes(tmp_path: Path, access: str, sentence: str) -> None:
    folder = tmp_path / "var"
    ((file, of_folder),) = re.findall(sentence, text_of("operators.md"))
    place = Place("sqlite", *(f"sqlite:///{folder}/{name}.db" for name in ("ledger", "views")))
    environment = {"LRS_LEDGER_URL": place.ledger_url, "LRS_VIEWS_URL": place.views_url}
    environment |= {"LRS_GROUP_ACCESS": access} if access else {}
    bootstrap.migrate(Settings.from_env(environment))
    modes = {f"{path.stat().st_mode & 0o7777:o}" for path in folder.iterdir()}
    assert (f"{folder.stat().st_mode & 0o7777:o}", modes) == (of_folder, {file})
