"""How long a line's training took: what was said, else what joining and leaving shows.

A session takes as long as `attended` says, else the union of the intervals between joining and
leaving; whoever never left, or never came in, adds nothing. An attempt takes as long as its
statements on the course itself say, else the sum over its parts; without a registration, each year
by itself, as what is repeated comes again without one. Where there were sessions and
nothing online, a duration of the course itself speaks of those same sessions: the larger counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lrs.domain.extremes import Reference, State
from lrs.domain.moment import Moment
from lrs.domain.studying import part_of_key
from lrs.domain.transcript import ONLINE

_ROUNDING = 1_000_000
"""Players round a duration to the second: up to that, it contradicts nothing."""


class Spell(NamedTuple):
    """Time spent, and the references to the statements that say so."""

    milliseconds: int
    grounds: tuple[Reference, ...]

    @property
    def year(self) -> int:
        return Moment(self.grounds[0][0], self.grounds[0][2]).year


def presences(state: State) -> list[Reference]:
    """One reference for each session that the trainee was present at."""
    found = []
    for session in state.get("sessions", {}).values():
        attended = session.get("attended")
        if attended or "absent" in session:
            if attended and attended > session.get("absent", []):
                found.append(attended)
        elif "came" in session or "left" in session:
            found.append(session.get("came") or session["left"])
    return found


def absences(state: State) -> int:
    """Of how many sessions an absence is the last word."""
    sessions = state.get("sessions", {}).values()
    return sum(1 for s in sessions if s.get("absent", []) > s.get("attended", []))


def spells(state: State) -> list[Spell]:
    """All time spent, each stretch counted once; nothing shorter than a millisecond."""
    inside = [spell for s in state.get("sessions", {}).values() for spell in time_inside(s)]
    whole: list[Spell] = []
    parts: list[Spell] = []
    for attempt in state.get("attempts", {}).values():
        spent = sorted(attempt.get("spent", {}).items())
        itself = {key.partition(" ")[0] for key, _ in spent if not part_of_key(key)}
        for key, said in spent:
            if not part_of_key(key):
                whole.append(Spell(said[0], (said[1:],)))
            elif key.partition(" ")[0] not in itself:
                parts.append(Spell(said[0], (said[1:],)))
    if inside and not state["modes"] & ONLINE:
        inside, whole = max(inside, whole, key=_total), []
    return [spell for spell in (*inside, *whole, *parts) if spell.milliseconds]


def exceeds(state: State) -> bool:
    """Whether some duration is longer than the time since its attempt's first known activity."""
    return any(
        a["excess"] + a["first"][0] > _ROUNDING
        for a in state.get("attempts", {}).values()
        if "excess" in a
    )


def _total(spent: Iterable[Spell]) -> int:
    return sum(spell.milliseconds for spell in spent)


def time_inside(session: State) -> list[Spell]:
    """The time spent in one session: at most one spell."""
    if session.get("absent", []) > session.get("attended", []):
        return []
    timed = session.get("timed")
    if timed:
        return [Spell(timed[3], (timed[:3],))]
    if "in" in session and "out" in session:
        inside = union(session["in"], session["out"]) // 1000
        return [Spell(inside, (session["came"], session["left"]))]
    return []


def union(came_in: Iterable[int], went_out: Iterable[int]) -> int:
    """Microseconds inside: from joining to the next leaving, however often either was said.

    Joining and leaving in the same instant changes nothing.
    """
    came, went = set(came_in), set(went_out)
    total, since = 0, None
    for instant in sorted(came ^ went):
        if instant in came:
            since = instant if since is None else since
        elif since is not None:
            total += instant - since
            since = None
    return total
