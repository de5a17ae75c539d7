"""The benchmark measures what it says."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import orjson
import pytest

from benchmarks import servers
from benchmarks.backends import sqlite
from benchmarks.lag import Lag, Sample, sampled_lag
from benchmarks.load import Job, Measured, run
from benchmarks.report import ratio
from benchmarks.synthetic import bodies, filled_id
from benchmarks.wire import Endpoint
from lrs.domain.xapi.version import Version
from schemas import check_statement


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """The floor on SQLite, served as it is for the figures."""
    with sqlite() as backend, servers.floor(backend.place("smoke")) as served:
        yield served.endpoint


def test_its_statements_are_valid_and_of_the_size_it_says() -> None:
    """Both versions take them, at about 1.1 KB."""
    texts = [body.under(filled_id(n)) for n, body in enumerate(bodies(200))]
    for text in texts:
        check_statement(orjson.loads(text), Version.V1_0_3)
        check_statement(orjson.loads(text), Version.V2_0_0)
    assert 1_050 < sum(map(len, texts)) / len(texts) < 1_250


@pytest.mark.parametrize(("traffic", "batch"), [("post", 1), ("post", 50), ("mixed", 1)])
def test_what_it_counts_is_stored(endpoint: Endpoint, traffic: str, batch: int) -> None:
    """A sample of what was answered with 200 is read back, and found."""
    found = run(Job(endpoint, traffic, seconds=0.4, warm=0.1, connections=3, batch=batch))
    assert found.sound, found.error
    assert found.read_back == found.asked_back > 0
    assert found.statements >= batch
    assert 0 < found.p50 <= found.p95 <= found.p99


def test_a_refusal_is_an_error_and_not_a_rate(endpoint: Endpoint) -> None:
    """The floor knows nothing of the filled statements."""
    found = run(Job(endpoint, "id", seconds=0.2, warm=0.0, filled=10))
    assert not found.sound
    assert found.errors > 0 == found.requests


def test_a_ratio_is_of_medians_with_its_rounds_beside_it() -> None:
    """The spread says how far to believe it."""
    assert str(ratio([1, 2, 6], [4, 4, 4])) == "0.50 [0.25..1.50]"


def test_a_lag_is_as_old_as_the_oldest_event_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given rather too long than too short, by one sample."""
    load: Future[Measured] = Future()
    samples = [Sample(0, 0.1, 10, 10), Sample(1, 1.1, 20, 10), Sample(2, 2.1, 30, 20)]

    def sample(_lag: Lag) -> Sample:
        found = samples.pop(0)
        if not samples:
            load.set_result(Measured(1, 1, 1, 0, "", 1, 1, 1, 0, 0, 0, 0))
        return found

    monkeypatch.setattr(Lag, "sample", sample)
    assert sampled_lag(Endpoint(1), load) == pytest.approx([0.0, 1.1, 1.1])
