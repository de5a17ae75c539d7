"""The append-only log. The only importer of the eventsourcing library."""

from lrs.ledger.blob_folder import BlobFolder
from lrs.ledger.blobs import Blobs, BlobTable, try_room
from lrs.ledger.event_rows import StoredAt, by_the_clock
from lrs.ledger.ledger import Ledger, VersionTaken
from lrs.ledger.pruner import Prunable, Pruner
from lrs.ledger.reader import LogReader, commitment_of, end_of_log
from lrs.ledger.records import LoggedEvent, LoggedStatement, Page
from lrs.ledger.schema import migrate
from lrs.ledger.space import KeyAccount, Space
from lrs.ledger.writer import BytesGone

__all__ = [
    "BlobFolder",
    "BlobTable",
    "Blobs",
    "BytesGone",
    "KeyAccount",
    "Ledger",
    "LogReader",
    "LoggedEvent",
    "LoggedStatement",
    "Page",
    "Prunable",
    "Pruner",
    "Space",
    "StoredAt",
    "VersionTaken",
    "by_the_clock",
    "commitment_of",
    "end_of_log",
    "migrate",
    "try_room",
]
