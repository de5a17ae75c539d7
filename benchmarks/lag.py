"""The lag of projections behind the log, measured from outside through /health."""

from __future__ import annotations

import time
from bisect import bisect_right
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter

from benchmarks.load import Measured
from benchmarks.wire import Endpoint

INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """The log's head, and the position that every read model has reached, between two instants."""

    asked: float
    answered: float
    head: int
    reached: int


class Lag:
    def __init__(self, to: Endpoint) -> None:
        self._to = to

    def sample(self) -> Sample:
        asked = perf_counter()
        status, health = self._to.ask("/health")
        if status != 200:
            raise RuntimeError(f"/health answered {status}")
        reached = min(p["position"] for p in health["projections"])
        return Sample(asked, perf_counter(), health["events"], reached)

    def until_level(self, most: float = 600.0) -> float:
        """Wait until all projections are up to date. Returns the seconds that took."""
        began = perf_counter()
        while perf_counter() < began + most:
            sample = self.sample()
            if sample.reached >= sample.head:
                break
            time.sleep(INTERVAL)
        return perf_counter() - began


def sampled_lag(to: Endpoint, load: Future[Measured]) -> list[float]:
    """The lag of the projections in seconds during the load, one value for each sample.

    An event's age counts from the last sample without that event. So the lag is too long rather
    than too short, by one interval at most.
    """
    samples: list[Sample] = []
    lag = Lag(to)
    while not load.done():
        samples.append(lag.sample())
        time.sleep(INTERVAL)
    load.result()
    heads = [s.head for s in samples]
    lags = []
    for sample in samples:
        if sample.reached >= sample.head:
            lags.append(0.0)
            continue
        without = bisect_right(heads, sample.reached) - 1
        lags.append(sample.answered - samples[max(0, without)].asked)
    return lags
