"""Behind PgBouncer in transaction mode, as docs/operators.md says: LRS_PREPARE_STATEMENTS=false."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest

from lrs import bootstrap
from lrs.settings import Settings
from tests.api.caller import basic
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.pgbouncer import pooled
from tests.support.places import Places
from tests.support.postgres import PostgresServer
from tests.support.served import Served, served

PEOPLE = [f"{number:04}" for number in range(40)]
HOME = "https://hr.centre.example"


@pytest.fixture
def pool(places: Places, postgres: PostgresServer, tmp_path: Path) -> Iterator[str]:
    """The URL of a store's database through a PgBouncer that has twenty connections to it."""
    with places.place("postgresql", tmp_path, True) as place:
        name = place.ledger_url.rpartition("/")[2]
        postgres.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        with pooled(postgres, 20) as port:
            yield re.sub(r":\d+/", f":{port}/", place.ledger_url)
        postgres.execute(f"ALTER DATABASE {name} RESET synchronous_commit")


class Client:
    """Sends requests over connections of its own."""

    def __init__(self, store: Served) -> None:
        self.port = store.port
        self.login = basic(*store.key("all"))

    def ask(self, method: str, path: str, sent: object = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Authorization": self.login,
            "X-Experience-API-Version": "2.0.0",
            "Content-Type": "application/json",
        }
        connection.request(method, path, json.dumps(sent).encode() if sent else None, headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def passes(self, number: str) -> int:
        """Somebody passes the course; the status of the answer."""
        statement = {
            "id": str(uuid4()),
            "actor": {"account": {"homePage": HOME, "name": number}},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
            "object": {"id": "https://learning.centre.example/course/fire"},
        }
        return self.ask("POST", "/xapi/statements", statement)[0]

    def transcript(self, number: str) -> bytes:
        status, body = self.ask("GET", f"/api/v1/transcripts/{quote(f'account|{HOME}|{number}')}")
        assert status == 200, body
        return body


def test_two_processes_store_and_read_through_a_pool(pool: str, tmp_path: Path) -> None:
    """What was stored is read at once, from either; a rebuild comes to the same rows."""
    folder = tmp_path / "store"
    folder.mkdir()
    settings = {"ledger_url": pool, "prepare_statements": "false", "workers": "2"}
    with served(folder, **settings) as store, ThreadPoolExecutor(8) as many:
        client = Client(store)
        assert set(many.map(client.passes, PEOPLE)) == {200}
        lines = [json.loads(client.transcript(number))["lines"] for number in PEOPLE]
        assert [line["status"] for (line,) in lines] == ["passed"] * len(PEOPLE)
        assert "No problems found." in store.lrs("doctor")
        store.lrs("replay", "rebuild", "--compare")
        assert [json.loads(client.transcript(number))["lines"] for number in PEOPLE] == lines


def test_with_prepared_statements_a_pool_is_noticed(pool: str, tmp_path: Path) -> None:
    """By the first commands already, in one line that names the setting."""
    shell = Shell(Place("postgresql", pool, pool), tmp_path)
    done = [shell("doctor", LRS_PREPARE_STATEMENTS=value) for value in ("false", "true", "true")]
    assert done[0].returncode == 0
    failed = [one.stdout + one.stderr for one in done[1:] if one.returncode]
    assert failed
    assert all("LRS_PREPARE_STATEMENTS=false" in text for text in failed)
    assert all("Traceback" not in text for text in failed)


def test_no_setting_of_read_models_reaches_the_log(pool: str) -> None:
    """One connection of the pool serves both in turn, and what is acknowledged is on disk."""
    lrs = bootstrap.build(Settings(ledger_url=pool, views_url=pool, prepare_statements=False))
    log, views = lrs.databases
    for database in (views, log, views, log):
        with database.write.begin() as connection:
            shown = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
            assert shown == "on"
    lrs.close()
