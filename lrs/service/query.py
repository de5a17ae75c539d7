"""What a client asks for, and how it walks through the pages of the answer."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson

from lrs.domain.errors import InvalidQuery


@dataclass(frozen=True, slots=True)
class StatementQuery:
    """What GET /statements asks for. `since` and `until` are in microseconds since the epoch."""

    limit: int
    ascending: bool = False
    agent: str | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    related_agents: bool = False
    related_activities: bool = False
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk through a result stands. The window is fixed by the first page, so whatever is
    stored meanwhile, following it gives every match exactly once.
    """

    query: StatementQuery
    after: int
    upto: int

    def encode(self) -> str:
        fields = asdict(self)
        return base64.urlsafe_b64encode(orjson.dumps(fields)).decode().rstrip("=")

    @classmethod
    def decode(cls, token: str) -> Cursor:
        """Raises InvalidQuery for a token that this store did not make."""
        try:
            padded = token + "=" * (-len(token) % 4)
            fields = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            query = fields["query"]
            if query["registration"] is not None:
                query["registration"] = UUID(query["registration"])
            cursor = cls(StatementQuery(**query), fields["after"], fields["upto"])
            if not cursor._is_sound():
                raise ValueError("fields")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InvalidQuery("invalid-more") from None
        return cursor

    def _is_sound(self) -> bool:
        """Whether each field is of its type: a token is input as any other."""
        query = self.query
        numbers: list[object] = [self.after, self.upto, query.limit]
        flags: list[object] = [query.ascending, query.related_agents, query.related_activities]
        texts: list[object] = [query.agent, query.verb, query.activity]
        return (
            all(type(n) is int and 0 <= n < 2**63 for n in numbers)
            and query.limit > 0
            and all(type(flag) is bool for flag in flags)
            and all(text is None or type(text) is str for text in texts)
        )
