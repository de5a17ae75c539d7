"""From a seed to a request."""

from __future__ import annotations

from random import Random
from urllib.parse import urlencode

from tests.system.fuzz.drafts import DOCUMENTS, STATEMENTS, VERSION, Draft
from tests.system.fuzz.framing import FRAMINGS, Message
from tests.system.fuzz.kinds import drafted
from tests.system.fuzz.mutating import spoil
from tests.system.fuzz.world import World

LONGEST_TARGET = 60_000
"""Bytes; beyond 65,534 the server itself refuses."""


_FIELDS = {"Authorization", VERSION, "Content-Type", "If-Match", "If-None-Match"}
"""The headers that may stand in a form."""


def message(seed: int, world: World) -> Message:
    """The request of a seed: always the same for the same logins."""
    chance = Random(seed)
    draft, login = drafted(chance, len(world.logins))
    draft.headers["Authorization"] = f"Basic {world.logins[login]}"
    kind = draft.kind
    if chance.random() < 0.1 and draft.headers[VERSION][0] == "1" and _may_be_form(draft):
        _as_form(draft)
        kind += " as form"
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        kind += f" {spoil(chance, draft)}"
    made = _rendered(seed, kind, draft)
    _close(chance, made)
    if chance.random() < 0.15:
        way = chance.choice(FRAMINGS)
        way(chance, made)
        made.kind += f" {way.__name__.lstrip('_')}"
        made.expects = frozenset()
    if not made.proper:
        made.acknowledges = None
    return made


def _may_be_form(draft: Draft) -> bool:
    plain = draft.path in (STATEMENTS, *DOCUMENTS) and draft.method in ("GET", "PUT", "DELETE")
    return plain and draft.body.isascii() and "Origin" not in draft.headers


def _as_form(draft: Draft) -> None:
    """The same in the alternate syntax of 1.0.x (1.0.3 part 3, 1.3)."""
    moved = {k: v for k, v in draft.headers.items() if k in _FIELDS}
    fields = {**draft.params, **moved}
    if draft.method == "PUT":
        fields["content"] = draft.body.decode()
    draft.params, draft.method = {"method": draft.method}, "POST"
    others = {k: v for k, v in draft.headers.items() if k not in moved}
    draft.headers = {**others, "Content-Type": "application/x-www-form-urlencoded"}
    draft.body = urlencode(fields).encode()


def _rendered(seed: int, kind: str, draft: Draft) -> Message:
    target = f"{draft.path}?{draft.query}" if draft.params else draft.path
    headers = [(k.encode(), v.encode("latin-1", "replace")) for k, v in draft.headers.items()]
    if "Host" not in draft.headers:
        headers.append((b"Host", b"localhost"))
    if draft.body or draft.method in ("PUT", "POST"):
        headers.append((b"Content-Length", b"%d" % len(draft.body)))
    return Message(
        seed,
        kind,
        draft.method.encode(),
        target.encode()[:LONGEST_TARGET],
        headers,
        draft.body,
        draft.expects,
        draft.acknowledges,
    )


def _close(chance: Random, made: Message) -> None:
    """Most connections are kept."""
    made.closing = "keep"
    if chance.random() < 0.05:
        made.closing = "close"
        made.headers.append((b"Connection", b"close"))
    if chance.random() < 0.03:
        made.pieces = chance.randrange(2, 6)
