"""Fields that only entries of the catalogue have."""

from __future__ import annotations

from schemas import rules
from schemas.leaves import Leaf


class CodeField(Leaf):
    accepts, code = staticmethod(rules.is_code), "entry-code"
    form = "a code such as 04"


class AgentKey(Leaf):
    accepts, code = staticmethod(rules.is_agent_key), "agent-key"
    form = "an agent key such as account|HOMEPAGE|NAME"


class Date(Leaf):
    accepts, code = staticmethod(rules.is_date), "date"
    form = "a day such as 2026-03-31"


class MonthField(Leaf):
    accepts, code = staticmethod(rules.is_month), "month"
    form = "a month such as 2026-03"


class CountField(Leaf):
    accepts, code = staticmethod(rules.is_count), "count"
    form = "a whole number"


class Positive(Leaf):
    accepts, code = staticmethod(rules.is_positive), "positive-count"
    form = "a whole number from 1"


class Some(Leaf):
    accepts, code = staticmethod(rules.is_amount), "amount"
    form = "a number above zero"
