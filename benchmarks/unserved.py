"""Reports that have no address of their own yet, asked for in this process."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from benchmarks.centre import LARGE, TODAY
from benchmarks.report import Row
from benchmarks.trained import Trained, apart, opened
from lrs.service.certifications import Wanted
from lrs.settings import Settings

ASKED = 30


def list_row(store: Trained, limit: float) -> Row:
    """The certificates of the largest office, as objects."""
    times, verdicts = apart(_times, store.settings)
    return Row(
        f"certificates of an office of {store.centre.sizes.large:,}, in process",
        f"median {median(times):.0f} ms, worst {max(times):.0f} ms",
        f"{verdicts:,} verdicts",
        "",
        f"< {limit:.0f} ms",
        max(times) < limit,
    )


def _times(settings: Settings) -> tuple[list[float], int]:
    """Milliseconds of each asking but the first, and how many verdicts there are."""
    times = []
    with opened(settings) as lrs:
        for _ in range(ASKED + 1):
            began = perf_counter()
            found = lrs.certifications.among(Wanted(TODAY, office=LARGE))
            times.append((perf_counter() - began) * 1000)
    return times[1:], sum(len(one.standings) for one in found.value.people)
