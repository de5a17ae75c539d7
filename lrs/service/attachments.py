"""The bytes of attachments, for replies that contain the statements they were sent with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import attachments, declared_hash
from lrs.ledger import Blobs, LoggedStatement


@dataclass(frozen=True, slots=True)
class Attached:
    """An attachment's bytes, in parts, and how a statement declares them."""

    sha2: str
    content_type: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


def attached(rows: Sequence[LoggedStatement], blobs: Blobs) -> list[Attached]:
    """The attachments whose bytes were sent with these statements, each once, in order.

    An attachment that a statement only declares is not included: otherwise a client that knows a
    hash could read bytes that another client sent.
    """
    by_hash: dict[str, tuple[JsonObject, str]] = {}
    for row in rows:
        if sent := row.attachments:
            declarations = {declared_hash(a): a for _, a in attachments(json.loads(row.text))}
            for declared, stored in sent.items():
                if declared in declarations:
                    by_hash.setdefault(declared, (declarations[declared], stored))
    sizes = blobs.sizes({stored for _, stored in by_hash.values()})
    # The hash as the statement writes it, perhaps in capitals, because clients compare the texts.
    return [
        Attached(a["sha2"], a["contentType"], sizes[stored], partial(blobs.chunks, stored))
        for a, stored in by_hash.values()
        if stored in sizes
    ]
