"""A Dask cluster of processes, started as docs/scale.md says, shares a rebuild."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lrs.projector.batch_runner import LARGE_BATCH
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.postgres import free_port
from tests.support.processes import wait_until
from tests.support.varied import varied

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"
WRITTEN = "tcp://10.0.0.5:8786"


def documented() -> tuple[list[str], list[str], list[str]]:
    """The commands of the scheduler, of a worker, and the one whose work is shared."""
    found = re.search(r"```sh\n(dask .*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    scheduler, worker, rebuild = (line.split() for line in found[1].splitlines())
    return scheduler, worker, rebuild


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    """A command of Dask, until the block ends."""
    with (folder / "dask.log").open("ab") as log:
        started = subprocess.Popen(
            [str(Path(sys.executable).with_name(command[0])), *command[1:]],
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**os.environ, "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false"},
        )
    try:
        yield
    finally:
        started.terminate()
        started.wait(30)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_cluster_as_documented_shares_a_rebuild(made: Place, tmp_path: Path) -> None:
    port = free_port()
    here = {WRITTEN: f"tcp://127.0.0.1:{port}", "10.0.0.5": "127.0.0.1", "8786": str(port)}
    scheduler, worker, rebuild = (
        [here.get(word, word) for word in command] for command in documented()
    )
    lrs = Shell(made, tmp_path)
    (tmp_path / "file.json").write_text(json.dumps(varied(LARGE_BATCH + 1)))
    assert lrs("import", "file.json").returncode == 0
    with running(scheduler, tmp_path):
        wait_until(lambda: listens(port), 30)
        with running(worker, tmp_path):
            wait_until(lambda: "Registered to" in (tmp_path / "dask.log").read_text(), 30)
            done = lrs.installed(*rebuild[1:])
    assert done.returncode == 0, done.stderr
    assert f"{LARGE_BATCH + 1} events folded" in done.stdout
    assert "A worker" not in done.stderr
    assert "identical" in lrs("replay", "verify", "--jobs", "1").stdout
