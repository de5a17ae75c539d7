"""A PostgreSQL with the roles of deploy/postgresql-roles.sql, and a store that its owner made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.postgres import QUICK, PostgresServer

DEPLOY = Path(__file__).parents[3] / "deploy"


@dataclass(frozen=True)
class Roles:
    """The server, and the database's URL for each of the two roles."""

    server: PostgresServer
    owner: str
    runtime: str


def run_script(server: PostgresServer, name: str, *arguments: str) -> None:
    """Have `psql` run a script of deploy/, as its head says."""
    stop = ("-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", str(DEPLOY / name))
    server.program("psql", *arguments, *stop)


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    server = PostgresServer(QUICK)
    server.start()
    passwords = ("-v", "owner_password=mine", "-v", "runtime_password=ours")
    run_script(server, "postgresql-roles.sql", *passwords)
    run_script(server, "postgresql-database.sql")
    place = f"127.0.0.1:{server.port}/zachetka"
    made = Roles(
        server, f"postgresql://zachetka_owner:mine@{place}", f"postgresql://zachetka:ours@{place}"
    )
    folder = tmp_path_factory.mktemp("owner")
    done = Shell(Place("postgresql", made.owner, made.runtime), folder)("migrate")
    assert done.returncode == 0, done.stderr
    yield made
    server.remove()
