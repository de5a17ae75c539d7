"""A request before it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

JSON = "application/json"
VERSION = "X-Experience-API-Version"
HASH = "X-Experience-API-Hash"

STATEMENTS = "/xapi/statements"
DOCUMENTS = ("/xapi/activities/state", "/xapi/agents/profile", "/xapi/activities/profile")

WRITTEN, ANSWERED = frozenset({204}), frozenset({200})
FOUND = frozenset({200, 404})
KEPT = frozenset({204, 400, 409, 412})


@dataclass
class Draft:
    """Its parts. `expects` are the statuses that a good one may get, empty where nobody knows;
    `acknowledges` the id of the statement that is stored if the answer is 204.
    """

    kind: str
    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    expects: frozenset[int] = ANSWERED
    acknowledges: str | None = None

    @property
    def query(self) -> str:
        return urlencode(self.params)
