"""Attachments that run into each other: @xapi/xapi, tincanjs and xapiwrapper write no line's end
after an attachment's bytes, so a strict reading takes the next part for more of them.

The hashes tell: a part whose bytes are not those of its hash is taken apart where the boundary
stands in it, and stands as several parts if each of these has the bytes of its own hash. Where the
bytes of one end in a line's end, that was taken for the boundary's.
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
        # Where there are no bytes, the empty line's end was taken for that before a boundary.
        begin = min(end + len(line) + len(lines) + len(blank), spool.size)
    yield headers, spool.window(begin, spool.size)


def _headers(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.decode("latin-1").strip().split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
