"""Whether the read models say what the log does, asked in every way that its statements allow.

The log is to be quiet meanwhile: what is appended while the store is asked passes for a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import monotonic, sleep
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from lrs.db.engine import open_database
from lrs.domain.aggregates.credential import Credential, Scope
from lrs.domain.errors import StatementNotFound
from lrs.domain.time import iso
from lrs.domain.xapi.agent import authority_key, identifier_of
from lrs.domain.xapi.filters import Criteria
from lrs.ledger import Ledger
from lrs.service import Lrs, StatementQuery
from tests.support.anew import other_rows
from tests.support.examples import SOAKS
from tests.support.scan import Scan
from tests.support.server import Server
from tests.support.stores import WRITER, now

LIMIT = 50
"""Statements on a page."""

INSTANTS = 32 if SOAKS else 6
"""How many of the instants at which something was stored are asked about, first to last."""


class Store(Protocol):
    """A store that is asked. Each question raises where it refuses to answer."""

    def find(self, query: StatementQuery) -> list[UUID]:
        """The ids of all that the query matches, page after page."""

    def has(self, id: UUID, *, voided: bool) -> bool:
        """Whether it gives a statement for that id as one that is voided, or is not."""


def differences(lrs: Lrs) -> list[str]:
    """What the store answers otherwise than its log says, and which read models hold other rows
    than a rebuild gives. Beyond bringing the read models up to the log, as a reader does, it
    changes nothing. Raises LrsError where the store refuses to answer.
    """
    scan = Scan(lrs.ledger.reader)
    found = [*_asked(scan, Service(lrs)), *_mine(scan, lrs)]
    lrs.projector.runner.catch_up()
    return found + other_rows(lrs.ledger, lrs.databases[1])


def differences_over_http(server: Server, *, seconds: float = 10.0) -> list[str]:
    """The same of a served store, whose processes are given some seconds to bring their read models
    up to the log, which is read past the server. Raises Refused.
    """
    log, views = open_database(server.place.ledger_url), open_database(server.place.views_url)
    ledger = Ledger(log, now)
    try:
        found = [*_asked(Scan(ledger.reader), Web(server))]
        deadline = monotonic() + seconds
        while (rows := other_rows(ledger, views)) and monotonic() < deadline:
            sleep(0.2)
        return found + rows
    finally:
        ledger.close()
        log.close()
        views.close()


@dataclass(frozen=True)
class Service:
    """A store of this process, asked as the resource /xapi/statements asks it."""

    lrs: Lrs
    by: Credential = WRITER

    def find(self, query: StatementQuery) -> list[UUID]:
        statements = self.lrs.statements
        page = statements.find(query, self.by)
        ids = [s.id for s in page.statements]
        while page.next is not None:
            page = statements.follow(page.next.encode(), self.by, query.limit)
            ids += [s.id for s in page.statements]
        return ids

    def has(self, id: UUID, *, voided: bool) -> bool:
        statements = self.lrs.statements
        get = statements.get_voided if voided else statements.get
        try:
            return get(id, self.by)[0].id == id
        except StatementNotFound:
            return False


class Refused(Exception):
    """A served store did not answer: its status and body."""


@dataclass(frozen=True)
class Web:
    """A served store, asked by GET /xapi/statements."""

    server: Server

    def find(self, query: StatementQuery) -> list[UUID]:
        ids: list[UUID] = []
        path = f"/xapi/statements?{urlencode(_parameters(query))}"
        while path:
            answer = self._answer(path)
            ids += [UUID(s["id"]) for s in answer["statements"]]
            path = answer["more"]
        return ids

    def has(self, id: UUID, *, voided: bool) -> bool:
        name = "voidedStatementId" if voided else "statementId"
        answer = self._answer(f"/xapi/statements?{name}={id}", none_is=404)
        return answer is not None and UUID(answer["id"]) == id

    def _answer(self, path: str, none_is: int | None = None) -> Any:
        """The JSON of an answer; None for one of the other status."""
        status, body = self.server.ask("GET", path)
        if status == none_is:
            return None
        if status != 200:
            raise Refused(status, body)
        return json.loads(body)


def _parameters(query: StatementQuery) -> dict[str, str]:
    criteria = query.criteria
    parameters = {
        "agent": None if criteria.agent is None else json.dumps(identifier_of(criteria.agent)),
        "verb": criteria.verb,
        "activity": criteria.activity,
        "registration": criteria.registration,
        "related_agents": "true" if criteria.related_agents else None,
        "related_activities": "true" if criteria.related_activities else None,
        "since": None if query.since is None else iso(query.since),
        "until": None if query.until is None else iso(query.until),
        "ascending": "true" if query.ascending else None,
        "limit": query.limit,
    }
    return {name: str(value) for name, value in parameters.items() if value is not None}


def _asked(scan: Scan, store: Store) -> Iterator[str]:
    """Every criteria that occurs in the log (every third, but in the long runs), both directions,
    windows, and every id.
    """
    for criteria, positions in _many(scan.answers.items()):
        newest_first = StatementQuery(criteria, LIMIT)
        yield from _compared(scan, positions[::-1], newest_first, store)
    everything = scan.answers[Criteria()]
    oldest_first = StatementQuery(Criteria(), LIMIT, ascending=True)
    yield from _compared(scan, everything, oldest_first, store)
    for at in _some([*dict.fromkeys(s.stored for s in scan.statements.values())]):
        since = StatementQuery(Criteria(), LIMIT, since=at)
        until = StatementQuery(Criteria(), LIMIT, until=at)
        later = [p for p in everything[::-1] if scan.statements[p].stored > at]
        yield from _compared(scan, later, since, store)
        yield from _compared(scan, everything[::-1][len(later) :], until, store)
    for position, statement in scan.statements.items():
        for voided in (False, True):
            wanted = (position in scan.voided) is voided
            if store.has(statement.id, voided=voided) is not wanted:
                yield f"{statement.id}, voided={voided}: found={not wanted}"


def _mine(scan: Scan, lrs: Lrs) -> Iterator[str]:
    """What each key would find that may read its own statements alone."""
    keys = {authority_key(s.authority): s.authority for s in scan.statements.values()}
    for key, authority in keys.items():
        by = Credential(UUID(int=0), "mine", frozenset({Scope.STATEMENTS_READ_MINE}), authority)
        theirs = [
            p
            for p in scan.answers[Criteria()][::-1]
            if authority_key(scan.statements[p].authority) == key
        ]
        yield from _compared(scan, theirs, StatementQuery(Criteria(), LIMIT), Service(lrs, by))


def _compared(
    scan: Scan, positions: Sequence[int], query: StatementQuery, store: Store
) -> Iterator[str]:
    """How the answer differs from the statements at these positions, in this order."""
    by_scan, found = scan.ids(positions), store.find(query)
    if found != by_scan:
        missing = [str(id) for id in by_scan if id not in set(found)]
        foreign = [str(id) for id in found if id not in set(by_scan)]
        counts = f"{len(by_scan)} expected, {len(found)} found"
        yield f"{_parameters(query)}: {counts}, missing {missing[:3]}, foreign {foreign[:3]}"


def _many(
    answers: Iterable[tuple[Criteria, list[int]]],
) -> Iterator[tuple[Criteria, list[int]]]:
    """The first is that which asks for everything."""
    return islice(answers, 0, None, 1 if SOAKS else 3)


def _some(instants: Sequence[int]) -> list[int]:
    """INSTANTS of them at most, evenly, with the first and the last."""
    last = len(instants) - 1
    if last < INSTANTS:
        return list(instants)
    return [instants[n * last // (INSTANTS - 1)] for n in range(INSTANTS)]
