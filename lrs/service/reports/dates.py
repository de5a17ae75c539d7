"""The two times of a report: the day that it is about, and the log position it is known at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, tzinfo

from lrs.domain.errors import InvalidQuery
from lrs.domain.time import Moment
from lrs.ledger import LogReader


class ReportClock:
    """`now` gives this process's time in microseconds since the epoch. `through` gives the latest
    Consistent-Through that was sent, by the database's clock if it has one. `zone` is the
    centre's.
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
        """Today's date at the centre."""
        return Moment.there(self._now(), self._zone).day

    def position_at(self, instant: int, parameter: str = "known") -> int:
        """The last position stored at or before an instant (in microseconds since the epoch); 0 if
        there is none. Raises InvalidQuery for an instant in the future.
        """
        _, stored = self._log.head()
        if instant > max(stored, self._now(), self._through()):
            raise InvalidQuery("known-in-future", parameter=parameter)
        return self._log.position_at(instant)
