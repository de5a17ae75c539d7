"""Random keys of documents' owners, so that a stream's id does not reveal the owner.

The id of a document's stream is an HMAC under a random key of its owner: the person or activity
that the document is about. The key is stored outside the log. Once it is deleted, nobody can find
the stream from the person, or prove that it was that person's.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from lrs.db.bulk import rows_of
from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.ledger.tables import document_owner


class StreamKeys:
    """The keys of the owners in one log's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key(self, owner: str) -> bytes | None:
        """The owner's key; None if the owner never had a document."""
        with translate_db_errors(), self._database.read.connect() as connection:
            key: bytes | None = connection.scalar(_KEY, {"of": _digest(owner)})
            return key

    def keys(self, owners: Collection[str]) -> dict[str, bytes]:
        """The keys of those owners who have one."""
        digests = {_digest(owner): owner for owner in owners}
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, _KEYS, document_owner.c.digest, digests)
            return {digests[row.digest]: row.key for row in rows}

    def key_for(self, owner: str) -> bytes:
        """The owner's key, created now if there is none."""
        existing = self.key(owner)
        if existing is not None:
            return existing
        row = {"digest": _digest(owner), "key": secrets.token_bytes(32)}
        try:
            with translate_db_errors(), self._database.write.begin() as connection:
                connection.execute(insert(document_owner), row)
            return row["key"]
        except IntegrityError:  # another request was first
            return self.key_for(owner)

    def keys_for(self, owners: Collection[str]) -> dict[str, bytes]:
        """The keys of all these owners, created now for those who have none."""
        existing = self.keys(owners)
        new = {owner: secrets.token_bytes(32) for owner in owners if owner not in existing}
        if not new:
            return existing
        rows = [{"digest": _digest(owner), "key": key} for owner, key in new.items()]
        try:
            with translate_db_errors(), self._database.write.begin() as connection:
                connection.execute(insert(document_owner), rows)
        except IntegrityError:  # another request was first for some of them
            new = {owner: self.key_for(owner) for owner in new}
        return existing | new


_KEYS = select(document_owner)
_KEY = select(document_owner.c.key).where(document_owner.c.digest == bindparam("of"))


def _digest(owner: str) -> bytes:
    return sha256(owner.encode()).digest()
