"""A real server under requests that are good, nearly good, and no requests at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.conftest import Place
from tests.system.fuzz.campaign import Tally, campaign
from tests.system.fuzz.target import Target, Watch

MOST_MEMORY = 512 * 2**20
SEED = int(os.environ.get("LRS_TEST_SEED", "1000000"))
"""Where the seeds of the long run begin."""

soak = pytest.mark.skipif("LRS_TEST_SOAK" not in os.environ, reason="takes half an hour: make soak")


@pytest.fixture
def target(place: Place, tmp_path: Path) -> Iterator[Target]:
    target = Target(place, tmp_path)
    target.start()
    yield target
    target.kill()


def withstood(target: Target, seeds: range) -> str:
    """The figures of a run in which nothing was wrong: neither with an answer, nor with the
    server's memory, nor with the store that is left.
    """
    watch, began = Watch(target), monotonic()

    def told(tally: Tally) -> None:
        rate = tally.requests / (monotonic() - began)
        print(f"{tally.requests} requests, {rate:.0f} a second, {target.memory() >> 20} MiB")

    try:
        tally = campaign(target.world, seeds, told)
        seconds = monotonic() - began
    finally:
        watch.end()
    assert tally.failures == [], target.log
    assert tally.requests == len(seeds)
    assert watch.peak < MOST_MEMORY
    assert target.troubles(tally.stored) == [], target.log
    assert target.log == ""
    return (
        f"{tally}; {seconds:.0f} s, {len(seeds) / seconds:.0f} a second; "
        f"at most {watch.peak >> 20} MiB"
    )


def test_some_requests_do_no_harm(place: Place, target: Target) -> None:
    """No 5xx and no lost connection; every answer of /xapi has its headers, every error is a
    problem of the table; what was acknowledged is there, and the read models rebuild the same.
    Each database gets others; `make soak` sends many more.
    """
    assert withstood(target, range(300) if place.backend == "sqlite" else range(500, 700))


@pytest.mark.soak
@soak
def test_a_million_requests_do_no_harm(
    place: Place, target: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for long: a million on SQLite, two hundred thousand on PostgreSQL, or as many as
    LRS_TEST_REQUESTS says.
    """
    usual = 1_000_000 if place.backend == "sqlite" else 200_000
    count = int(os.environ.get("LRS_TEST_REQUESTS", usual))
    with capsys.disabled():
        figures = withstood(target, range(SEED, SEED + count))
        print(f"\n{place.backend}: {figures}")
