"""Random keys of documents' owners: a stream's id tells nobody whose document it is.

A document's stream is named by an HMAC under a random key of its owner, the person or the
activity it is about. The key stands apart from the log: once it is deleted, nobody can find the
stream by asking for a person, nor prove that it was theirs.
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
        """The owner's key; None for one who never had a document."""
        with translate_db_errors(), self._database.read.connect() as connection:
            key: bytes | None = connection.scalar(_KEY, {"of": _digest(owner)})
            return key

    def keys(self, owners: Collection[str]) -> dict[str, bytes]:
        """The keys of those who have one."""
        digests = {_digest(owner): owner for owner in owners}
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, _KEYS, document_owner.c.digest, digests)
            return {digests[row.digest]: row.key for row in rows}

    def key_for(self, owner: str) -> bytes:
        """The owner's key, made now if there is none."""
        found = self.key(owner)
        if found is not None:
            return found
        row = {"digest": _digest(owner), "key": secrets.token_bytes(32)}
        try:
            with translate_db_errors(), self._database.write.begin() as connection:
                connection.execute(insert(document_owner), row)
            return row["key"]
        except IntegrityError:  # another request was first
            return self.key_for(owner)

    def keys_for(self, owners: Collection[str]) -> dict[str, bytes]:
        """The keys of all, made now for those who have none."""
        found = self.keys(owners)
        new = {owner: secrets.token_bytes(32) for owner in owners if owner not in found}
        if not new:
            return found
        rows = [{"digest": _digest(owner), "key": key} for owner, key in new.items()]
        try:
            with translate_db_errors(), self._database.write.begin() as connection:
                connection.execute(insert(document_owner), rows)
        except IntegrityError:  # another request was first for some of them
            new = {owner: self.key_for(owner) for owner in new}
        return found | new


_KEYS = select(document_owner)
_KEY = select(document_owner.c.key).where(document_owner.c.digest == bindparam("of"))


def _digest(owner: str) -> bytes:
    return sha256(owner.encode()).digest()
