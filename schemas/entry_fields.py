"""Fields that only entries of the catalogue have."""

from __future__ import annotations

from schemas import rules
from schemas.fields import Leaf


class Code(Leaf):
    accepts, code = staticmethod(rules.is_code), "entry-code"


class AgentKey(Leaf):
    accepts, code = staticmethod(rules.is_agent_key), "agent-key"


class Date(Leaf):
    accepts, code = staticmethod(rules.is_date), "date"


class Month(Leaf):
    accepts, code = staticmethod(rules.is_month), "month"


class Count(Leaf):
    accepts, code = staticmethod(rules.is_count), "count"


class Positive(Leaf):
    accepts, code = staticmethod(rules.is_positive), "positive-count"


class Some(Leaf):
    accepts, code = staticmethod(rules.is_amount), "amount"
