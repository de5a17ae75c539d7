"""Clients that go away before they have sent all that they announced."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.conftest import Place
from tests.support.stores import body
from tests.system.fuzz.target import Target

STATE = "/xapi/activities/state"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("cut")
    target = Target(Place("sqlite", f"sqlite:///{folder}/l.db", f"sqlite:///{folder}/v.db"), folder)
    target.start()
    yield target
    target.kill()


def told(target: Target, line: str, content: bytes = b"", lacking: int = 0, **named: str) -> int:
    """The status for a request of which the last `lacking` bytes are never sent."""
    headers = {
        "Host": "localhost",
        "Authorization": f"Basic {target.world.logins[0]}",
        "X-Experience-API-Version": "1.0.3",
        "Content-Length": str(len(content) + lacking),
        **{name.replace("_", "-"): value for name, value in named.items()},
    }
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", target.port), 10) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        if lacking:
            connection.shutdown(socket.SHUT_WR)
        return int(connection.recv(65_536).split(b" ")[1])


def state(name: str) -> str:
    agent = json.dumps({"mbox": "mailto:anna@example.org"})
    return f"{STATE}?{urlencode({'activityId': 'urn:x', 'agent': agent, 'stateId': name})}"


def test_a_document_that_was_cut_off_is_not_stored(target: Target) -> None:
    """RFC 9112, 8: half of it, however it looks, is not what its client meant."""
    assert told(target, f"PUT {state('cut')}", b"x" * 500, 500, Content_Type="a/b") == 400
    assert told(target, f"GET {state('cut')}") == 404
    assert told(target, f"PUT {state('cut')}", b"x" * 500, Content_Type="a/b") == 204


def test_a_merge_that_was_cut_off_is_not_stored(target: Target) -> None:
    """JSON may look whole although spaces are lacking, or all that was to follow."""
    json_ = "application/json"
    assert told(target, f"POST {state('merged')}", b'{"a":1}', 1, Content_Type=json_) == 400
    assert told(target, f"GET {state('merged')}") == 404


def test_a_statement_that_was_cut_off_is_not_stored(target: Target) -> None:
    """The same of statements: nothing is stored that was not sent whole."""
    statement = body()
    sent = json.dumps(statement).encode()
    assert told(target, "POST /xapi/statements", sent, 9, Content_Type="application/json") == 400
    assert told(target, f"GET /xapi/statements?statementId={statement['id']}") == 404


def test_a_form_that_was_cut_off_is_not_understood(target: Target) -> None:
    """1.0.3 part 3, 1.3: its last field is the content, and half of that may be a document."""
    place = dict(pair.split("=") for pair in state("form").partition("?")[2].split("&"))
    fields = "&".join(f"{name}={value}" for name, value in {**place, "content": "half"}.items())
    assert told(target, f"POST {STATE}?method=PUT", fields.encode(), 5, Content_Type=FORM) == 400
    assert told(target, f"GET {state('form')}") == 404
