"""Verbs and activity types of recent statements that give no outcome, read from the log's end.

There is no read model for them: the report is rare and about the last days, while a read model
would cost time for every statement. So the report reads a limited part of the log.
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
"""The most events that are read, the latest ones; that takes half a second."""

_PAGE = 1_000
_DAY = 86_400_000_000

VerbAndType = tuple[str, str | None]
"""A verb, and the type of the object, None if it has none."""


@dataclass(frozen=True, slots=True)
class UnrecognisedWords:
    """A verb and a type that gave no outcome: the number of statements, the id and `stored` of the
    latest one, and the known verb that was probably meant.
    """

    verb: str
    type: str | None
    statements: int
    latest: str
    stored: int
    nearest: str | None


@dataclass(frozen=True, slots=True)
class UnrecognisedReport:
    """The words without an outcome in statements stored since an instant, the commonest first.

    The report has read `read` statements, all of those after position `after`; `cut` means that it
    has left out earlier ones. It reflects the log up to `position`, which was stored at `through`.
    """

    words: list[UnrecognisedWords]
    since: int
    read: int
    after: int
    cut: bool
    position: int
    through: int


class UnrecognisedReports:
    """Reads words that the vocabulary does not know."""

    def __init__(self, log: LogReader, now: Callable[[], int], words: Vocabulary) -> None:
        self._log = log
        self._now = now
        self._words = words

    def found(self, days: int, most: int = MOST) -> UnrecognisedReport:
        """The report on statements of the last `days` days; it reads at most `most` events."""
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
        """Add the statement if it gives no outcome; remove the one that it voids."""
        if is_voiding(recorded.statement):
            target = target_of(recorded.statement)
            if target in silent and voids(recorded, silent[target]):
                del silent[target]
        elif not tells(recorded.statement, self._words):
            words = {part: recorded.statement[part] for part in ("verb", "object")}
            silent[recorded.id] = recorded._replace(statement=words)

    def _silent(self, words: VerbAndType, count: int, last: RecordedStatement) -> UnrecognisedWords:
        verb, type_ = words
        near = nearest(verb, self._words)
        return UnrecognisedWords(verb, type_, count, str(last.id), last.stored, near)


def _words(recorded: RecordedStatement) -> VerbAndType:
    return recorded.statement["verb"]["id"], type_of(recorded.statement["object"])


def _ordered(counts: Counter[VerbAndType]) -> list[tuple[VerbAndType, int]]:
    """The commonest first; equal counts by IRI, so that a repeated report has the same order."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0][0], one[0][1] or ""))
