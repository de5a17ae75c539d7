"""What a filter of GET /statements finds in the statements index: positions, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    false,
    select,
    union,
)

from lrs.domain.xapi.filters import Criteria, activity_term, agent_term, verb_term
from lrs.projections import surrogate_keys
from lrs.projections.statements.index import DIRECT, RELATED, index_entry, mention, term


@dataclass(frozen=True, slots=True)
class Filter:
    """What to find, between positions `after` (excluded) and `upto` (included)."""

    criteria: Criteria
    after: int
    upto: int
    ascending: bool = False
    authority: str | None = None
    """Only statements of this authority; what they refer to finds them if it is of the same."""

    def terms(self) -> dict[str, str]:
        """The terms asked for, by `agent`, `verb`, `activity` and `authority`."""
        criteria, found = self.criteria, {}
        if criteria.agent is not None:
            found["agent"] = agent_term(criteria.agent)
        if criteria.verb is not None:
            found["verb"] = verb_term(criteria.verb)
        if criteria.activity is not None:
            found["activity"] = activity_term(criteria.activity)
        if self.authority is not None:
            found["authority"] = agent_term(self.authority)
        return found


def find(connection: Connection, wanted: Filter, limit: int) -> list[int]:
    """Positions of matching statements that are not voided, in order, `limit` at most."""
    criteria, texts = wanted.criteria, wanted.terms()
    ids = surrogate_keys.look_up(connection, term, texts.values())
    if len(ids) < len(set(texts.values())):
        return []
    codes = {name: ids[text] for name, text in texts.items()}
    shape = _Shape(
        terms=frozenset(codes),
        registration=criteria.registration is not None,
        related_agents=criteria.related_agents,
        related_activities=criteria.related_activities,
        ascending=wanted.ascending,
    )
    parameters = {
        **codes,
        **{f"{name}_{scope}": 2 * code + scope for name, code in codes.items() for scope in (0, 1)},
        "registration": criteria.registration,
        "after": wanted.after,
        "upto": wanted.upto,
        "limit": limit,
    }
    return list(connection.scalars(_query(shape), parameters).all())


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a filter asks for without the values: filters of one shape are one query."""

    terms: frozenset[str]
    registration: bool
    related_agents: bool
    related_activities: bool
    ascending: bool


@cache
def _query(shape: _Shape) -> Select[int]:
    branches = [_page(branch, shape) for branch in _branches(shape)]
    if len(branches) == 1:
        return branches[0]
    either = union(*(select(b.subquery()) for b in branches)).subquery()
    return _ordered(select(either.c.position), either.c.position, shape).limit(bindparam("limit"))


def _branches(shape: _Shape) -> list[Select[int]]:
    """The ways to match, each answered by one index in order of position; all are united."""
    base = select(index_entry.c.position).where(index_entry.c.voided == false())
    if "verb" in shape.terms:
        base = base.where(index_entry.c.verb == bindparam("verb"))
    if shape.registration:
        base = base.where(index_entry.c.registration == bindparam("registration"))
    if "authority" in shape.terms:
        # Neither the statement nor the one whose terms find it may be another's.
        base = base.where(index_entry.c.authority == bindparam("authority"), _own())
    branches = [base]
    if "agent" in shape.terms:
        scopes = (DIRECT, RELATED) if shape.related_agents else (DIRECT,)
        agents = [_mentioning(base, "agent", scope) for scope in scopes]
        if shape.related_agents:
            agents.append(base.where(index_entry.c.authority == bindparam("agent")))
        branches = agents
    if "activity" in shape.terms:
        activities = [b.where(index_entry.c.activity == bindparam("activity")) for b in branches]
        if shape.related_activities:
            activities += [_mentioning(b, "activity", RELATED) for b in branches]
        branches = activities
    return branches


def _mentioning(query: Select[int], name: str, scope: int) -> Select[int]:
    other = mention.alias()
    same = and_(other.c.position == index_entry.c.position, other.c.back == index_entry.c.back)
    # The bounds are the entry's, too; said here, they bound the walk along the mentions.
    within = and_(other.c.position > bindparam("after"), other.c.position <= bindparam("upto"))
    # Answered in the order of the mentions' key, so that the first page needs no sorting.
    walked = query.with_only_columns(other.c.position)
    return walked.where(same, other.c.term == bindparam(f"{name}_{scope}"), within)


def _own() -> ColumnElement[bool]:
    own = index_entry.alias()
    return exists().where(
        own.c.position == index_entry.c.position,
        own.c.back == 0,
        own.c.authority == bindparam("authority"),
    )


def _page(query: Select[int], shape: _Shape) -> Select[int]:
    position = query.selected_columns.values()[0]
    within = and_(position > bindparam("after"), position <= bindparam("upto"))
    return _ordered(query.where(within).distinct(), position, shape).limit(bindparam("limit"))


def _ordered(query: Select[int], column: ColumnElement[int], shape: _Shape) -> Select[int]:
    return query.order_by(column if shape.ascending else column.desc())
