"""The statements of a file: JSON, JSON Lines, or the saved answer of GET /xapi/statements.

    one statement, or an array of them      in any layout
    {"statements": [...], "more": "..."}    an answer as it was saved (xAPI 1.0.3 part 2, 4.2.7.1)
    several lines                           each of them one of the above, empty lines left out

Each of these may begin with a byte order mark and may be packed with gzip.
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

    `note` is told in a sentence what the file does not hold although it names it.
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
    """The content, unpacked."""
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
    """Whether there are several lines, and the first is JSON of its own, or is meant to be."""
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
    """Without a byte order mark, and without space around."""
    return text.removeprefix(BOM_UTF8).strip()


def _parsed(text: bytes, where: str, note: Callable[[str], None]) -> list[ParsedStatement]:
    try:
        found, more = parse_saved(text)
    except Invalid as error:
        raise ImportRefused(f"{where}, {error.pointer or 'as a whole'}: {error.detail}") from None
    if more:
        note(
            f"{where} is one page of an answer: its `more` names a next page, which is to be "
            "saved and imported too."
        )
    return found
