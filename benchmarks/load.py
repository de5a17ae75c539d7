"""The load generator: clients in a process of their own, and their measurements.

In a closed loop each connection sends its next request when the answer to the last one has come, so
the server is as busy as it can be. Paced, each sends at set times, whether the server is quick or
slow. A sample of what was stored is read back afterwards: a rate without that says nothing.
"""

from __future__ import annotations

import gc
import json
import random
import selectors
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from multiprocessing import get_context
from time import perf_counter, process_time

from benchmarks.synthetic import bodies
from benchmarks.traffic import Asking, Filling, Mixed, Posting, Request, Traffic, asking
from benchmarks.wire import LOST, STATEMENTS, Answer, Connection, Endpoint

READ_BACK = 20
GRACE = 60.0
"""Seconds for the last answers; what has not come by then is an error."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to send where. `seconds` are measured after `warm` ones that do not count.

    `filled` is how many statements the store was filled with; for `fill`, `first` is the number of
    the first one to send. `requests` ends the job early. The traffic `paths` is GETs of `paths`,
    one after another by chance.
    """

    to: Endpoint
    traffic: str
    seconds: float = 5.0
    warm: float = 1.0
    connections: int = 1
    batch: int = 1
    filled: int = 0
    first: int = 0
    small: int = 0
    requests: int | None = None
    paths: Sequence[str] = ()
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of a job. Response times in ms; `cpu` is the generator's own CPU, in cores."""

    seconds: float
    requests: int
    statements: int
    errors: int
    error: str
    p50: float
    p95: float
    p99: float
    read_back: int
    asked_back: int
    answer_size: float
    """Statements in an answer to a GET, on average of a few."""
    cpu: float
    worst: float = 0.0
    """The slowest answer, in ms."""
    size: float = 0.0
    """Bytes in an answer to a GET, on average of a few."""

    @property
    def rate(self) -> float:
        """Statements stored in a second."""
        return self.statements / self.seconds if self.seconds else 0.0

    @property
    def sound(self) -> bool:
        """Whether there was no error, and every statement of the sample could be read back."""
        return self.requests > 0 and self.errors == 0 and self.read_back == self.asked_back


class Generator:
    """The process that sends. Close it when done."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_prepare)

    def begin(self, job: Job) -> Future[Measured]:
        return self._pool.submit(run, job)

    def run(self, job: Job) -> Measured:
        return self.begin(job).result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def run(job: Job) -> Measured:
    """Do the job in this process."""
    dice = random.Random()  # ids must be new in each run
    loop = _Loop(job, _traffic(job, dice))
    used = process_time()
    began = perf_counter()
    loop.run()
    cpu = (process_time() - used) / (perf_counter() - began)
    sample = dice.sample(loop.stored, min(READ_BACK, len(loop.stored)))
    found = sum(job.to.ask(STATEMENTS, statementId=id)[0] == 200 for id in sample)
    return loop.measured(found, len(sample), cpu)


def _prepare() -> None:
    bodies()
    gc.freeze()


def _traffic(job: Job, dice: random.Random) -> Traffic:
    match job.traffic:
        case "post":
            return Posting(job.to, dice, job.batch)
        case "fill":
            return Filling(job.to, job.first, job.filled, job.batch)
        case "mixed":
            return Mixed(job.to, dice)
        case "paths":
            return Asking(lambda: job.to.get(dice.choice(job.paths)))
    return asking(job.traffic, job.to, dice, job.filled, job.small)


class _Loop:
    def __init__(self, job: Job, traffic: Traffic) -> None:
        self._job = job
        self._traffic = traffic
        self._selector = selectors.DefaultSelector()
        self._under_way: dict[Connection, tuple[Request, float]] = {}
        self._turns: dict[Connection, float] = {}
        """When each connection sends next, if they are paced."""
        self._waiting: list[tuple[float, int, Connection]] = []
        """Those that have been answered before their turn, in order of that."""
        self._number = count()
        self._times: list[float] = []
        self._errors: list[str] = []
        self._statements = 0
        self._last_answer = 0.0
        self._pages: deque[bytes] = deque(maxlen=3)
        self.stored: list[str] = []

    def run(self) -> None:
        """Send for the job's time, and wait for what is under way."""
        job = self._job
        self._measure = perf_counter() + job.warm
        self._end = self._measure + job.seconds
        began = perf_counter()
        for number in range(job.connections):
            connection = Connection(job.to.port)
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            self._turns[connection] = began + number * job.every / job.connections
            self._send_next(connection)
        while (self._under_way or self._waiting) and perf_counter() < self._end + GRACE:
            for key, events in self._selector.select(self._send_waiting()):
                self._advance(key.data, events)
        self._errors += ["no answer"] * len(self._under_way)
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def measured(self, read_back: int, asked_back: int, cpu: float) -> Measured:
        times = sorted(self._times)
        return Measured(
            seconds=max(0.0, self._last_answer - self._measure),
            requests=len(times),
            statements=self._statements,
            errors=len(self._errors),
            error=self._errors[0] if self._errors else "",
            p50=_share(times, 0.50),
            p95=_share(times, 0.95),
            p99=_share(times, 0.99),
            read_back=read_back,
            asked_back=asked_back,
            answer_size=_mean_size(self._pages),
            cpu=cpu,
            worst=_share(times, 1.0),
            size=sum(map(len, self._pages)) / max(1, len(self._pages)),
        )

    def _send_waiting(self) -> float:
        """Send what is due by now. Seconds until there is more."""
        while self._waiting:
            left = self._waiting[0][0] - perf_counter()
            if left > 0:
                return min(left, 0.1)
            # Not from the due time: the selector may sleep too long, which is not the server's
            # delay.
            self._send(heappop(self._waiting)[2], perf_counter())
        return 0.1

    def _send_next(self, connection: Connection) -> None:
        """Have it send, now or when it is its turn."""
        now = perf_counter()
        if not self._job.every:
            self._send(connection, now)
            return
        turn = self._turns[connection]
        self._turns[connection] = turn + self._job.every
        if turn <= now:
            self._send(connection, turn)
        else:
            self._under_way.pop(connection, None)
            heappush(self._waiting, (turn, next(self._number), connection))

    def _send(self, connection: Connection, at: float) -> None:
        """Send its next request, whose answer's time counts from then."""
        done = perf_counter() >= self._end or len(self._times) >= (self._job.requests or 1 << 60)
        request = None if done else self._traffic.next()
        if request is None:
            self._under_way.pop(connection, None)
            return
        self._under_way[connection] = request, at
        if not connection.send(request.data):
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.modify(connection.socket, both, connection)

    def _advance(self, connection: Connection, events: int) -> None:
        if events & selectors.EVENT_WRITE and connection.flush():
            self._selector.modify(connection.socket, selectors.EVENT_READ, connection)
        if not events & selectors.EVENT_READ:
            return
        answer = connection.receive()
        if answer is None:
            return
        if answer.status == LOST:
            self._selector.unregister(connection.socket)
            connection.socket.close()
            connection.open()
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        if connection in self._under_way:
            self._note(*self._under_way[connection], answer)
            self._send_next(connection)

    def _note(self, request: Request, sent: float, answer: Answer) -> None:
        now = perf_counter()
        self._traffic.answered(request, answer)
        if answer.status != 200:
            self._errors.append(f"{answer.status} {answer.body[:300].decode(errors='replace')}")
            return
        if sent < self._measure or not request.counts:
            return
        self._times.append(now - sent)
        self._last_answer = now
        self._statements += len(request.ids)
        self.stored += request.ids[:1]
        if not request.ids:
            self._pages.append(answer.body)


def _share(times: Sequence[float], share: float) -> float:
    """The time in ms that this share of the answers did not exceed."""
    return times[min(len(times) - 1, int(len(times) * share))] * 1_000 if times else 0.0


def _mean_size(pages: Sequence[bytes]) -> float:
    sizes = [len(json.loads(page).get("statements", [0])) for page in pages]
    return sum(sizes) / len(sizes) if sizes else 0.0
