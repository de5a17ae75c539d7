"""What an event's content looks like in a row, and how the event commits to it.

The content is one line of JSON, the envelope, then a newline, then the bytes of the event's text
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
"""Names as they are written: a statement has an envelope each, and six instead of five of them
fit a page of PostgreSQL's when it is 70 bytes shorter. So defaults are left out, too.
"""


class EnvelopeTranscoder(Transcoder):
    """An event's fields as `{"a":...}\\n<text>`: `text`, if it has one, is kept as bytes."""

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
    """One key's statements have one envelope, byte for byte: it is decoded once."""
    fields = orjson.loads(envelope)
    if isinstance(fields.get("a"), dict):
        fields["a"] = Interned(fields["a"])
    return MappingProxyType(fields)


def mapper() -> Mapper[UUID]:
    """The library's mapper over the envelope, knowing each event by its fixed topic."""
    for event in EVENT_TYPES:
        register_topic(event.TOPIC, event)
    return Mapper(EnvelopeTranscoder())


class Salts:
    """Random salts, each given out once, from any thread. They are drawn from the system many at
    a time: to ask it lets go of the interpreter, which a request then has to wait for again.
    """

    DRAWN = 256

    def __init__(self) -> None:
        self._left: list[bytes] = []

    def new(self) -> bytes:
        try:
            return self._left.pop()
        except IndexError:
            drawn = secrets.token_bytes(self.DRAWN * SALT_BYTES)
            salt, *left = (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))
            self._left += left
            return salt


def commitment(salt: bytes, state: bytes) -> bytes:
    """HMAC-SHA-256 of the content under its salt: binding, and mute once the salt is gone."""
    # Not hmac.digest: it lets go of the interpreter even for what takes a microsecond.
    return hmac.new(salt, state, "sha256").digest()
