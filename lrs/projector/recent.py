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

from lrs.database import Database
from lrs.domain.filters import Terms, activity_term, agent_term, terms, verb_term
from lrs.domain.statement import RecordedStatement, target_of
from lrs.faults import honest_errors
from lrs.ledger import LogReader
from lrs.projections.references import referred
from lrs.projections.statements import Filter


@dataclass(frozen=True, slots=True)
class Behind:
    """The terms of the statements after position `after`, by position, ascending."""

    after: int
    statements: Sequence[tuple[int, Terms]] = ()

    def find(self, wanted: Filter) -> list[int]:
        """Positions of those that match, ascending."""
        asked = _Asked(wanted)
        return [
            position
            for position, t in self.statements
            if wanted.after < position <= wanted.upto and asked.match(t)
        ]


class Recent:
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
        self._after = 0
        """Nothing at or below is kept here."""

    def behind(self, after: int, upto: int) -> Behind | None:
        """The statements after `after`, where the index stands, up to the head `upto`.

        None where only the index can tell.
        """
        if upto <= after:
            return Behind(after)
        if upto - after > self.MOST:
            return None
        with self._lock:
            if not self._after <= after <= self._upto:
                self._begin(after)
            if self._upto < upto:
                self._read()
            if self._entangled > after:
                return None
            first, last = (bisect_right(self._positions, at) for at in (after, upto))
            return Behind(
                after,
                list(zip(self._positions[first:last], self._terms[first:last], strict=True)),
            )

    def _begin(self, after: int) -> None:
        self._after = self._upto = after
        self._entangled = 0
        self._positions, self._terms = [], []

    def _read(self) -> None:
        """Read on; what is then far behind will not be asked for again."""
        page = self._log.after(self._upto, self.MOST)
        statements = [row.recorded() for row in page.statements]
        self._entangled = max(self._entangled, self._last_entangled(statements))
        self._positions += [s.position for s in statements]
        self._terms += [terms(s.statement, s.authority) for s in statements]
        self._upto = page.last
        if len(self._positions) > 2 * self.MOST:
            self._after = self._positions[-self.MOST - 1]
            del self._positions[: -self.MOST], self._terms[: -self.MOST]

    def _last_entangled(self, statements: Sequence[RecordedStatement]) -> int:
        with honest_errors(), self._views.read.connect() as connection:
            known = referred(connection, [s.id for s in statements])
        return max(
            (s.position for s in statements if s.id in known or target_of(s.statement)), default=0
        )


class _Asked:
    """A filter in the words of terms."""

    def __init__(self, wanted: Filter) -> None:
        self._wanted = wanted
        self._agent = None if wanted.agent is None else agent_term(wanted.agent)
        self._verb = None if wanted.verb is None else verb_term(wanted.verb)
        self._activity = None if wanted.activity is None else activity_term(wanted.activity)
        self._authority = None if wanted.authority is None else agent_term(wanted.authority)

    def match(self, t: Terms) -> bool:
        """What `lrs.projections.statements.find` finds by its indexes."""
        wanted = self._wanted
        return (
            (self._verb is None or t.verb == self._verb)
            and (self._authority is None or t.authority == self._authority)
            and (wanted.registration is None or t.registration == wanted.registration)
            and (self._agent is None or self._has_agent(t, self._agent))
            and (self._activity is None or self._has_activity(t, self._activity))
        )

    def _has_agent(self, t: Terms, agent: str) -> bool:
        if agent in t.direct:
            return True
        return self._wanted.related_agents and (agent in t.related or agent == t.authority)

    def _has_activity(self, t: Terms, activity: str) -> bool:
        if activity == t.activity:
            return True
        return self._wanted.related_activities and activity in t.related
