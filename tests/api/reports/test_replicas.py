"""Every report with `known`: what a store that ended there answered."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from lrs.service import Lrs
from lrs.service.reports import SliceBy, as_known
from tests.api.caller import Caller, voiding
from tests.api.reports.centre import (
    ANNA,
    BORIS,
    DINA,
    FIRE,
    SESSION,
    TALK,
    VERA,
    asked,
    catalogue,
    describe,
    happened,
    key,
    open_centre,
    person,
    refused,
    visit,
)
from tests.support.examples import SOAKS
from tests.support.processes import wait_until

SUMMER = date(2026, 7, 1)
ON = {"on": SUMMER.isoformat()}
PEOPLE = (ANNA, BORIS, VERA, DINA)
BY = ("office", "instructor", "month")

REPORTS: list[tuple[str, dict[str, str]]] = [
    ("transcripts", {}),
    ("transcripts", {"q": "анна"}),
    *((f"transcripts/{key(who)}", {}) for who in (ANNA, BORIS, DINA)),
    *((f"certifications/{key(who)}", ON) for who in (ANNA, BORIS, DINA)),
    ("certifications", {"office": "N", **ON}),
    ("certifications", {"programme": "windows", "limit": "1", **ON}),
    ("courses", {}),
    *((f"courses/{number}/statistics", {}) for number in (1, 2)),
    *(("courses/2/statistics", {"by": by}) for by in ("session", *BY)),
    *(("statistics", {"by": by}) for by in BY),
    ("offices", {}),
    ("offices/N", ON),
    ("services", {}),
    ("services/water", {"limit": "1"}),
    ("visits", {"limit": "2"}),
    ("catalogue", {}),
    *((f"catalogue/{kind}", {}) for kind in ("programmes", "courses", "links")),
    *(("people", {"agent": key(who)}) for who in (BORIS, DINA)),
]


def course(number: int, **others: Any) -> dict[str, Any]:
    """A course of the centre, described otherwise."""
    return {"courses": [{**catalogue()["courses"][number], **others}]}


def programme(**others: Any) -> dict[str, Any]:
    """The programme for windows, described otherwise."""
    return {"programmes": [{**catalogue()["programmes"][0], **others}]}


def link(caller: Caller) -> None:
    describe(caller, {"links": [{"agent": key(DINA), "person": key(BORIS)}]})


def late(caller: Caller) -> None:
    """What happened in January is stored last."""
    caller.store(happened("passed", BORIS, FIRE, "2026-01-15T10:00", score={"scaled": 1}))


def revoke(caller: Caller) -> None:
    revoked = {"programme": "windows", "agent": key(ANNA), "on": "2026-06-01", "reason": "?"}
    describe(caller, {"revocations": [revoked]})


Step = Callable[[Caller, Mapping[str, str]], object]

STEPS: list[Step] = [
    lambda own, ids: own.store(voiding(ids["anna passed"])),
    lambda own, ids: own.store(voiding(ids["vera attended"])),
    lambda own, _: link(own),
    lambda own, _: late(own),
    lambda own, _: revoke(own),
    lambda own, _: describe(own, programme(min_score=0.95, since="2026-01-01")),
    lambda own, _: describe(own, course(0, title={"ru": "Огонь"}, attempt_rule="last")),
    lambda own, _: describe(own, course(1, services=["gas"], valid_months=1)),
    lambda own, _: describe(own, course(0, activities=[SESSION])),
    lambda own, _: describe(own, {"links": [{"agent": key(VERA), "person": key(DINA)}]}),
    lambda own, _: describe(own, {"people": [person(VERA, "N", "inspector")]}),
    lambda own, _: describe(own, {"offices": [{"code": "N", "title": {"ru": "Северный"}}]}),
    lambda own, _: describe(own, {"visits": [visit("V-4", "2026-05-07", course=TALK)]}),
]
"""What changes what is known, each in its way."""


def answers(caller: Caller, **known: str) -> list[Any]:
    """What every report answers; links go on with the same `known`."""
    found = [asked(caller, path, **query, **known) for path, query in REPORTS]
    for one in found:
        for links in (one, *one.get("courses", ())):
            for name in ("more", "statistics"):
                if isinstance(links.get(name), str):
                    links[name] = _without_known(links[name], known)
        if isinstance(one.get("visits"), dict):
            one["visits"]["all"] = _without_known(one["visits"]["all"], known)
    return found


def _without_known(address: str, known: Mapping[str, str]) -> str:
    """The link without the parameter, which it must have where it was given."""
    if not (address and known):
        return address
    parameter = f"known={known['known']}"
    assert parameter in address
    return (
        address.replace(f"?{parameter}&", "?")
        .replace(f"&{parameter}", "")
        .replace(f"?{parameter}", "")
    )


@pytest.mark.parametrize("seed", range(8 if SOAKS else 1))
def test_every_report_as_known_then_is_what_a_store_that_ended_there_answered(
    own: Caller, own_lrs: Lrs, seed: int
) -> None:
    """Whatever came after it: voidings, links, rules, names, late statements, in any order. What a
    person is told is folded from the log at once, as are the figures of a course; the rest is read
    from a replica, which says the same of those.
    """
    ids = open_centre(own)
    held = {}
    for step in random.Random(seed).sample(STEPS, 4):
        step(own, ids)
        now = answers(own)
        held[str(now[0]["as_of"]["position"])] = now
    open_centre_again(own)
    for position, then in held.items():
        for report, before, after in zip(REPORTS, then, answers(own, known=position), strict=True):
            for answer in (before, after):
                answer.get("as_of", {}).pop("consistent_through", None)
            assert after == before, (position, report)
        assert folded_at_once(own_lrs, int(position)) == from_replica(own_lrs, int(position))


def folded_at_once(lrs: Lrs, known: int) -> list[Any]:
    """What is folded from the log while the reader waits."""
    return [
        *(lrs.transcripts.transcript(key(who), None, known).value for who in PEOPLE),
        *(lrs.certifications.of_trainee(key(who), SUMMER, known).value for who in PEOPLE),
        *(lrs.transcripts.course_statistics(course, known).value for course in ("1", "2")),
        *(lrs.transcripts.course_slices("2", by, known=known).value for by in SliceBy if by in BY),
    ]


def from_replica(lrs: Lrs, known: int) -> list[Any]:
    """The same, as the replica has it."""
    reports = lrs.known_reports.at(known)
    return [
        *(reports.transcripts.transcript(key(who)).value for who in PEOPLE),
        *(reports.certifications.of_trainee(key(who), SUMMER).value for who in PEOPLE),
        *(reports.transcripts.course_statistics(course).value for course in ("1", "2")),
        *(reports.transcripts.course_slices("2", by).value for by in SliceBy if by in BY),
    ]


def open_centre_again(own: Caller) -> None:
    """Something more, so that no position that is asked about is the last one."""
    own.store(happened("completed", DINA, TALK, "2026-06-01T10:00"))


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No replica is so small that it is made while the reader waits."""
    monkeypatch.setattr(as_known, "AT_ONCE", 0)


def test_what_takes_longer_is_made_meanwhile(own: Caller, slowly: None) -> None:
    """202 says how far it is and where to ask again, until the answer is there."""
    open_centre(own)
    path = f"/api/v1/courses/{quote(FIRE)}/statistics?by=instructor&known=20"
    answer = own.speaking(None).get(path)
    assert (answer.status_code, answer.json["known"]) == (202, 20)
    assert 0 <= answer.json["folded"] <= 20
    assert int(answer.headers["Retry-After"]) >= 1
    again = answer.json["ask_again"]
    assert again == path
    wait_until(lambda: own.speaking(None).get(again).status_code == 200)
    assert own.speaking(None).get(again).json["as_of"]["position"] == 20


def test_not_too_many_are_awaited(
    own_lrs: Lrs, own: Caller, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants more asks again later; who asks again for the same takes no second place."""
    open_centre(own)
    with own_lrs.known_reports.replicas.making():
        for position in (*range(1, as_known.MOST_AWAITED + 1), 1):
            assert own.speaking(None).get(f"/api/v1/courses?known={position}").status_code == 202
        assert refused(own, "courses?known=15") == (503, "replicas-awaited", None)
        own_lrs.known_reports.close()


def test_a_replica_that_failed_says_why_to_whoever_asks_again(
    own: Caller, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is tried again by who asks after that."""
    open_centre(own)
    usage = shutil.disk_usage("/")._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert own.speaking(None).get("/api/v1/courses?known=15").status_code == 202
    wait_until(lambda: own.speaking(None).get("/api/v1/courses?known=15").status_code == 507)
    assert own.speaking(None).get("/api/v1/courses?known=15").status_code == 202
