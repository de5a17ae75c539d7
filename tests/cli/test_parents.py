"""Processes end with the one that started them, also if that one is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from lrs.projector.batch_runner import LARGE_BATCH
from tests.cli.test_commands import LRS, Shell
from tests.conftest import Place
from tests.support.postgres import free_port
from tests.support.processes import wait_until
from tests.support.varied import varied

SLOW = """
import os, signal, sys, time
from multiprocessing import get_context
from lrs.parent_process import end_with_parent

def work(linger):
    end_with_parent(linger)
    if linger:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    process = get_context("spawn").Process(target=work, args=(float(sys.argv[1]),))
    process.start()
    process.join()
"""


@pytest.fixture
def server(on_files: Place, tmp_path: Path) -> Iterator[tuple[psutil.Process, int]]:
    """`lrs serve` with its worker, which answers; and its port."""
    port = free_port()
    others = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
    urls = {"LRS_LEDGER_URL": on_files.ledger_url, "LRS_VIEWS_URL": on_files.views_url}
    environment = others | urls | {"LRS_PORT": str(port), "LRS_LOG_LEVEL": "error"}
    started = subprocess.Popen([LRS, "serve"], env=environment, cwd=tmp_path)
    process = psutil.Process(started.pid)
    wait_until(lambda: _listens(port), 30)
    children = process.children()
    yield process, port
    for one in [process, *children]:
        if one.is_running():
            one.kill()
    started.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_whose_first_process_is_killed_gives_the_port_back(
    server: tuple[psutil.Process, int],
) -> None:
    """No worker is left that would keep the port from the next start."""
    process, port = server
    workers = process.children()
    assert workers
    process.send_signal(signal.SIGKILL)
    wait_until(lambda: not _listens(port), 60)
    wait_until(lambda: not any(_lives(worker) for worker in workers), 12)


def test_a_rebuild_whose_first_process_is_killed_leaves_none_behind(
    on_files: Place, tmp_path: Path
) -> None:
    """They would fold on for nobody."""
    lrs = Shell(on_files, tmp_path)
    (tmp_path / "file.json").write_text(json.dumps(varied(LARGE_BATCH + 1)))
    assert lrs("import", "file.json").returncode == 0
    command = [LRS, "projections", "rebuild", "--all", "--jobs", "2"]
    started = subprocess.Popen(command, env=lrs.environment, cwd=tmp_path)
    process = psutil.Process(started.pid)
    wait_until(lambda: len(_forked(process)) == 2, 30)
    children = process.children(recursive=True)
    started.kill()
    started.wait(10)
    wait_until(lambda: not any(_lives(child) for child in children), 60)


def _forked(process: psutil.Process) -> list[psutil.Process]:
    """The processes that fold for that one."""
    return [one for one in process.children() if "spawn_main" in " ".join(one.cmdline())]


@pytest.mark.parametrize("linger", ["0", "0.2"])
def test_a_process_ends_with_its_parent(linger: str, tmp_path: Path) -> None:
    """At once; or, where it does not heed the signal, once it has lingered."""
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    parent = subprocess.Popen(
        [sys.executable, str(script), linger],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    wait_until(lambda: not _lives(child), 60)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
