"""Separates attachments that lack their line end: @xapi/xapi, tincanjs and xapiwrapper write none
after an attachment's bytes, so a strict parser takes the next part for more of these bytes.

The hashes decide. A part whose bytes do not match its hash is split at the boundaries in it, and
becomes several parts if the bytes of each match its own hash. If the bytes of a part end in a line
end, the parser has taken that for the boundary's.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.xapi.request_buffer import Spool
from lrs.domain.errors import InvalidAttachments

_LONGEST_HEAD = 4_096


def taken_apart(spool: Spool, boundary: bytes) -> Iterator[tuple[dict[str, str], Spool]]:
    """The parts that run together in a spool: their headers, names in lower case, and their bytes.
    The first one's headers were read before, and are empty here. Raises InvalidAttachments.
    """
    line = b"--" + boundary + b"\r\n"
    begin, headers = 0, dict[str, str]()
    while (end := spool.find(line, begin)) >= 0:
        yield headers, spool.window(begin, end)
        head = spool.read(end + len(line), min(end + _LONGEST_HEAD, spool.size))
        lines, blank, _ = head.partition(b"\r\n\r\n")
        if not blank and not head.endswith(b"\r\n"):
            raise InvalidAttachments("multipart-malformed")
        headers = _headers(lines)
        # If there are no bytes, the line end of the empty line was taken for that before a
        # boundary.
        begin = min(end + len(line) + len(lines) + len(blank), spool.size)
    yield headers, spool.window(begin, spool.size)


def _headers(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.decode("latin-1").strip().split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
