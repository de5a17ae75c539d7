"""The history as a whole: the same each time, of the promised size, in a believable order."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest

from lrs.demo import COURSES, END, OFFICES, START, JournalEvent, notable, statements
from lrs.demo import history as whole
from lrs.domain.xapi.agent import JsonObject
from tests.support.examples import SOAKS
from tests.system.demo.reading import History, verb_of, when

NOISE = {
    "experienced",
    "answered",
    "progressed",
    "initialized",
    "terminated",
    "launched",
    "attempted",
}


def text(history: Iterable[JsonObject | JournalEvent]) -> str:
    plain = (asdict(news) if isinstance(news, JournalEvent) else news for news in history)
    return "\n".join(json.dumps(news) for news in plain)


def test_the_same_seed_gives_the_same_history() -> None:
    """Statements and events in the same places, also the second time in one process."""
    trainees = 400 if SOAKS else 48
    for again, before in zip(whole(trainees=trainees), whole(trainees=trainees), strict=True):
        assert again == before


@pytest.mark.parametrize(("part", "pinned"), [
    (statements, "b26ca6312a50afaa113f2b0d6ed476670dfa20c3d90cd11910575c8ff6cc0214"),
    (whole, "d93b7a9dfcca54290fa48e75961f43fad4307a53db53c8725d2392c77029f809"),
])  # fmt: skip
def test_the_history_does_not_depend_on_the_machine_or_the_python(
    part: Callable[..., Iterable[JsonObject | JournalEvent]], pinned: str
) -> None:
    """Whoever changes what is generated pins the new digest; nothing else may move it."""
    digest = hashlib.sha256(text(part(trainees=48)).encode()).hexdigest()
    assert digest == pinned


def test_another_seed_gives_another_history() -> None:
    one, other = (text(whole(seed, trainees=48)) for seed in (1, 2))
    assert one != other


def test_what_is_notable_is_a_matter_of_the_seed_alone(stories: dict[str, str]) -> None:
    assert notable(7, trainees=48) == notable(7, trainees=48)
    assert len(stories) == 29


def test_a_centre_too_small_for_its_offices_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 48"):
        next(statements(trainees=47))


def test_there_are_about_25_000_statements_and_no_id_twice(history: History) -> None:
    assert 23_000 <= len(history.posted) <= 27_000
    assert len(history.by_id) == len(history.posted)


def test_training_events_are_about_two_fifths(history: History) -> None:
    events = sum(verb_of(s) not in NOISE for s in history.posted)
    assert 0.35 <= events / len(history.posted) <= 0.5


def test_400_trainees_of_12_offices_appear(history: History) -> None:
    teams = {s["context"]["team"]["name"] for s in history.posted if "team" in s.get("context", {})}
    keys = {key for key in history.people() if key.startswith("account")}
    assert 390 <= len(keys) <= 400
    assert len(teams) == len(OFFICES) == 12


def test_all_19_courses_are_taken_and_some_of_each_kind(history: History) -> None:
    done = {s["object"]["id"] for s in history.said("completed", about="course")}
    assert {course.id for course in COURSES.values()} == done
    kinds = Counter(course.kind for course in COURSES.values())
    assert kinds == {
        "classroom": 5, "computer": 3, "online": 5, "test": 2, "blended": 3, "briefing": 1,
    }  # fmt: skip


def test_every_month_of_the_period_has_its_statements(history: History) -> None:
    months = Counter(s["timestamp"][:7] for s in history.posted)
    assert len(months) == 14
    assert min(months.values()) > 700
    assert all(START <= when(s).date() <= END for s in history.posted)


def test_most_is_posted_in_order_and_some_comes_late(history: History) -> None:
    latest, late = datetime.fromisoformat("2025-09-01T00:00:00+03:00"), 0
    for statement in history.posted:
        late += latest - when(statement) > timedelta(hours=12)
        latest = max(latest, when(statement))
    assert 200 < late < 2_500


def test_work_is_done_on_working_days(history: History) -> None:
    """Saturdays and Sundays are for the portal's own deadlines."""
    weekend = [s for s in history.posted if when(s).weekday() > 4]
    assert {verb_of(s) for s in weekend} <= {"abandoned"}
    evenings = sum(not 8 <= when(s).hour < 19 for s in history.posted if _in_moscow(s))
    assert evenings < 0.06 * len(history.posted)


def _in_moscow(statement: JsonObject) -> bool:
    return str(statement["timestamp"]).endswith("+03:00")
