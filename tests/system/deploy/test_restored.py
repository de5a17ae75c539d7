"""The very commands that docs/operators.md gives for backups, and what a restored store answers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.api.opening import caller_of, opened
from tests.api.reports.centre import ANNA, FIRE, key, open_centre
from tests.api.xapi.documents import JSON, document
from tests.conftest import Place
from tests.support.places import Places
from tests.system.deploy.conftest import DEPLOY, Roles

ROOT = DEPLOY.parent
BACKUP = re.search(
    r"^## Backup\n(.*?)^## ",
    (ROOT / "docs" / "operators.md").read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)
assert BACKUP
COMMANDS = [" ".join(text.split()) for text in re.findall(r"`([^`]+)`", BACKUP[1])]
(RESTORE,) = re.findall(r"```sh\n(.*?)```", BACKUP[1], re.DOTALL)


def documented(program: str) -> str:
    """The one command of the section that runs that program."""
    (command,) = [one for one in COMMANDS if one.startswith(f"{program} ")]
    return command


def fill(place: Place) -> str:
    """A training centre, a document, a voided statement; the path of the document."""
    with opened(place) as lrs:
        by = caller_of(lrs)
        open_centre(by)
        paper = document(by, "activity-profile", profileId="p", activityId=FIRE)
        paper.holding(b'{"page": 3}', JSON)
        return f"{paper.path}?profileId=p&activityId={quote(FIRE)}"


def answers(place: Place, paper: str) -> list[tuple[int, bytes]]:
    """What the store says of everything, byte for byte, to a key that reads."""
    with opened(place) as lrs:
        by = caller_of(lrs)
        paths = ["/xapi/statements", paper]
        reports = ["courses", "offices", "catalogue/people", "statistics?by=office"]
        reports += [f"transcripts/{quote(key(ANNA))}", f"certifications/{quote(key(ANNA))}"]
        found = [by.get(path) for path in [*paths, *(f"/api/v1/{name}" for name in reports)]]
        return [(one.status_code, _but_for_the_new_key(one.data)) for one in found]


def _but_for_the_new_key(output: bytes) -> bytes:
    """To ask needs a key, whose making is the last event of either log."""
    return re.sub(rb'"as_of":\{.*?\}', b"", output)


def run(command: str, folder: Path, programs: str = "", **more: str) -> None:
    path = os.pathsep.join(filter(None, [programs, os.environ["PATH"]]))
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=os.environ | {"PATH": path} | more,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the program sqlite3 is not installed")
def test_a_restored_store_on_sqlite_answers_the_same(places: Places, tmp_path: Path) -> None:
    """Copied while it is open; the copy alone is put in the place of the log."""
    there = tmp_path / "var"
    there.mkdir()
    with places.place("sqlite", there, True) as place:
        paper = fill(place)
        with opened(place):
            run(documented("sqlite3"), tmp_path)
        before = answers(place, paper)
        for old in there.iterdir():
            old.rename(tmp_path / f"old-{old.name}")
        (tmp_path / "copy.db").rename(there / "ledger.db")
        assert {status for status, _ in before} == {200}
        assert answers(place, paper) == before


@pytest.fixture
def dumped(roles: Roles, tmp_path: Path) -> tuple[str, Path]:
    """The path of a document of the owner's database, and the folder with its dump."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    paper = fill(Place("postgresql", roles.runtime, roles.runtime))
    command = documented("pg_dump").replace("HOST", f"127.0.0.1:{roles.server.port}")
    run(command, tmp_path, str(roles.server._binaries), PGPASSWORD="mine")
    return paper, tmp_path


def test_a_restored_store_on_postgresql_answers_the_same(
    roles: Roles, dumped: tuple[str, Path]
) -> None:
    """In a new database, made and filled by the commands as they stand there."""
    paper, folder = dumped
    server = roles.server
    host = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port)}
    made, restored = RESTORE.split("\npg_restore", 1)
    run(made, folder, str(server._binaries), PGUSER="postgres", **host)
    command = f"pg_restore{restored}".replace("HOST", f"127.0.0.1:{server.port}")
    run(command, folder, str(server._binaries), PGPASSWORD="mine")
    url = f"{roles.runtime.removesuffix('zachetka')}restored"
    before = answers(Place("postgresql", roles.runtime, roles.runtime), paper)
    assert {status for status, _ in before} == {200}
    assert answers(Place("postgresql", url, url), paper) == before


def test_the_blob_folder_is_copied_before_and_after(places: Places, tmp_path: Path) -> None:
    """What came between is in the second copy, what went in the first: all is there together."""
    there, copied = tmp_path / "var", tmp_path / "copy"
    there.mkdir()
    copied.mkdir()
    folder = there / "blobs"
    with places.place("sqlite", there, True) as place:
        with opened(place, blob_folder=str(folder)) as lrs:
            paper = document(caller_of(lrs), "state")
            paper.holding(b"first")
            shutil.copytree(folder, copied / "blobs", dirs_exist_ok=True)
            paper.put(b"second", if_match="*")
            run(f'sqlite3 ledger.db ".backup {copied}/ledger.db"', there)
            lrs.pruning.run(0)
            shutil.copytree(folder, copied / "blobs", dirs_exist_ok=True)
        copy = Place("sqlite", *(f"sqlite:///{copied}/{name}.db" for name in ("ledger", "views")))
        with opened(copy, blob_folder=str(copied / "blobs")) as lrs:
            assert lrs.pruning.check().faults == []
