"""Failed logins: told apart by address, answered 429 once there are many, noted in the log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.auth import ATTEMPTS
from api.failed_logins import FAILURES, MOST, SPAN, Attempts
from lrs.domain.errors import TooManyFailures
from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Answer, Caller, basic, elsewhere
from tests.api.xapi.test_bad_bodies import refused

pytestmark = pytest.mark.rules

NAME = "0" * 32


def asks(caller: Caller, address: str, **headers: str) -> Answer:
    return caller.send(
        "GET", STATEMENTS, environ_overrides={"REMOTE_ADDR": address}, headers=headers
    )


@pytest.fixture
def wrong(client: Caller) -> Caller:
    """Somebody who guesses the secret of a key."""
    assert client.key is not None
    return replace(client, key=replace(client.key, secret="f" * 64))


def test_guessing_is_answered_429_after_a_handful(client: Caller, wrong: Caller) -> None:
    """At once, with the time to wait; from another address it is 401 as ever."""
    address = elsewhere()
    for _ in range(FAILURES):
        refused(asks(wrong, address), 401, "unauthenticated")
    answer = asks(wrong, address)
    refused(answer, 429, "too-many-failures")
    assert 0 < int(answer.headers["Retry-After"]) <= SPAN
    refused(asks(wrong, elsewhere()), 401, "unauthenticated")


def test_a_good_key_passes_behind_an_address_of_guessers(client: Caller, wrong: Caller) -> None:
    """Many share an address, behind a proxy all do."""
    address = elsewhere()
    for _ in range(3 * FAILURES):
        asks(wrong, address)
        assert asks(client, address).status_code == 200


def test_a_header_is_no_address(wrong: Caller) -> None:
    """It could come from anybody: nobody is slowed, or escapes, by what it says."""
    address = elsewhere()
    for number in range(FAILURES):
        asks(wrong, address, X_Forwarded_For=f"10.0.0.{number}")
    answer = asks(wrong, address, **{"X-Forwarded-For": "10.0.0.99", "Forwarded": "for=10.0.0.98"})
    refused(answer, 429, "too-many-failures")


def test_only_bad_keys_count(client: Caller, lrs: Lrs) -> None:
    """No key at all, or a header that cannot be read, is a mistake and no guess."""
    address = elsewhere()
    for _ in range(2 * FAILURES):
        refused(asks(replace(client, key=None), address), 401, "no-credentials")
        refused(asks(client, address, Authorization="Basic x"), 401, "malformed-credentials")
    assert asks(client, address).status_code == 200


def test_the_log_names_address_and_key_and_no_secret(wrong: Caller) -> None:
    """Some put the secret where the name belongs."""
    assert wrong.key is not None
    address = elsewhere()
    with capture_logs() as entries:
        asks(wrong, address)
        key = wrong.key.id.hex
        for text in (wrong.key.secret, f"{key}{key}", "Анна"):
            asks(wrong, address, Authorization=basic(text, wrong.key.secret))
    failures = [one for one in entries if one["event"] == "login-failed"]
    assert [one["key"] for one in failures] == [key, *["no key's name"] * 3]
    assert {one["address"] for one in failures} == {address}
    assert wrong.key.secret not in repr(entries)


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def tried(attempts: Attempts, address: str) -> float:
    """The seconds to wait; 0 where the attempt was answered as ever."""
    try:
        attempts.failed(address, NAME)
    except TooManyFailures as error:
        return error.retry_after
    return 0.0


def test_a_minute_later_all_is_as_ever() -> None:
    """What is answered 429 does not count, so whoever goes on is not kept out for good."""
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for _ in range(FAILURES + 2):
        waits.append(tried(attempts, "192.0.2.1"))
        clock.at += 1
    assert waits == [*[0.0] * FAILURES, SPAN - FAILURES, SPAN - FAILURES - 1]
    clock.at = SPAN
    assert tried(attempts, "192.0.2.1") == 0
    assert tried(attempts, "192.0.2.1") == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("", "unix:", False),
    ],
)
def test_an_ipv6_network_is_one_source(one: str, other: str, same: bool) -> None:
    """A customer has 2**64 addresses and more."""
    attempts = Attempts(Clock())
    for _ in range(FAILURES):
        tried(attempts, one)
    assert (tried(attempts, other) > 0) is same


def test_memory_is_bounded() -> None:
    """The addresses that failed longest ago are forgotten."""
    attempts = Attempts(Clock())
    for number in range(MOST + 10):
        for _ in range(FAILURES if number < 5 else 1):
            tried(attempts, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(attempts._failures) == MOST
    assert tried(attempts, "10.0.0.0") == 0


def test_each_application_counts_for_itself(client: Caller) -> None:
    """Nothing is shared between processes, nor between stores of one process."""
    app: Any = client.http.application
    assert isinstance(app.extensions[ATTEMPTS], Attempts)
