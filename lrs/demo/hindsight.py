"""What the centre knew about two newcomers on one day and learnt later: a pass that was entered for
the wrong person, a register that was corrected, and a rule that was recorded late.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from lrs.demo.courses import COURSES, ONBOARDING
from lrs.demo.episodes import void
from lrs.demo.journal import REGISTER, Journal, day_of
from lrs.demo.people import Employee, Staff
from lrs.demo.programmes import LONGER, LONGER_TOLD
from lrs.demo.workdays import at, duration, workday_after
from lrs.domain.xapi.agent import JsonObject

_CHECKED = at(date(2026, 3, 10), 9, 40)
"""When the training office compares its registers with the sheets on paper."""
_LEFT_AFTER = timedelta(minutes=20)
_WHOLE = timedelta(minutes=40)


def learn_later(journal: Journal, staff: Staff) -> None:
    """The first newcomer who was briefed since the longer briefing is in force, and passed before
    the check, had left the briefing early. Somebody else's pass was entered for a newcomer who was
    just hired.
    """
    since = date.fromisoformat(LONGER["since"])
    briefed = dict(journal.told("completed", COURSES["briefing"].id))
    for key, said in journal.told("passed", ONBOARDING.test()["id"]):
        if key in briefed and day_of(briefed[key]) >= since and day_of(said) < _CHECKED.date():
            people = {key: who for who in staff.trainees for key in who.keys}
            _correct_register(journal, people[key], briefed[key])
            _enter_for_another(journal, staff, said)
            return


def _correct_register(journal: Journal, who: Employee, wrong: JsonObject) -> None:
    """The briefing took twenty minutes, and not forty. Once the rule is known, it is repeated."""
    held, noticed = datetime.fromisoformat(wrong["timestamp"]), _CHECKED + timedelta(minutes=10)
    void(journal, wrong["id"], noticed)
    _brief(journal, who, held, _LEFT_AFTER, noticed + timedelta(minutes=3))
    again = at(workday_after(LONGER_TOLD, 1), 9, 10)
    _brief(journal, who, again, _WHOLE, again)
    journal.remember("cleared-too-early", who.key)


def _brief(
    journal: Journal, who: Employee, held: datetime, length: timedelta, known: datetime
) -> None:
    result = {"completion": True, "duration": duration(length)}
    course = COURSES["briefing"].activity()
    journal.tell(held, who, "completed", course, result=result, known=known, platform=REGISTER)


def _enter_for_another(journal: Journal, staff: Staff, said: JsonObject) -> None:
    """In the evening somebody enters the pass by hand, and mistypes the personnel number."""
    evening = at(day_of(said), 17, 40)
    newest = [who for who in staff.trainees if who.hired <= evening.date()][-1]
    wrong = journal.tell(
        evening, newest, "passed", ONBOARDING.test(), result=said["result"],
        registration=journal.dice.uuid(), parent=ONBOARDING.activity(), platform=REGISTER,
    )  # fmt: skip
    void(journal, wrong, _CHECKED)
    journal.remember("pass-of-another", newest.key)
