"""The bytes of attachments, as they are given out with the statements that brought them."""

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
    """An attachment's bytes, in parts, as some statement declares them."""

    sha2: str
    content_type: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


def attached(rows: Sequence[LoggedStatement], blobs: Blobs) -> list[Attached]:
    """The attachments whose bytes came with these statements, each once, in order.

    What a statement only names is not among them: else whoever knows a hash would be given the
    bytes that somebody else has sent.
    """
    found: dict[str, tuple[JsonObject, str]] = {}
    for row in rows:
        if brought := row.attachments:
            declarations = {declared_hash(a): a for _, a in attachments(json.loads(row.text))}
            for declared, kept in brought.items():
                if declared in declarations:
                    found.setdefault(declared, (declarations[declared], kept))
    sizes = blobs.sizes({kept for _, kept in found.values()})
    # The hash as the statement writes it, which may be in capitals: clients compare texts.
    return [
        Attached(a["sha2"], a["contentType"], sizes[kept], partial(blobs.chunks, kept))
        for a, kept in found.values()
        if kept in sizes
    ]
