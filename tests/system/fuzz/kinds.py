"""Good requests of every kind, each from its own randomness."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from lrs.domain.xapi.version import Version
from tests.schemas.examples import V1, V2
from tests.system.fuzz import asking, keeping, sending
from tests.system.fuzz.drafts import VERSION, Draft


def drafted(chance: Random, logins: int) -> tuple[Draft, int]:
    """A good request, and which login sends it: nearly always that of the first, who may do all."""
    kind = chance.choices(KINDS, _WEIGHTS)[0]
    spoken = chance.choice(("1.0.3", "1.0.3", "1.0", "1.0.1", "2.0.0", "2.0.0", "2.0.0", "2.0"))
    draft = kind(chance, V2 if spoken[0] == "2" else V1)
    draft.headers[VERSION] = spoken
    login = 0 if chance.random() < 0.95 else chance.randrange(logins)
    if login or chance.random() < 0.1:
        draft.expects = frozenset()
    if chance.random() < 0.2:
        draft.headers["Accept-Language"] = chance.choice(("ru, en;q=0.5", "*", "sr-Latn-RS", "de"))
    if chance.random() < 0.1:
        draft.headers["Origin"] = "https://courses.example.org"
    if chance.random() < 0.1:
        draft.headers["X-Request-ID"] = f"fuzz-{chance.getrandbits(64):x}"
    return draft, login


_MADE: dict[Callable[[Random, Version], Draft], int] = {
    sending.post: 16,
    sending.heavy: 1,
    sending.again: 6,
    sending.void: 3,
    sending.put: 8,
    sending.attached: 8,
    asking.one: 6,
    asking.query: 12,
    asking.more: 8,
    keeping.document: 20,
    keeping.clear: 1,
    asking.known: 6,
    asking.report: 3,
    asking.strange: 3,
    asking.preflight: 1,
}
KINDS, _WEIGHTS = tuple(_MADE), tuple(_MADE.values())
