"""Appends whose callers have given up by the time that the log's lock is free."""

from __future__ import annotations

import threading
import time

import pytest

from lrs.domain.errors import Unavailable
from tests.conftest import Place
from tests.support.stores import appending, opened, statement_event


def writers() -> list[threading.Thread]:
    """The threads of this process that write logs."""
    return [one for one in threading.enumerate() if one.name == "ledger-writer"]


def test_the_writer_goes_on_when_nobody_waits_any_more(made: Place) -> None:
    """It finds nothing to append then, and is there for whoever comes next."""
    with opened(made.ledger_url, timeout=0.3) as ledger:
        before = writers()
        with appending(made.ledger_url):
            with pytest.raises(Unavailable):
                ledger.append([statement_event()])
            (writer,) = set(writers()) - set(before)
        time.sleep(0.5)  # in which it has the lock at last
        ledger.append([statement_event()])
        assert writer.is_alive()
