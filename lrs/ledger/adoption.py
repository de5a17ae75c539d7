"""Counting what a store of an earlier version holds, once, as its tables are brought up to date.

Who brought bytes first is read from the log: a document says which key keeps it, a statement with
attachments who vouches for it. Bytes that neither names count for nobody, and in all.
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
# An envelope that names attachments has these bytes; so may a statement's text, which does no harm.
# An envelope ends within the bytes that are read.
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
    """Count all bytes that are there; the tables of counts are empty. Raises Unavailable."""
    there = blobs.all(connection)
    first = next(there, None)
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
    rows = _rows(first, there, brought, attached)
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
    """A row for each, once: what the database held before there was a folder may be in both."""
    seen = set()
    for sha2, size in (first, *others):
        if sha2 not in seen:
            seen.add(sha2)
            _, key = brought.get(sha2, (0, ""))
            yield bytes.fromhex(sha2), key, size, sha2 in attached, 0


def _documents(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Position, hash and keeper of every version of a document."""
    for position, state in _asked(connection, _DOCUMENTS):
        fields, _ = split(bytes(state))
        yield position, fields["sha2"], fields.get("keeper", "")


def _attachments(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Position of the statement, hash of the bytes, and the key of each attachment."""
    keys = {_hex(id) for (id,) in _asked(connection, _KEYS)}
    for position, head in _asked(connection, _ATTACHED):
        fields, _ = split(bytes(head))
        name = fields["a"].get("account", {}).get("name", "")
        for sha2 in stored_hashes(fields.get("h", ())).values():
            yield position, sha2, name if name in keys else ""


def _asked(connection: Connection, query: str) -> Iterator[Any]:
    dialect = connection.dialect.name
    ledger = "ledger." if dialect == "postgresql" else ""
    text = query.format(ledger=ledger, found=_FOUND[dialect])
    yield from connection.exec_driver_sql(
        text, execution_options={"stream_results": True, "yield_per": 1_000}
    )


def _hex(id: UUID | bytes) -> str:
    return id.hex() if isinstance(id, bytes) else id.hex
