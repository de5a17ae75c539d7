"""multipart/mixed: statements and the bytes of their attachments (xAPI 1.0.3 part 3, 1.5.2).

The body is parsed as it arrives: the first part into memory, each further one into a spool. So the
settings limit the memory of a request, and not the request itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from api.xapi.request_buffer import Spool, Spooled
from api.xapi.unterminated_parts import taken_apart
from lrs.domain.errors import InvalidAttachments, LrsError, TooLarge
from lrs.domain.xapi.attachment import ALGORITHMS
from lrs.settings import Settings

JSON = "application/json"
HASH = "x-experience-api-hash"

_MOST_HEADERS = 16
_LONGEST_BOUNDARY = 70
"""Characters: RFC 2046, 5.1.1."""


@dataclass(slots=True)
class BodyPart:
    """A part of the body: its headers, names in lower case, and its bytes."""

    spool: Spool
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def hash(self) -> str:
        """The hash that its header names, in lower case."""
        return self.headers.get(HASH, "").lower()

    def is_whole(self) -> bool:
        """Whether its bytes have the hash that its header names."""
        algorithm = ALGORITHMS.get(len(self.hash))
        return algorithm is not None and self.spool.hexdigest(algorithm) == self.hash


class Multipart:
    """The parts of a body. To be closed: large ones wait in a file.

    Raises InvalidAttachments for a malformed body, TooLarge for a part over its limit.
    """

    def __init__(self, boundary: str | None, chunks: Iterable[bytes], settings: Settings) -> None:
        self.parts: list[BodyPart] = []
        self._file = Spooled()
        self._settings = settings
        try:
            self._read(boundary, chunks)
        except BaseException:
            self.close()
            raise

    @property
    def statements(self) -> bytes:
        """The body of the first part: JSON."""
        return b"".join(self.parts[0].spool.chunks())

    @property
    def attachments(self) -> dict[str, Spool]:
        """The other parts by the hash that their headers name: SHA-256, SHA-384 or SHA-512."""
        return {part.hash: part.spool for part in self.parts[1:]}

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Multipart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, boundary: str | None, chunks: Iterable[bytes]) -> None:
        if not boundary or not boundary.isascii() or len(boundary) > _LONGEST_BOUNDARY:
            raise InvalidAttachments("multipart-boundary")
        self._boundary = boundary.encode()
        reading = _Reading(self)
        try:
            parser = MultipartParser(
                self._boundary, reading.callbacks(), max_header_count=_MOST_HEADERS
            )
            for chunk in chunks:
                parser.write(chunk)
        except FormParserError:
            raise InvalidAttachments("multipart-malformed") from None
        if not reading.ended or not self.parts:
            raise InvalidAttachments("multipart-malformed")

    def begin(self) -> None:
        """The next part begins."""
        settings = self._settings
        if len(self.parts) == settings.max_parts:
            raise TooLarge("too-many-parts", limit=settings.max_parts)
        limit = settings.max_attachment_bytes if self.parts else settings.max_json_bytes

        def too_large() -> LrsError:
            if len(self.parts) == 1:
                return TooLarge("body-too-large", limit=limit)
            return TooLarge("attachment-too-large", limit=limit)

        self.parts.append(BodyPart(Spool(self._file, limit, too_large)))

    def check_headers(self) -> None:
        """Before the bytes of the part that was begun last."""
        part = self.parts[-1]
        if len(self.parts) > 1:
            _require_headers(part)
        elif part.media_type != JSON:
            raise InvalidAttachments("multipart-first-part")

    def check_hash(self) -> None:
        """After the bytes of the part that was begun last, which may hold more parts."""
        part = self.parts[-1]
        if len(self.parts) == 1 or part.is_whole():
            return
        found = [
            BodyPart(spool, headers or part.headers)
            for headers, spool in taken_apart(part.spool, self._boundary)
        ]
        if not found[-1].is_whole():  # its own last line end was taken for the boundary's
            found[-1].spool = found[-1].spool.followed_by(b"\r\n")
        for each in found:
            _require_headers(each)
            if not each.is_whole():
                raise InvalidAttachments("attachment-hash")
        self.parts[-1:] = found
        if len(self.parts) > self._settings.max_parts:
            raise TooLarge("too-many-parts", limit=self._settings.max_parts)


def _require_headers(part: BodyPart) -> None:
    encoding = part.headers.get("content-transfer-encoding", "").lower()
    if not part.media_type or encoding != "binary" or HASH not in part.headers:
        raise InvalidAttachments("attachment-header")


class _Reading:
    """What the parser tells, put into parts."""

    def __init__(self, into: Multipart) -> None:
        self.ended = False
        self._into = into
        self._name, self._value = bytearray(), bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._into.begin,
            "on_header_begin": self._begin_header,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._into.check_headers,
            "on_part_data": lambda data, start, end: self._part.spool.write(data[start:end]),
            "on_part_end": self._into.check_hash,
            "on_end": self._end,
        }

    @property
    def _part(self) -> BodyPart:
        return self._into.parts[-1]

    def _begin_header(self) -> None:
        self._name, self._value = bytearray(), bytearray()

    def _end_header(self) -> None:
        name = self._name.decode("latin-1").lower()
        if name in self._part.headers:
            raise InvalidAttachments("multipart-malformed")
        self._part.headers[name] = self._value.decode("latin-1").strip()

    def _end(self) -> None:
        self.ended = True
