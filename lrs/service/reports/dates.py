"""The two clocks of a question: the day it is about, and up to where the log was known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, tzinfo

from lrs.domain.errors import InvalidQuery
from lrs.domain.time import Moment
from lrs.ledger import LogReader


class ReportClock:
    """`now` is this process's clock, in microseconds since the epoch; `through` the instant up to
    which answers were last said to be complete, by the database's clock where it has one; `zone`
    is the centre's.
    """

    def __init__(
        self,
        log: LogReader,
        now: Callable[[], int],
        through: Callable[[], int] = lambda: 0,
        zone: tzinfo = UTC,
    ) -> None:
        self._log = log
        self._now = now
        self._through = through
        self._zone = zone

    def today(self) -> date:
        """The day at the centre."""
        return Moment.there(self._now(), self._zone).day

    def position_at(self, instant: int) -> int:
        """The last position stored at an instant or before it, in microseconds since the epoch; 0
        if none was. Raises InvalidQuery for an instant that is still to come.
        """
        _, stored = self._log.head()
        if instant > max(stored, self._now(), self._through()):
            raise InvalidQuery("known-in-future", parameter="known")
        return self._log.position_at(instant)
