"""The statements of a file: JSON, JSON Lines, or the saved reply of GET /xapi/statements.

    one statement, or an array of them      in any layout
    {"statements": [...], "more": "..."}    a saved reply (xAPI 1.0.3 part 2, 4.2.7.1)
    several lines                           each one of the above; empty lines are ignored

The file may begin with a byte order mark and may be compressed with gzip.
"""

from __future__ import annotations

import gzip
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from lrs.domain.errors import ImportRefused, Invalid
from schemas import ParsedStatement, parse_json
from schemas.xapi.saved import parse_saved

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def read_file(path: Path, note: Callable[[str], None]) -> Iterator[ParsedStatement]:
    """The statements, in the order of the file. Raises ImportRefused.

    `note` is called with a sentence if the file refers to statements that it does not contain.
    """
    with _opened(path) as file:
        if _is_lines(file):
            for number, line in enumerate(file, 1):
                if text := _bare(line):
                    yield from _parsed(text, f"Line {number}", note)
            return
        text = _bare(file.read())
    if not text:
        raise ImportRefused(f"{path.name} is empty.")
    yield from _parsed(text, path.name, note)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The decompressed content."""
    with path.open("rb") as raw:
        first = raw.read(4)
        raw.seek(0)
        if first == _ZIP:
            raise ImportRefused(f"{path.name} is a zip archive or an Office file: unpack it first.")
        if not first.startswith(_GZIP):
            yield raw
            return
        try:
            with gzip.open(raw) as unpacked:
                yield cast(BinaryIO, unpacked)
        except EOFError:
            raise ImportRefused(
                f"{path.name} is cut off: the end of its gzip data is missing."
            ) from None
        except (gzip.BadGzipFile, zlib.error):
            raise ImportRefused(
                f"{path.name} is damaged: its gzip data cannot be unpacked."
            ) from None


def _is_lines(file: BinaryIO) -> bool:
    """Whether the file is JSON Lines: it has several lines, and the first one is a JSON text by
    itself, or both of the first two look like JSON objects.
    """
    two = list(islice((text for line in file if (text := _bare(line))), 2))
    file.seek(0)
    return len(two) == 2 and (_is_json(two[0]) or all(map(_is_like_object, two)))


def _is_json(text: bytes) -> bool:
    try:
        parse_json(text)
    except Invalid as error:
        return error.code != "malformed-json"
    return True


def _is_like_object(text: bytes) -> bool:
    return text.startswith(b"{") and text.endswith(b"}")


def _bare(text: bytes) -> bytes:
    """The text without a byte order mark and without surrounding space."""
    return text.removeprefix(BOM_UTF8).strip()


def _parsed(text: bytes, where: str, note: Callable[[str], None]) -> list[ParsedStatement]:
    try:
        statements, more = parse_saved(text)
    except Invalid as error:
        raise ImportRefused(f"{where}, {error.pointer or 'as a whole'}: {error.detail}") from None
    if more:
        note(
            f"{where} is one page of a reply: its `more` names the next page, which has to be "
            "saved and imported too."
        )
    return statements
