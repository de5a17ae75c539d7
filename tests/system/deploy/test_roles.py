"""Owner and runtime apart: the servers work, and cannot touch what the log already holds."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import pytest

from tests.api.caller import basic
from tests.api.opening import opened
from tests.cli.test_commands import STATEMENT, Shell
from tests.conftest import Place
from tests.ledger.test_document_history import put
from tests.ledger.test_pruning import STATE
from tests.support.served import Served, served
from tests.system.deploy.conftest import Roles

FORBIDDEN = {
    "an event changed": "UPDATE ledger.event SET topic = 'x'",
    "an event deleted": "DELETE FROM ledger.event",
    "content deleted": "DELETE FROM ledger.content",
    "content changed": "UPDATE ledger.content SET state = ''",
    "the log emptied": "TRUNCATE ledger.event, ledger.content",
    "the log dropped": "DROP TABLE ledger.event",
    "the schema dropped": "DROP SCHEMA ledger CASCADE",
    "a trigger dropped": "DROP TRIGGER append_only ON ledger.event",
    "triggers switched off": "ALTER TABLE ledger.event DISABLE TRIGGER ALL",
    "triggers passed by": "SET session_replication_role = replica",
    "the guard replaced": "CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger "
    "LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "the version changed": "UPDATE ledger.meta SET value = '3'",
    "a blob changed": "UPDATE ledger.blob_chunk SET data = ''",
    "a table added": "CREATE TABLE ledger.other (a int)",
}


@pytest.fixture
def shell(roles: Roles, tmp_path: Path) -> Shell:
    """Commands of the runtime role."""
    return Shell(Place("postgresql", roles.runtime, roles.runtime), tmp_path)


def test_a_store_is_served_by_a_role_that_does_not_own_it(roles: Roles, tmp_path: Path) -> None:
    """Statements come in, transcripts go out, and `lrs migrate` finds nothing to do."""
    urls = {"ledger_url": roles.runtime, "views_url": roles.runtime}
    with served(tmp_path, **urls) as store:
        key = store.key("all")
        id = _post(store, key)
        request = Request(
            f"{store.endpoint}statements?statementId={id}", headers=_headers(*key)
        )  # fmt: skip
        with urlopen(request) as answer:
            assert json.load(answer)["id"] == id
        assert "No problems found." in store.lrs("doctor")


def _post(store: Served, key: tuple[str, str]) -> str:
    id = str(uuid4())
    body = json.dumps({**STATEMENT, "id": id}).encode()
    request = Request(f"{store.endpoint}statements", body, _headers(*key))
    with urlopen(request) as answer:
        assert json.load(answer) == [id]
    return id


def _headers(name: str, secret: str) -> dict[str, str]:
    return {
        "Authorization": basic(name, secret),
        "Content-Type": "application/json",
        "X-Experience-API-Version": "2.0.0",
    }


@pytest.mark.usefixtures("hurried")
def test_the_runtime_role_rebuilds_read_models(shell: Shell) -> None:
    """In a schema of its own beside them, and then in their stead."""
    (shell.folder / "file.json").write_text(json.dumps(STATEMENT))
    assert shell("import", "file.json").returncode == 0
    done = shell("projections", "rebuild", "--all", "--compare")
    assert (done.returncode, done.stderr) == (0, "")
    assert "All rows are the same as before." in done.stdout


def test_a_store_is_verified_by_a_role_that_may_only_read(
    roles: Roles, shell: Shell, tmp_path: Path
) -> None:
    """As docs/auditors.md makes it. It connects to a session that cannot write, as a standby's."""
    (shell.folder / "file.json").write_text(json.dumps(STATEMENT))
    assert shell("import", "file.json").returncode == 0
    assert shell("projections", "rebuild", "--all").returncode == 0
    with roles.server.connected("zachetka") as administrator:
        for command in (
            "CREATE ROLE auditor LOGIN PASSWORD 'theirs'",
            "GRANT CONNECT ON DATABASE zachetka TO auditor",
            "GRANT pg_read_all_data TO auditor",
            "ALTER ROLE auditor SET default_transaction_read_only = on",
        ):
            administrator.execute(command.encode())
    url = f"postgresql://auditor:theirs@127.0.0.1:{roles.server.port}/zachetka"
    auditor = Shell(Place("postgresql", url, url), tmp_path)
    done = auditor("replay", "verify")
    assert (done.returncode, done.stdout.count(": identical at position ")) == (0, 4), done.stderr
    assert auditor("key", "create", "theirs").returncode != 0


def test_the_runtime_role_counts_and_prunes(roles: Roles, tmp_path: Path) -> None:
    """With rights that `lrs migrate` gives it, as the owner's; what was pruned is not missed."""
    place = Place("postgresql", roles.runtime, roles.runtime)
    with opened(place) as lrs:
        for data in (b"one", b"two"):
            put(lrs, STATE, data)
        assert lrs.space.used() == 6
    shell = Shell(place, tmp_path)
    done = shell("prune", "--days", "0")
    assert (done.returncode, done.stdout) == (
        0,
        "1 superseded content with 3 bytes deleted; 3 bytes remain.\n",
    )
    assert shell("replay", "documents").returncode == 0


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_runtime_role_cannot_alter_the_log(roles: Roles, what: str) -> None:
    """By the database's own word (SQLSTATE 42501), whatever a program on it does."""
    with (
        psycopg.connect(roles.runtime, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege) as refused,
    ):
        connection.execute(FORBIDDEN[what].encode())
    assert "append-only" not in str(refused.value)  # no right to try, before any trigger


def test_the_owner_is_refused_by_the_triggers(roles: Roles) -> None:
    """Who may drop them has to do that first, and on purpose."""
    with (
        psycopg.connect(roles.owner, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        connection.execute("DELETE FROM ledger.event")


def test_each_right_of_the_runtime_role_is_needed(roles: Roles, shell: Shell) -> None:
    """Without one of them no command starts, and its line says which is missing."""
    for right in (
        "CREATE ON DATABASE zachetka",
        "USAGE ON SCHEMA ledger",
        "SELECT ON ledger.event",
        "INSERT ON ledger.event",
    ):
        administrator = roles.server.connected("zachetka")
        administrator.execute(f"REVOKE {right} FROM zachetka".encode())
        done = shell("key", "create", "without")
        administrator.execute(f"GRANT {right} TO zachetka".encode())
        administrator.close()
        assert done.returncode == 78, right
        assert "lacks a right" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert shell("key", "create", "with").returncode == 0
