"""Distance learning: the statements of a module while a learner works through it.

The verbs follow cmi5 and what SCORM wrappers send: initialized, lessons experienced, questions
answered, progress, completed, terminated. Most statements of the store are of this kind, and they
change no transcript.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lrs.demo.courses import CoursePlan, Module
from lrs.demo.journal import Journal, soon
from lrs.demo.people import Employee
from lrs.demo.vocabulary import SESSION_ID
from lrs.demo.workdays import at, duration, moment, workday_after
from lrs.domain.training.vocabulary import PROGRESS, REASON
from lrs.domain.xapi.agent import JsonObject

_REVISION = "2.3"
_GIVES_UP = 0.035
_OFFLINE = 0.06


@dataclass(slots=True)
class _Sitting:
    """One sitting with one module; `now` moves on with everything that is sent."""

    journal: Journal
    course: CoursePlan
    module: Module
    who: Employee
    registration: str
    session: str
    now: datetime

    def send(self, verb: str, object_: JsonObject, seconds: int, **result: Any) -> None:
        """After up to that many seconds, the verb with that result."""
        self.now = soon(self.journal.dice, self.now, seconds // 3, seconds)
        own = object_["id"] == self.module.id
        self.journal.tell(
            self.now,
            self.who,
            verb,
            object_,
            result=result,
            registration=self.registration,
            revision=_REVISION,
            parent=self.course.activity() if own else self.module.activity(),
            grouping=None if own else self.course.activity(),
            extensions={SESSION_ID: self.session},
        )

    def progress(self, percent: int) -> None:
        self.send("progressed", self.module.activity(), 20, extensions={PROGRESS: percent})

    def answer(self, question: JsonObject, right: str, wrong: str) -> None:
        correct = self.journal.dice.chance(0.8 + self.who.ability)
        response = right if correct else wrong
        self.send("answered", question, 90, success=correct, response=response)


def study(
    journal: Journal, course: CoursePlan, who: Employee, registration: str, day: date
) -> datetime | None:
    """All modules, from that day on. Returns when the last one was done; None if the learner
    stopped before.
    """
    dice = journal.dice
    end = moment(dice, day, 9, 17)
    journal.tell(end, who, "launched", course.activity(), registration=registration)
    for module in course.modules:
        start, before = soon(dice, end, 20, 600), len(journal)
        end = _sit(journal, course, module, who, registration, start)
        if dice.chance(_OFFLINE):
            journal.sync(before, _reconnected(journal, end))
            journal.remember("offline-study", who, end)
        if dice.chance(_GIVES_UP):
            return None
        if dice.chance(0.6):
            end = _next_time(journal, end)
    return end


def _sit(
    journal: Journal, course: CoursePlan, module: Module, who: Employee, registration: str,
    start: datetime,
) -> datetime:  # fmt: skip
    """One module from beginning to end, now and then with a broken connection first."""
    dice, now = journal.dice, start
    if dice.chance(0.04):
        now = _break_off(_Sitting(journal, course, module, who, registration, dice.uuid(), start))
    sitting = _Sitting(journal, course, module, who, registration, dice.uuid(), now)
    sitting.send("initialized", module.activity(), 5)
    _lessons(sitting)
    sitting.answer(module.choice(), "b", dice.pick("ac"))
    sitting.answer(module.yes_or_no(), "true", "false")
    sitting.progress(100)
    took = duration(sitting.now - now)
    sitting.send("completed", module.activity(), 5, completion=True, duration=took)
    sitting.send("terminated", module.activity(), 15, duration=duration(sitting.now - now))
    return sitting.now


def _lessons(sitting: _Sitting) -> None:
    module = sitting.module
    for place in range(module.lessons):
        seconds = sitting.journal.dice.between(150, 900)
        length = duration(timedelta(seconds=seconds))
        sitting.now += timedelta(seconds=seconds)
        sitting.send("experienced", module.lesson(place), 6, duration=length)
        if sitting.journal.dice.chance(0.35):
            sitting.progress(round(80 * (place + 1) / module.lessons))


def _break_off(sitting: _Sitting) -> datetime:
    """The connection breaks: the portal closes the session, and the learner starts another one."""
    start = sitting.now
    sitting.send("initialized", sitting.module.activity(), 5)
    sitting.send("experienced", sitting.module.lesson(0), 600)
    sitting.send(
        "abandoned",
        sitting.module.activity(),
        1800,
        duration=duration(sitting.now - start),
        extensions={REASON: "Сеанс прерван порталом"},
    )
    return soon(sitting.journal.dice, sitting.now, 60, 900)


def _next_time(journal: Journal, end: datetime) -> datetime:
    """A later working day, or an evening at home."""
    dice = journal.dice
    day = workday_after(end.date(), dice.between(1, 3))
    return moment(dice, day, 18, 21) if dice.chance(0.12) else moment(dice, day, 9, 16)


def _reconnected(journal: Journal, end: datetime) -> datetime:
    day = workday_after(end.date(), journal.dice.between(1, 3))
    return at(day, 8) + timedelta(minutes=journal.dice.between(0, 90))
