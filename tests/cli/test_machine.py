"""What `lrs doctor` says of disks and files, and what `lrs serve` warns of."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.cli import machine
from api.cli.machine import Finding, look_at_machine
from api.cli.starting import exposure
from lrs import bootstrap
from lrs.domain.errors import StorageFull
from lrs.service import Lrs
from lrs.settings import Settings
from tests.cli.test_commands import LRS, Shell
from tests.conftest import Place
from tests.support.disks import SmallDisk
from tests.support.postgres import PostgresServer, free_port


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(16)
    except (PermissionError, FileNotFoundError):
        pytest.skip("only root can mount a small disk")
    yield disk
    disk.remove()


def _on(folder: Path) -> Place:
    return Place("sqlite", f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/views.db")


@pytest.mark.usefixtures("reachable")
def test_the_doctor_names_what_others_can_read(tmp_path: Path) -> None:
    """Files, and the settings with a database's password; and what to do about them."""
    shell = Shell(_on(tmp_path), tmp_path)
    shell("migrate")
    assert shell("doctor").returncode == 0
    (tmp_path / "ledger.db").chmod(0o644)
    (tmp_path / "zachetka.toml").write_text('log_level = "error" # postgresql://u:p@h/db\n')
    (tmp_path / "zachetka.toml").chmod(0o644)
    report = shell("doctor")
    assert report.returncode == 1
    named = f"{tmp_path}/ledger.db, {tmp_path}/zachetka.toml"
    assert f"! Every user of this machine can read {named}: remove this right" in report.stdout


def test_the_doctor_says_how_much_room_there_is(on_files: Place, tmp_path: Path) -> None:
    """One line for each disk, with the folders on it."""
    report = Shell(on_files, tmp_path)("doctor").stdout
    assert any(line.startswith("disk ") and str(tmp_path) in line for line in report.splitlines())


def test_a_disk_that_is_nearly_full_is_a_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before writes are refused."""
    monkeypatch.setattr(machine, "LOW", 10**18)
    found = Finding()
    look_at_machine(Settings.from_env({}, tmp_path), found)
    assert any("left: make room before writes are refused" in one for one in found.troubles)


def test_a_full_disk_is_named(disk: SmallDisk, tmp_path: Path) -> None:
    """With the folder, also where no store can be made for want of room."""
    shell = Shell(_on(disk.folder), tmp_path)
    shell("migrate")
    disk.fill()
    report = shell("doctor")
    assert report.returncode == 1
    assert f"! Nothing can be written to {disk.folder} (No space left on device)" in report.stdout


def test_a_full_disk_of_postgresql_is_found_by_writing(
    disk: SmallDisk, postgres: PostgresServer
) -> None:
    """It does not say how much room it has; what is written is taken back."""
    name, space = f"test_{uuid4().hex[:12]}", disk.folder / "space"
    space.mkdir()
    postgres.own(space)
    postgres.execute(f"CREATE TABLESPACE {name} LOCATION '{space}'")
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0 TABLESPACE {name}")
    settings = Settings(ledger_url=postgres.url(name), views_url=postgres.url(name))
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    try:
        lrs.try_room()
        assert lrs.ledger.reader.head()[0] == 0
        disk.fill()
        with pytest.raises(StorageFull):
            _try_often(lrs)
    finally:
        lrs.close()
        postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
        postgres.execute(f"DROP TABLESPACE {name}")


def _try_often(lrs: Lrs) -> None:
    """What earlier writes left behind is room for the next."""
    for _ in range(40):
        lrs.try_room()


@pytest.mark.parametrize(
    ("host", "public", "warns"),
    [
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("localhost", "", False),
        ("0.0.0.0", "", True),
        ("::", "http://lrs.example.org", True),
        ("lrs.example.org", "", True),
        ("0.0.0.0", "https://lrs.example.org", False),
    ],
)
def test_listening_to_others_without_tls_is_warned_of(host: str, public: str, warns: bool) -> None:
    """What to do is said, too; a proxy that ends https is taken on trust."""
    warning = exposure(Settings(host=host, public_url=public))
    assert bool(warning) is warns
    assert not warns or "LRS_PUBLIC_URL" in warning


def test_the_warning_is_logged_at_the_start(on_files: Place, tmp_path: Path) -> None:
    """By `lrs serve` itself, next to the line that says where it answers."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
    port = free_port()
    environment = others | {
        "LRS_LEDGER_URL": on_files.ledger_url,
        "LRS_HOST": "0.0.0.0",
        "LRS_PORT": str(port),
    }
    server = subprocess.Popen(
        [LRS, "serve"],
        env=environment,
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert server.stdout is not None
    output = server.stdout.readline()
    server.send_signal(signal.SIGTERM)
    _, logged = server.communicate(timeout=30)
    assert output.startswith(f"Serving http://0.0.0.0:{port}/xapi/ from 1 process; log /")
    assert "listening-without-tls" in logged
