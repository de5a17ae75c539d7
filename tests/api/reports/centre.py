"""A small training centre for the tests of reports: what it has, and what happened in it.

Anna   inspector, North   FIRE failed 0.4 on 10 March 2026, passed 0.9 on 11 March;
                          TALK attended for 4 h on 20 March, rated 5 of 5
Boris  inspector, North   FIRE begun on 12 March; TALK missed on 20 March
Vera   chief, South       FIRE passed 0.6 on 5 February; TALK attended for 3.5 h on 20 March
Gleb   inspector, North, left on 31 January 2026; nothing
Dina   without a record   FIRE completed on 13 March, after 30 minutes
"""

from __future__ import annotations

import json
from typing import Any

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, said
from tests.domain.stories import ADL, VERBS

HOME = "https://hr.centre.example"
FIRE, TALK = "https://learning.centre.example/fire", "https://learning.centre.example/talk"
SESSION = f"{TALK}/2026-03-20"
ROOM = "https://learning.centre.example/room/1"
TRAINER: JsonObject = {"mbox": "mailto:trainer@centre.example", "name": "Трофимова Ирина"}
TRAINER_KEY = "mbox|mailto:trainer@centre.example"
TYPES = "http://adlnet.gov/expapi/activities/"

ANNA, BORIS, VERA, GLEB, DINA = "0001", "0002", "0003", "0004", "0005"
NAMES = {ANNA: "Анна", BORIS: "Борис", VERA: "Вера", GLEB: "Глеб", DINA: "Дина"}


def key(number: str) -> str:
    """The agent key of somebody's account."""
    return f"account|{HOME}|{number}"


def agent(number: str) -> JsonObject:
    return {"name": NAMES[number], "account": {"homePage": HOME, "name": number}}


def catalogue() -> dict[str, list[JsonObject]]:
    """The centre's catalogue. For serving visitors an inspector needs FIRE; TALK is for all."""
    return {**_organisation(), **_training(), **_records()}


def _organisation() -> dict[str, list[JsonObject]]:
    """The offices, posts and services."""
    return {
        "offices": [
            {"code": "N", "title": {"ru": "Север", "en": "North"}, "address": "ул. Первая, 1"},
            {"code": "S", "title": {"ru": "Юг"}},
        ],
        "posts": [
            {"code": "inspector", "title": {"ru": "Инспектор", "en": "Inspector"}},
            {"code": "chief", "title": {"ru": "Начальник"}},
        ],
        "services": [
            {"code": "water", "title": {"ru": "Вода"}},
            {"code": "gas", "title": {"ru": "Газ"}},
        ],
    }


def _training() -> dict[str, list[JsonObject]]:
    """The courses and the programmes."""
    return {
        "courses": [
            {
                "id": FIRE,
                "title": {"ru": "Пожарная безопасность", "en": "Fire safety"},
                "kind": "online",
                "hours": 2,
                "valid_months": 12,
                "services": ["water"],
            },
            {"id": TALK, "title": {"ru": "Беседа"}, "services": ["water", "gas"]},
        ],
        "programmes": [
            {
                "code": "windows",
                "title": {"ru": "Допуск к окну", "en": "Windows"},
                "courses": [FIRE],
                "min_score": 0.8,
                "valid_months": 12,
                "renewal_days": 30,
                "due_days": 30,
                "posts": ["inspector"],
                "before_visitors": True,
            },
            {"code": "talk", "title": {"ru": "Общение"}, "courses": [TALK], "everyone": True},
        ],
    }


def _records() -> dict[str, list[JsonObject]]:
    """The people, the trainers' visits and the visitors' ratings."""
    return {
        "people": [
            person(ANNA, "N", "inspector", since="2025-01-09"),
            person(BORIS, "N", "inspector", since="2026-03-01"),
            person(VERA, "S", "chief"),
            person(GLEB, "N", "inspector", until="2026-01-31"),
        ],
        "visits": [
            visit("V-1", "2026-04-02", hours=2, course=TALK, people=[key(ANNA), key(BORIS)]),
            visit("V-2", "2026-05-06", hours=1.5, topic={"ru": "Очереди", "en": "Queues"}),
            visit("V-3", "2026-04-20", office="S", note="у окон"),
        ],
        "ratings": [
            {"office": "N", "month": "2026-03", "likes": 30, "dislikes": 10},
            {"office": "N", "month": "2026-05", "likes": 0, "dislikes": 0},
            {"office": "S", "month": "2026-03", "likes": 1, "dislikes": 1},
        ],
    }


def person(number: str, office: str, post: str, **span: str) -> JsonObject:
    """A personnel record; the number is not that of the account."""
    return {
        "agent": key(number),
        "name": f"{NAMES[number]} Записана",
        "number": f"T{number}",
        "office": office,
        "post": post,
        **span,
    }


def visit(code: str, on: str, office: str = "N", **others: Any) -> JsonObject:
    return {"code": code, "on": on, "office": office, "trainer": TRAINER_KEY, **others}


def happened(
    verb: str, who: str, what: str, at: str, *, context: JsonObject | None = None, **result: Any
) -> JsonObject:
    """A statement about a course, or about the session of TALK; `at` is the local time."""
    kind = "meeting" if what == SESSION else "course"
    around: JsonObject = dict(context or {})
    if what == SESSION:
        talk = {"id": TALK, "definition": {"type": f"{TYPES}course"}}
        others = around.get("contextActivities", {})
        around["contextActivities"] = {**others, "parent": [talk]}
    return said(
        actor=agent(who),
        verb={"id": VERBS.get(verb, ADL + verb)},
        object={"id": what, "definition": {"type": TYPES + kind}},
        timestamp=f"{at}:00+03:00",
        **({"context": around} if around else {}),
        **({"result": result} if result else {}),
    )


def statements() -> dict[str, JsonObject]:
    """What happened, in this order, by names for the tests."""
    place = {"id": ROOM, "definition": {"type": "http://activitystrea.ms/schema/1.0/place"}}
    trained = {"instructor": TRAINER, "contextActivities": {"other": [place]}}
    first, second = (f"{n * 8}-1111-4111-8111-111111111111" for n in "12")
    talk = "2026-03-20T14:00"
    return {
        "vera passed": happened("passed", VERA, FIRE, "2026-02-05T10:00", score={"scaled": 0.6}),
        "anna failed": happened(
            "failed",
            ANNA,
            FIRE,
            "2026-03-10T10:00",
            context={"registration": first},
            score={"scaled": 0.4},
            duration="PT30M",
        ),
        "anna passed": happened(
            "passed",
            ANNA,
            FIRE,
            "2026-03-11T10:00",
            context={"registration": second},
            score={"scaled": 0.9, "raw": 18, "max": 20},
            duration="PT1H",
        ),
        "boris began": happened("initialized", BORIS, FIRE, "2026-03-12T09:00"),
        "dina began": happened("initialized", DINA, FIRE, "2026-03-13T09:00"),
        "dina completed": happened("completed", DINA, FIRE, "2026-03-13T09:30"),
        "anna attended": happened(
            "attended", ANNA, SESSION, talk, context=dict(trained), duration="PT4H"
        ),
        "boris missed": happened(
            "attended", BORIS, SESSION, talk, context=dict(trained), completion=False
        ),
        "vera attended": happened(
            "attended", VERA, SESSION, talk, context=dict(trained), duration="PT3H30M"
        ),
        "anna rated": happened(
            "rated", ANNA, SESSION, "2026-03-20T18:00", score={"raw": 5, "min": 1, "max": 5}
        ),
    }


def open_centre(caller: Caller) -> dict[str, str]:
    """Describes the centre and lets it all happen. The statements' ids by the names above."""
    describe(caller, catalogue())
    happening = statements()
    caller.store(*happening.values())
    return {name: statement["id"] for name, statement in happening.items()}


def describe(caller: Caller, entries: dict[str, list[JsonObject]]) -> None:
    """Says it to the catalogue."""
    answer = caller.send(
        "POST",
        "/api/v1/catalogue",
        data=json.dumps(entries),
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.text


def asked(caller: Caller, path: str, language: str = "", **query: str) -> Any:
    """The answer of a report."""
    answer = caller.speaking(None).send(
        "GET",
        f"/api/v1/{path}",
        headers={"Accept-Language": language},
        query_string=query or None,
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(caller: Caller, path: str) -> tuple[int, str, str | None]:
    """Status, code and parameter of a report that is refused."""
    answer = caller.speaking(None).get(f"/api/v1/{path}")
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.json["code"], answer.json.get("parameter")
