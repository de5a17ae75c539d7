"""A programme's rule and its versions: which of them holds on which day.

Every description of a programme is the next version of its rule. A version holds from its `since`
until the next one does. Of several that have begun the one described last holds: who describes a
programme with an earlier `since` replaces all that was said of the days from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lrs.domain.xapi.agent import JsonObject, authority_key, authority_name

Authorities = frozenset[str]
"""Names of authorities, or their agent keys; empty for whoever there is."""

ANYBODY: Authorities = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a programme's rule; members are named as in the catalogue.

    `since` is the first day it holds on, None from ever; `wanted` so many of `courses` are enough;
    `min_score` is scaled, and compared to nine decimals; `equivalents` are pairs of a course and
    the one it counts as; `authorities` are those whose statements count, by name or agent key, all
    where there is none. Without `courses` the programme is withdrawn: it grants nothing any more
    and applies to nobody.
    """

    number: int
    since: date | None = None
    courses: tuple[str, ...] = ()
    wanted: int = 0
    min_score: float | None = None
    min_hours: float | None = None
    valid_months: int | None = None
    valid_until: date | None = None
    renewal_days: int | None = None
    due_days: int | None = None
    equivalents: tuple[tuple[str, str], ...] = ()
    posts: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    newcomers: bool = False
    everyone: bool = False
    before_visitors: bool = False
    authorities: Authorities = ANYBODY

    @property
    def begin(self) -> date:
        """The first day it holds on, as a day of the calendar."""
        return self.since or date.min


def rule_of(entry: JsonObject | None, number: int, stored_day: date) -> Rule:
    """The rule that version `number` of a catalogue entry makes; None stands for a withdrawal.

    `stored_day` is the UTC day on which the version was stored.
    """
    if entry is None:
        return Rule(number, since=stored_day)
    courses = tuple(dict.fromkeys(entry["courses"]))
    equivalents = [(pair["course"], pair["counts_as"]) for pair in entry.get("equivalents", ())]
    return Rule(
        number=number,
        since=day_of(entry, "since") or (None if number == 1 else stored_day),
        courses=courses,
        wanted=min(entry.get("at_least") or len(courses), len(courses)),
        min_score=entry.get("min_score"),
        min_hours=entry.get("min_hours"),
        valid_months=entry.get("valid_months"),
        valid_until=day_of(entry, "valid_until"),
        renewal_days=entry.get("renewal_days"),
        due_days=entry.get("due_days"),
        equivalents=tuple(dict.fromkeys(pair for pair in equivalents if pair[1] in courses)),
        posts=frozenset(entry.get("posts", ())),
        offices=frozenset(entry.get("offices", ())),
        newcomers=entry.get("newcomers", False),
        everyone=entry.get("everyone", False),
        before_visitors=entry.get("before_visitors", False),
        authorities=frozenset(entry.get("authorities", ())),
    )


def vouches(authority: JsonObject, authorities: Authorities) -> bool:
    """Whether it is among them, by its name or by its agent key; anybody is where none is named."""
    if not authorities:
        return True
    return authority_name(authority) in authorities or authority_key(authority) in authorities


def day_of(entry: JsonObject, member: str) -> date | None:
    """The day that a member of a catalogue entry says, if it says one."""
    day = entry.get(member)
    return date.fromisoformat(day) if day else None


def timeline(versions: Iterable[Rule]) -> list[Rule]:
    """The versions that hold on some day, in the order of these days."""
    line: list[Rule] = []
    for rule in sorted(versions, key=lambda rule: rule.number):
        while line and line[-1].begin >= rule.begin:
            line.pop()
        line.append(rule)
    return line


def in_force(versions: Iterable[Rule], day: date) -> Rule | None:
    """The version that holds on `day`; None before the first one does."""
    begun = [rule for rule in versions if rule.begin <= day]
    return max(begun, key=lambda rule: rule.number, default=None)
