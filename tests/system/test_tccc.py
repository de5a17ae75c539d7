"""2,814 real statements of a combat-casualty-care training: videos, questions, a survey.

They come from yetanalytics/datasim; where the file is not there, these tests are skipped. What
transcripts must say of them is worked out here from the raw JSON, by no code of the store.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lrs import bootstrap
from lrs.service import Lrs
from tests.api.caller import Caller
from tests.api.opening import caller_of, opened, settings_of
from tests.conftest import BACKENDS, Place
from tests.support.places import Places

FILE = Path(__file__).parents[3] / "shared/data/tccc.json"
COUNT = 2_814
ALONE = COUNT if "LRS_TEST_SOAK" in os.environ else 60
"""How many are sent one by one; the others follow in one batch."""

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the statements of datasim's tccc_dev.json are not here"
)

Statement = dict[str, Any]
Line = tuple[str, str]
"""A learner's mbox and a video's id."""


@pytest.fixture(scope="module")
def raw() -> bytes:
    return FILE.read_bytes()


@pytest.fixture(scope="module")
def statements(raw: bytes) -> list[Statement]:
    found: list[Statement] = read(raw)
    return found


@pytest.fixture
def lrs(place: Place) -> Iterator[Lrs]:
    """A store of the test's own, empty."""
    bootstrap.migrate(settings_of(place))
    with opened(place) as lrs:
        yield lrs


@pytest.fixture
def client(lrs: Lrs) -> Caller:
    return caller_of(lrs).speaking("1.0.3")


@pytest.fixture(scope="module", params=BACKENDS)
def told(
    request: pytest.FixtureRequest,
    places: Places,
    raw: bytes,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Caller]:
    """A client of a store that has got the whole file, for tests that read it; on each backend."""
    folder = tmp_path_factory.mktemp("told")
    with places.place(request.param, folder, True) as place, opened(place) as lrs:
        client = caller_of(lrs).speaking("1.0.3")
        client.post(raw)
        yield client


def read(text: bytes) -> Any:
    """JSON with every number as its digits, so that 5.0 and 5 are told apart."""
    return json.loads(text, parse_float=str, parse_int=str)


def stored(client: Caller) -> list[Statement]:
    """All statements as sent, in the order they were stored, without what the store adds."""
    found: list[Statement] = []
    path, query = "/xapi/statements", {"ascending": "true", "limit": "500"}
    while path:
        page = read(client.get(path, **query).data)
        found += page["statements"]
        path, query = page["more"], {}
    added = {"stored", "authority", "version"}
    return [{k: v for k, v in s.items() if k not in added} for s in found]


def bodies(raw: bytes, values: list[Statement], way: str) -> Iterator[tuple[bytes, list[str]]]:
    """The file as it is sent that way: each body, and the ids in it."""
    ids = [v["id"] for v in values]
    if way == "whole":
        yield raw, ids
        return
    alone = ALONE if way == "one by one" else 0
    size = COUNT if way == "one by one" else 100
    for value in values[:alone]:
        yield json.dumps(value).encode(), [value["id"]]
    for at in range(alone, COUNT, size):
        yield json.dumps(values[at : at + size]).encode(), ids[at : at + size]


@pytest.mark.parametrize("way", [
    "whole",
    pytest.param("in batches", marks=pytest.mark.briefly("sqlite")),
    pytest.param("one by one", marks=pytest.mark.briefly("postgresql")),
])  # fmt: skip
def test_every_statement_is_taken_and_read_back_and_repeating_changes_nothing(
    lrs: Lrs, client: Caller, raw: bytes, statements: list[Statement], way: str
) -> None:
    """1.0.3 part 3, 2.1.2 and 2.1.3: value for value; the same file again is no new event."""
    values = json.loads(raw)
    assert len(values) == COUNT
    for body, ids in bodies(raw, values, way):
        assert client.post(body).json == ids
    assert stored(client) == statements
    head, _ = lrs.ledger.reader.head()
    assert client.post(raw).json == [v["id"] for v in values]
    assert lrs.ledger.reader.head()[0] == head


def tells(statement: Statement) -> str:
    """The last word of the verb's IRI."""
    return str(statement["verb"]["id"]).rsplit("/", 1)[-1]


def seconds(duration: str) -> int:
    """The file's durations are of hours, minutes and seconds."""
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", duration)
    assert match is not None
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return (hours * 60 + minutes) * 60 + rest


def by_line(statements: list[Statement]) -> dict[Line, list[Statement]]:
    """What was begun and ended, by learner and video."""
    lines = defaultdict(list)
    for s in statements:
        if tells(s) in ("initialized", "completed"):
            lines[s["actor"]["mbox"], s["object"]["id"]].append(s)
    return dict(lines)


def by_attempt(told: list[Statement]) -> list[list[Statement]]:
    attempts = defaultdict(list)
    for s in told:
        attempts[s["context"]["registration"]].append(s)
    return list(attempts.values())


def time_spent(told: list[Statement]) -> int:
    """In seconds: of each attempt the longest duration it says, these added up."""
    total = 0
    for attempt in by_attempt(told):
        said = [seconds(s["result"]["duration"]) for s in attempt if "result" in s]
        total += max(said, default=0)
    return total


def outlasts(told: list[Statement]) -> bool:
    """Whether some duration is longer than the time since its attempt began."""
    for attempt in by_attempt(told):
        begun = min(_instant(s) for s in attempt)
        for s in attempt:
            elapsed = _instant(s) - begun
            if "result" in s and elapsed:
                said = timedelta(seconds=seconds(s["result"]["duration"]))
                if said > elapsed + timedelta(seconds=1):
                    return True
    return False


def _instant(statement: Statement) -> datetime:
    return datetime.fromisoformat(statement["timestamp"])


def is_completed(told: list[Statement]) -> bool:
    return any(tells(s) == "completed" and s["result"]["completion"] for s in told)


def test_the_file_is_as_rough_as_these_tests_assume(statements: list[Statement]) -> None:
    """Six learners, eight videos of a minute, durations of hours, and a survey."""
    told = by_line(statements)
    lengths = {s["result"]["duration"] for s in statements if tells(s) == "completed"}
    verbs = Counter(map(tells, statements))
    assert len({mbox for mbox, _ in told}) == 6
    assert len({video for _, video in told}) == 8
    assert (verbs["completed"], verbs["submit"], verbs["skipped"]) == (70, 154, 118)
    assert all(3_600 <= seconds(length) < 86_400 for length in lengths)
    assert 0 < sum(map(is_completed, told.values())) < len(told)
    assert any(map(outlasts, told.values()))


def test_transcripts_say_what_the_learners_did(told: Caller, statements: list[Statement]) -> None:
    """One line for each video begun or ended; `completed` without completion completes nothing."""
    expected, shown = by_line(statements), {}
    for mbox in {s["actor"]["mbox"] for s in statements}:
        transcript = told.get(f"/api/v1/transcripts/mbox|{mbox}").json
        for line in transcript["lines"]:
            shown[mbox, line["course"]["id"]] = line
    assert shown.keys() == expected.keys()
    for key, events in expected.items():
        line = shown[key]
        assert line["status"] == ("completed" if is_completed(events) else "in progress")
        assert line["attempts"] == len(by_attempt(events))
        assert (line["score"], line["best_score"], line["success"]) == (None, None, None)
        assert line["hours"] == round(time_spent(events) / 3600, 2)
        assert line["hours_exceed_elapsed"] is outlasts(events)
        assert line["kind"] == "online"


def test_totals_and_course_figures_add_up(told: Caller, statements: list[Statement]) -> None:
    """What the lines say one by one, transcripts and courses say in sum."""
    expected = by_line(statements)
    for mbox in {mbox for mbox, _ in expected}:
        lines = [t for (learner, _), t in expected.items() if learner == mbox]
        totals = told.get(f"/api/v1/transcripts/mbox|{mbox}").json["totals"]
        assert totals["hours"] == round(sum(map(time_spent, lines)) / 3600, 2)
        assert totals["courses_by_status"].get("completed", 0) == sum(map(is_completed, lines))
    courses = told.get("/api/v1/courses").json["courses"]
    assert {c["id"] for c in courses} == {video for _, video in expected}
    for course in courses:
        figures = told.get(course["statistics"]).json
        lines = [t for (_, video), t in expected.items() if video == course["id"]]
        assert figures["trainees"] == len(lines)
        assert figures["by_status"]["completed"] == sum(map(is_completed, lines))
