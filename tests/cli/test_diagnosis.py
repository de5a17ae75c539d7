"""What a command says of a database that it cannot use: the cause, and what to do, in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from api.cli.starting import serving
from lrs.db.diagnosis import diagnosed
from lrs.domain.errors import Misconfigured, Unavailable, Unreachable
from lrs.settings import Settings
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.postgres import QUICK, PostgresServer, free_port

GUARDED = """\
host    all  postgres    127.0.0.1/32 trust
host    all  lrs         127.0.0.1/32 scram-sha-256
hostssl all  encrypted   127.0.0.1/32 scram-sha-256
"""


@pytest.fixture(scope="module")
def guarded() -> Iterator[PostgresServer]:
    """A server that asks for passwords, without TLS."""
    server = PostgresServer(QUICK)
    server.start()
    server.execute("CREATE ROLE lrs LOGIN PASSWORD 's3cret'")
    server.execute("CREATE ROLE encrypted LOGIN PASSWORD 's3cret'")
    server.execute("CREATE DATABASE lrs ENCODING 'UTF8' TEMPLATE template0")
    server.execute("CREATE DATABASE shut")
    server.execute("REVOKE CONNECT ON DATABASE shut FROM PUBLIC")
    (server.data / "pg_hba.conf").write_text(GUARDED)
    server.execute("SELECT pg_reload_conf()")
    yield server
    server.remove()


CAUSES = {
    "a wrong password": ("lrs:s3cre@127.0.0.1:{port}/lrs", 78, "refuses the user's name or passw"),
    "no password": ("lrs@127.0.0.1:{port}/lrs", 78, "asks for a password"),
    "no such database": ("lrs:s3cret@127.0.0.1:{port}/none", 78, "CREATE DATABASE"),
    "a database that is not for him": ("lrs:s3cret@127.0.0.1:{port}/shut", 78, "GRANT CONNECT"),
    "nobody let in without TLS": ("encrypted:s3cret@127.0.0.1:{port}/lrs", 78, "pg_hba.conf"),
    "TLS refused": ("lrs:s3cret@127.0.0.1:{port}/lrs?sslmode=require", 78, "agree on TLS"),
    "no right to make tables": ("lrs:s3cret@127.0.0.1:{port}/lrs", 78, "GRANT CREATE ON DATABASE"),
    "a port where nobody listens": ("lrs:s3cret@127.0.0.1:{free}/lrs", 69, "refuses connections"),
    "no such host": ("lrs:s3cret@nowhere.invalid/lrs", 69, "whose name is not known"),
    "no such socket": ("lrs:s3cret@/lrs?host=/nowhere", 69, "not behind a socket"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_told_from_the_others(
    cause: str, guarded: PostgresServer, tmp_path: Path
) -> None:
    """By `lrs migrate` in one line with an exit code; by `lrs doctor` as what is wrong."""
    form, code, says = CAUSES[cause]
    url = "postgresql://" + form.format(port=guarded.port, free=free_port())
    shell = Shell(Place("postgresql", url, url), tmp_path)
    done = shell("migrate")
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "send the request again" not in done.stderr
    assert "s3cre" not in done.stderr
    doctor = shell("doctor")
    assert doctor.returncode == 1
    assert (says in doctor.stdout) != (cause == "no right to make tables")


def test_a_user_who_may_not_read_the_store_is_told_so(
    guarded: PostgresServer, tmp_path: Path
) -> None:
    """A store of somebody else's: every command says which right is missing, the doctor too."""
    url = guarded.create_database("others")
    assert Shell(Place("postgresql", url, url), tmp_path)("migrate").returncode == 0
    mine = url.replace("postgres@", "lrs:s3cret@")
    shell = Shell(Place("postgresql", mine, mine), tmp_path)
    for command in ("serve", "project", "migrate"):
        done = shell(command)
        assert done.returncode == 78, command
        assert done.stderr.startswith("lrs: The user lrs lacks a right in the database")
        assert len(done.stderr.splitlines()) == 1
    assert "! The user lrs lacks a right" in shell("doctor").stdout


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ('ВАЖНО:  пользователь "lrs" не прошёл проверку подлинности (по паролю)', Misconfigured),
        ('ВАЖНО:  база данных "lrs" не существует', Misconfigured),
        ("FATAL:  sorry, too many clients already", Unreachable),
        ("FATAL:  the database system is starting up", Unreachable),
        ("session is read-only", Unreachable),
        ("connection timeout expired", Unreachable),
        ("words that nobody foresaw", Unreachable),
    ],
)
def test_what_a_server_says_decides(words: str, kind: type[Exception]) -> None:
    """In Russian, too; its own words are quoted, also where they mean nothing to the program."""
    server = Exception(f'connection to server at "10.0.0.1", port 5432 failed: {words}\n\tIs it?')
    away = Unavailable("unavailable")
    away.__cause__ = OperationalError("connect", None, server)
    failure = diagnosed(away)
    assert type(failure) is kind
    assert " ".join(words.split()) in failure.detail
    assert "\n" not in failure.detail


def test_an_error_that_says_more_than_away_is_left_as_it_is() -> None:
    """Whether statements were stored matters more than why nobody knows."""
    unsure = Unavailable("outcome-unknown")
    unsure.__cause__ = OperationalError("commit", None, Exception("connection timeout expired"))
    assert diagnosed(unsure) is None
    assert diagnosed(ValueError("a fault of the program")) is None


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    """Not a traceback: the setting names another file, say."""
    (tmp_path / "ledger.db").write_text("a letter, and no database at all" * 300)
    done = Shell(_files(tmp_path), tmp_path)("doctor")
    assert done.returncode == 1
    assert f"! The file {tmp_path}/ledger.db is no SQLite database." in done.stdout


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (sqlite3.SQLITE_READONLY, Misconfigured, "may not be written"),
        (sqlite3.SQLITE_CORRUPT, Misconfigured, "Restore the log from its backup"),
        (sqlite3.SQLITE_BUSY, Unreachable, "locked by another process"),
        (sqlite3.SQLITE_IOERR_READ, Unreachable, "cannot be read or written"),
        (sqlite3.SQLITE_FULL, Unreachable, "disk or quota is full"),
    ],
)
def test_the_code_of_sqlite_decides(code: int, kind: type[Exception], says: str) -> None:
    """An extended code as its primary one."""
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    failure = diagnosed(OperationalError("connect", None, error))
    assert type(failure) is kind
    assert says in failure.detail


def test_a_folder_in_the_place_of_a_file_cannot_be_opened(tmp_path: Path) -> None:
    """The line names the file."""
    (tmp_path / "ledger.db").mkdir()
    done = Shell(_files(tmp_path), tmp_path)("key", "list")
    assert done.returncode == 78
    assert done.stderr.startswith(f"lrs: The file {tmp_path}/ledger.db cannot be opened.")


def _files(folder: Path) -> Place:
    return Place("sqlite", f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/views.db")


def _by_default(folder: Path) -> Shell:
    """A shell whose setting was lost."""
    shell = Shell(_files(folder), folder)
    for name in ("LRS_LEDGER_URL", "LRS_VIEWS_URL"):
        del shell.environment[name]
    return shell


def test_a_lost_setting_is_named_before_a_second_store_is_made(tmp_path: Path) -> None:
    """Whoever starts in another folder is told which one, and what the store's place depends on."""
    done = _by_default(tmp_path)("key", "list")
    assert done.returncode == 78
    assert f"no store at {tmp_path}/var/ledger.db" in done.stderr
    assert "LRS_LEDGER_URL is not set" in done.stderr
    assert f"started in {tmp_path}" in done.stderr
    assert not (tmp_path / "var").exists()


def test_migrate_says_where_it_made_a_store(tmp_path: Path) -> None:
    """The file from the root, and that no setting named it."""
    made = _by_default(tmp_path)("migrate").stdout
    assert f"The store is created: {tmp_path}/var/ledger.db. LRS_LEDGER_URL is not set" in made
    named = Shell(_files(tmp_path), tmp_path)("migrate").stdout
    assert named == f"The store is created: {tmp_path}/ledger.db.\n"


def test_serve_prints_where_it_answers_and_what_it_serves() -> None:
    """The address with brackets where it needs them, each database without its password."""
    on_files = Settings.from_env({"LRS_HOST": "::1"}, Path("none"))
    assert serving(on_files).startswith("Serving http://[::1]:8080/xapi/ from 1 process; log /")
    url = "postgresql://lrs:s3cret@db/lrs"
    public = {"LRS_LEDGER_URL": url, "LRS_PUBLIC_URL": "https://portal.example.org/lrs"}
    line = serving(Settings.from_env(public, Path("none")))
    assert "for clients https://portal.example.org/lrs/xapi/ from 2 processes" in line
    assert "log postgresql://lrs:***@db/lrs, read models postgresql://lrs:***@db/lrs." in line


def test_a_command_away_from_its_database_says_its_own_remedy(tmp_path: Path) -> None:
    """A missing store that a setting names is another matter than a lost setting."""
    done = Shell(_files(tmp_path), tmp_path)("key", "list")
    assert "There is no store at sqlite:///" in done.stderr
    assert "is not set" not in done.stderr
