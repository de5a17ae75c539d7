"""How long keys are good, how soon they end, and what a launch link's key may do unless told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.auth import ATTEMPTS
from api.failed_logins import Attempts
from lrs import bootstrap
from lrs.domain.aggregates.credential import MODULE, Scope
from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Answer, Caller, said
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.system.promises.conftest import DAY, SECOND, Clock, defaults
from tests.system.promises.reading import promised

pytestmark = pytest.mark.rules

COURSE = "https://learning.centre.example/course/fire-safety"


def calling(lrs: Lrs, **options: Any) -> Caller:
    """A client with a new key that may do everything."""
    key = lrs.credentials.create("test", [Scope.ALL], **options)
    return Caller(create_app(lrs).test_client(), key)


@pytest.mark.parametrize("document", ["security.md", "operators.md"])
@pytest.mark.parametrize("ask", [Caller.get, lambda by: by.post(said())])
def test_a_revoked_key_is_refused_that_soon(
    timed: Lrs, clock: Clock, ask: Callable[[Caller], Answer], document: str
) -> None:
    """However lately it was found good, to read as well as to write."""
    by = calling(timed)
    assert ask(by).status_code == 200
    assert by.key
    timed.credentials.revoke(by.key.id)
    seconds = promised(document, r"servers notice a revocation within (\w+) seconds")
    clock.at += seconds * SECOND
    assert ask(by).status_code == 401


def test_a_key_whose_time_is_over_is_refused_at_once(timed: Lrs, clock: Clock) -> None:
    assert promised("security.md", r"within (\w+) seconds and an expiry at once")
    by = calling(timed, lasting=timedelta(hours=1))
    clock.at += 3_600 * SECOND - 1
    assert by.get().status_code == 200
    clock.at += 1
    assert by.get().json["code"] == "key-expired"


def test_a_secret_has_as_many_random_bits_as_the_docs_say(timed: Lrs) -> None:
    bits = promised("security.md", r"A secret is (\d+) random bits")
    secrets = {timed.credentials.create("test", [Scope.ALL]).secret for _ in range(50)}
    assert {len(bytes.fromhex(secret)) * 8 for secret in secrets} == {bits}
    assert len(secrets) == 50


def test_the_last_use_of_a_key_is_right_to_a_minute(timed: Lrs, clock: Clock) -> None:
    """A key that is used all the time is noted again after that."""
    exact = promised("operators.md", r"last use is correct to about (a minute)")
    by = calling(timed)
    assert by.key
    for _ in range(3):
        by.get()
        clock.at += exact * SECOND
    by.get()
    assert timed.key_uses.read()[by.key.id] == clock.at


class Guesser:
    """Somebody who guesses the secret of a key, by the clock."""

    def __init__(self, lrs: Lrs, clock: Clock) -> None:
        good = calling(lrs)
        assert good.key
        self.by = replace(good, key=replace(good.key, secret="f" * 64))
        application: Any = good.http.application
        application.extensions[ATTEMPTS] = Attempts(lambda: clock.at / SECOND)

    def tries(self, address: str = "2001:db8::1") -> int:
        where = {"REMOTE_ADDR": address}
        return self.by.send("GET", STATEMENTS, environ_overrides=where).status_code


def test_so_many_wrong_keys_are_answered_before_any_waits(timed: Lrs, clock: Clock) -> None:
    """Until that long after the first of them."""
    most = promised("operators.md", r"After (\w+) failed logins from one address within a minute")
    span = promised("operators.md", "until (a minute) has passed since the first")
    guesser = Guesser(timed, clock)
    assert [guesser.tries() for _ in range(most + 1)] == [401] * most + [429]
    clock.at += span * SECOND - 1
    assert guesser.tries() == 429
    clock.at += 1
    assert guesser.tries() == 401


def test_addresses_of_one_ipv6_network_are_counted_together(timed: Lrs, clock: Clock) -> None:
    bits = promised("operators.md", r"from one /(\d+) network with IPv6")
    network = ip_network(f"2001:db8::/{bits}")
    guesser = Guesser(timed, clock)
    while guesser.tries(str(network[0])) == 401:
        pass
    assert guesser.tries(str(network[-1])) == 429
    assert guesser.tries(str(network[-1] + 1)) == 401


def launched(shell: Shell) -> str:
    """What `lrs key list` says of a launch link's key for which nobody said anything."""
    link = ("https://courses.example.org/module.html", "--actor", "mailto:anna@staff.example")
    done = shell("key", "launch", *link, "--activity", COURSE)
    assert done.returncode == 0, done.stderr
    return shell("key", "list").stdout


def test_a_launch_links_key_is_good_for_so_many_hours(own_place: Place, tmp_path: Path) -> None:
    hours = promised("operators.md", r"`--hours` hours \((\d+) by default\)")
    launched(Shell(own_place, tmp_path))
    lrs = bootstrap.build(defaults(own_place))
    (record,) = lrs.credentials.records()
    lrs.close()
    lasting = record.credential.expires - record.past.created
    assert round(lasting / SECOND / 3_600, 2) == hours


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("operators.md", r"`lrs key launch --quota` \| (\d+ GB)"),
        ("security.md", r"(\d+ GB) for a launch link's key"),
    ],
)
def test_a_launch_links_key_may_bring_so_many_bytes(
    own_place: Place, tmp_path: Path, document: str, sentence: str
) -> None:
    quota = promised(document, sentence)
    assert f"sent 0 bytes of {quota:,}" in launched(Shell(own_place, tmp_path))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("operators.md", r"from (a day) before the link was made to a day after its end"),
        ("operators.md", r"before the link was made to (a day) after its end"),
        ("security.md", r"within the time of the launch, give or take (a day)"),
    ],
)
def test_a_launch_links_statements_lie_within_its_time(
    timed: Lrs, clock: Clock, document: str, sentence: str
) -> None:
    """And so much around it, to the second."""
    slack = promised(document, sentence) * DAY
    start, lasting = clock.at, timedelta(hours=3)
    options = {"learner": "mbox|mailto:anna@example.org", "activity": COURSE, "lasting": lasting}
    key = timed.credentials.create("launch", MODULE, **options)  # type: ignore[arg-type]
    by = Caller(create_app(timed).test_client(), key)
    ended = start + lasting // timedelta(microseconds=1)

    def told(at: int) -> int:
        return by.post(said(object={"id": COURSE}, timestamp=Clock(at).iso)).status_code

    assert [told(start - slack), told(ended + slack)] == [200, 200]
    assert [told(start - slack - SECOND), told(ended + slack + SECOND)] == [403, 403]
