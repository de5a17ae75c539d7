"""Grants by definition: on each day everything is looked at anew. Slow, and not clever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from lrs.domain.certification.calendar import plus_months
from lrs.domain.certification.grants import Rule
from lrs.domain.certification.requirement_check import Evidence

Made = tuple[date, date, date | None, int, bool]
ONE = timedelta(days=1)


def naive_grants(
    versions: Sequence[Rule], marks: Sequence[Evidence], revocations: Sequence[date]
) -> list[Made]:
    """Day, day of completion, end, version and whether it renews, of each grant."""
    made: list[Made] = []
    starts = [rule.since for rule in versions if rule.since]
    for day in sorted({*(mark.day for mark in marks), *starts}):
        rule = _in_force(versions, day)
        known = sorted([m for m in marks if m.day <= day], key=_when)
        if rule is None or not rule.courses:
            continue
        if day != rule.since and not _news(rule, known, day):
            continue
        last = made[-1] if made else None
        if last and any(last[0] <= revoked < day for revoked in revocations):
            last = None
        grant = _granted(rule, known, day, last, [r for r in revocations if r < day])
        made += [grant] if grant else []
    return made


def _in_force(versions: Sequence[Rule], day: date) -> Rule | None:
    for rule in sorted(versions, key=lambda rule: -rule.number):
        if rule.since is None or rule.since <= day:
            return rule
    return None


def _when(mark: Evidence) -> tuple[date, int, int]:
    return mark.day, mark.instant, mark.position


def _granted(
    rule: Rule, known: list[Evidence], day: date, last: Made | None, revoked: list[date]
) -> Made | None:
    if last and last[2] is None:
        return None
    counting = [m for m in known if _counts(rule, m.day, day, last, revoked)]
    times = []
    for course in rule.courses:
        sources = {course} | {c for c, counts_as in rule.equivalents if counts_as == course}
        pairs = [_pairs(rule, counting, known, source) for source in sources]
        if any(pairs):
            times.append(max(max(map(_when, pair)) for some in pairs for pair in some))
    times = sorted(times, reverse=True)[: rule.wanted]
    enough = _hours(rule, counting)
    if len(times) < rule.wanted or enough is None:
        return None
    completed = max([times[0][0], *enough])
    until = _until(rule, day, last)
    if until and (until < day or (last and last[2] and until <= last[2])):
        return None
    return day, completed, until, rule.number, last is not None


def _counts(rule: Rule, done: date, day: date, last: Made | None, revoked: list[date]) -> bool:
    if rule.valid_months is not None and plus_months(done, rule.valid_months) < day:
        return False
    if any(done <= day for day in revoked):
        return False
    if last is None:
        return True
    window = rule.renewal_days
    if window is not None and last[2] and done < last[2] - timedelta(days=window):
        return False
    return done > last[0]


def _until(rule: Rule, day: date, last: Made | None) -> date | None:
    if rule.valid_until or rule.valid_months is None:
        return rule.valid_until
    if last and last[2] and day <= last[2] and rule.renewal_days is not None:
        return plus_months(last[2], rule.valid_months)
    return plus_months(day, rule.valid_months)


def _pairs(
    rule: Rule, counting: list[Evidence], known: list[Evidence], course: str
) -> list[tuple[Evidence, Evidence]]:
    """What achieves the course, each with its score; of what is waived, with itself."""
    own = [m for m in counting if m.course == course]
    found = [(m, m) for m in own if m.what == "waived"]
    for basis in own:
        if basis.what not in ("passed", "completed", "attended") or _undone(basis, known):
            continue
        if rule.min_score is None:
            found.append((basis, basis))
        else:
            found += [(basis, m) for m in own if _suffices(m, basis, rule.min_score)]
    return found


def _suffices(mark: Evidence, basis: Evidence, least: float) -> bool:
    if mark.what not in ("passed", "completed", "attended", "scored"):
        return False
    return (
        mark.attempt == basis.attempt and mark.scaled is not None and _reached(mark.scaled, least)
    )


def _reached(scaled: float | None, least: float) -> bool:
    """By decimal arithmetic, not as the program does it."""
    step = Decimal("1e-9")
    return scaled is not None and Decimal(scaled).quantize(step) >= Decimal(least).quantize(step)


def _undone(basis: Evidence, known: list[Evidence]) -> bool:
    if basis.what == "passed":
        return _overruled(basis, known)
    verdicts = [
        m
        for at, m in enumerate(known)
        if m.course == basis.course
        and (m.what == "failed" or (m.what == "passed" and not _overruled(m, known[:at])))
    ]
    if basis.what == "completed":
        verdicts = [m for m in verdicts if m.attempt == basis.attempt]
    if not verdicts or verdicts[-1].what == "passed":
        return False
    return basis.what == "completed" or verdicts[-1].day >= basis.day


def _overruled(passed: Evidence, known: list[Evidence]) -> bool:
    """Whether it is a test's pass, and the course itself was failed in the same attempt."""
    whole = [
        m
        for m in known
        if (m.course, m.attempt) == (passed.course, passed.attempt)
        and m.own
        and m.what in ("passed", "failed")
    ]
    return not passed.own and bool(whole) and whole[-1].what == "failed"


def _hours(rule: Rule, counting: list[Evidence]) -> list[date] | None:
    """The day on which enough hours were spent; empty where none are wanted."""
    if not rule.min_hours:
        return []
    courses = {*rule.courses, *(course for course, _ in rule.equivalents)}
    total = 0
    for mark in counting:
        if mark.what == "spent" and mark.course in courses:
            total += mark.milliseconds
            if total >= rule.min_hours * 3_600_000:
                return [mark.day]
    return None


def _news(rule: Rule, known: list[Evidence], day: date) -> bool:
    """Whether something was done on the day that may fulfil the rule."""
    courses = {*rule.courses, *(course for course, _ in rule.equivalents)}
    own = [m for m in known if m.course in courses]
    today = [m for m in own if m.day == day]
    if any(m.what in ("passed", "waived") for m in today):
        return True
    if rule.min_hours and any(m.what == "spent" for m in today):
        return True
    if rule.min_score is None:
        return any(m.what in ("completed", "attended") for m in today)
    return any(
        max(basis.day, score.day) == day
        for basis in own
        if basis.what in ("passed", "completed", "attended")
        for score in own
        if score.course == basis.course and _suffices(score, basis, rule.min_score)
    )
