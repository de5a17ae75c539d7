"""The answers of GET /statements as a scan of the whole log gives them, without any read model.

`tests.projections.naive` answers one question plainly; this answers all that can be asked of a log
in one pass, so that each can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from lrs.domain.xapi.filters import Criteria, agent_term, terms
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.ledger import LogReader
from lrs.projections.statements.references import MAX_HOPS

PAGE = 1_000


class Scan:
    """All statements of a log by position, which of them are voided, and for each criteria that
    any of them meets, the positions found, ascending; of voided ones alone, none.
    """

    def __init__(self, reader: LogReader) -> None:
        self.statements = {s.position: s for s in _statements(reader)}
        self._by_id = {s.id: s for s in self.statements.values()}
        self.voided = set(self._voided())
        self.answers: dict[Criteria, list[int]] = {Criteria(): []}
        for statement in self.statements.values():
            self._note(statement)

    def ids(self, positions: Sequence[int]) -> list[UUID]:
        return [self.statements[position].id for position in positions]

    def _note(self, s: RecordedStatement) -> None:
        """xAPI 1.0.3 part 3, 2.1.3: it is found by what finds a statement that it refers to."""
        for criteria in dict.fromkeys(c for t in self._chain(s) for c in _met(t)):
            found = self.answers.setdefault(criteria, [])
            if s.position not in self.voided:
                found.append(s.position)

    def _chain(self, s: RecordedStatement) -> list[RecordedStatement]:
        """The statement, what it refers to, what that refers to, and so on; a circle once."""
        chain = [s]
        while len(chain) <= MAX_HOPS and (target := self._target(chain[-1])) is not None:
            if target in chain:
                break
            chain.append(target)
        return chain

    def _target(self, s: RecordedStatement) -> RecordedStatement | None:
        id = target_of(s.statement)
        return None if id is None else self._by_id.get(id)

    def _voided(self) -> Iterator[int]:
        for s in self.statements.values():
            target = self._target(s)
            if is_voiding(s.statement) and target is not None and voids(s, target):
                yield target.position


def _statements(reader: LogReader) -> Iterator[RecordedStatement]:
    page = reader.after(0, PAGE)
    while page.count:
        yield from (row.recorded() for row in page.statements)
        page = reader.after(page.last, PAGE)


def _met(s: RecordedStatement) -> Iterator[Criteria]:
    """The criteria that the statement meets by itself: each filter alone, and the pairs that have
    an index or a join of their own."""
    t = terms(s.statement, s.authority)
    verb, registration = _value(t.verb), t.registration
    activity = None if t.activity is None else _value(t.activity)
    yield from (Criteria(), Criteria(verb=verb))
    if registration is not None:
        yield Criteria(registration=registration)
    if activity is not None:
        yield Criteria(activity=activity)
        yield Criteria(activity=activity, verb=verb)
        yield Criteria(activity=activity, related_activities=True)
    for agent in map(_value, t.direct):
        yield Criteria(agent=agent)
        yield Criteria(agent=agent, verb=verb)
        yield Criteria(agent=agent, related_agents=True)
    for term in (*t.related, t.authority):
        if term.startswith(agent_term("")):
            yield Criteria(agent=_value(term), related_agents=True)
        else:
            yield Criteria(activity=_value(term), related_activities=True)


def _value(term: str) -> str:
    """An agent key or IRI without what tells its kind."""
    return term.partition(":")[2]
