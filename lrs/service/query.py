"""A client's query of statements, and the cursor that leads through the pages of the result."""

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
    """The query of GET /statements. `since` and `until` are in microseconds since the epoch."""

    criteria: Criteria
    limit: int
    ascending: bool = False
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position in a result that is read page by page. The first page fixes the window of
    positions, so a client gets every match exactly once even if statements are stored meanwhile.
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
        """Raises InvalidQuery for a malformed token."""
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
        """Raises InvalidQuery if a filter or the order differs from this cursor's. `limit`, `since`
        and `until` are not compared, because the window of a later page is smaller.
        """
        own = {**asdict(self.criteria), "ascending": self.ascending}
        for name, value in parameters.items():
            if name in own and own[name] != value:
                raise InvalidQuery("contradicts-more", parameter=name)

    def _is_sound(self) -> bool:
        """Whether each field has its type: a token is input like any other."""
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
