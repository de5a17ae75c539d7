"""The port ApplicationRecorder of the eventsourcing library: the cases that it publishes for any
recorder hold for the log's own, on both databases.
"""

from __future__ import annotations

import threading
import unittest

import pytest
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from lrs.ledger import Ledger


class ApplicationRecorderCase(ApplicationRecorderTestCase[ApplicationRecorder]):
    __test__ = False  # run below, once for each backend
    recorder: ApplicationRecorder

    def create_recorder(self) -> ApplicationRecorder:
        return self.recorder

    def test_insert_subscribe(self) -> None:
        """The library leaves this one to those that can: our polling subscription can."""
        self.optional_test_insert_subscribe()


class NonInterleavingCase(NonInterleavingNotificationIDsBaseCase):
    __test__ = False  # run below, once for each backend
    recorder: ApplicationRecorder

    def create_recorder(self) -> ApplicationRecorder:
        return self.recorder


CASES = (ApplicationRecorderCase, NonInterleavingCase)


@pytest.mark.parametrize(
    ("case", "name"),
    [(case, name) for case in CASES for name in unittest.TestLoader().getTestCaseNames(case)],
)
def test_the_library_accepts_our_recorder(
    case: type[ApplicationRecorderCase | NonInterleavingCase], name: str, ledger: Ledger
) -> None:
    """Whatever the library promises of any recorder holds for ours."""
    test = case(name)
    test.recorder = ledger.recorder
    getattr(test, name)()
    for thread in threading.enumerate():  # the library tells its readers to stop, but not to wait
        if "read_continuously" in thread.name:
            thread.join(60)
