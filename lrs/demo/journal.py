"""What the centre's systems write down, in the order in which they post it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lrs.demo.dice import Dice
from lrs.demo.people import Trainee
from lrs.demo.vocabulary import verb
from lrs.demo.workdays import CLOSING
from lrs.domain.agent import JsonObject, agent_key

PORTAL = "Портал дистанционного обучения"
REGISTER = "Журнал учебного центра"

_ACTIVITIES = ("parent", "grouping", "category", "other")


class Journal:
    """Statements as they come, and the chance they come by.

    What would happen after the period's end is dropped: the history stops in mid-course.
    """

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.notable: dict[str, str] = {}
        self._posted: list[tuple[datetime, int, JsonObject]] = []
        self._sessions = 0

    def post(
        self,
        at: datetime,
        actor: JsonObject,
        name: str,
        object_: JsonObject,
        *,
        result: JsonObject | None = None,
        known: datetime | None = None,
        **context: Any,
    ) -> str:
        """Writes that it happened `at`, posted when it became `known`; gives the statement's id.

        `context` takes the context's own members, and parent, grouping, category and other
        as single activities.
        """
        statement: JsonObject = {
            "id": self.dice.uuid(),
            "actor": actor,
            "verb": verb(name),
            "object": object_,
        }
        if result:
            statement["result"] = result
        if around := _context(context):
            statement["context"] = around
        statement["timestamp"] = _timestamp(at)
        if at <= CLOSING:
            self._posted.append((known or at, len(self._posted), statement))
        return str(statement["id"])

    def tell(self, at: datetime, who: Trainee, name: str, object_: JsonObject, **more: Any) -> str:
        """As `post`, of one trainee, whose office is the context's team."""
        context = {"platform": PORTAL, "team": who.office.team()}
        return self.post(at, who.actor(at.date()), name, object_, **(context | more))

    def sync(self, since: int, known: datetime) -> None:
        """What was written from that place on stayed on a device without a connection till then.

        The device writes its time in UTC.
        """
        for place in range(since, len(self._posted)):
            at, number, statement = self._posted[place]
            statement["timestamp"] = _timestamp(at.astimezone(UTC))
            self._posted[place] = (max(known, at), number, statement)

    def __len__(self) -> int:
        return len(self._posted)

    def next_session(self) -> int:
        self._sessions += 1
        return self._sessions

    def remember(self, story: str, who: Trainee | str, day: datetime | None = None) -> None:
        """Keeps the first example of a story: an agent key, or whatever else names it."""
        if day is not None and day > CLOSING:
            return
        name = who if isinstance(who, str) else key_of(who)
        self.notable.setdefault(story, name)

    def statements(self) -> Iterator[JsonObject]:
        for _, _, statement in sorted(self._posted, key=lambda entry: entry[:2]):
            yield statement


def key_of(who: Trainee) -> str:
    key = agent_key(who.actor(who.hired))
    assert key is not None, "every trainee has an identifier"
    return key


def soon(dice: Dice, at: datetime, low: int, high: int) -> datetime:
    """Between low and high seconds later, to the millisecond."""
    return at + timedelta(milliseconds=dice.between(low * 1000, high * 1000))


def _context(given: JsonObject) -> JsonObject:
    context = {k: v for k, v in given.items() if v is not None and k not in _ACTIVITIES}
    around = {kind: [given[kind]] for kind in _ACTIVITIES if given.get(kind) is not None}
    if around:
        context["contextActivities"] = around
    if "platform" in context:  # a voiding statement's object is no Activity: neither is allowed
        context["language"] = "ru-RU"
    return context


def _timestamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
