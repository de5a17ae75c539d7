"""The command `lrs` for a shell, in processes that need not import it first."""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.processes import running

_PROGRAM = """#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({path!r})
    given = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(asked, [given], [0, 1, 2])
    sys.exit(int(asked.recv(8)))
"""


@contextmanager
def warmed(folder: Path) -> Iterator[Path]:
    """A folder for PATH in which `lrs` is a program that has a process do what it is told: forked
    from one that has imported the command, in the same folder and environment, with the same
    streams. Of signals to the program it hears nothing, and what it starts is forked from it.
    """
    path, program = folder / "socket", folder / "lrs"
    program.write_text(_PROGRAM.format(python=sys.executable, path=str(path)))
    program.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as heard:
        heard.bind(str(path))
        heard.listen()
        with running(_answer, [[heard]], daemon=False):
            yield folder


def _answer(heard: socket.socket) -> None:
    """What the process does that the others are forked from."""
    while True:
        connection, _ = heard.accept()
        with connection:
            if os.fork() == 0:
                _do(connection)
        with suppress(ChildProcessError):  # those that are done
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _do(connection: socket.socket) -> None:
    message, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
    code = 1
    try:
        arguments, folder, environment = json.loads(message)
        code = _run(arguments, folder, environment, streams)
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(str(code).encode())
        os._exit(0)


def _run(arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> int:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    from api.cli.main import main
    from replay import workers

    vars(workers)["get_context"] = lambda _: multiprocessing.get_context("fork")
    try:
        main(arguments, prog_name="lrs")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
