"""The store's files are their owner's, or the group's as a setting says; whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from lrs import bootstrap
from lrs.db.engine import Options, open_database
from lrs.file_access import GroupAccess, open_to_others
from lrs.ledger import BlobFolder, BlobTable, migrate
from lrs.settings import Settings


class Content:
    """A few bytes to keep."""

    data = b"a certificate"
    sha2 = sha256(data).hexdigest()
    size = len(data)

    def chunks(self) -> list[bytes]:
        return [self.data]


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda mask: f"umask-{mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def settings_in(folder: Path, access: str) -> Settings:
    modes = {
        "LRS_LEDGER_URL": f"sqlite:///{folder}/deep/var/ledger.db",
        "LRS_BLOB_FOLDER": f"{folder}/deep/blobs",
        "LRS_GROUP_ACCESS": access,
    }
    return Settings.from_env(modes, folder)


def modes(folder: Path) -> dict[str, str]:
    """The mode of each file and folder below, by name."""
    return {
        str(path.relative_to(folder)): f"{stat.S_IMODE(path.stat().st_mode):o}"
        for path in folder.rglob("*")
    }


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("access", "file", "inside"),
    [("none", "600", "700"), ("read", "640", "750"), ("write", "660", "2770")],
)
def test_whatever_the_store_makes_is_for_whom_the_setting_says(
    tmp_path: Path, access: str, file: str, inside: str
) -> None:
    """Databases with their -wal and -shm, blobs, what a rebuild makes beside, all their folders."""
    settings = settings_in(tmp_path, access)
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    bootstrap.blobs(settings, open_database(settings.ledger_url)).put(Content())
    lrs.projector.rebuild(["documents"], compare=False, progress=lambda _: None)
    lrs.health()
    found = modes(tmp_path)
    lrs.close()
    folders = {name for name in found if (tmp_path / name).is_dir()}
    assert {found.pop(name) for name in folders} == {inside}
    assert set(found.values()) == {file}
    names = {"ledger.db", "ledger.db-wal", "views.db-shm", "documents.claim", Content.sha2}
    assert names <= {Path(name).name for name in found}


def test_what_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    """Whoever opened a folder or file on purpose finds it open."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep").chmod(0o755)
    settings = settings_in(tmp_path, "none")
    bootstrap.migrate(settings)
    file = tmp_path / "deep/var/ledger.db"
    file.chmod(0o644)
    bootstrap.migrate(settings)
    bootstrap.build(settings).close()
    assert modes(tmp_path)["deep"] == "755"
    assert modes(tmp_path)["deep/var/ledger.db"] == "644"


def test_a_blob_folder_without_a_setting_is_its_owners(tmp_path: Path) -> None:
    """The stricter way is the default of each part, too."""
    database = open_database(f"sqlite:///{tmp_path}/log.db", Options())
    migrate(database)
    BlobFolder(tmp_path / "blobs", BlobTable(database)).put(Content())
    assert modes(tmp_path)["blobs"] == "700"
    assert GroupAccess("none").file_mode == 0o600


@pytest.mark.usefixtures("reachable")
def test_a_file_is_open_to_others_only_where_they_can_reach_it(tmp_path: Path) -> None:
    """A closed folder above it closes it."""
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        (tmp_path / name / "file").chmod(0o644)
    (tmp_path / "open").chmod(0o755)
    (tmp_path / "closed").chmod(0o750)
    found = open_to_others([tmp_path / "open" / "file", tmp_path / "closed" / "file"])
    assert found == [tmp_path / "open" / "file"]


def test_the_setting_reaches_the_store(tmp_path: Path) -> None:
    """Also a database that is opened for writing alone."""
    options = replace(Options(), group_access=GroupAccess.READ)
    with open_database(f"sqlite:///{tmp_path}/x.db", options).write.begin():
        pass
    assert modes(tmp_path)["x.db"] == "640"
