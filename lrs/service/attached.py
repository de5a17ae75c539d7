"""The bytes of attachments, as they are given out with the statements that brought them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from lrs.domain.agent import JsonObject
from lrs.domain.attachment import address, attachments
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
    found: dict[str, JsonObject] = {}
    for row in rows:
        if row.attachments:
            said = {address(a): a for _, a in attachments(json.loads(row.text))}
            for sha2 in row.attachments:
                if sha2 in said:
                    found.setdefault(sha2, said[sha2])
    sizes = blobs.sizes(found)
    # The hash as the statement writes it, which may be in capitals: clients compare texts.
    return [
        Attached(a["sha2"], a["contentType"], sizes[sha2], partial(blobs.chunks, sha2))
        for sha2, a in found.items()
        if sha2 in sizes
    ]
