"""Log entries: what happens when they cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.logs import Forgiving

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_an_entry_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    """A full disk must not turn a request that was answered into an error."""
    with FULL.open("wb", buffering=0) as file:
        log = Forgiving(file)
        assert log.write(b"entry\n") == 6
        log.flush()


def test_an_entry_that_can_be_written_is(tmp_path: Path) -> None:
    """Forgiving is not forgetting."""
    with (tmp_path / "log").open("wb") as file:
        Forgiving(file).write(b"entry\n")
    assert (tmp_path / "log").read_bytes() == b"entry\n"
