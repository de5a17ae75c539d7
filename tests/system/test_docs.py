"""Every `console` example of the README and the docs is run, against a store with demo data.

A line that begins with `$ ` is a command (continued while it ends in `\\` or a quote is open);
what follows is the beginning of what it prints, `...` standing for anything, `[exit N]` for its
exit code.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from api.cli.demo import tell
from lrs import bootstrap
from lrs.demo import unfold
from lrs.settings import Settings
from tests.support.postgres import free_port
from tests.support.processes import wait_until
from tests.support.stores import WRITER
from tests.support.warm import warmed

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PORT = "8080"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def examples(document: Path) -> list[tuple[str, str]]:
    """The document's commands, each with what it should print."""
    return [
        _split(part)
        for block in BLOCK.findall(document.read_text("utf-8"))
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]


def _split(part: str) -> tuple[str, str]:
    lines = part.splitlines(keepends=True)
    command = lines.pop(0)
    while lines and (command.endswith("\\\n") or command.count("'") % 2):
        command += lines.pop(0)
    return command.strip(), "".join(lines).strip()


QUOTING = {"README.md", "auditors.md", "demo.md", "operators.md", "reports.md"}
"""They show figures of the demo; to the examples of the others it matters little what is stored."""


@dataclass(frozen=True)
class Shell:
    """A folder with a store that is being served, and the environment for commands."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def is_level(self) -> bool:
        """Whether the read models have come as far as they are to come."""
        login = {"Authorization": f"Basic {b64encode(self.environment['KEY'].encode()).decode()}"}
        health = f"http://127.0.0.1:{self.environment['LRS_PORT']}/health"
        with urllib.request.urlopen(urllib.request.Request(health, headers=login)) as answer:
            projections = json.load(answer)["projections"]
        return all(entry["lag"] == 0 for entry in projections if entry["state"] == "running")


@pytest.fixture(scope="module")
def demo(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The demo's store."""
    folder = tmp_path_factory.mktemp("demo-docs")
    shutil.copytree(demo_store, folder, dirs_exist_ok=True)
    with shell(folder, tmp_path_factory.mktemp("demo-warm")) as made:
        yield made


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The beginning of the same history: it is folded in a moment."""
    folder = tmp_path_factory.mktemp("docs")
    urls = [f"sqlite:///{folder}/var/{name}.db" for name in ("ledger", "views")]
    settings = Settings(ledger_url=urls[0], views_url=urls[1])
    bootstrap.migrate(settings)
    with closing(bootstrap.build(settings)) as lrs:
        tell(lrs, islice(unfold(2026, 48).history(), 600), WRITER)
    with shell(folder, tmp_path_factory.mktemp("warm")) as made:
        yield made


@contextmanager
def shell(folder: Path, programs: Path) -> Iterator[Shell]:
    """The store in that folder, being served as people do it."""
    port = str(free_port())
    environment = {
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LRS_PORT": port,
        "LRS_LOG_LEVEL": "error",
        "LC_ALL": "C.UTF-8",
    }
    made = Shell(folder, environment)
    output = made.run("lrs key create d --scope all")
    assert output.returncode == 0, output.stderr
    key = dict(line.split(None, 1) for line in output.stdout.splitlines())
    environment["KEY"] = f"{key['name']}:{key['secret']}"
    server = subprocess.Popen([_beside("lrs"), "serve"], cwd=folder, env=environment)
    _wait_for(f"http://127.0.0.1:{port}/health")
    with warmed(programs) as warm:
        environment["PATH"] = f"{warm}{os.pathsep}{environment['PATH']}"
        yield made
    server.terminate()
    server.wait(20)


def _beside(program: str) -> str:
    return str(Path(sys.executable).parent / program)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url) as answer:
                answer.read()
            return
        except OSError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if examples(d)], ids=lambda d: d.name)
def test_the_examples_of_the_docs_do_what_they_say(
    document: Path, request: pytest.FixtureRequest
) -> None:
    """What people copy from the docs works, in the order of the document, and prints that."""
    made: Shell = request.getfixturevalue("demo" if document.name in QUOTING else "small")
    for command, expected in examples(document):
        wait_until(made.is_level)  # as it is by the time that a person has typed it
        done = made.run(command.replace(f":{PORT}/", f":{made.environment['LRS_PORT']}/"))
        output, _, code = expected.partition("[exit ")
        shown = re.escape(output.strip()).replace(r"\.\.\.", "(?s:.*)")
        assert done.returncode == int(code.rstrip("]") or 0), f"{command}\n{done.stderr}"
        printed = (done.stdout + done.stderr).strip()
        assert re.match(shown, printed), f"{command}\n{printed}"


def test_every_make_target_that_the_docs_name_exists() -> None:
    """`make demo` and `make test` are the two commands of the README."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "".join(path.read_text("utf-8") for path in DOCUMENTS)
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets


def test_every_link_between_the_docs_leads_somewhere() -> None:
    """Relative links name files that exist."""
    for path in [*DOCUMENTS, *sorted((ROOT / "docs" / "decisions").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
