"""Orders of the centre that change the catalogue: stricter rules, an exemption, a revocation, an
office that is closed.
"""

from __future__ import annotations

from datetime import date

from lrs.demo.catalogue import MOBILE
from lrs.demo.courses import COURSES
from lrs.demo.journal import Journal, day_of
from lrs.demo.people import Employee, Staff
from lrs.demo.programmes import LONGER, LONGER_TOLD, PASS, STRICTER, STRICTER_TOLD
from lrs.demo.workdays import at
from lrs.domain.aggregates.catalogue_entry import EntryKind

_EXEMPT = date(2026, 3, 2)
_REVOKED = date(2026, 6, 22)
_CLOSED = date(2026, 4, 30)
_ENOUGH = 0.75


def give_orders(journal: Journal, staff: Staff) -> None:
    _be_stricter(journal, staff)
    journal.describe(at(LONGER_TOLD, 12), EntryKind.PROGRAMME, LONGER)
    _exempt(journal, staff)
    _revoke(journal, staff)
    reason = "Объединён с офисом «Флагманский»"
    journal.withdraw(at(_CLOSED, 18), EntryKind.OFFICE, (MOBILE,), reason)


def _be_stricter(journal: Journal, staff: Staff) -> None:
    """The rule is recorded three weeks after it came into force. People who passed in between with
    too low a score were certified for a while, according to the knowledge of that time.
    """
    journal.describe(at(STRICTER_TOLD, 12), EntryKind.PROGRAMME, STRICTER)
    since, people = date.fromisoformat(STRICTER["since"]), _by_key(staff)
    for key, said in journal.told("passed", COURSES["senior-test"].test()["id"]):
        day = day_of(said)
        if said["result"]["score"]["scaled"] < PASS and day < STRICTER_TOLD:
            story = "kept-by-the-old-rule" if day < since else "lost-by-the-new-rule"
            journal.remember(story, people[key].key)


def _exempt(journal: Journal, staff: Staff) -> None:
    """The authors of the annual test's questions are exempt from it."""
    sat = {key for key, _ in journal.told("registered", COURSES["annual-test"].id)}
    for who in staff.trainees:
        if who.post == "senior" and not sat.intersection(who.keys):
            entry = {
                "programme": "annual",
                "agent": who.key,
                "reason": "Член аттестационной комиссии",
                "since": _EXEMPT.isoformat(),
                "until": "2026-12-31",
            }
            journal.describe(at(_EXEMPT, 14), EntryKind.EXEMPTION, entry)
            journal.remember("exempt", who.key)
            return


def _revoke(journal: Journal, staff: Staff) -> None:
    people = _by_key(staff)
    for key, said in journal.told("passed", COURSES["annual-test"].test()["id"]):
        who = people[key]
        if said["result"]["score"]["scaled"] >= _ENOUGH and not who.is_new:
            entry = {
                "programme": "annual",
                "agent": who.key,
                "on": _REVOKED.isoformat(),
                "reason": "Тест сдан другим лицом: установлено проверкой",
            }
            journal.describe(at(_REVOKED, 15), EntryKind.REVOCATION, entry)
            journal.remember("revoked", who.key)
            return


def _by_key(staff: Staff) -> dict[str, Employee]:
    return {key: who for who in staff.trainees for key in who.keys}
