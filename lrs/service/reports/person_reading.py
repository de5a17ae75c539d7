"""One person as known at an earlier position, read in one state of the read model."""

from __future__ import annotations

from lrs.domain.errors import TraineeNotFound
from lrs.ledger import LogReader
from lrs.service.reports.snapshot import ReportSnapshot
from replay.as_of import PersonAsOf, person_as_of
from replay.person_sources import PersonSources, read_sources


def sources_of(reading: ReportSnapshot, log: LogReader, key: str, until: int) -> PersonSources:
    """All that the log holds of the person with this identifier up to a position."""
    return read_sources(
        reading.connection, log, key, until, reading.words, reading.zone, reading.history
    )


def person_then(reading: ReportSnapshot, log: LogReader, key: str) -> PersonAsOf:
    """The person with this identifier at the earlier position that the reading is about. Raises
    TraineeNotFound.
    """
    assert reading.known is not None
    then = person_as_of(
        reading.connection,
        log,
        key,
        reading.known,
        reading.words,
        reading.zone,
        reading.history,
    )
    if then is None:
        raise TraineeNotFound("trainee-not-known-then")
    return then
