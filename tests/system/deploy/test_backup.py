"""Backups as docs/operators.md says: taken while the store is there, restored into a new place."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from lrs import bootstrap
from lrs.settings import Settings
from tests.cli.test_commands import STATEMENT, Shell
from tests.conftest import Place
from tests.system.deploy.conftest import Roles, run_script


def _on(folder: Path) -> Place:
    return Place("sqlite", f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/views.db")


def _with_statement(shell: Shell) -> None:
    (shell.folder / "file.json").write_text(json.dumps(STATEMENT))
    assert shell("import", "file.json").returncode == 0


def _holds_statement(place: Place) -> bool:
    lrs = bootstrap.build(Settings(ledger_url=place.ledger_url, views_url=place.views_url))
    try:
        return lrs.health().head > 0
    finally:
        lrs.close()


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the program sqlite3 is not installed")
def test_a_sqlite_log_is_copied_while_it_is_open_and_restored(tmp_path: Path) -> None:
    """The copy has what was in the write-ahead log, too; read models are made anew."""
    place = _on(tmp_path)
    shell = Shell(place, tmp_path)
    shell("migrate")
    _with_statement(shell)
    running = bootstrap.build(Settings(ledger_url=place.ledger_url, views_url=place.views_url))
    copy = tmp_path / "copy.db"
    subprocess.run(["sqlite3", tmp_path / "ledger.db", f".backup {copy}"], check=True)
    running.close()
    restored = tmp_path / "restored"
    restored.mkdir()
    copy.rename(restored / "ledger.db")
    place = _on(restored)
    assert _holds_statement(place)
    assert "No problems found." in Shell(place, tmp_path)("doctor").stdout


def test_a_postgresql_log_is_dumped_and_restored_by_its_owner(roles: Roles, tmp_path: Path) -> None:
    """With its triggers and the runtime role's rights; read models are made anew by that role."""
    shell = Shell(Place("postgresql", roles.runtime, roles.runtime), tmp_path)
    _with_statement(shell)
    dump = str(tmp_path / "ledger.dump")
    server = roles.server
    server.program("pg_dump", "--format=custom", "--schema=ledger", f"--file={dump}", roles.owner)
    run_script(server, "postgresql-database.sql", "-v", "database=restored")
    owner, runtime = (
        f"{url.removesuffix('zachetka')}restored" for url in (roles.owner, roles.runtime)
    )
    server.program("pg_restore", "--exit-on-error", "--schema=ledger", f"--dbname={owner}", dump)
    place = Place("postgresql", runtime, runtime)
    assert _holds_statement(place)
    assert "No problems found." in Shell(place, tmp_path)("doctor").stdout
    assert Shell(place, tmp_path)("key", "create", "new").returncode == 0
    with (
        psycopg.connect(owner, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        connection.execute("DELETE FROM ledger.event")
