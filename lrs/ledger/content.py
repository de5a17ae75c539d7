"""What an event's content looks like in a row, and how the fact commits to it.

The content is one line of JSON, the envelope, then a newline, then the bytes of the fact's text
as they came. So a statement is read back without decoding it, and no JSON library, now or later,
can change what was received. (The library's own JSON transcoder re-types a body that happens to
hold `_type_` and `_data_`.)
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import Mapper, Transcoder
from eventsourcing.utils import register_topic

from lrs.domain.events import FACTS

SALT_BYTES = 32


class EnvelopeTranscoder(Transcoder):
    """A fact's fields as `{"authority":...}\\n<text>`; at most one field holds bytes."""

    def encode(self, obj: Any) -> bytes:
        fields: dict[str, Any] = {}
        text: bytes | None = None
        for name, value in obj.items():
            if isinstance(value, bytes):
                fields["_text"], text = name, value
            else:
                fields[name] = value
        envelope = orjson.dumps(fields)
        return envelope if text is None else b"%b\n%b" % (envelope, text)

    def decode(self, data: bytes) -> Any:
        envelope, text = split(data)
        name = envelope.get("_text")
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in envelope.items() if k != "_text"
        }
        if name is not None:
            fields[name] = text
        return fields


def split(state: bytes) -> tuple[Mapping[str, Any], bytes]:
    """The envelope's fields, and the text after it (empty if the fact holds none)."""
    envelope, _, text = state.partition(b"\n")
    return _fields(envelope), text


@lru_cache(maxsize=512)
def _fields(envelope: bytes) -> Mapping[str, Any]:
    """One key's statements have one envelope, byte for byte: it is decoded once."""
    return MappingProxyType(orjson.loads(envelope))


def mapper() -> Mapper[UUID]:
    """The library's mapper over the envelope, knowing each fact by its fixed topic."""
    for fact in FACTS:
        register_topic(fact.TOPIC, fact)
    return Mapper(EnvelopeTranscoder())


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, state: bytes) -> bytes:
    """HMAC-SHA-256 of the content under its salt: binding, and mute once the salt is gone."""
    return hmac.digest(salt, state, "sha256")
