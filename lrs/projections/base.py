"""What a projection is, and what it is given to fold.

A projection is disposable: its tables can be dropped and rebuilt from the log, and then hold the
same rows, byte for byte. So what `apply` writes may depend only on the statements at and below
the batch's last position, in their order - never on the clock, on how the log was cut into
batches, or on what other projections hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy import Connection, Table

from lrs.domain.events import RecordedEvent, StatementStored
from lrs.domain.xapi.statement import RecordedStatement

BatchEvent = RecordedStatement | RecordedEvent


@dataclass(frozen=True, slots=True)
class LogPart:
    """The part of the log from position `first` to `last`, both included.

    `find` reads statements by id from the log, only those at or below `last`: what comes later is
    not known yet. `at` reads by position.
    """

    first: int
    last: int
    find: Callable[[Collection[UUID]], dict[UUID, RecordedStatement]]
    at: Callable[[Sequence[int]], dict[int, RecordedStatement]]


@dataclass(frozen=True, slots=True)
class Batch(LogPart):
    """The events of a projection's topics in a part of the log.

    `events` are in log order, an erased one left out; `statements` and `other_events` are those
    among them.
    """

    events: Sequence[BatchEvent]
    statements: Sequence[RecordedStatement] = field(init=False)
    other_events: Sequence[RecordedEvent] = field(init=False)

    def __post_init__(self) -> None:
        statements = [event for event in self.events if isinstance(event, RecordedStatement)]
        others = [event for event in self.events if isinstance(event, RecordedEvent)]
        object.__setattr__(self, "statements", statements)
        object.__setattr__(self, "other_events", others)

    def of_topics(self, topics: frozenset[str]) -> Batch:
        """The batch for a projection of these topics, which hold statements."""
        if all(other.event.TOPIC in topics for other in self.other_events):
            return self
        events = [
            event
            for event in self.events
            if isinstance(event, RecordedStatement) or event.event.TOPIC in topics
        ]
        return Batch(self.first, self.last, self.find, self.at, events)


STATEMENT_TOPICS = frozenset({StatementStored.TOPIC})

GENERATIONS = 1_000
"""VERSION modulo this is the program's own, which it counts up; what is above tells apart what
installations have settled, such as their words for training.
"""


def is_newer(version: int, than: int) -> bool:
    """Whether a VERSION is of a newer program than another one."""
    return version % GENERATIONS > than % GENERATIONS


class Fold(Protocol):
    """Folds batches into a projection's tables, one after the other.

    It may remember anything about the tables. Whoever uses it (lrs/projector/fold_cache.py) keeps
    it only while the tables are in the state in which it left them, and then makes another one, so
    no fold has to find out that a transaction failed or that somebody else wrote.
    """

    def apply(self, batch: Batch, connection: Connection) -> None:
        """Fold the batch, inside the caller's transaction."""


class Scanned(Protocol):
    """What one part of the log says, found without looking at any other part. It is pickled."""

    @property
    def shards(self) -> Mapping[int, bytes]:
        """What the events say of each shard, for `fold_shard`."""


class SplitFold(Protocol):
    """Folds a whole log into empty tables, with the work split: see lrs.projector.rebuild.split."""

    def begin(self, events: Sequence[RecordedEvent], shards: int, connection: Connection) -> Any:
        """Take in all events of the log that are no statements. Returns what scans need to know of
        them, which is pickled.
        """

    def write(self, scanned: Any, part: LogPart, connection: Connection) -> None:
        """Write what was found in a part of the log. The parts come in the order of the log."""

    def settle(self, connection: Connection) -> None:
        """Called once all parts are written."""

    def work(self, shard: int) -> Any:
        """What `fold_shard` needs to know beside what the events say. It is pickled."""

    def merge(self, folded: Any, connection: Connection) -> None:
        """Write what `fold_shard` returned, or keep some of it for `finish`. The shards come in
        any order.
        """

    def finish(self, connection: Connection) -> None:
        """Write what is left. Called once all shards are merged."""


class Projection(Protocol):
    """A read model's name, shape and fold. Bump VERSION when any of them changes."""

    NAME: ClassVar[str]
    TABLES: ClassVar[Sequence[Table]]
    TOPICS: ClassVar[frozenset[str]]
    """The events it folds."""

    @property
    def VERSION(self) -> int:  # noqa: N802
        """A number that is another one where rows would be."""

    def new_fold(self) -> Fold:
        """A fold that remembers nothing of the tables yet. A projection that remembers nothing
        at all may be its own.
        """


@runtime_checkable
class SplitProjection(Projection, Protocol):
    """A projection of statements whose fold of a whole log can be split."""

    SHARDED: ClassVar[bool]
    """Whether scans find anything that is folded in shards."""

    def new_split_fold(self) -> SplitFold:
        """A fold of the whole log, for empty tables."""

    def scan(self, batch: Batch, context: Any) -> Scanned:
        """What this part of the log says. `context` is what SplitFold.begin returned."""

    def fold_shard(self, work: Any, parts: Sequence[bytes]) -> Any:
        """Fold one shard: `parts` are what scans found of it, in the order of the log."""
