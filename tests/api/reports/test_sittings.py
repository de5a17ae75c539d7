"""A meeting that recurs under one address: transcript, figures and certificate say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller
from tests.api.reports.centre import asked, describe

ADL = "http://adlnet.gov/expapi/"
STREAMS = "http://activitystrea.ms/"
HOME = "https://hr.centre.example"
MONDAYS = [f"2026-{day}" for day in ("01-12", "01-19", "01-26", "02-02", "02-09", "02-16", "02-23")]
EIGHTH = "2026-03-02"


class Weekly:
    """The course `name`, which takes eight hours, with one meeting that everybody sits weekly."""

    def __init__(self, caller: Caller, name: str) -> None:
        self._caller = caller
        self.name = name
        self.course = f"https://learning.centre.example/course/{name}"
        course = {"id": self.course, "title": {"ru": name}}
        hours = {"courses": [self.course], "valid_months": 12, "min_hours": 8}
        programme = {"code": name, "title": {"ru": name}, **hours}
        describe(caller, {"courses": [course], "programmes": [programme]})

    def tell(self, verb: str, at: str, **result: Any) -> None:
        course = {"id": self.course, "definition": {"type": f"{ADL}activities/course"}}
        meeting = {"type": f"{ADL}activities/meeting"}
        statement: JsonObject = {
            "actor": {"account": {"homePage": HOME, "name": self.name}},
            "verb": {"id": verb},
            "object": {"id": f"{self.course}/meeting", "definition": meeting},
            "context": {"contextActivities": {"parent": [course]}},
            "timestamp": f"{at}:00+03:00",
        }
        self._caller.store(statement | {"result": result} if result else statement)

    def sheet(self, day: str, **result: Any) -> None:
        self.tell(f"{ADL}verbs/attended", f"{day}T10:00", **(result or {"duration": "PT1H"}))

    def log(self, day: str) -> None:
        self.tell(f"{STREAMS}join", f"{day}T10:00")
        self.tell(f"{STREAMS}leave", f"{day}T11:00")

    def sit(self, way: str, day: str) -> None:
        """As a sheet says it, a log, or both."""
        if way != "log":
            self.sheet(day)
        if way != "sheet":
            self.log(day)

    @property
    def line(self) -> Any:
        (line,) = asked(self._caller, f"transcripts/{self.name}")["lines"]
        return line

    def verdict(self, on: str) -> Any:
        (verdict,) = asked(self._caller, f"certifications/{self.name}", on=on)["verdicts"]
        return verdict

    def figures(self) -> Mapping[str, Any]:
        number = self.line["course"]["number"]
        figures: Mapping[str, Any] = asked(self._caller, f"courses/{number}/statistics")
        return figures


@pytest.mark.parametrize("way", ["sheet", "log", "both"])
def test_the_certificate_dates_from_the_eighth_hour(client: Caller, way: str) -> None:
    """And what was so before the eighth sitting stays so after it."""
    weekly = Weekly(client, f"weekly-{way}")
    for day in MONDAYS:
        weekly.sit(way, day)
    before = weekly.verdict("2026-01-13"), weekly.verdict("2026-03-01")
    weekly.sit(way, EIGHTH)
    assert (weekly.verdict("2026-01-13"), weekly.verdict("2026-03-01")) == before
    found = weekly.verdict("2026-06-01")
    assert (found["status"], found["completed"], found["valid_until"]) == (
        "certified",
        EIGHTH,
        "2027-03-02",
    )
    assert len(found["evidence"]) == (16 if way == "log" else 8)
    figures = weekly.figures()
    assert (weekly.line["hours"], figures["hours"], figures["hours_delivered"]) == (8.0, 8.0, 8.0)
    assert figures["attendance"] == {"value": 1.0, "part": 8, "of": 8}


def test_who_was_not_seen_leaving_adds_nothing(client: Caller) -> None:
    weekly = Weekly(client, "lost")
    weekly.tell(f"{STREAMS}join", "2026-02-02T10:00")
    weekly.log("2026-02-09")
    assert (weekly.line["hours"], weekly.line["sessions_attended"]) == (1.0, 2)
    assert weekly.verdict("2026-03-01")["status"] == "in progress"


def test_an_absence_is_about_its_own_day_in_every_report(client: Caller) -> None:
    weekly = Weekly(client, "away")
    for day in (*MONDAYS, EIGHTH):
        weekly.sheet(day)
    weekly.sheet("2026-03-09", completion=False)
    assert weekly.verdict("2026-06-01")["status"] == "certified"
    assert (weekly.line["hours"], weekly.line["sessions_missed"]) == (8.0, 1)
    assert weekly.figures()["no_show"]["part"] == 1
    weekly.tell(f"{ADL}verbs/attended", f"{EIGHTH}T18:00", completion=False)
    assert weekly.verdict("2026-06-01")["status"] == "in progress"
    assert (weekly.line["hours"], weekly.figures()["no_show"]["part"]) == (7.0, 2)
