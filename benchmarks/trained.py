"""A store filled with what a training centre does, through the services; kept if there is a place.

The catalogue is described first, then statements are stored in batches, by one writer, so the same
log comes of it again. Read models are left to `benchmarks.folding`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from api.logs import configure
from benchmarks import centre, studies, telling, topics
from benchmarks.backends import Place
from benchmarks.bench import Bench
from benchmarks.centre import Centre, Sizes
from lrs import bootstrap
from lrs.domain.xapi.version import Version
from lrs.runtime import tune_memory
from lrs.service import Lrs
from lrs.service.catalogue import Stated
from lrs.settings import Settings

BATCH = 500
_ENTRIES = 1_000
_SHOWN = 50_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trained:
    """A filled store: where, with whom, and how many events its log holds."""

    place: Place
    centre: Centre
    events: int

    @property
    def settings(self) -> Settings:
        return _settings(self.place)


@contextmanager
def trained(bench: Bench) -> Iterator[Trained]:
    """The store with as many statements as the plan says: the kept one if it holds these, else
    filled now.
    """
    place = bench.backend.place("training")
    sizes = Sizes.of(bench.plan.statements)
    mark, wanted = place.folder / "filled.json", _mark(sizes)
    kept: dict[str, Any] = json.loads(mark.read_text()) if mark.exists() else {}
    if kept and {name: kept[name] for name in wanted} != wanted:
        sys.exit(f"benchmarks: {place.folder} holds other statements: --keep another folder")
    if not kept:
        bench.record.say(f"filling a store with {sizes.statements:,} statements of a centre")
        kept = {**wanted, "events": apart(fill, _settings(place), sizes)}
        mark.write_text(json.dumps(kept))
    yield Trained(place, Centre(sizes), kept["events"])


def fill(settings: Settings, sizes: Sizes) -> int:
    """Describes the catalogue and stores the statements. How many events the log holds then."""
    made(settings)
    filled = Centre(sizes)
    began, stored = perf_counter(), 0
    with opened(settings) as lrs:
        by = lrs.credentials.operator("benchmark")
        for kind, entries in filled.catalogue():
            for at in range(0, len(entries), _ENTRIES):
                part = [Stated(kind, entry) for entry in entries[at : at + _ENTRIES]]
                lrs.catalogue.describe(part, by)
        told = studies.statements(filled)
        while batch := list(islice(told, BATCH)):
            lrs.statements.store(batch, by, Version.V1_0_3)
            stored += len(batch)
            if stored % _SHOWN < BATCH:
                rate = stored / (perf_counter() - began)
                print(f"{stored:9,} statements stored, {rate:,.0f}/s", file=sys.stderr, flush=True)
        return lrs.ledger.reader.head()[0]


def made(settings: Settings) -> None:
    """The store's tables, where they are missing."""
    configure(settings)
    bootstrap.migrate(settings)


@contextmanager
def opened(settings: Settings) -> Iterator[Lrs]:
    """The store in this process, with nothing at work in the background."""
    configure(settings)
    lrs = bootstrap.build(settings)
    tune_memory()
    try:
        yield lrs
    finally:
        lrs.close()


def apart(act: Callable[..., T], *arguments: object) -> T:
    """What the function gives in a process of its own, which ends with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(act, *arguments).result()


def _settings(place: Place) -> Settings:
    return Settings(ledger_url=place.ledger_url, views_url=place.views_url, log_level="warning")


def _mark(sizes: Sizes) -> dict[str, str | int]:
    """What tells a store filled by this program from any other."""
    files = [Path(str(module.__file__)) for module in (centre, studies, telling, topics)]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return {**asdict(sizes), "program": digest}
