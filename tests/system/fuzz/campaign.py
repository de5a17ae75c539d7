"""Many requests over many connections, and what came of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

import orjson

from tests.system.fuzz.framing import Message
from tests.system.fuzz.judging import faults
from tests.system.fuzz.messages import message
from tests.system.fuzz.wire import PATIENCE, Answer, Broken, Connection, Lost
from tests.system.fuzz.world import World

CONNECTIONS = 24
_AT_ONCE = 200_000
"""Bytes that fit between client and server; what is more is sent while the answer is awaited."""

_MOST_FAILURES = 50


@dataclass
class Tally:
    """What was sent and answered. `failures` are seed, kind, and what was wrong."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    reopened: int = 0
    stored: set[bytes] = field(default_factory=set)
    failures: list[tuple[int, str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        statuses = ", ".join(f"{s}: {n}" for s, n in sorted(self.statuses.items()))
        return (
            f"{self.requests} requests; {statuses}; {self.unanswered} cut by the client and not "
            f"answered; {self.reopened} sent again on a new connection; {len(self.stored)} "
            f"statements acknowledged; {len(self.failures)} failures"
        )


def campaign(
    world: World, seeds: Iterable[int], told: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Send the requests of all seeds; `told` hears of every hundred thousand."""
    # In a thread of its own: a browser's driver may keep a loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _campaign(world, iter(seeds), told)).result()


async def _campaign(world: World, seeds: Iterator[int], told: Callable[[Tally], None]) -> Tally:
    tally = Tally()

    def counted() -> Iterator[int]:
        for count, seed in enumerate(seeds, 1):
            yield seed
            if count % 100_000 == 0:
                told(tally)

    numbers = counted()
    clients = [_Client(world, numbers, tally).run() for _ in range(CONNECTIONS)]
    await asyncio.gather(*clients)
    return tally


class _Client:
    """Sends one request after the other, or a few at once, on one connection at a time."""

    def __init__(self, world: World, seeds: Iterator[int], tally: Tally) -> None:
        self._world = world
        self._seeds = seeds
        self._tally = tally
        self._connection: Connection | None = None
        self._excused = False
        self._before: list[int] = []

    async def run(self) -> None:
        try:
            for seed in self._seeds:
                messages = [message(seed, self._world)]
                if seed % 16 == 0:
                    messages += [message(more, self._world) for more in islice(self._seeds, 3)]
                await self._all(messages)
                if len(self._tally.failures) >= _MOST_FAILURES:
                    break
        finally:
            await self._close()

    async def _all(self, messages: list[Message]) -> None:
        while messages:
            together = _together(messages)
            del messages[: len(together)]
            await self._send(together)

    async def _send(self, together: list[Message]) -> None:
        self._tally.requests += len(together)
        self._tally.kinds.update(m.kind for m in together)
        try:
            async with asyncio.timeout(PATIENCE):
                if together[0].proper:
                    await self._ask(together)
                else:
                    await self._provoke(together[0])
        except TimeoutError:
            self._fail(together[0], f"no answer, or no end, in {PATIENCE} s")
            await self._close()

    async def _opened(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self._world.port)
            self._excused, self._before = False, []
            await self._connection.open()
        return self._connection

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _ask(self, messages: list[Message]) -> None:
        """Each must be answered, in order; what follows an answer that closes is sent again."""
        while messages:
            connection = await self._opened()
            raw = b"".join(one.raw for one in messages)
            if len(raw) > _AT_ONCE:
                connection.send_meanwhile(raw)
            else:
                await connection.send(raw, messages[0].pieces)
            try:
                await self._receive(connection, messages)
            except Lost as lost:
                await self._close()
                if lost.begun or not self._excused:
                    self._fail(messages.pop(0), "lost")
                else:
                    self._tally.reopened += 1
            except Broken as broken:
                await self._close()
                self._fail(messages.pop(0), f"broken: {broken}")

    async def _receive(self, connection: Connection, messages: list[Message]) -> None:
        """The answers to messages, which are taken off the list, up to one that closes."""
        while messages:
            answer = await connection.receive(messages[0])
            asked = messages.pop(0)
            self._judge(asked, answer)
            # A server that leaves a body unread may have to end the connection.
            read = answer.status < 400 and asked.method in (b"PUT", b"POST")
            self._excused = bool(asked.body) and not read
            if answer.closes or asked.is_last:
                if not await connection.ends():
                    self._fail(asked, f"goes on after its end: {connection.rest[:60]!r}")
                await self._close()
                return
        if connection.rest:
            self._fail(asked, f"more than an answer: {connection.rest[:60]!r}")
            await self._close()

    async def _provoke(self, improper: Message) -> None:
        """What is no good HTTP, or cut off: whatever is answered must be right, and then the
        connection must end.
        """
        connection = await self._opened()
        await connection.send(improper.raw[: improper.cut])
        answered = False
        if improper.cut is None:
            answered = await self._hear(connection, improper, 0.2)
        if improper.closing == "reset":
            connection.reset()
        elif improper.cut is None or improper.closing == "half":
            connection.shut()
            while await self._hear(connection, improper, PATIENCE):
                answered = True
        self._tally.unanswered += not answered
        await self._close()

    async def _hear(self, connection: Connection, improper: Message, seconds: float) -> bool:
        """Whether an answer came. Raises TimeoutError only where the whole takes too long."""
        try:
            async with asyncio.timeout(seconds):
                self._judge(improper, await connection.receive(improper))
        except (Lost, Broken):
            return False
        except TimeoutError:
            if seconds == PATIENCE:
                raise
            return False
        return True

    def _judge(self, message: Message, answer: Answer) -> None:
        self._before.append(message.seed)
        self._tally.statuses[answer.status] += 1
        for fault in faults(message, answer):
            self._fail(message, f"{fault}: {answer.body[:300]!r}")
        if answer.status == 204 and message.acknowledges:
            self._tally.stored.add(UUID(message.acknowledges).bytes)
        elif answer.status == 200 and answer.body[:2] == b'["':
            with suppress(ValueError):
                self._tally.stored |= {UUID(id).bytes for id in orjson.loads(answer.body)}

    def _fail(self, message: Message, fault: str) -> None:
        fault += f"; before it on the connection: {self._before[-5:]}"
        self._tally.failures.append((message.seed, message.kind, fault))


def _together(messages: list[Message]) -> list[Message]:
    """Those from the first on that may be sent at once."""
    for count, one in enumerate(messages):
        if not one.proper:
            return messages[: max(count, 1)]
        if one.is_last:
            return messages[: count + 1]
    return list(messages)
