"""What the log holds and the statements index does not yet, so that a read need not wait for it.

A read that came just after a write used to fold the write into the index itself, a transaction
of ten round trips. Now it matches the few statements behind the index by the same terms in
memory, and leaves the folding to the projector's thread, which takes many at a time.

A StatementRef makes statements findable by each other's terms, and may void: where one of the
few refers to another statement or is referred to, the index has to be asked after all.
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

    def matching(self, wanted: Filter) -> list[int]:
        """Positions of those that match, ascending."""
        asked = _Asked(wanted)
        return [
            position
            for position, t in self.statements
            if wanted.after < position <= wanted.upto and asked.match(t)
        ]


class TailReader:
    """The end of the log as this process has read it: each statement is decoded once.

    At most MOST statements are matched; what is farther behind has to be folded.
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
        """The last position of a statement that refers, or is referred to."""
        self._targets: dict[UUID, int] = {}
        """What statements refer to that the index did not hold when last asked, and who does."""
        self._after = 0
        """Nothing at or below is kept here."""
        self._begun = ""
        self._commitment: bytes | None = None
        """That of the last event read, which tells whether the log still goes on from it."""

    def behind(self, status: ProjectionStatus) -> UnindexedTail | None:
        """The statements after the index's position, up to the log's head.

        None where only the index can tell. Raises LogDiverged, Unavailable.
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
                return None  # what cannot be matched cannot be folded: the projector sets it aside
            if self._entangled > after or self._upto < upto:
                return None
            first, last = (bisect_right(self._positions, at) for at in (after, upto))
            return UnindexedTail(
                after,
                list(zip(self._positions[first:last], self._terms[first:last], strict=True)),
            )

    def _holds(self, status: ProjectionStatus) -> bool:
        """Whether what is kept goes on from the index's position, and the log from what is kept:
        a failover may have put other events at the positions that were read.
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
        """Read on; what is then far behind will not be asked for again."""
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
        """The last of them that refers, or that is referred to: by what the index holds, or by
        what was read here and may be folded when its target is asked for.
        """
        with translate_db_errors(), self._views.read.connect() as connection:
            known = referred(connection, [s.id for s in statements])
        targets = {s.position: target_of(s.statement) for s in statements}
        self._targets |= {t: position for position, t in targets.items() if t is not None}
        return max(
            (
                s.position
                for s in statements
                if s.id in known or s.id in self._targets or targets[s.position] is not None
            ),
            default=0,
        )


class _Asked:
    """A filter in the words of terms."""

    def __init__(self, wanted: Filter) -> None:
        asked = wanted.terms()
        self._agent, self._verb = asked.get("agent"), asked.get("verb")
        self._activity, self._authority = asked.get("activity"), asked.get("authority")
        self._criteria = wanted.criteria

    def match(self, t: Terms) -> bool:
        """What `lrs.projections.statements.search.find` finds by its indexes."""
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
