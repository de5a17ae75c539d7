"""Which words of late statements tell nothing of training: read from the end of the log.

No read model counts them: the question is asked seldom, of the last days, and a read model would
cost every statement something. So a bounded piece of the log is read when somebody asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from lrs.domain.training.course_resolution import type_of
from lrs.domain.training.near_words import nearest
from lrs.domain.training.outcomes import tells
from lrs.domain.training.vocabulary import Vocabulary
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.ledger import LogReader

MOST = 10_000
"""Events that are read at most, the latest: half a second's work."""

_PAGE = 1_000
_DAY = 86_400_000_000

Words = tuple[str, str | None]
"""A verb, and the type of its object; None where the object has none."""


@dataclass(frozen=True, slots=True)
class UnrecognisedWords:
    """Statements with these words that gave no outcome, the latest of them, when that was stored,
    and the known verb that was probably meant.
    """

    verb: str
    type: str | None
    statements: int
    latest: str
    stored: int
    nearest: str | None


@dataclass(frozen=True, slots=True)
class UnrecognisedReport:
    """What statements stored since an instant say in vain, the commonest first.

    `read` statements were read of it, all after the event at position `after`; `cut` says that
    there are earlier ones that were not. It holds as of `position`, stored at `through`.
    """

    words: list[UnrecognisedWords]
    since: int
    read: int
    after: int
    cut: bool
    position: int
    through: int


class UnrecognisedReports:
    """Reads of what the vocabulary does not know."""

    def __init__(self, log: LogReader, now: Callable[[], int], words: Vocabulary) -> None:
        self._log = log
        self._now = now
        self._words = words

    def found(self, days: int, most: int = MOST) -> UnrecognisedReport:
        """What statements that were stored in the last days say in vain; `most` events are read."""
        position, through = self._log.head()
        since = max(0, self._now() - days * _DAY)
        begin = self._log.position_at(since)
        after = max(begin, position - most)
        silent: dict[UUID, RecordedStatement] = {}
        read = 0
        for recorded in self._statements(after, position):
            read += 1
            self._note(silent, recorded)
        last = {_words(one): one for one in silent.values()}
        counts = Counter(map(_words, silent.values()))
        return UnrecognisedReport(
            words=[self._silent(words, count, last[words]) for words, count in _ordered(counts)],
            since=since,
            read=read,
            after=after,
            cut=after > begin,
            position=position,
            through=through,
        )

    def _statements(self, after: int, upto: int) -> Iterator[RecordedStatement]:
        while after < upto:
            page = self._log.after(after, min(_PAGE, upto - after))
            if not page.count:
                return
            yield from (logged.recorded() for logged in page.statements)
            after = page.last

    def _note(self, silent: dict[UUID, RecordedStatement], recorded: RecordedStatement) -> None:
        """Adds the statement if it gives no outcome, takes away the one that it voids."""
        if is_voiding(recorded.statement):
            target = target_of(recorded.statement)
            if target in silent and voids(recorded, silent[target]):
                del silent[target]
        elif not tells(recorded.statement, self._words):
            words = {part: recorded.statement[part] for part in ("verb", "object")}
            silent[recorded.id] = recorded._replace(statement=words)

    def _silent(self, words: Words, count: int, last: RecordedStatement) -> UnrecognisedWords:
        verb, type_ = words
        near = nearest(verb, self._words)
        return UnrecognisedWords(verb, type_, count, str(last.id), last.stored, near)


def _words(recorded: RecordedStatement) -> Words:
    return recorded.statement["verb"]["id"], type_of(recorded.statement["object"])


def _ordered(counts: Counter[Words]) -> list[tuple[Words, int]]:
    """The commonest first; of equals by address, so that asking again tells the same."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0][0], one[0][1] or ""))
