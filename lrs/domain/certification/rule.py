"""A programme's rule and its versions: which version is in force on a day.

Every description of a programme is the next version of its rule. On a day, of the versions whose
`since` is that day or earlier, the one described last is in force. So a new description with an
earlier `since` replaces all versions from that day on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lrs.domain.xapi.agent import JsonObject, authority_key, authority_name

Authorities = frozenset[str]
"""Names of authorities, or their agent keys; empty for all authorities."""

ANYBODY: Authorities = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a programme's rule; its members have the names of the catalogue.

    `since` is the first day in force, None if it has always been in force; `wanted` is the number
    of `courses` that suffices; `min_score` is scaled, and compared to nine decimals; `equivalents`
    are pairs of a course and the course that it counts as; `authorities` are those whose statements
    count. A rule without `courses` is that of a withdrawn programme: it grants no certificates and
    applies to nobody.
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
        """The first day in force; date.min if it has always been in force."""
        return self.since or date.min


def rule_of(entry: JsonObject | None, number: int, stored_day: date) -> Rule:
    """The rule of version `number` of a catalogue entry; None stands for a withdrawal.

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
    """Whether the authority is one of these, by name or agent key; True if there are none."""
    if not authorities:
        return True
    return authority_name(authority) in authorities or authority_key(authority) in authorities


def day_of(entry: JsonObject, member: str) -> date | None:
    """The day in a member of a catalogue entry; None if there is none."""
    day = entry.get(member)
    return date.fromisoformat(day) if day else None


def timeline(versions: Iterable[Rule]) -> list[Rule]:
    """The versions that are in force on some day, in the order of these days."""
    found: list[Rule] = []
    for rule in sorted(versions, key=lambda rule: rule.number):
        while found and found[-1].begin >= rule.begin:
            found.pop()
        found.append(rule)
    return found


def in_force(versions: Iterable[Rule], day: date) -> Rule | None:
    """The version in force on `day`; None before the first one."""
    candidates = [rule for rule in versions if rule.begin <= day]
    return max(candidates, key=lambda rule: rule.number, default=None)
