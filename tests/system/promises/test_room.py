"""How long bytes are kept, how they go, and when `lrs doctor` warns of too little room."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from api.cli.machine import Finding, look_at_machine
from lrs import bootstrap
from lrs.domain.events import DocumentBytesPruned
from lrs.service import Lrs, pruning
from lrs.settings import Settings
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.ledger.test_document_history import ADDRESSES, put
from tests.support.processes import wait_until
from tests.system.promises.conftest import DAY, SECOND, Clock, defaults
from tests.system.promises.reading import promised

pytestmark = pytest.mark.rules

STATE = ADDRESSES[0]


def overwrite(lrs: Lrs, *sizes: int) -> None:
    """A State document of contents of these sizes, each over the one before, then a last one."""
    for number, size in enumerate(sizes):
        put(lrs, STATE, b"%d" % number + b"x" * size)
    put(lrs, STATE, b"last")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("operators.md", r"State version `LRS_KEEP_SUPERSEDED_DAYS` \((\d+)\) days after"),
        ("security.md", r"lose their bytes after `LRS_KEEP_SUPERSEDED_DAYS` \((\d+)\)"),
    ],
)
def test_superseded_bytes_stay_so_many_days(
    timed: Lrs, clock: Clock, document: str, sentence: str
) -> None:
    """By the setting that nobody gave, to the microsecond."""
    overwrite(timed, 5)
    _, superseded = timed.ledger.reader.head()
    clock.at = superseded + promised(document, sentence) * DAY
    assert timed.pruning.run(timed.pruning.days).contents == 0
    clock.at += 1
    assert timed.pruning.run(timed.pruning.days).contents == 1


def prunings(lrs: Lrs) -> list[DocumentBytesPruned]:
    """What each transaction that pruned has left in the log."""
    topics = frozenset({DocumentBytesPruned.TOPIC})
    rows = lrs.ledger.reader.following(0, topics, 10_000).other_events
    return [e for e in map(lrs.ledger.decoded, rows) if isinstance(e, DocumentBytesPruned)]


def test_a_transaction_prunes_so_many_contents(timed: Lrs, clock: Clock) -> None:
    most = promised("operators.md", r"in transactions of at most (\d+) contents")
    overwrite(timed, *[1] * (most + 1))
    clock.at += SECOND
    timed.pruning.run(0)
    assert [len(one.positions) for one in prunings(timed)] == [most, 1]


def test_a_transaction_prunes_so_many_bytes(timed: Lrs, clock: Clock) -> None:
    """The third would be a byte too much."""
    most = promised("operators.md", r"contents and (\d+ MB) with pauses between them")
    overwrite(timed, most // 2, most // 2 - 3, 1)
    clock.at += SECOND
    timed.pruning.run(0)
    assert [len(one.positions) for one in prunings(timed)] == [2, 1]


def test_servers_prune_once_in_that_time(
    timed: Lrs, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often they look whether it is time."""
    every = promised("operators.md", r"one process every (ten minutes)")
    calls: list[bool] = []
    claim = timed.pruning._pruner.claim

    def claimed(microseconds: int) -> bool:
        calls.append(claim(microseconds))
        return calls[-1]

    monkeypatch.setattr(pruning, "LOOKS", 0.01)
    monkeypatch.setattr(timed.pruning._pruner, "claim", claimed)
    timed.pruning.start()
    wait_until(lambda: len(calls) > 3)
    clock.at += every * SECOND - 1
    looked = len(calls)
    wait_until(lambda: len(calls) > looked + 3)
    assert sum(calls) == 1
    clock.at += 1
    wait_until(lambda: sum(calls) == 2)
    timed.pruning.stop()


def test_the_doctor_warns_of_a_disk_that_is_so_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = promised("operators.md", r"less than (\d+ GB) is a problem")
    free = low

    def usage(_: Path) -> Any:
        return shutil._ntuple_diskusage(10 * low, 0, free)

    def troubles() -> int:
        found = Finding()
        look_at_machine(Settings.from_env({}, tmp_path), found)
        return len(found.troubles)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    before = troubles()
    free -= 1
    assert troubles() > before


def test_the_doctor_warns_of_a_quota_that_is_nearly_used(own_place: Place, tmp_path: Path) -> None:
    tenths = promised("operators.md", r"the doctor warns at (\w+) tenths")
    lrs = bootstrap.build(defaults(own_place))
    put(lrs, STATE, b"x" * tenths * 100)
    lrs.close()
    shell = Shell(own_place, tmp_path)
    warned = [
        "nearly all bytes" in shell("doctor", LRS_QUOTA_BYTES=str(quota)).stdout
        for quota in (1_000, 1_001)
    ]
    assert warned == [True, False]


def test_the_doctor_tries_room_with_so_many_bytes(own: Lrs) -> None:
    """Whether the database is full shows when it grows."""
    size = promised("operators.md", r"the doctor writes (\d+ KiB) into the log's database")
    written: list[int] = []

    def sent(_connection: Any, _cursor: Any, _text: str, parameters: Any, *_: Any) -> None:
        written.extend(value.nbytes for value in parameters if isinstance(value, memoryview))

    event.listen(own.databases[0].write, "before_cursor_execute", sent)
    own.try_room()
    assert max(written) == size
