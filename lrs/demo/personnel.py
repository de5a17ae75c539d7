"""The events of the personnel system: personnel records and links between identifiers."""

from __future__ import annotations

from datetime import date, timedelta

from lrs.demo.courses import COURSES
from lrs.demo.journal import Journal, day_of
from lrs.demo.people import ONE_ACCOUNT, WEDDING, Employee, Staff, account_key
from lrs.demo.workdays import START, at, workday_after
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject

_LEAVES = date(2026, 8, 31)
_PROMOTED = 2


def keep_records(journal: Journal, staff: Staff) -> None:
    """Everybody's record as the centre opens or as they are hired, and all that changes later."""
    _trainers(journal, staff)
    newest_first = sorted(staff.trainees, key=lambda who: (who.office.code, -int(who.number)))
    for who in newest_first:
        journal.describe(at(max(who.hired, START), 7), EntryKind.PERSON, record(who, who.hired))
    _link(journal, staff)
    _marry(journal, staff.married)
    _promote(journal, staff)
    _leave(journal, staff)


def record(who: Employee, day: date, **other: str) -> JsonObject:
    """The personnel record as of that day, with other members or more."""
    return {
        "agent": who.key,
        "name": who.called(day),
        "number": who.number,
        "office": who.office.code,
        "post": who.post,
        "since": who.hired.isoformat(),
        **other,
    }


def _trainers(journal: Journal, staff: Staff) -> None:
    for trainer in staff.trainers:
        number = trainer["account"]["name"]
        said = {"agent": account_key(number), "name": trainer["name"], "number": number}
        journal.describe(at(START, 7), EntryKind.PERSON, {**said, "post": "trainer"})


def _link(journal: Journal, staff: Staff) -> None:
    """The portal joins the personnel system: from now on everybody has one account."""
    for who in staff.trainees:
        if who.key_before:
            link = {"agent": who.key_before, "person": who.key}
            journal.describe(
                at(ONE_ACCOUNT, 7),
                EntryKind.LINK,
                {**link, "reason": "Портал перешёл на единый вход"},
            )
            journal.remember("one-account", who.key)


def _marry(journal: Journal, who: Employee) -> None:
    """A new surname, recorded on the first working day."""
    day = workday_after(WEDDING, 0)
    journal.describe(at(day, 9, 30), EntryKind.PERSON, record(who, day))


def _promote(journal: Journal, staff: Staff) -> None:
    """The first specialists to pass the senior specialist's test get the post a month later."""
    able = {
        key: who
        for who in staff.trainees
        if who.post == "specialist" and not who.is_new
        for key in who.keys
    }
    test = COURSES["senior-test"].test()["id"]
    passed = [(key, said) for key, said in journal.told("passed", test) if key in able]
    for key, said in passed[:_PROMOTED]:
        day = workday_after(day_of(said) + timedelta(days=30), 0)
        journal.describe(at(day, 9), EntryKind.PERSON, record(able[key], day, post="senior"))
        journal.remember("promoted", able[key].key)


def _leave(journal: Journal, staff: Staff) -> None:
    """Somebody who has done nothing for a while leaves at the end of summer."""
    last, named = journal.last_days(), set(journal.notable.values())
    calm = _LEAVES - timedelta(days=60)
    for who in staff.trainees:
        active = any(last.get(key, START) > calm for key in who.keys)
        if active or who.is_new or who.post != "specialist" or named.intersection(who.keys):
            continue
        gone = record(who, _LEAVES, until=_LEAVES.isoformat())
        journal.describe(at(_LEAVES, 17), EntryKind.PERSON, gone)
        journal.remember("left", who.key)
        return
