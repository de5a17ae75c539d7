"""What a client asks for, and how it walks through the pages of the answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson

from lrs.domain.errors import InvalidQuery
from lrs.domain.xapi.filters import Criteria


@dataclass(frozen=True, slots=True)
class StatementQuery:
    """What GET /statements asks for. `since` and `until` are in microseconds since the epoch."""

    criteria: Criteria
    limit: int
    ascending: bool = False
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk through a result stands. The window is fixed by the first page, so whatever is
    stored meanwhile, following it gives every match exactly once.
    """

    criteria: Criteria
    limit: int
    ascending: bool
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
            criteria = fields.pop("criteria")
            if criteria["registration"] is not None:
                criteria["registration"] = UUID(criteria["registration"])
            cursor = cls(Criteria(**criteria), **fields)
            if not cursor._is_sound():
                raise ValueError("fields")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InvalidQuery("invalid-more") from None
        return cursor

    def require(self, parameters: Mapping[str, object]) -> None:
        """Raises InvalidQuery where a filter or the order is said to be another than it is here.
        `limit`, `since` and `until` are not compared: a later page's window is a smaller one.
        """
        here = {**asdict(self.criteria), "ascending": self.ascending}
        for name, value in parameters.items():
            if name in here and here[name] != value:
                raise InvalidQuery("contradicts-more", parameter=name)

    def _is_sound(self) -> bool:
        """Whether each field is of its type: a token is input as any other."""
        criteria = self.criteria
        numbers: list[object] = [self.after, self.upto, self.limit]
        flags: list[object] = [self.ascending, criteria.related_agents, criteria.related_activities]
        texts: list[object] = [criteria.agent, criteria.verb, criteria.activity]
        return (
            all(type(n) is int and 0 <= n < 2**63 for n in numbers)
            and self.limit > 0
            and all(type(flag) is bool for flag in flags)
            and all(text is None or type(text) is str for text in texts)
        )
