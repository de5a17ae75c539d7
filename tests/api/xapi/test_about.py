"""GET /xapi/about: which versions are spoken (xAPI 1.0.3 part 3, 2.8; 2.0, 4.1.6.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.api.caller import Caller

ABOUT = "/xapi/about"


@pytest.mark.parametrize(
    ("version", "newest", "spoken"),
    [("2.0.0", "2.0.0", "2.0.0"), (None, "2.0.0", "2.0.0"), ("1.0.1", "1.0.3", "1.0.3")],
)
def test_about_names_the_versions_that_the_asking_one_can_bear(
    client: Caller, version: str | None, newest: str, spoken: str
) -> None:
    """No version has to be said and no key be sent; a client of 1.0.x is told of 1.0.x alone."""
    answer = replace(client, key=None).speaking(version).get(ABOUT)
    assert answer.status_code == 200
    assert answer.json["version"][:4] == ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]
    assert answer.json["version"][-1] == newest
    assert answer.headers["X-Experience-API-Version"] == spoken


def test_about_takes_no_parameters_and_no_other_method(client: Caller) -> None:
    """As for every resource, what is not meant is refused."""
    assert client.get(ABOUT, verbose="true").status_code == 400
    assert client.send("POST", ABOUT).status_code == 405
    head = client.send("HEAD", ABOUT)
    assert (head.status_code, head.data) == (200, b"")
