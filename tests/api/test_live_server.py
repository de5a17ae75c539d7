from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from tests.api.caller import STATEMENTS, basic, said
from tests.api.opening import opened, settings_of
from tests.conftest import Place
from tests.support.postgres import free_port
from tests.support.processes import wait_until

LIMIT = 50_000


@dataclass(frozen=True)
class Server:
    """A server process, and the headers of a key that may do everything."""

    port: int
    headers: dict[str, str]

    def ask(self, method: str, path: str, **request: Any) -> tuple[int, Any]:
        """Status and JSON of an answer, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {**self.headers, **request.pop("headers", {})}
            connection.request(method, path, headers=headers, **request)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`lrs serve`: granian, on SQLite, with the projector's thread running."""
    folder = tmp_path_factory.mktemp("served")
    place = Place("sqlite", f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/views.db")
    bootstrap.migrate(settings_of(place))
    with opened(place) as lrs:
        key = lrs.credentials.create("test", [Scope.ALL])
    port = free_port()
    headers = {"Authorization": basic(key.name, key.secret), "X-Experience-API-Version": "2.0.0"}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("lrs"), "serve"],
        env={**os.environ, "LRS_LEDGER_URL": place.ledger_url, "LRS_PORT": str(port),
             "LRS_MAX_JSON_BYTES": str(LIMIT), "LRS_LOG_LEVEL": "error"},
        cwd=folder,
    )  # fmt: skip
    try:
        server = Server(port, headers)
        wait_until(server.answers, 30)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def chunks(size: int, statement: bytes = b"") -> Iterator[bytes]:
    """A body of that size in pieces, beginning with a statement, the rest spaces."""
    yield statement
    missing = size - len(statement)
    while missing > 0:
        yield b" " * min(missing, 10_000)
        missing -= 10_000


JSON = {"Content-Type": "application/json"}
CHUNKED = {**JSON, "Transfer-Encoding": "chunked"}


def test_a_chunked_body_is_read_like_any_other(server: Server) -> None:
    """RFC 9112, 7.1: many clients do not know the length when they begin."""
    statement = said()
    body = chunks(LIMIT, json.dumps(statement).encode())
    sent = server.ask("POST", STATEMENTS, body=body, headers=CHUNKED, encode_chunked=True)
    assert sent == (200, [statement["id"]])
    status, found = server.ask("GET", f"{STATEMENTS}?statementId={statement['id']}")
    assert (status, found["id"]) == (200, statement["id"])


def test_a_chunked_body_too_large_is_refused_while_it_streams(server: Server) -> None:
    """413 although no length was said; and the server goes on."""
    statement = json.dumps(said()).encode()
    body = chunks(LIMIT + 1, statement)
    status, problem = server.ask(
        "POST", STATEMENTS, body=body, headers=CHUNKED, encode_chunked=True
    )
    assert (status, problem["code"]) == (413, "body-too-large")
    assert server.ask("GET", f"{STATEMENTS}?limit=1")[0] == 200


def test_a_length_too_large_is_refused_before_anything_is_sent(server: Server) -> None:
    """413 from Content-Length alone: the client need not send what will not be read."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", STATEMENTS)
    for name, value in {**server.headers, **JSON, "Content-Length": str(10**9)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (413, "body-too-large")
    connection.close()


@pytest.mark.parametrize("path", ["//xapi//statements", "/xAPI/statements"])
def test_paths_reach_the_store_as_they_are_sent(server: Server, path: str) -> None:
    """No part of the server redirects or refuses them on the way."""
    status, problem = server.ask("GET", f"{path}?limit=x")
    assert (status, problem["code"]) == (400, "invalid-parameter")


def test_a_read_finds_what_was_just_written(server: Server) -> None:
    """With the projector's thread at work beside the readers."""
    for _ in range(20):
        statement = said()
        body = json.dumps(statement).encode()
        assert server.ask("POST", STATEMENTS, body=body, headers=JSON)[0] == 200
        status, found = server.ask("GET", f"{STATEMENTS}?limit=1")
        assert (status, found["statements"][0]["id"]) == (200, statement["id"])
