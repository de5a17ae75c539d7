"""The append-only log. The only importer of the eventsourcing library."""

from lrs.ledger.blob_folder import BlobFolder
from lrs.ledger.blobs import Blobs, BlobTable, try_room
from lrs.ledger.event_rows import StoredAt, by_the_clock
from lrs.ledger.known_log import KnownLog, ReadableLog
from lrs.ledger.ledger import Ledger
from lrs.ledger.pending_append import BytesGone, VersionTaken
from lrs.ledger.pruner import Prunable, Pruner
from lrs.ledger.queries import commitment_of, end_of_log
from lrs.ledger.reader import LogReader
from lrs.ledger.records import LoggedEvent, LoggedStatement, Page
from lrs.ledger.schema import migrate
from lrs.ledger.space import KeyAccount, Space

__all__ = [
    "BlobFolder",
    "BlobTable",
    "Blobs",
    "BytesGone",
    "KeyAccount",
    "KnownLog",
    "Ledger",
    "LogReader",
    "LoggedEvent",
    "LoggedStatement",
    "Page",
    "Prunable",
    "Pruner",
    "ReadableLog",
    "Space",
    "StoredAt",
    "VersionTaken",
    "by_the_clock",
    "commitment_of",
    "end_of_log",
    "migrate",
    "try_room",
]
