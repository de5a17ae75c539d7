"""The bytes of attachments and documents: those that the log names must be there, and all that are
there must be those of their SHA-256.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from lrs.domain.events import DocumentBytesPruned, DocumentStored, Event
from replay.read_only_store import ReadOnlyStore

PAGE = 500
"""Events of pruning that are read at once."""


class Fault(Protocol):
    """Notes a fault: its kind, a sentence, and where it is."""

    def __call__(self, kind: str, what: str, *, position: int = ..., sha2: str = ...) -> None: ...


@dataclass(frozen=True, slots=True)
class AttachedBytes:
    """What a statement's event says of attachments whose bytes came along: the SHA-256 that these
    are kept under, by the hash that the statement declares.
    """

    kept: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BytesReport:
    """How many different bytes there are, and their size together; how many versions of documents
    have theirs, and of how many these are pruned.
    """

    contents: int
    size: int
    documents: int
    pruned: int


class BytesCheck:
    """Is given the events of the log by the page, in its order, and then reads all bytes."""

    def __init__(self, source: ReadOnlyStore, fault: Fault, head: int) -> None:
        self._source = source
        self._fault = fault
        self._head = head
        self._absent = _Positions(head)
        """The versions of documents whose bytes are not there."""
        self._pruned = _Positions(head)
        """Those that a later event of pruning names."""
        self._documents = 0

    def check_page(self, events: Mapping[int, Event | AttachedBytes]) -> None:
        """Whether the bytes are there that these events name, by their positions."""
        attached: dict[str, int] = {}
        versions: dict[int, DocumentStored] = {}
        for position, event in events.items():
            match event:
                case AttachedBytes():
                    for sha2 in event.kept.values():
                        attached.setdefault(sha2, position)
                case DocumentStored():
                    versions[position] = event
                case DocumentBytesPruned():
                    self._note_pruning(event, position)
        named = {*attached, *(version.sha2 for version in versions.values())}
        sizes = self._source.blobs.sizes(named) if named else {}
        for sha2, position in attached.items():
            if sha2 not in sizes:
                what = "the bytes of an attachment are missing"
                self._fault("bytes", what, position=position, sha2=sha2)
        for position, version in versions.items():
            self._check_version(position, version, sizes.get(version.sha2))

    def finish(self, progress: Callable[[float], None]) -> BytesReport:
        """Read all bytes; `progress` is called with the part that is read."""
        missing = self._check_absent()
        pruned = sum(1 for _ in self._absent.without(_Positions(self._head))) - missing
        contents = total = 0
        for sha2, size in self._source.blobs.listed():
            part = int(sha2[:2], 16) / 256  # hashes are spread evenly, and listed in their order
            contents += 1
            total += self._check_hash(sha2, size, lambda part=part: progress(part))  # type: ignore[misc]
        return BytesReport(contents, total, self._documents, pruned)

    def _check_version(self, position: int, version: DocumentStored, size: int | None) -> None:
        if size is None:
            self._absent.add(position)
            return
        self._documents += 1
        if size != version.size:
            what = f"the document's bytes are {size}, and the event says {version.size}"
            self._fault("bytes", what, position=position, sha2=version.sha2)

    def _note_pruning(self, event: DocumentBytesPruned, at: int) -> None:
        for position in event.positions:
            if position < at:
                self._pruned.add(position)

    def _check_absent(self) -> int:
        """Versions of documents whose bytes are gone, and no event says so. How many."""
        count = 0
        for position, event in self._later_prunings():
            self._note_pruning(event, position)
        for position in self._absent.without(self._pruned):
            what = "the document's bytes are missing, and no event says that they were pruned"
            self._fault("bytes", what, position=position, sha2=self._version_at(position).sha2)
            count += 1
        return count

    def _version_at(self, position: int) -> DocumentStored:
        (row,) = self._source.ledger.reader.sequence(position, 1)
        event = self._source.ledger.decoded(row)
        assert isinstance(event, DocumentStored)  # as it was when the log was read
        return event

    def _later_prunings(self) -> Iterator[tuple[int, DocumentBytesPruned]]:
        """What was pruned while the log was read."""
        first, reader = self._head + 1, self._source.ledger.reader
        while page := reader.sequence(first, PAGE, topics=[DocumentBytesPruned.TOPIC]):
            for row in page:
                event = self._source.ledger.decoded(row)
                if isinstance(event, DocumentBytesPruned):
                    yield row.position, event
            first = page[-1].position + 1

    def _check_hash(self, sha2: str, size: int, progress: Callable[[], None]) -> int:
        """Read these bytes; how many there are."""
        digest, count = sha256(), 0
        for part in self._source.blobs.chunks(sha2):
            digest.update(part)
            count += len(part)
            progress()
        progress()
        is_right = digest.hexdigest() == sha2
        if (not is_right or count != size) and self._source.blobs.sizes([sha2]):
            # else they were pruned meanwhile
            what = f"there are {count} bytes, and {size} are noted"
            if not is_right:
                what = "the bytes are not those of this SHA-256"
            self._fault("bytes", what, sha2=sha2)
        return count


class _Positions:
    """A set of positions up to the log's end, a bit each."""

    def __init__(self, head: int) -> None:
        self._head = head
        self._bits = bytearray(head // 8 + 1)

    def add(self, position: int) -> None:
        if 0 <= position <= self._head:
            self._bits[position >> 3] |= 1 << (position & 7)

    def without(self, other: _Positions) -> Iterator[int]:
        """Those that are not in the other set, in order."""
        for place, (mine, others) in enumerate(zip(self._bits, other._bits, strict=True)):
            left = mine & ~others
            while left:
                low = left & -left
                yield (place << 3) + low.bit_length() - 1
                left ^= low
