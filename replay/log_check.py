"""The log itself, checked from its first event to its last one, in constant memory.

| what | must be |
|---|---|
| positions | 1, 2, 3 ... without a gap |
| `stored` | later from each event to the next |
| the versions of a stream | 1, 2, 3 ... without a gap, in the order of the positions |
| an event's commitment | the HMAC-SHA-256 of its content under its salt; erased content has none |
| an event's content | one that its topic has; a statement's stream is its id |
| the bytes of attachments and documents | there, or pruned with an event that says so |
| all bytes that are there | those of their SHA-256, and as many as noted |
| the triggers | there and in force |
| the log's end | not before an event that the store has known |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from lrs.db.errors import translate_db_errors
from lrs.db.types import canonical
from lrs.domain.events import Event, StatementStored
from lrs.domain.xapi.attachment import stored_hashes
from lrs.domain.xapi.statement import uuid_of
from lrs.ledger import LoggedEvent, audit
from lrs.ledger.audit import AuditedEvent
from lrs.ledger.encoding import commitment, split
from lrs.projector import divergence, schema
from replay.bytes_check import AttachedBytes, BytesCheck
from replay.findings import Findings, Meter
from replay.read_only_store import OpenStore, ReadOnlyStore

LOG = "log"
"""The name of the task."""

READING = 0.6
"""The part of the time after which all events are read; bytes take the rest."""


@dataclass(frozen=True, slots=True)
class LogReport:
    """The log up to its last event at `position`: how many events there are, and of how many the
    content is erased; how many different bytes of attachments and documents were read, and their
    size; how many versions of documents have theirs and of how many these are pruned; how many
    faults there are, and the first of them.
    """

    position: int
    events: int
    erased: int
    contents: int
    size: int
    documents: int
    pruned: int
    faults: int
    first: list[Mapping[str, Any]]


def check_log(open_source: OpenStore, folder: Path, everything: bool = False) -> LogReport:
    """Check the log. With `everything` all faults are written to a file `log.jsonl` of the folder.
    Raises Interrupted, Unavailable.
    """
    with open_source() as source, (folder / f"{LOG}.jsonl").open("wb") as file:
        findings = Findings(file if everything else None)
        return _LogCheck(source, findings, Meter(folder, LOG)).run()


class _LogCheck:
    def __init__(self, source: ReadOnlyStore, findings: Findings, meter: Meter) -> None:
        self._source = source
        self._findings = findings
        self._meter = meter
        self._meter(0.0)
        self._head, _ = source.ledger.reader.head()
        self._bytes = BytesCheck(source, self._fault, self._head)
        self._last: AuditedEvent | None = None
        self._events = self._erased = 0

    def run(self) -> LogReport:
        self._check_guards()
        self._check_end()
        for page in audit.rows(self._source.log, self._head):
            self._check_page(page)
            self._meter(READING * page[-1].position / max(self._head, 1))
        self._look_for_contents(None)
        self._check_streams()
        there = self._bytes.finish(lambda part: self._meter(READING + (1 - READING) * part))
        return LogReport(
            position=self._head,
            events=self._events,
            erased=self._erased,
            contents=there.contents,
            size=there.size,
            documents=there.documents,
            pruned=there.pruned,
            faults=self._findings.count,
            first=self._findings.first,
        )

    def _fault(self, kind: str, what: str, **where: Any) -> None:
        """Note a fault. `where` names the position, stream, hash or table."""
        self._findings.add({"log": kind, **where, "what": what})

    def _check_guards(self) -> None:
        for table, verb in audit.unguarded(self._source.log):
            what = f"no trigger refuses {verb}, so rows can be altered"
            self._fault("trigger", what, table=table)

    def _check_end(self) -> None:
        """The store notes outside the log which event it has seen last."""
        source = self._source
        with translate_db_errors(), source.views.read.connect() as connection:
            if not schema.is_made(connection):
                return
            known = divergence.known(connection, source.ledger.log_id)
        if known and source.ledger.reader.commitment_at(known.position) != known.commitment:
            what = "the log does not hold the event that the store has seen here before"
            self._fault("lost", what, position=known.position)

    def _check_page(self, page: Sequence[AuditedEvent]) -> None:
        named: dict[int, Event | AttachedBytes] = {}
        for audited in page:
            self._check_order(audited)
            event = self._check_content(audited)
            if event is not None:
                named[audited.position] = event
        self._bytes.check_page(named)

    def _check_order(self, audited: AuditedEvent) -> None:
        position, before = audited.position, self._last
        expected = 1 if before is None else before.position + 1
        if position != expected:
            self._check_gap(expected, position)
        if position > expected or before is None:
            self._look_for_contents(position)
        if not isinstance(audited.stored, int):
            what = "the time when the event was stored is no number"
            self._fault("stored", what, position=position)
        elif before and isinstance(before.stored, int) and audited.stored <= before.stored:
            what = (
                "the event was stored no later than the one before it, so the time of one of the "
                "two is altered"
            )
            self._fault("stored", what, position=position)
        self._last = audited
        self._events += 1

    def _check_gap(self, expected: int, position: int) -> None:
        if position < expected:
            self._fault("position", "positions begin at 1", position=position)
            return
        last = position - 1
        what = "the event is missing"
        if last > expected:
            what = f"the events at this and the following positions, up to {last}, are missing"
        self._fault("position", what, position=expected)

    def _look_for_contents(self, before: int | None) -> None:
        """Contents whose event is gone: between the last event that was read and that position, or
        after the log's end.
        """
        after = self._last.position if self._last else None
        until = audit.AFTER_ALL if before is None else before
        for position in audit.contents_without_event(self._source.log, after, until):
            what = "there is the content of an event, and no event"
            self._fault("content", what, position=position)

    def _check_content(self, audited: AuditedEvent) -> Event | AttachedBytes | None:
        """The event unless it is a statement; of a statement the attachments."""
        if audited.size is None and audited.salt is None:
            self._erased += 1
            return None
        state = audit.state_of(self._source.log, audited)
        if not _is_committed(audited, state):
            what = "the content is not the one to which the event's commitment was made"
            self._fault("commitment", what, position=audited.position)
            return None
        try:
            return self._decoded(audited, state)
        except Exception:  # whatever an altered row makes a decoder do
            what = "the content is not one that an event of this topic has"
            self._fault("topic", what, position=audited.position)
            return None

    def _decoded(self, audited: AuditedEvent, state: bytes) -> Event | AttachedBytes | None:
        if audited.topic != StatementStored.TOPIC:
            position, stored, stream, version, topic, *_ = audited
            logged = LoggedEvent(position, stored, uuid_of(stream), version, topic, state)
            return _fitting(self._source.ledger.decoded(logged))
        envelope, text = split(state)
        if "id" not in envelope.get("m", ()):
            self._check_id(audited, text)
        return AttachedBytes(stored_hashes(envelope["h"])) if "h" in envelope else None

    def _check_id(self, audited: AuditedEvent, text: bytes) -> None:
        """A statement's stream is its id."""
        id = canonical(audited.stream)
        if id.encode() not in text and UUID(orjson.loads(text)["id"]) != uuid_of(audited.stream):
            what = f"the event's stream is {id}, and its statement has another id"
            self._fault("stream", what, position=audited.position, stream=id)

    def _check_streams(self) -> None:
        for found in audit.misplaced(self._source.log, self._head):
            expected = (found.version_before or 0) + 1
            what = f"the event's version in its stream is {found.version}, and must be {expected}"
            if found.version == expected:
                what = f"the version before it is later in the log, at {found.position_before}"
            stream = canonical(found.stream)
            self._fault("version", what, position=found.position, stream=stream)
            self._meter(READING)


def _fitting(event: Event | None) -> Event | None:
    """The event, whose decoder takes any fields. Raises ValueError where they are not its own."""
    if event is not None:
        own, given = fields(event), vars(event).keys()
        needed = {field.name for field in own if field.default is MISSING}
        if not needed <= given <= {field.name for field in own}:
            raise ValueError
    return event


def _is_committed(audited: AuditedEvent, state: Any) -> bool:
    if not isinstance(audited.salt, bytes) or not isinstance(state, bytes):
        return False
    return bool(commitment(audited.salt, state) == audited.commitment)
