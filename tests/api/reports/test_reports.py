from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, ref, said, someone, voiding
from tests.api.xapi.test_bad_bodies import SECRET

VERBS = "http://adlnet.gov/expapi/verbs/"
TRANSCRIPTS, COURSES = "/api/v1/transcripts", "/api/v1/courses"


@pytest.fixture
def reports(client: Caller) -> Caller:
    """Reports are not xAPI: they need no version header."""
    return client.speaking(None)


def worker(name: str = "Анна Ёлкина") -> JsonObject:
    number = fresh()[:8]
    return {"name": name, "account": {"homePage": "https://hr.example.org", "name": number}}


def course() -> JsonObject:
    name = {"ru": "Работа с посетителями", "en": "Working with visitors"}
    kind = "http://adlnet.gov/expapi/activities/course"
    return {"id": f"https://lms.example.org/{fresh()}", "definition": {"name": name, "type": kind}}


def did(verb: str, person: JsonObject, what: JsonObject, **result: Any) -> JsonObject:
    parts: dict[str, Any] = {"actor": person, "verb": {"id": VERBS + verb}, "object": what}
    return said(**parts, **({"result": result} if result else {}))


def transcript(reports: Caller, person: JsonObject, **query: str) -> Any:
    account = person["account"]
    key = f"account|{account['homePage']}|{account['name']}"
    response = reports.get(f"{TRANSCRIPTS}/{key}", **query)
    assert response.status_code == 200, response.text
    return response.json


def test_a_transcript_tells_what_a_person_did(client: Caller, reports: Caller) -> None:
    """One line a course, with its status, score, hours and the statements behind it."""
    anna, what = worker(), course()
    (id,) = client.store(did("passed", anna, what, score={"scaled": 0.9}, duration="PT1H30M"))
    found = transcript(reports, anna)
    (line,) = found["lines"]
    assert found["trainee"]["name"] == "Анна Ёлкина"
    assert found["trainee"]["personnel_number"] == anna["account"]["name"]
    assert (line["status"], line["hours"], line["score"]["scaled"]) == ("passed", 1.5, 0.9)
    assert (line["course"]["id"], line["evidence"]) == (what["id"], [id])
    assert found["totals"]["courses_by_status"] == {"passed": 1}
    assert set(found["as_of"]) == {"position", "consistent_through"}


def test_a_person_is_asked_for_by_key_or_by_personnel_number(
    client: Caller, reports: Caller
) -> None:
    """The listed link leads to the same transcript; an account may hold two slashes."""
    anna = worker()
    client.store(did("completed", anna, course()))
    by_key, number = transcript(reports, anna), anna["account"]["name"]
    assert reports.get(f"{TRANSCRIPTS}/{number}").json["lines"] == by_key["lines"]
    (listed,) = reports.get(TRANSCRIPTS, q=number).json["trainees"]
    assert reports.get(listed["transcript"]).json["lines"] == by_key["lines"]
    encoded = quote(f"account|https://hr.example.org|{number}", safe="")
    assert reports.get(f"{TRANSCRIPTS}/{encoded}").json["lines"] == by_key["lines"]


def test_a_voided_statement_leaves_the_transcript_and_its_correction_stays(
    client: Caller, reports: Caller
) -> None:
    """What was taken back no longer counts, and is not hidden either."""
    anna, what = worker(), course()
    kept, mistaken = did("initialized", anna, what), did("passed", anna, what)
    client.store(kept, mistaken)
    assert [line["status"] for line in transcript(reports, anna)["lines"]] == ["passed"]
    client.store(voiding(mistaken))
    (line,) = transcript(reports, anna)["lines"]
    assert (line["status"], line["voided"]) == ("in progress", [mistaken["id"]])


@pytest.mark.parametrize(
    ("rule", "status", "scaled"),
    [("best", "passed", 0.8), ("last", "failed", 0.3), ("first", "passed", 0.8)],
)
def test_the_rule_of_attempts_is_the_readers_choice(
    client: Caller, reports: Caller, rule: str, status: str, scaled: float
) -> None:
    """Each line names the rule it was read under."""
    anna, what = worker(), course()
    for minute, (verb, score) in enumerate([("failed", 0.2), ("passed", 0.8), ("failed", 0.3)]):
        statement = did(verb, anna, what, score={"scaled": score})
        statement["context"] = {"registration": fresh()}
        client.store(statement | {"timestamp": f"2026-03-01T09:0{minute}:00Z"})
    (line,) = transcript(reports, anna, rule=rule)["lines"]
    assert (line["status"], line["score"]["scaled"]) == (status, scaled)
    assert (line["attempt_rule"], line["attempts"]) == (rule, 3)


def test_people_are_found_by_part_of_their_name_whatever_its_case(
    client: Caller, reports: Caller
) -> None:
    """Russian letters have case, too; `%` and `_` are letters like any other here."""
    tag = fresh()[:8]
    for name in (f"Ёлкина {tag}", f"Петров {tag}", f"100%_{tag}"):
        client.store(did("completed", worker(name), course()))

    def names(q: str) -> list[str]:
        listed = reports.get(TRANSCRIPTS, q=q).json["trainees"]
        return [t["name"] for t in listed]

    assert names(f"ёЛКИНА {tag}") == [f"Ёлкина {tag}"]
    assert names(f"0%_{tag}") == [f"100%_{tag}"]
    assert names(f"0__{tag}") == []
    assert len(names(tag)) == 3


def test_people_come_in_pages_without_gap_or_repeat(client: Caller, reports: Caller) -> None:
    """`more` leads to the next page, and is empty on the last."""
    tag = fresh()[:8]
    client.store(*(did("completed", worker(f"{tag} {n}"), course()) for n in range(4)))
    path, pages = f"{TRANSCRIPTS}?q={tag}&limit=2", []
    while path:
        page = reports.get(path).json
        assert len(page["trainees"]) == 2
        pages += [t["name"] for t in page["trainees"]]
        path = page["more"]
    assert pages == [f"{tag} {n}" for n in range(4)]


def test_a_courses_figures_count_its_people(client: Caller, reports: Caller) -> None:
    """By number or by IRI; every share shows its parts."""
    what = course()
    client.store(
        did("passed", worker(), what, score={"scaled": 0.9}),
        did("failed", worker(), what, score={"scaled": 0.1}),
        did("initialized", worker(), what),
    )
    listed = reports.get(COURSES).json["courses"]
    (entry,) = [c for c in listed if c["id"] == what["id"]]
    figures = reports.get(entry["statistics"]).json
    assert (entry["trainees"], figures["trainees"]) == (3, 3)
    counted = {status: n for status, n in figures["by_status"].items() if n}
    assert counted == {"passed": 1, "failed": 1, "in progress": 1}
    assert figures["passing"] == {"value": 0.5, "part": 1, "of": 2}
    by_iri = reports.get(f"{COURSES}/{quote(what['id'], safe='')}/statistics").json
    assert by_iri == figures


@pytest.mark.parametrize(
    ("languages", "title"),
    [
        ("", "Работа с посетителями"),
        ("en-US", "Working with visitors"),
        ("ru", "Работа с посетителями"),
    ],
)
def test_titles_are_in_the_readers_language(
    client: Caller, reports: Caller, languages: str, title: str
) -> None:
    """All languages stand beside; Russian where the reader has no wish."""
    anna = worker()
    client.store(did("completed", anna, course()))
    path = f"{TRANSCRIPTS}/{anna['account']['name']}"
    answer = reports.send("GET", path, headers={"Accept-Language": languages})
    assert answer.json["lines"][0]["course"]["title"] == title
    assert len(answer.json["lines"][0]["course"]["titles"]) == 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{TRANSCRIPTS}/nobody", 404, "trainee-not-found"),
        (f"{TRANSCRIPTS}/mbox|mailto:{SECRET}@b.org", 404, "trainee-not-found"),
        (f"{COURSES}/999999/statistics", 404, "course-not-found"),
        (f"{COURSES}/{SECRET}/statistics", 404, "course-not-found"),
        (f"{TRANSCRIPTS}?limit={SECRET}", 400, "invalid-parameter"),
        (f"{TRANSCRIPTS}?after=-1", 400, "invalid-parameter"),
        (f"{TRANSCRIPTS}?Q=x", 400, "unknown-parameter"),
        (f"{TRANSCRIPTS}?q=a&q=b", 400, "repeated-parameter"),
        (f"{TRANSCRIPTS}/nobody?rule={SECRET}", 400, "invalid-parameter"),
        (f"{COURSES}?limit=5", 400, "unknown-parameter"),
        (f"{COURSES}/{SECRET}", 404, "no-such-resource"),
    ],
)
def test_what_a_report_cannot_answer_is_said_as_a_problem(
    reports: Caller, path: str, status: int, code: str
) -> None:
    """RFC 9457, and values are never echoed."""
    response = reports.get(path)
    assert (response.status_code, response.json["code"]) == (status, code)
    assert response.mimetype == "application/problem+json"
    assert SECRET not in response.text


def test_a_number_that_two_people_have_is_no_answer(client: Caller, reports: Caller) -> None:
    """Two systems may number people alike: then the key must say which."""
    anna = worker()
    other = {"account": {**anna["account"], "homePage": "https://other.example.org"}}
    client.store(did("completed", anna, course()), did("completed", other, course()))
    response = reports.get(f"{TRANSCRIPTS}/{anna['account']['name']}")
    assert (response.status_code, response.json["code"]) == (400, "ambiguous-trainee")


def test_other_statements_make_no_transcript(client: Caller, reports: Caller) -> None:
    """A remark about a statement, or a verb that tells nothing of training, is no line."""
    anna = worker()
    client.store(said(actor=anna), said(actor=anna, object=ref(fresh())))
    key = f"account|{anna['account']['homePage']}|{anna['account']['name']}"
    assert reports.get(f"{TRANSCRIPTS}/{key}").status_code == 404


def test_health_says_how_far_the_read_models_are(client: Caller, lrs: Lrs) -> None:
    """For monitors: no names, and the lag in events."""
    client.store(said(actor=someone()))
    health = client.get("/health").json
    assert (health["status"], health["quarantined"]) == ("ok", 0)
    for projection in health["projections"]:
        assert projection["position"] + projection["lag"] == health["events"]
    lrs.projector.runner.catch_up()
    assert client.get("/health").json["projections"][0]["lag"] == 0


def test_a_browser_is_given_json_that_people_can_read(client: Caller) -> None:
    """Laid out on lines where text/html is accepted, in UTF-8."""
    answer = client.send("GET", "/", headers={"Accept": "text/html,*/*"})
    assert answer.json["xapi"] == "/xapi/statements"
    assert answer.text.count("\n") > 3
    assert client.get("/").text.count("\n") == 0
