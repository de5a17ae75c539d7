"""A header whose name has an underscore is another header than the one with a hyphen."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.support.served import Served, served

GRANIAN = "granian gives WSGI both under one key (HTTP_X_...), the last one of the two"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as store:
        yield store


def version_of(store: Served, *headers: str) -> str:
    """Which version of xAPI a request with these header lines is answered in."""
    lines = ["GET /xapi/about HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", store.port), 10) as client:
        client.sendall("\r\n".join(lines).encode())
        answer = b"".join(iter(lambda: client.recv(65536), b"")).decode()
    head = answer.partition("\r\n\r\n")[0].lower().splitlines()
    return next(line for line in head if line.startswith("x-experience-api-version:")).split()[1]


def test_the_header_itself_counts(store: Served) -> None:
    """So that the tests below compare with something."""
    assert version_of(store, "X-Experience-API-Version: 1.0.3") == "1.0.3"
    assert version_of(store) == "2.0.0"


@pytest.mark.xfail(strict=True, reason=GRANIAN)
@pytest.mark.parametrize("before", [True, False])
def test_a_look_alike_with_underscores_does_not_count(store: Served, before: bool) -> None:
    """Neither alone nor beside the header, before or after it."""
    real, look_alike = "X-Experience-API-Version: 2.0.0", "X_Experience_API_Version: 1.0.3"
    assert version_of(store, look_alike) == "2.0.0"
    pair = (look_alike, real) if before else (real, look_alike)
    assert version_of(store, *pair) == "2.0.0"
