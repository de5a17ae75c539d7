"""How long the read models take to know what the log holds, seen from outside through /health."""

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
        """Wait until nothing is behind. How many seconds that took."""
        began = perf_counter()
        while perf_counter() < began + most:
            sample = self.sample()
            if sample.reached >= sample.head:
                break
            time.sleep(INTERVAL)
        return perf_counter() - began


def sampled_lag(to: Endpoint, load: Future[Measured]) -> list[float]:
    """Seconds that the read models were behind while the load lasted, one for each sample.

    An event is as old as the last sample that did not hold it yet, so a lag is given rather too
    long than too short, by an interval at most.
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
