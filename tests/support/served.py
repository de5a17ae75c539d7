"""A store as its users run it: `lrs migrate`, `lrs serve`, `lrs key`, in a folder of its own; but
for the time that a program takes to start, see `commands`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

from tests.support import commands
from tests.support.postgres import free_port
from tests.support.processes import wait_until

COMMAND = Path(sys.executable).with_name("lrs")


@dataclass(frozen=True)
class Served:
    """The folder, and where the store answers."""

    folder: Path
    port: int
    environment: dict[str, str]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/xapi/"

    def lrs(self, *arguments: str) -> str:
        """What a command prints."""
        done = commands.run(arguments, self.folder, self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def key(self, *scopes: str) -> tuple[str, str]:
        """A new key's name and secret, under a label of its own; without scopes it is what a module
        gets.
        """
        options = [word for scope in scopes for word in ("--scope", scope)]
        made = self.lrs("key", "create", f"test {uuid4()}", *options)
        values = dict(line.split(None, 1) for line in made.splitlines())
        return values["name"], values["secret"]

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """A new store on SQLite, served on a free port until the end; settings without `LRS_`."""
    store = _made(folder, settings)
    with _forked(store):
        wait_until(store.answers, 60)
        yield store


@contextmanager
def installed(folder: Path, **settings: str) -> Iterator[Served]:
    """The same, served by the program that people have, with nothing of tests in its memory."""
    store = _made(folder, settings)
    with _program(store):
        wait_until(store.answers, 60)
        yield store


def _made(folder: Path, settings: Mapping[str, str]) -> Served:
    port = free_port()
    others = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
    values = {"port": str(port), "log_level": "error", **settings}
    environment = others | {f"LRS_{name.upper()}": value for name, value in values.items()}
    store = Served(folder, port, environment)
    store.lrs("migrate")
    return store


@contextmanager
def _program(store: Served) -> Iterator[None]:
    process = subprocess.Popen([COMMAND, "serve"], cwd=store.folder, env=store.environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _forked(store: Served) -> Iterator[None]:
    log = store.folder / "served.log"
    process = commands.begin(["serve"], store.folder, store.environment, log)
    try:
        yield
    finally:
        process.terminate()
        process.join(60)
        text = log.read_text("utf-8")
        assert process.exitcode == 0, text
        print(text)
