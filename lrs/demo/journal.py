"""The events of the centre's systems, in the order in which they post them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any

from lrs.demo.dice import Dice
from lrs.demo.people import Employee
from lrs.demo.vocabulary import verb
from lrs.demo.workdays import CLOSING, MOSCOW
from lrs.domain.aggregates.catalogue_entry import EntryKind, Key, key_of
from lrs.domain.xapi.agent import JsonObject, agent_key, members

PORTAL = "Портал дистанционного обучения"
REGISTER = "Журнал учебного центра"

_ACTIVITIES = ("parent", "grouping", "category", "other")


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """An event of a catalogue entry; without an entry, its withdrawal."""

    kind: EntryKind
    key: Key
    entry: JsonObject | None
    reason: str = ""


class Journal:
    """Collects statements and events, and has the dice that they are made with.

    What would happen after the period's end is dropped: the history stops in mid-course. Events
    have dice of their own, so that describing more things leaves the statements as they are.
    """

    def __init__(self, dice: Dice, aside: Dice) -> None:
        self.dice = dice
        self.aside = aside
        self.notable: dict[str, str] = {}
        self._posted: list[tuple[datetime, int, JsonObject]] = []
        self._said: list[tuple[datetime, int, JournalEvent]] = []
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

    def tell(self, at: datetime, who: Employee, name: str, object_: JsonObject, **more: Any) -> str:
        """As `post`, of one trainee, whose office is the context's team."""
        context = {"platform": PORTAL, "team": who.office.team()}
        return self.post(at, who.actor(at.date()), name, object_, **(context | more))

    def sync(self, since: int, online: datetime) -> None:
        """The statements from that index on stayed on a device without a connection until then.

        The device writes its time in UTC.
        """
        for index in range(since, len(self._posted)):
            at, number, statement = self._posted[index]
            statement["timestamp"] = _timestamp(at.astimezone(UTC))
            self._posted[index] = (max(online, at), number, statement)

    def __len__(self) -> int:
        return len(self._posted)

    @property
    def events(self) -> int:
        """The number of statements."""
        return len(self._said)

    def next_session(self) -> int:
        self._sessions += 1
        return self._sessions

    def describe(self, at: datetime, kind: EntryKind, entry: JsonObject) -> None:
        """Stores a catalogue entry `at` that time."""
        self._say(at, JournalEvent(kind, key_of(kind, entry), entry))

    def withdraw(self, at: datetime, kind: EntryKind, key: Key, reason: str) -> None:
        self._say(at, JournalEvent(kind, key, None, reason))

    def _say(self, at: datetime, event: JournalEvent) -> None:
        if at <= CLOSING:
            self._said.append((at, len(self._said), event))

    def remember(self, story: str, who: Employee | str, day: datetime | None = None) -> None:
        """Keeps the first example of a story: an agent key, or whatever else names it."""
        if day is not None and day > CLOSING:
            return
        name = who if isinstance(who, str) else agent_key(who.actor(who.hired))
        assert name is not None, "every trainee has an identifier"
        self.notable.setdefault(story, name)

    def told(self, name: str, activity: str) -> list[tuple[str, JsonObject]]:
        """The statements with that verb and activity, by agent key, in the order of posting."""
        iri = verb(name)["id"]
        return [
            (str(agent_key(statement["actor"])), statement)
            for statement in self.statements()
            if statement["verb"]["id"] == iri and statement["object"]["id"] == activity
        ]

    def last_days(self) -> dict[str, date]:
        """The last day on which a statement names them, by agent key."""
        days: dict[str, date] = {}
        for posted, _, statement in self._posted:
            for member in members(statement["actor"]):
                key = str(agent_key(member))
                days[key] = max(days.get(key, date.min), posted.date())
        return days

    def statements(self) -> Iterator[JsonObject]:
        for _, _, statement in sorted(self._posted, key=_place):
            yield statement

    def history(self) -> Iterator[JsonObject | JournalEvent]:
        """Statements and events as the store is told them; of one instant, events first."""
        for _, item in self.dated():
            yield item

    def dated(self) -> Iterator[tuple[datetime, JsonObject | JournalEvent]]:
        """The history, each item with the time when it was posted."""
        news: list[tuple[datetime, bool, int, JsonObject | JournalEvent]] = [
            *((posted, True, number, statement) for posted, number, statement in self._posted),
            *((posted, False, number, event) for posted, number, event in self._said),
        ]
        for posted, *_, item in sorted(news, key=itemgetter(0, 1, 2)):
            yield posted, item


_place = itemgetter(0, 1)


def day_of(statement: JsonObject) -> date:
    """The local day on which it happened; devices that were offline say it in UTC."""
    return datetime.fromisoformat(statement["timestamp"]).astimezone(MOSCOW).date()


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
