"""The unindexed tail: statements that the log holds and the index does not hold yet.

A read just after a write used to fold that write into the index itself, in a transaction of ten
round trips. Now it matches the few statements of the tail by the same terms in memory, and leaves
the folding to the projector's thread, which folds many at a time.

A StatementRef makes a statement findable by the terms of its target, and may void the target. So if
a statement of the tail has a reference, or is the target of one, only the index can answer.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.xapi.filters import Terms, terms
from lrs.domain.xapi.statement import RecordedStatement, target_of
from lrs.ledger import LogReader
from lrs.projections.statements.references import referred
from lrs.projections.statements.search import Filter
from lrs.projector.checkpoints import Checkpoint
from lrs.projector.status import ProjectionStatus


@dataclass(frozen=True, slots=True)
class UnindexedTail:
    """The terms of the statements after position `after`, by position, ascending."""

    after: int
    statements: Sequence[tuple[int, Terms]] = ()

    def matching(self, filters: Filter) -> list[int]:
        """Positions of the matching statements, ascending."""
        by_terms = _TermFilter(filters)
        return [
            position
            for position, t in self.statements
            if filters.after < position <= filters.upto and by_terms.match(t)
        ]


class TailReader:
    """The tail as this process has read it; each statement is decoded once.

    At most MOST statements are matched; a longer tail has to be folded.
    """

    MOST = 2_000

    def __init__(self, log: LogReader, views: Database) -> None:
        self._log = log
        self._views = views
        self._lock = threading.Lock()
        self._upto = 0
        self._positions: list[int] = []
        self._terms: list[Terms] = []
        self._entangled = 0
        """The last position of a statement with a reference, or that is the target of one."""
        self._targets: dict[UUID, int] = {}
        """Targets of references that the index did not hold at the last query, with the referring
        statements.
        """
        self._after = 0
        """The tail begins after this position."""
        self._begun = ""
        self._commitment: bytes | None = None
        """The commitment of the last event that was read, to check that the log still holds it."""

    def behind(self, status: ProjectionStatus) -> UnindexedTail | None:
        """The statements after the index's position, up to the log's head.

        None if only the index can answer. Raises LogDiverged, Unavailable.
        """
        index, upto = status.at, status.head
        after = index.position
        if upto <= after:
            return UnindexedTail(after)
        if upto - after > self.MOST:
            return None
        with self._lock:
            if not self._holds(status):
                self._begin(index)
            try:
                if self._upto < upto:
                    self._read(after)
            except (LookupError, TypeError, ValueError, AttributeError):
                return None  # nor can it be folded: the projector quarantines it
            if self._entangled > after or self._upto < upto:
                return None
            first, last = (bisect_right(self._positions, at) for at in (after, upto))
            return UnindexedTail(
                after,
                list(zip(self._positions[first:last], self._terms[first:last], strict=True)),
            )

    def _holds(self, status: ProjectionStatus) -> bool:
        """Whether the tail continues from the index's position, and the log still holds it: after a
        failover other events may have the positions that were read.
        """
        index = status.at
        if self._begun != index.generation or not self._after <= index.position <= self._upto:
            return False
        if self._upto == status.head:
            return self._commitment == status.latest
        return self._commitment == self._log.commitment_at(self._upto)

    def _begin(self, index: Checkpoint) -> None:
        self._begun = index.generation
        self._after, self._commitment = index.after
        self._upto = index.position
        self._entangled = 0
        self._targets = {}
        self._positions, self._terms = [], []

    def _read(self, after: int) -> None:
        """Read the new events, and drop those that lie far behind."""
        page = self._log.after(self._upto, self.MOST, commitment=self._commitment)
        statements = [row.recorded() for row in page.statements]
        read = [terms(s.statement, s.authority) for s in statements]
        self._targets = {t: position for t, position in self._targets.items() if position > after}
        self._entangled = max(self._entangled, self._last_entangled(statements))
        self._positions += [s.position for s in statements]
        self._terms += read
        if page.count:
            self._upto, self._commitment = page.last, page.commitment
        if len(self._positions) > 2 * self.MOST:
            self._after = self._positions[-self.MOST - 1]
            del self._positions[: -self.MOST], self._terms[: -self.MOST]

    def _last_entangled(self, statements: Sequence[RecordedStatement]) -> int:
        """The last position of a statement with a reference, or that is the target of one: of a
        reference in the index, or in a statement that was read here and may be folded by now.
        """
        with translate_db_errors(), self._views.read.connect() as connection:
            referred_ids = referred(connection, [s.id for s in statements])
        targets = {s.position: target_of(s.statement) for s in statements}
        self._targets |= {t: position for position, t in targets.items() if t is not None}
        return max(
            (
                s.position
                for s in statements
                if s.id in referred_ids or s.id in self._targets or targets[s.position] is not None
            ),
            default=0,
        )


class _TermFilter:
    """A filter as terms."""

    def __init__(self, filters: Filter) -> None:
        terms = filters.terms()
        self._agent, self._verb = terms.get("agent"), terms.get("verb")
        self._activity, self._authority = terms.get("activity"), terms.get("authority")
        self._criteria = filters.criteria

    def match(self, t: Terms) -> bool:
        """The same matches as `lrs.projections.statements.search.find` has by its indexes."""
        registration = self._criteria.registration
        return (
            (self._verb is None or t.verb == self._verb)
            and (self._authority is None or t.authority == self._authority)
            and (registration is None or t.registration == registration)
            and (self._agent is None or self._has_agent(t, self._agent))
            and (self._activity is None or self._has_activity(t, self._activity))
        )

    def _has_agent(self, t: Terms, agent: str) -> bool:
        if agent in t.direct:
            return True
        return self._criteria.related_agents and (agent in t.related or agent == t.authority)

    def _has_activity(self, t: Terms, activity: str) -> bool:
        if activity == t.activity:
            return True
        return self._criteria.related_activities and activity in t.related
