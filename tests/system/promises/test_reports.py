"""How much reports tell and keep, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from api.app import create_app
from api.cli.doctor import _uncounted
from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, said, someone, voiding
from tests.api.reports.centre import describe
from tests.domain.stories import ADL, TYPES, VERBS
from tests.system.promises.conftest import DAY, Clock
from tests.system.promises.reading import promised

pytestmark = pytest.mark.rules

ONE = "2026-03-10T10:00:00+03:00"


class Learner:
    """Somebody new in a course that nobody else takes."""

    def __init__(self, client: Caller) -> None:
        self.client = client
        self.agent = someone()
        self.key = f"mbox|{self.agent['mbox']}"
        self.course = f"https://learning.centre.example/{fresh()}"

    def did(self, verb: str, at: str = ONE, sitting: str = "", **result: Any) -> JsonObject:
        """A statement about the course, or about a sitting of it."""
        kind = "meeting" if sitting else "course"
        parent = {"id": self.course, "definition": {"type": f"{TYPES}course"}}
        return said(
            actor=self.agent,
            verb={"id": VERBS.get(verb, ADL + verb)},
            object={"id": self.course + sitting, "definition": {"type": TYPES + kind}},
            timestamp=at,
            **({"context": {"contextActivities": {"parent": [parent]}}} if sitting else {}),
            **({"result": result} if result else {}),
        )

    @property
    def line(self) -> Any:
        """Of the transcript."""
        (line,) = self.report("transcripts")["lines"]
        return line

    def report(self, name: str, **parameters: str) -> Any:
        answer = self.client.get(f"/api/v1/{name}/{quote(self.key, safe='')}", **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json

    def figures(self, **parameters: str) -> Any:
        """Of the course."""
        path = f"/api/v1/courses/{quote(self.course, safe='')}/statistics"
        return self.client.get(path, **parameters).json


@pytest.fixture
def learner(client: Caller) -> Learner:
    return Learner(client)


def on(days: int) -> str:
    """Ten o'clock, so many days on."""
    return f"{date(2024, 1, 1) + timedelta(days)}T10:00:00+03:00"


def test_a_line_names_so_many_statements_as_evidence(learner: Learner) -> None:
    most = promised("reports.md", r"statements that these members are based on, at most (\d+)")
    sittings = [learner.did("attended", on(n), f"/{n}", duration="PT1H") for n in range(most + 1)]
    learner.client.store(*sittings)
    assert len(learner.line["evidence"]) == most
    assert learner.line["sessions_attended"] == most + 1


def test_a_line_names_so_many_voided_statements(learner: Learner) -> None:
    """And counts them all."""
    most = promised("reports.md", r"ids of voided statements, at most (\d+)")
    statements = [learner.did("completed", on(n)) for n in range(most + 2)]
    learner.client.store(*statements)
    learner.client.store(*map(voiding, statements[1:]))
    assert (len(learner.line["voided"]), learner.line["voided_count"]) == (most, most + 1)


def test_of_one_address_so_many_sittings_are_kept(learner: Learner) -> None:
    """The line says that there were more."""
    most = promised("reports.md", r"keeps the latest (\d+) of one IRI")
    attended = [learner.did("attended", on(n), "/hall", duration="PT1H") for n in range(most + 1)]
    learner.client.store(*attended[:-1])
    assert (learner.line["hours"], learner.line["hours_cut"]) == (most, False)
    learner.client.store(attended[-1])
    assert (learner.line["hours"], learner.line["hours_cut"]) == (most, True)


@pytest.mark.parametrize("late", [0, 1])
def test_whoever_leaves_after_midnight_was_there_for_so_long(learner: Learner, late: int) -> None:
    """A leaving that comes a second later adds nothing."""
    most = promised("reports.md", r"of the next day, at most (\d+) hours later")
    came, left = "2026-03-10T20:00:00+03:00", f"2026-03-11T{most - 4:02}:00:{late:02}+03:00"
    learner.client.store(learner.did("join", came, "/hall"), learner.did("leave", left, "/hall"))
    assert learner.line["hours"] == (0 if late else most)


def test_the_last_figure_of_tries_is_for_that_many_and_more(learner: Learner) -> None:
    most = promised("reports.md", r"the second, and so on; (\d+) means")
    failures = [learner.did("failed", on(n)) for n in range(most + 5)]
    learner.client.store(*failures, learner.did("passed", on(most + 5)))
    assert list(learner.figures()["tries_to_pass"]) == [str(most)]


def test_scores_are_told_in_so_many_bins(learner: Learner) -> None:
    """Each as wide as all others: a score in each tenth is in a bin of its own."""
    bins = promised("reports.md", r"`scores`, `first_scores` \| (\w+) bins of a tenth each")
    for number in range(bins):
        learner.agent = someone()
        score = {"scaled": (number + 0.5) / bins}
        learner.client.store(learner.did("passed", score=score))
    assert learner.figures()["scores"] == [1] * bins


def test_a_page_of_a_report_tells_so_many(learner: Learner) -> None:
    """However many are asked for: people, and the parts of a course."""
    most = promised("reports.md", r"entries on a page, ([\d,]+) at most")
    slices = promised("reports.md", r"for each part, (a thousand) parts on a page")
    statements = []
    for number in range(most + 1):
        learner.agent = someone()
        statements.append(learner.did("attended", ONE, f"/{number}"))
    learner.client.store(*statements)
    trainees = learner.client.get("/api/v1/transcripts", limit=2 * most).json
    assert (len(trainees["trainees"]), trainees["more"] != "") == (most, True)
    of_course = learner.figures(by="session")
    assert (len(of_course["slices"]), of_course["more"] != "") == (slices, True)


def test_so_many_characters_can_be_sought(client: Caller) -> None:
    most = promised("reports.md", r"parts of a name or personnel number, (\d+) characters at most")
    assert client.get("/api/v1/transcripts", q="x" * most).status_code == 200
    assert client.get("/api/v1/transcripts", q="x" * (most + 1)).json["parameter"] == "q"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("reports.md", r"a limit \(`min_score`\) are compared to (\w+) decimals"),
        ("certification.md", r"and limit are compared to (\w+) decimals"),
    ],
)
def test_a_score_reaches_a_limit_to_so_many_decimals(
    learner: Learner, document: str, sentence: str
) -> None:
    """What differs by less than half of the last one reaches it, what differs by more does not."""
    decimals = promised(document, sentence)
    course = {"id": learner.course, "title": {"en": "Fire"}}
    rule: JsonObject = {"code": fresh(), "title": {"en": "Rule"}, "courses": [learner.course]}
    rule |= {"min_score": 0.8, "everyone": True}
    record = {"agent": learner.key, "name": "Anna", "since": "2026-01-01"}
    describe(learner.client, {"courses": [course], "programmes": [rule], "people": [record]})

    def status(tenths: int) -> str:
        score = {"scaled": 0.8 - tenths * 10 ** -(decimals + 1)}
        learner.client.store(learner.did("passed", score=score))
        verdicts = learner.report("certifications", on="2026-03-11")["verdicts"]
        (found,) = [v["status"] for v in verdicts if v["programme"]["code"] == rule["code"]]
        return str(found)

    assert [status(6), status(4)] == ["in progress", "certified"]


def test_so_many_statements_of_a_course_count_toward_programmes(learner: Learner) -> None:
    """The latest: whoever passed once more than that has the first pass forgotten."""
    most = promised("certification.md", r"keeps the latest (\d+) of these statements")
    course = {"id": learner.course, "title": {"en": "Fire"}}
    rule = {"code": fresh(), "title": {"en": "Rule"}, "courses": [learner.course]}
    record = {"agent": learner.key, "name": "Anna", "since": "2023-01-01"}
    programme = rule | {"everyone": True, "since": "2023-01-01"}
    describe(learner.client, {"courses": [course], "programmes": [programme], "people": [record]})
    passed = [learner.did("passed", on(n)) for n in range(most + 1)]

    def status() -> str:
        verdicts = learner.report("certifications", on=on(0)[:10])["verdicts"]
        (found,) = [v["status"] for v in verdicts if v["programme"]["code"] == rule["code"]]
        return str(found)

    learner.client.store(*passed[:-1])
    assert status() == "certified"
    learner.client.store(passed[-1])
    assert status() != "certified"


# Words that count nowhere


@pytest.fixture
def asking(timed: Lrs) -> Caller:
    """A client of that store."""
    key = timed.credentials.create("test", [Scope.ALL])
    return Caller(create_app(timed).test_client(), key)


def unrecognised(caller: Caller, **parameters: int) -> Any:
    return caller.get("/api/v1/unrecognised", **parameters).json


def test_unknown_words_of_so_many_days_are_told(asking: Caller, clock: Clock) -> None:
    days = promised("reports.md", r"stored in the last (\d+) days")
    asking.store(said())
    stored = unrecognised(asking)["as_of"]["position"]
    clock.at += days * DAY
    assert len(unrecognised(asking)["words"]) == stored - 1 == 1
    clock.at += 1_000_000
    assert unrecognised(asking)["words"] == []


def test_the_doctor_tells_of_the_same_days(timed: Lrs, asking: Caller, clock: Clock) -> None:
    days = promised("operators.md", r"statements of the last (\d+) days count in no transcript")
    asking.store(said())
    clock.at += days * DAY
    assert f"1 statement of the last {days} days" in _uncounted(timed)[0]
    clock.at += 1_000_000
    assert _uncounted(timed) == []


def test_so_many_unknown_words_are_told_unless_asked(asking: Caller) -> None:
    """And how many more there are."""
    most = promised("reports.md", r"verbs and types there are than `limit` \((\d+)\)")
    verbs = ({"id": f"https://example.org/verbs/{number}"} for number in range(most + 1))
    asking.store(*(said(verb=verb) for verb in verbs))
    report = unrecognised(asking)
    assert (len(report["words"]), report["left_off"]) == (most, 1)


def test_so_many_events_are_looked_at_for_unknown_words(asking: Caller) -> None:
    """`cut` says that there were more."""
    most = promised("reports.md", r"reads the last ([\d,]+) events")
    asking.store(*(said() for _ in range(most)))
    count = unrecognised(asking)["read"]
    assert (count["statements"], count["cut"]) == (most, True)
