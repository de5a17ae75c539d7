"""The exact append: each request of a group is checked separately, under the append lock.

| which of a request's stream versions the log holds | answer |
|---|---|
| none, and the bytes that it needs are stored | its rows are written |
| none, and some of the bytes are pruned | BytesGone |
| all, with the commitments of its own rows | their positions: the reply of a commit was lost |
| anything else | VersionTaken |

A row's salt is random and drawn once, so no other request has the same commitment.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from lrs.domain.events import LogMark
from lrs.ledger.append import existing, insert_rows
from lrs.ledger.event_rows import EventRow, Head, StoredAt, Stream
from lrs.ledger.pending_append import Answer, BytesGone, PendingAppend, VersionTaken
from lrs.ledger.space import uncounted


def write_exactly(
    connection: Connection, head: Head, group: Sequence[PendingAppend], stored_at: StoredAt
) -> tuple[list[Answer], LogMark | None]:
    """The answer to each request, and the log mark of the last row written, if any was."""
    taken = existing(connection, [row.stream for slot in group for row in slot.rows])
    gone = uncounted(connection, {sha2 for slot in group for sha2 in slot.needing})
    answers: list[Answer] = []
    rows: list[EventRow] = []
    for slot in group:
        answer: Answer = _judge(slot.rows, taken, head.position + len(rows) + 1)
        is_new = not isinstance(answer, Exception) and answer[0] > head.position + len(rows)
        if is_new and not gone.isdisjoint(slot.needing):
            answer = BytesGone()
        answers.append(answer)
        if is_new and not isinstance(answer, Exception):
            rows += slot.rows
            for row, position in zip(slot.rows, answer, strict=True):
                taken[row.stream] = (position, row.commitment)
    if not rows:
        return answers, None
    return answers, insert_rows(connection, rows, head, stored_at).last(rows)


def _judge(
    rows: Sequence[EventRow], taken: dict[Stream, tuple[int, bytes]], first: int
) -> list[int] | VersionTaken:
    """The positions of the rows: those in the log, if an earlier commit wrote these very rows
    (its reply was lost), or new ones from `first` on. VersionTaken if they conflict.
    """
    streams = [row.stream for row in rows]
    recorded = [taken[stream] for stream in streams if stream in taken]
    if not recorded and len(set(streams)) == len(streams):
        return list(range(first, first + len(rows)))
    if len(recorded) == len(rows) and all(
        ours.commitment == theirs for ours, (_, theirs) in zip(rows, recorded, strict=True)
    ):
        return [position for position, _ in recorded]
    return VersionTaken([stream for stream in streams if stream in taken] or streams)
