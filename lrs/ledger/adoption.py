"""Counting the bytes that a store of an earlier version holds: once, when its tables are upgraded.

The log shows which key sent bytes first: a document's event names its key, a statement with
attachments has an authority. Bytes that no event names count for no key, only in the total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from lrs.db.bulk import insert_rows
from lrs.domain.xapi.attachment import stored_hashes
from lrs.ledger.blobs import Blobs
from lrs.ledger.encoding import split
from lrs.ledger.space import ALL
from lrs.ledger.tables import blob_account, space_used

_PART = 5_000

_DOCUMENTS = """
    SELECT e.position, c.state FROM {ledger}event e
    JOIN {ledger}content c ON c.position = e.position
    WHERE e.topic = 'document-stored' AND e.topic <> 'statement-stored'
"""
_KEYS = """
    SELECT originator_id FROM {ledger}event
    WHERE topic = 'credential-created' AND topic <> 'statement-stored'
"""
# The envelope of a statement with attachments contains `"h":[`. A statement's text may contain it
# too: such a row is read in vain, without harm. An envelope ends within the bytes that are read.
_ATTACHED = """
    SELECT e.position, substr(c.state, 1, 65536) FROM {ledger}event e
    JOIN {ledger}content c ON c.position = e.position
    WHERE e.topic = 'statement-stored' AND {found} > 0
"""
_FOUND = {
    "sqlite": """instr(c.state, CAST('"h":[' AS BLOB))""",
    "postgresql": """position('"h":['::bytea IN c.state)""",
}


def adopt(connection: Connection, blobs: Blobs) -> None:
    """Count all stored bytes into the empty tables of counts. Raises Unavailable."""
    stored_blobs = blobs.all(connection)
    first = next(stored_blobs, None)
    if first is None:
        return
    brought: dict[str, tuple[int, str]] = {}
    attached = set()
    for position, sha2, keeper in _documents(connection):
        brought[sha2] = min(brought.get(sha2, (position, keeper)), (position, keeper))
    for position, sha2, key in _attachments(connection):
        brought[sha2] = min(brought.get(sha2, (position, key)), (position, key))
        attached.add(sha2)
    used: defaultdict[str, int] = defaultdict(int)
    rows = _rows(first, stored_blobs, brought, attached)
    while part := list(islice(rows, _PART)):
        for _, key, size, *_rest in part:
            used[key] += size
            used[ALL] += size
        insert_rows(connection, blob_account, _NAMES, part)
    insert_rows(connection, space_used, ("key", "bytes"), list(used.items()))


_NAMES = ("sha2", "key", "size", "kept", "uses")


def _rows(
    first: tuple[str, int],
    others: Iterator[tuple[str, int]],
    brought: dict[str, tuple[int, str]],
    attached: set[str],
) -> Iterator[tuple[Any, ...]]:
    """One row for each hash. The folder and the database may both hold the same bytes, if the
    store was given a folder later.
    """
    counted = set()
    for sha2, size in (first, *others):
        if sha2 not in counted:
            counted.add(sha2)
            _, key = brought.get(sha2, (0, ""))
            yield bytes.fromhex(sha2), key, size, sha2 in attached, 0


def _documents(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """The position, hash and key of every version of a document."""
    for position, state in _stream(connection, _DOCUMENTS):
        fields, _ = split(bytes(state))
        yield position, fields["sha2"], fields.get("keeper", "")


def _attachments(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """For each attachment: the position of its statement, the hash of its bytes, and the key."""
    keys = {_hex(id) for (id,) in _stream(connection, _KEYS)}
    for position, head in _stream(connection, _ATTACHED):
        fields, _ = split(bytes(head))
        name = fields["a"].get("account", {}).get("name", "")
        for sha2 in stored_hashes(fields.get("h", ())).values():
            yield position, sha2, name if name in keys else ""


def _stream(connection: Connection, query: str) -> Iterator[Any]:
    """The rows of the query, read from the server as they are needed."""
    dialect = connection.dialect.name
    ledger = "ledger." if dialect == "postgresql" else ""
    text = query.format(ledger=ledger, found=_FOUND[dialect])
    yield from connection.exec_driver_sql(
        text, execution_options={"stream_results": True, "yield_per": 1_000}
    )


def _hex(id: UUID | bytes) -> str:
    return id.hex() if isinstance(id, bytes) else id.hex
