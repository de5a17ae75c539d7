"""What the clients of a scenario send, one request after another."""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from benchmarks.synthetic import Body, bodies, filled_id, fresh_id
from benchmarks.wire import STATEMENTS, Answer, Endpoint

PAGE = 100
FEW = 5
"""A page that the busier half of a small store's keys can fill, too."""


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes to send; the ids that it stores; whether its time counts."""

    data: bytes
    ids: Sequence[str] = ()
    counts: bool = True


class Traffic(Protocol):
    """A stream of requests; None ends it."""

    def next(self) -> Request | None: ...
    def answered(self, request: Request, answer: Answer) -> None: ...


class Posting:
    """New statements, one or many at a time."""

    def __init__(self, to: Endpoint, dice: random.Random, batch: int = 1) -> None:
        self._to, self._dice, self._batch = to, dice, batch
        self._pool = bodies()
        self._at = dice.randrange(len(self._pool))

    def next(self) -> Request:
        ids = [fresh_id(self._dice) for _ in range(self._batch)]
        parts = [self._body().under(id) for id in ids]
        body = parts[0] if self._batch == 1 else b"[" + b",".join(parts) + b"]"
        return Request(self._to.post(body), ids)

    def answered(self, request: Request, answer: Answer) -> None: ...

    def _body(self) -> Body:
        self._at = (self._at + 1) % len(self._pool)
        return self._pool[self._at]


class Filling:
    """The statements of a filled store, from one number to another, in batches."""

    def __init__(self, to: Endpoint, first: int, last: int, batch: int) -> None:
        self._to, self._last, self._batch = to, last, batch
        self._numbers = iter(range(first, last, batch))

    def next(self) -> Request | None:
        first = next(self._numbers, None)
        if first is None:
            return None
        numbers = range(first, min(first + self._batch, self._last))
        pool = bodies()
        parts = [pool[n % len(pool)].under(filled_id(n)) for n in numbers]
        ids = [filled_id(n) for n in numbers]
        return Request(self._to.post(b"[" + b",".join(parts) + b"]"), ids)

    def answered(self, request: Request, answer: Answer) -> None: ...


class Mixed:
    """Four POSTs to one GET that wants to see what was posted a moment ago.

    Half of the GETs are for one of the last statements, the others for an agent's or for a verb's
    and activity's.
    """

    def __init__(self, to: Endpoint, dice: random.Random) -> None:
        self._to, self._dice = to, dice
        self._posting = Posting(to, dice)
        self._stored: deque[str] = deque(maxlen=200)

    def next(self) -> Request:
        chance = self._dice.random()
        if chance < 0.8 or not self._stored:
            return self._posting.next()
        if chance < 0.9:
            return Request(self._to.get(statementId=self._dice.choice(self._stored)))
        body = self._dice.choice(bodies())
        if chance < 0.96:
            return Request(self._to.get(agent=body.agent, limit=20))
        return Request(self._to.get(verb=body.verb, activity=body.activity, limit=20))

    def answered(self, request: Request, answer: Answer) -> None:
        if answer.status == 200:
            self._stored.extend(request.ids)


class Asking:
    """One kind of GET, with other keys each time."""

    def __init__(self, ask: Callable[[], bytes]) -> None:
        self._ask = ask

    def next(self) -> Request:
        return Request(self._ask())

    def answered(self, request: Request, answer: Answer) -> None: ...


class Walking:
    """Pages one to ten of everything, over and over; the tenth one's time counts."""

    def __init__(self, to: Endpoint) -> None:
        self._to = to
        self._page, self._more = 0, ""

    def next(self) -> Request:
        self._page = self._page % 10 + 1
        data = self._to.get(limit=PAGE) if self._page == 1 else self._to.get(self._more)
        return Request(data, counts=self._page == 10)

    def answered(self, request: Request, answer: Answer) -> None:
        self._more = json.loads(answer.body).get("more", "") if answer.status == 200 else ""
        if not self._more:
            self._page = 0


def asking(kind: str, to: Endpoint, dice: random.Random, filled: int, small: int) -> Traffic:
    """The GETs of a kind, at a store filled with that many statements.

    A kind ending in `-few` asks for five statements, by keys of which a store of `small`
    statements has as many: so stores of any size give equal answers.
    """
    pool = bodies()
    few = kind.endswith("-few")
    limit = FEW if few else PAGE

    def key(of: Callable[[Body], Any]) -> Callable[[], Any]:
        keys = [of(body) for body in pool]
        often = Counter(keys[:small])
        choices = [k for k in keys if often[k] >= FEW] if few else keys
        return lambda: dice.choice(choices)

    match kind.removesuffix("-few"):
        case "id":
            return Asking(lambda: to.get(statementId=filled_id(dice.randrange(filled))))
        case "agent":
            agent = key(lambda body: body.agent)
            return Asking(lambda: to.get(agent=agent(), limit=limit))
        case "verb-activity":
            pair = key(lambda body: (body.verb, body.activity))
            return Asking(lambda: _verb_activity(to, pair(), limit))
        case "related":
            course = key(lambda body: body.course)
            return Asking(lambda: to.get(activity=course(), related_activities="true", limit=limit))
        case "window":
            windows = list(_windows(to, dice, filled))
            return Asking(lambda: to.get(**dice.choice(windows), limit=limit))
        case "first-page":
            return Asking(lambda: to.get(limit=limit))
        case "tenth-page":
            return Walking(to)
    raise ValueError(f"there is no traffic {kind}")


def _verb_activity(to: Endpoint, pair: tuple[str, str], limit: int) -> bytes:
    return to.get(verb=pair[0], activity=pair[1], limit=limit)


def _windows(to: Endpoint, dice: random.Random, filled: int) -> Iterator[dict[str, str]]:
    """Windows of a fiftieth of the store's time, each beginning where something was stored."""
    first = _stored(to.ask(STATEMENTS, limit=1, ascending="true")[1]["statements"][0])
    last = _stored(to.ask(STATEMENTS, limit=1)[1]["statements"][0])
    width = max((last - first) / 50, timedelta(milliseconds=50))
    for _ in range(25):
        anchor = to.ask(STATEMENTS, statementId=filled_id(dice.randrange(filled)))[1]
        since = _stored(anchor) - timedelta(milliseconds=2)
        yield {"since": since.isoformat(), "until": (since + width).isoformat()}


def _stored(statement: dict[str, str]) -> datetime:
    return datetime.fromisoformat(statement["stored"])
