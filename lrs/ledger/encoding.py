"""The format of an event's content in a row, and the event's commitment to it.

The content is one line of JSON (the envelope), a newline, and the bytes of the event's text as
they were received. So a statement is read back without decoding it, and no JSON library, now or
later, can change it. (The eventsourcing library's JSON transcoder re-types a body that happens to
contain `_type_` and `_data_`.)
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

from lrs.domain.events import EVENT_TYPES
from lrs.domain.interning import Interned

SALT_BYTES = 32


_SHORT = {
    "authority": "a",
    "version": "v",
    "missing": "m",
    "attachments": "h",
    "may_void_any": "any",
    "may_define": "def",
}
_LONG = {short: name for name, short in _SHORT.items()}
"""Short names of the fields in an envelope. Every statement has an envelope; when it is 70 bytes
shorter, six statements fit a page of PostgreSQL instead of five. Default values are omitted for
the same reason.
"""


class EnvelopeTranscoder(Transcoder):
    """An event's fields as `{"a":...}\\n<text>`: the field `text`, if any, stays raw bytes."""

    def encode(self, obj: Any) -> bytes:
        fields = {
            _SHORT.get(name, name): value
            for name, value in obj.items()
            if name != "text" and value not in _DEFAULTS
        }
        envelope = orjson.dumps(fields)
        return b"%b\n%b" % (envelope, obj["text"]) if "text" in obj else envelope

    def decode(self, data: bytes) -> Any:
        envelope, text = split(data)
        fields: dict[str, Any] = {
            _LONG.get(k, k): tuple(v) if isinstance(v, list) else v for k, v in envelope.items()
        }
        return fields | {"text": text} if b"\n" in data else fields


_DEFAULTS: tuple[Any, ...] = ((), False, "")


def split(state: bytes) -> tuple[Mapping[str, Any], bytes]:
    """The envelope's fields under their short names, and the text after it, if there is one."""
    envelope, _, text = state.partition(b"\n")
    return _fields(envelope), text


@lru_cache(maxsize=512)
def _fields(envelope: bytes) -> Mapping[str, Any]:
    """Decoded once for each envelope: all statements of a key have the same bytes here."""
    fields = orjson.loads(envelope)
    if isinstance(fields.get("a"), dict):
        fields["a"] = Interned(fields["a"])
    return MappingProxyType(fields)


def mapper() -> Mapper[UUID]:
    """The eventsourcing library's mapper with this transcoder; each event has its fixed topic."""
    for event in EVENT_TYPES:
        register_topic(event.TOPIC, event)
    return Mapper(EnvelopeTranscoder())


class Salts:
    """Random salts, each given out once; thread-safe. The system is asked for many at a time,
    because each such call releases the GIL and the request then has to wait for it again.
    """

    DRAWN = 256

    def __init__(self) -> None:
        self._unused: list[bytes] = []

    def new(self) -> bytes:
        try:
            return self._unused.pop()
        except IndexError:
            drawn = secrets.token_bytes(self.DRAWN * SALT_BYTES)
            salt, *unused = (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))
            self._unused += unused
            return salt


def commitment(salt: bytes, state: bytes) -> bytes:
    """HMAC-SHA-256 of the content under its salt. It binds the content, and reveals nothing about
    it once the salt is deleted.
    """
    # Not hmac.digest, which releases the GIL even for a call of a microsecond.
    return hmac.new(salt, state, "sha256").digest()
