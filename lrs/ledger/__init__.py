"""The append-only log. The only importer of the eventsourcing library."""

from lrs.ledger.append import StoredAt, by_the_clock
from lrs.ledger.blobs import BlobFolder, Blobs, BlobTable, try_room
from lrs.ledger.ledger import Ledger, VersionTaken
from lrs.ledger.reader import LogReader, commitment_of, end_of_log
from lrs.ledger.records import LoggedEvent, LoggedStatement, Page
from lrs.ledger.schema import migrate

__all__ = [
    "BlobFolder",
    "BlobTable",
    "Blobs",
    "Ledger",
    "LogReader",
    "LoggedEvent",
    "LoggedStatement",
    "Page",
    "StoredAt",
    "VersionTaken",
    "by_the_clock",
    "commitment_of",
    "end_of_log",
    "migrate",
    "try_room",
]
