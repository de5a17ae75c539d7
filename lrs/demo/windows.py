"""Visitors' ratings at the windows: likes and dislikes, per office and month."""

from __future__ import annotations

from datetime import date, timedelta

from lrs.demo.journal import Journal
from lrs.demo.places import OFFICES
from lrs.demo.workdays import END, START, at, workday_after
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject

_SUMMER = (7, 8)
_MISTYPED = ("05", "2026-03")


def count_likes(journal: Journal) -> None:
    """Each month's ratings, recorded on the first working day after it. Everybody learns: there are
    somewhat fewer dislikes from month to month, and fewer visitors in summer.
    """
    dice = journal.aside
    sizes = {office.code: dice.between(900, 2600) for office in OFFICES}
    blame = {office.code: dice.between(40, 130) for office in OFFICES}
    month, count = START, 0
    while month <= END:
        following = (month + timedelta(days=31)).replace(day=1)
        told = at(workday_after(following, 0), 10)
        for office in OFFICES:
            pressed = sizes[office.code] * dice.between(85, 115) // 100
            pressed = pressed * 3 // 4 if month.month in _SUMMER else pressed
            each_1000 = max(10, blame[office.code] - 3 * count + dice.between(-8, 8))
            rating = _rating(office.code, month, pressed, pressed * each_1000 // 1000)
            if (office.code, rating["month"]) == _MISTYPED:
                wrong = {**rating, "dislikes": rating["dislikes"] * 10}
                journal.describe(told, EntryKind.RATING, wrong)
                journal.describe(told + timedelta(days=1), EntryKind.RATING, rating)
                continue
            journal.describe(told, EntryKind.RATING, rating)
        month, count = following, count + 1


def _rating(office: str, month: date, pressed: int, dislikes: int) -> JsonObject:
    return {
        "office": office,
        "month": month.isoformat()[:7],
        "likes": pressed - dislikes,
        "dislikes": dislikes,
    }
