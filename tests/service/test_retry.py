"""Which failures of a command are tried again: only that somebody was faster."""

from __future__ import annotations

import pytest

from lrs.domain.errors import StorageFull, Unavailable
from lrs.ledger import VersionTaken
from lrs.service.retry import retry_on_conflict


class Failing:
    """Fails so often with that error, then gives a result; counts its calls."""

    def __init__(self, error: Exception, times: int) -> None:
        self._error, self._times = error, times
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self._times:
            raise self._error
        return "done"


def test_a_command_that_met_another_is_decided_again() -> None:
    command = Failing(VersionTaken([]), 3)
    assert (retry_on_conflict(command, 5), command.calls) == ("done", 4)


def test_a_command_that_always_meets_another_ends() -> None:
    with pytest.raises(Unavailable) as refused:
        retry_on_conflict(Failing(VersionTaken([]), 10**9), 0.05)
    assert refused.value.code == "write-contended"


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("unavailable"),
        StorageFull("storage-full"),
        ValueError("x"),
    ],
)
def test_nothing_else_is_tried_again(error: Exception) -> None:
    command = Failing(error, 1)
    with pytest.raises(type(error)):
        retry_on_conflict(command, 5)
    assert command.calls == 1
