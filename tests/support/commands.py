"""The command `lrs` in a process of its own that need not import it first."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Any

from lrs.projector import status
from tests.support.processes import forked, running

SECONDS = 60


def run(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float = SECONDS,
) -> CompletedProcess[str]:
    """As `subprocess.run` has it, in a fiftieth of the time: the process is forked from one that
    has imported the command, and so are the processes that it starts. Its environment is that one
    and nothing else; its rebuilds are known of for as long as those of this process.
    """
    with TemporaryDirectory() as scratch:
        outputs = [Path(scratch, name) for name in ("out", "err")]
        message = (
            list(arguments),
            str(folder),
            dict(environment),
            *map(str, outputs),
            status.MIN_ANNOUNCEMENT,
        )
        with running(_command, [message], daemon=False) as (process,):
            process.join(seconds)
            assert process.exitcode is not None, f"lrs {' '.join(arguments)} does not end"
        return CompletedProcess(
            list(arguments), process.exitcode, *(path.read_text("utf-8") for path in outputs)
        )


def begin(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> ForkServerProcess:
    """One that goes on, such as `lrs serve`, in a process group of its own; what it complains of
    is added to the log. Whoever begins it ends it.
    """
    message = (list(arguments), str(folder), dict(environment), os.devnull, str(log))
    return forked(_group, (*message, status.MIN_ANNOUNCEMENT))


def _group(*arguments: Any) -> None:
    os.setsid()
    _command(*arguments)


def _command(
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    out: str,
    err: str,
    notice: float,
) -> None:
    """What the process does."""
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, stream.fileno())
        os.close(file)
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    from api.cli.main import main
    from lrs.projector import fresh_reads, startup
    from lrs.projector.rebuild import job
    from replay import workers

    for module in (job, startup, fresh_reads, status):
        vars(module)["MIN_ANNOUNCEMENT"] = notice
    vars(workers)["get_context"] = lambda _: multiprocessing.get_context("fork")
    main(arguments, prog_name="lrs")
