"""Programmes, and what people did in them, written short."""

from __future__ import annotations

from datetime import date
from typing import Any

from lrs.domain.certification.grants import Grant, grants
from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.certification.rule import Rule, rule_of
from lrs.domain.certification.verdict import CertificateStatus, Employment, Span, Verdict, verdict

_MINUTE = 60_000_000
_EPOCH = date(1970, 1, 1).toordinal()


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(*texts: str) -> list[date]:
    return [day(text) for text in texts]


def rule(number: int = 1, *, stored: str = "2026-01-01", **members: Any) -> Rule:
    """A rule of one course, `fire`, unless more is said."""
    return rule_of({"courses": ["fire"], **members}, number, day(stored))


def withdrawn(number: int, stored: str) -> Rule:
    return rule_of(None, number, day(stored))


def done(*lines: str) -> list[Evidence]:
    """Marks at 1, 2, 3 ..., as `2026-03-10 [11:30] fire passed [test] [0.9] [2h] [#1]`."""
    return [_mark(line.split(), position) for position, line in enumerate(lines, start=1)]


def _mark(words: list[str], position: int) -> Evidence:
    on, minutes = day(words.pop(0)), 600
    if ":" in words[0]:
        hour, minute = words.pop(0).split(":")
        minutes = int(hour) * 60 + int(minute)
    course, what, *more = words
    instant = ((on.toordinal() - _EPOCH) * 1440 + minutes) * _MINUTE
    mark = Evidence(course, what, instant, on, position)  # type: ignore[arg-type]
    for word in more:
        if word == "test":
            mark = mark._replace(own=False)
        elif word.startswith("#"):
            mark = mark._replace(attempt=word[1:])
        elif word.endswith("h"):
            mark = mark._replace(milliseconds=round(float(word[:-1]) * 3_600_000))
        else:
            mark = mark._replace(scaled=float(word))
    return mark


def earned(versions: Rule | list[Rule], *lines: str, revoked: tuple[str, ...] = ()) -> list[Grant]:
    several = versions if isinstance(versions, list) else [versions]
    return grants(several, done(*lines), days(*revoked))


def terms(made: list[Grant]) -> list[tuple[str, str]]:
    """From when to when each grant holds."""
    return [(str(grant.day), str(grant.until)) for grant in made]


def employed(
    since: str | None = "2020-02-03",
    until: str | None = None,
    post: str | None = "inspector",
    office: str | None = "0012",
) -> Employment:
    return Employment(
        post, office, Span(day(since) if since else None, day(until) if until else None)
    )


def judged(
    versions: Rule | list[Rule],
    on: str,
    *lines: str,
    record: Employment | None = None,
    exempt: tuple[Span, ...] = (),
    revoked: tuple[str, ...] = (),
) -> Verdict | None:
    """The verdict on a day, of somebody of whom nothing else is known than these lines."""
    several = versions if isinstance(versions, list) else [versions]
    marks = done(*lines)
    return verdict(
        several,
        grants(several, marks, days(*revoked)),
        record=record,
        exemptions=exempt,
        revocations=days(*revoked),
        began=min((mark.day for mark in marks), default=None),
        on=day(on),
    )


def status(*arguments: Any, **more: Any) -> CertificateStatus | None:
    said = judged(*arguments, **more)
    return said.status if said else None
