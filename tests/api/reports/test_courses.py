"""The figures of courses and of their slices, for the centre in tests/api/reports/centre.py."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.caller import Caller
from tests.api.reports.centre import FIRE, SESSION, TALK, TRAINER_KEY, asked

NOBODY = dict.fromkeys(
    ("enrolled", "in progress", "attended", "completed", "passed", "failed", "waived", "withdrawn"),
    0,
)


def share(part: int, of: int) -> Any:
    return {"value": round(part / of, 4) if of else None, "part": part, "of": of}


def quartiles(lower: Any, median: Any, upper: Any) -> Any:
    return {"lower": lower, "median": median, "upper": upper}


def figures(client: Caller, course: str, **query: str) -> Any:
    return asked(client, f"courses/{quote(course, safe='')}/statistics", **query)


def slices(client: Caller, course: str, by: str) -> list[Any]:
    answer = figures(client, course, by=by)
    assert (answer["by"], answer["more"], answer["course"]["id"]) == (by, "", course)
    found: list[Any] = answer["slices"]
    return found


def test_all_figures_of_a_course(centre_client: Caller) -> None:
    """Vera passed at once with 0.6, Anna at her second try, a day after the first, with 0.9; Dina
    completed in half an hour, Boris only began.
    """
    found = figures(centre_client, FIRE)
    assert found.pop("course")["title"] == "Пожарная безопасность"
    assert found.pop("as_of")["position"] > 0
    assert found == {
        "kind": "online",
        "trainees": 4,
        "enrolled": 0,
        "started": 4,
        "attended": 0,
        "missed": 0,
        "by_status": {**NOBODY, "in progress": 1, "completed": 1, "passed": 2},
        "attempts": 5,
        "hours": 1.5,
        "hours_delivered": 0.0,
        "completion": share(3, 4),
        "passing": share(2, 2),
        "attendance": share(0, 0),
        "no_show": share(0, 0),
        "scores": [0, 0, 0, 0, 0, 0, 1, 0, 0, 1],
        "score_quartiles": quartiles(0.6, 0.6, 0.9),
        "first_scores": [0, 0, 0, 0, 1, 0, 1, 0, 0, 0],
        "first_score_quartiles": quartiles(0.4, 0.4, 0.6),
        "tries_to_pass": {"1": 1, "2": 1},
        "minutes_to_complete": quartiles(0, 30, 24 * 60),
        "satisfaction": {
            "mean": None,
            "responses": 0,
            "distribution": dict.fromkeys("12345", 0),
        },
        "attempt_rule": "best",
        "last_activity": "2026-03-13T06:30:00.000000+00:00",
    }


def test_attendance_and_satisfaction_of_a_course(centre_client: Caller) -> None:
    """Two of three came, for 4 and 3.5 hours; the session was as long as the longest stay."""
    found = figures(centre_client, TALK)
    assert (found["attended"], found["missed"], found["started"]) == (2, 1, 2)
    assert (found["attendance"], found["no_show"]) == (share(2, 3), share(1, 3))
    assert (found["hours"], found["hours_delivered"]) == (7.5, 4.0)
    answers = {**dict.fromkeys("12345", 0), "5": 1}
    assert found["satisfaction"] == {"mean": 5.0, "responses": 1, "distribution": answers}
    assert found["kind"] == "classroom"


def test_a_session_has_the_figures_of_a_session(centre_client: Caller) -> None:
    """By its activity's IRI; nobody completes a session."""
    (found,) = slices(centre_client, TALK, "session")
    assert found == {
        "session": SESSION,
        "trainees": 3,
        "enrolled": 0,
        "attended": 2,
        "missed": 1,
        "hours": 7.5,
        "hours_delivered": 4.0,
        "attendance": share(2, 3),
        "no_show": share(1, 3),
        "satisfaction": {
            "mean": 5.0,
            "responses": 1,
            "distribution": {**dict.fromkeys("12345", 0), "5": 1},
        },
    }


def test_offices_are_told_apart_by_where_people_work(centre_client: Caller) -> None:
    """Anna and Boris in the North, Vera in the South; Dina, of no known office, in neither."""
    north, south = slices(centre_client, FIRE, "office")
    assert (north["office"]["title"], south["office"]["title"]) == ("Север", "Юг")
    assert (north["trainees"], south["trainees"]) == (2, 1)
    assert north["by_status"] == {**NOBODY, "in progress": 1, "passed": 1}
    assert (north["completion"], south["completion"]) == (share(1, 2), share(1, 1))
    assert north["score_quartiles"] == quartiles(0.9, 0.9, 0.9)
    assert (north["attempts"], north["attempt_rule"]) == (3, "best")


def test_instructors_are_named_as_statements_name_them(centre_client: Caller) -> None:
    """Who teaches need not be a trainee."""
    (found,) = slices(centre_client, TALK, "instructor")
    assert found["instructor"] == {"key": TRAINER_KEY, "name": "Трофимова Ирина"}
    assert (found["trainees"], found["attended"], found["hours"]) == (3, 2, 7.5)


def test_a_month_is_that_in_which_the_status_was_reached(centre_client: Caller) -> None:
    """Vera passed in February, the others did what they did in March."""
    february, march = slices(centre_client, FIRE, "month")
    assert (february["month"], march["month"]) == ("2026-02", "2026-03")
    assert (february["trainees"], march["trainees"]) == (1, 3)
    assert march["by_status"] == {**NOBODY, "in progress": 1, "completed": 1, "passed": 1}


@pytest.mark.parametrize(
    ("by", "lines"),
    [
        ("office", {"N": 4, "S": 2}),
        ("instructor", {TRAINER_KEY: 3}),
        ("month", {"2026-02": 1, "2026-03": 6}),
    ],
)
def test_all_courses_together_count_lines(
    centre_client: Caller, by: str, lines: dict[str, int]
) -> None:
    """Whoever is in two courses counts twice, each line under its own course's rule."""
    answer = asked(centre_client, "statistics", by=by)
    assert (answer["by"], answer["attempt_rule"], answer["more"]) == (by, "own", "")
    found = {}
    for one in answer["slices"]:
        assert "trainees" not in one
        assert one["attempt_rule"] == "own"
        value = one[by] if by == "month" else one[by].get("code") or one[by]["key"]
        found[value] = one["lines"]
    assert found == lines


def test_slices_come_in_pages_without_gap_or_repeat(centre_client: Caller) -> None:
    """`more` leads to the next page, and is empty on the last."""
    path, pages = "/api/v1/statistics?by=month&limit=1", []
    while path:
        page = centre_client.get(path).json
        pages += [one["month"] for one in page["slices"]]
        path = page["more"]
    assert pages == ["2026-02", "2026-03"]
    path = f"/api/v1/courses/{quote(FIRE, safe='')}/statistics?by=office&limit=1"
    second = centre_client.get(centre_client.get(path).json["more"]).json
    assert ([one["office"]["code"] for one in second["slices"]], second["more"]) == (["S"], "")


def test_courses_are_listed_with_what_the_catalogue_says(centre_client: Caller) -> None:
    """The kind as described, else as seen."""
    fire, talk = asked(centre_client, "courses", language="en")["courses"]
    assert (fire["title"], fire["kind"], fire["hours"], fire["trainees"]) == (
        "Fire safety",
        "online",
        2,
        4,
    )
    assert (talk["kind"], talk["services"], talk["trainees"]) == ("classroom", ["water", "gas"], 3)
    assert centre_client.get(fire["statistics"]).json["course"]["id"] == FIRE
