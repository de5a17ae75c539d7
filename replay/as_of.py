"""One person as the store knew them at an earlier position: read from the log and folded anew."""

from __future__ import annotations

from datetime import UTC, tzinfo

from sqlalchemy import Connection

from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.ledger import LogReader
from replay.person_sources import ReadHistory, read_sources
from replay.timeline import PersonAsOf, PersonTimeline

__all__ = ["PersonAsOf", "person_as_of"]


def person_as_of(
    connection: Connection,
    log: LogReader,
    key: str,
    upto: int,
    words: Vocabulary = STANDARD,
    zone: tzinfo = UTC,
    history: ReadHistory | None = None,
) -> PersonAsOf | None:
    """What was known at position `upto` of the person with this identifier; None if nothing.

    `words` and `zone` are the installation's; `history` is as `read_sources` has it.
    """
    sources = read_sources(connection, log, key, upto, words, zone, history)
    return PersonTimeline(sources).at(upto)
