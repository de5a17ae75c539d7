"""Step through the log: why somebody is certified, and what became of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from tests.api.caller import Caller, ref, said, voiding
from tests.api.reports.centre import (
    ANNA,
    BORIS,
    DINA,
    FIRE,
    TALK,
    asked,
    catalogue,
    describe,
    happened,
    key,
    open_centre,
    refused,
)
from tests.contracts.log.test_content import erase

SUMMER = "2026-07-01"
MAIL = "mbox|mailto:anna@centre.example"


@pytest.fixture
def ids(own: Caller) -> Mapping[str, str]:
    """The ids of the statements of the test's own centre."""
    return open_centre(own)


def explained(caller: Caller, who: str = ANNA, language: str = "en", **query: str) -> Any:
    given = {"person": key(who), "on": SUMMER, **query}
    return asked(caller, "replay/explain", language, **given)


def shown(caller: Caller, event: object, language: str = "en") -> Any:
    return asked(caller, f"replay/events/{event}", language, on=SUMMER)


def later(caller: Caller, event: object) -> list[tuple[str, str | None]]:
    """What changed an event later, and the statement that did."""
    return [(one["what"], one["statement"]) for one in shown(caller, event)["later"]]


def position(caller: Caller, statement: str) -> int:
    found: int = shown(caller, statement)["position"]
    return found


# Explanations


def test_a_pass_is_explained_with_its_place_its_author_and_its_effect(
    centre_client: Caller, centre: Mapping[str, str]
) -> None:
    """Before and after, as data and in words."""
    events = {one["statement"]: one for one in explained(centre_client)["events"]}
    event = events[centre["anna passed"]]
    assert (event["what"], event["outcomes"], event["known_as_theirs"]) == (
        "statement",
        ["passed"],
        True,
    )
    assert centre_client.key is not None
    assert event["by"]["authority"] == centre_client.key.name
    line, verdict, served = event["changes"]
    assert (line["before"]["status"], line["after"]["status"]) == ("failed", "passed")
    assert (line["before"]["hours"], line["after"]["hours"]) == (0.5, 1.5)
    assert verdict["after"]["valid_until"] == "2027-03-11"
    assert verdict["after"]["evidence"] == [centre["anna passed"]]
    assert (served["before"]["may_serve"], served["after"]["may_serve"]) == (False, True)
    assert line["words"].startswith("Fire safety: failed → passed; score 0.4 → 0.9;")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "Пожарная безопасность: не сдан → сдан; балл 0,4 → 0,9;"),
        ("ru-RU, en;q=0.5", "Пожарная безопасность: не сдан → сдан;"),
        ("de", "Fire safety: failed → passed;"),
    ],
)
def test_words_are_in_the_readers_language(
    centre_client: Caller, centre: Mapping[str, str], language: str, words: str
) -> None:
    events = explained(centre_client, language=language)["events"]
    (event,) = [one for one in events if one["statement"] == centre["anna passed"]]
    assert event["changes"][0]["words"].startswith(words)


def test_the_end_says_what_a_certificate_rests_on(
    centre_client: Caller, centre: Mapping[str, str]
) -> None:
    """The statement, where it stands in the log, and who vouches."""
    found = explained(centre_client, programme="windows")
    (verdict,) = found["verdicts"]
    (ground,) = verdict["evidence"]
    assert (verdict["status"], verdict["missing"]) == ("certified", None)
    assert ground["statement"] == centre["anna passed"]
    assert centre_client.key is not None
    assert ground["by"]["authority"] == centre_client.key.name
    assert (found["may_serve"], found["programme"]["code"]) == (True, "windows")


def test_the_end_says_what_is_missing(centre_client: Caller, centre: object) -> None:
    """Which course, which status it has now, since when, and what the rule asks for."""
    (verdict,) = explained(centre_client, BORIS, programme="windows")["verdicts"]
    missing = verdict["missing"]
    (course,) = missing["courses"]
    assert (verdict["status"], missing["min_score"]) == ("in progress", 0.8)
    assert (course["course"]["id"], course["lines"][0]["status"]) == (FIRE, "in progress")
    assert course["lines"][0]["reached"].startswith("2026-03-12")
    assert "missing: Fire safety: in progress on 2026-03-12" in verdict["words"]


def test_a_course_is_explained_without_the_others(
    centre_client: Caller, centre: Mapping[str, str]
) -> None:
    """By IRI or number; with its line at the end."""
    found = explained(centre_client, course=TALK)
    stated = [one for one in found["events"] if one["what"] == "statement"]
    assert {one["statement"] for one in stated} == {
        centre["anna attended"],
        centre["anna rated"],
    }
    assert found["line"]["status"] == "attended"
    assert (
        explained(centre_client, course=str(found["course"]["number"]))["events"] == found["events"]
    )


def test_pages_go_on_after_the_last_event(centre_client: Caller, centre: object) -> None:
    whole = explained(centre_client)
    first = explained(centre_client, limit="3")
    rest = (
        centre_client.speaking(None)
        .send("GET", first["more"], headers={"Accept-Language": "en"})
        .json
    )
    assert first["events"] + rest["events"] == whole["events"]
    assert (rest["more"], whole["more"]) == ("", "")


def test_as_known_earlier_the_later_events_are_left_out(
    own: Caller, ids: Mapping[str, str]
) -> None:
    then = str(position(own, ids["anna failed"]))
    found = explained(own, known=then, programme="windows")
    assert found["as_of"]["position"] == int(then)
    assert found["verdicts"][0]["status"] == "in progress"
    assert [one["statement"] for one in found["events"]][-1] == ids["anna failed"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (400, "missing-parameter", "person")),
        ("person=nobody", (404, "trainee-not-found", None)),
        ("person={anna}&known=1", (404, "trainee-not-known-then", None)),
        ("person={anna}&known=999999", (400, "known-in-future", "known")),
        ("person={anna}&known=2999-01-01T00:00:00Z", (400, "known-in-future", "known")),
        ("person={anna}&programme=nothing", (404, "programme-not-found", None)),
        ("person={anna}&course=nothing", (404, "course-not-found", None)),
        ("person={anna}&course=1&programme=windows", (400, "course-and-programme", "programme")),
        ("person={anna}&on=tomorrow", (400, "invalid-parameter", "on")),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    centre_client: Caller, centre: object, query: str, expected: tuple[int, str, str | None]
) -> None:
    """With the code of what is wrong."""
    path = f"replay/explain?{query.format(anna=key(ANNA).replace('|', '%7C'))}"
    assert refused(centre_client, path) == expected


def test_a_programme_of_later_is_not_known_then(own: Caller, ids: Mapping[str, str]) -> None:
    then = position(own, ids["anna passed"])
    late = {"code": "late", "title": {"ru": "Поздняя"}, "courses": [FIRE]}
    describe(own, {"programmes": [late]})
    path = f"replay/explain?person={key(ANNA).replace('|', '%7C')}&programme=late"
    assert refused(own, f"{path}&known={then}") == (404, "programme-not-known-then", None)


def test_a_number_of_several_people_is_refused(own: Caller, ids: object) -> None:
    account = {"homePage": "https://moodle.example", "name": ANNA}
    own.store({**happened("passed", DINA, FIRE, "2026-03-10T10:00"), "actor": {"account": account}})
    assert refused(own, f"replay/explain?person={ANNA}") == (400, "ambiguous-trainee", None)


# Events


def test_a_statement_is_shown_with_its_place_and_its_effect(
    centre_client: Caller, centre: Mapping[str, str]
) -> None:
    """By id or by position the same; the commitment as the log has it."""
    found = shown(centre_client, centre["anna passed"])
    assert found == shown(centre_client, found["position"])
    assert (found["topic"], found["stream"], found["version"]) == (
        "statement-stored",
        centre["anna passed"],
        1,
    )
    assert len(bytes.fromhex(found["commitment"])) == 32
    assert found["content"]["id"] == centre["anna passed"]
    (person,) = found["people"]
    assert person["key"] == key(ANNA)
    assert [one["what"] for one in person["changes"]] == ["line", "verdict", "may serve"]
    assert found["found_by"]["agents"] == [key(ANNA)]
    assert {one["projection"]: one["state"] for one in found["read_models"]} == {
        "statements": "folded",
        "training": "folded",
    }


def test_what_refers_to_a_statement_and_what_voids_it_is_named(
    own: Caller, ids: Mapping[str, str]
) -> None:
    """The first voiding statement has voided it, a second one has no effect."""
    passed = ids["anna passed"]
    note = said(object=ref(passed))
    first, second = voiding(passed), voiding(passed)
    own.store(note, first, second)
    assert later(own, passed) == [
        ("referred to", note["id"]),
        ("voided", first["id"]),
        ("not voided", second["id"]),
    ]
    (person,) = shown(own, first["id"])["people"]
    line = person["changes"][0]
    assert (line["before"]["status"], line["after"]["status"]) == ("passed", "failed")


def test_what_links_and_descriptions_made_of_a_statement_is_named(
    own: Caller, ids: Mapping[str, str]
) -> None:
    """It became another person's, belongs to another course, and its programmes changed."""
    linked = {"agent": key(DINA), "person": key(BORIS)}
    describe(own, {"links": [linked]})
    other = {"id": TALK, "title": {"ru": "Беседа"}, "attempt_rule": "last", "activities": [FIRE]}
    describe(own, {"programmes": [{**catalogue()["programmes"][0], "min_score": 0.5}]})
    gone = {"id": FIRE, "reason": "a part of another course"}
    assert own.send("DELETE", "/api/v1/catalogue/courses", query_string=gone).status_code == 204
    describe(own, {"courses": [other]})
    whats = [what for what, _ in later(own, ids["dina completed"])]
    assert whats == [
        "identifier linked",
        "programme described",
        "course described",
        "moved to another course",
        "course described",
    ]


def test_an_entry_is_shown_with_what_was_said_before(own: Caller, ids: object) -> None:
    """And the next version says that it was replaced."""
    before = asked(own, "courses")["as_of"]["position"]
    office = {"code": "N", "title": {"ru": "Новый север"}}
    describe(own, {"offices": [office]})
    found = shown(own, before + 1)
    assert found["entry"]["kind"] == "offices"
    assert (found["entry"]["before"]["address"], found["entry"]["after"]) == (
        "ул. Первая, 1",
        office,
    )
    assert [one["projection"] for one in found["read_models"]] == ["training", "catalogue"]
    describe(own, {"offices": [{**office, "address": "ул. Новая, 2"}]})
    assert [what for what, _ in later(own, before + 1)] == ["replaced"]


def test_a_link_is_shown_with_what_it_changed_for_both(own: Caller, ids: object) -> None:
    before = asked(own, "courses")["as_of"]["position"]
    describe(own, {"links": [{"agent": key(DINA), "person": key(BORIS)}]})
    people = shown(own, before + 1)["people"]
    assert {one["identifier"] for one in people} == {key(DINA), key(BORIS)}
    assert all(one["changes"] for one in people)


def test_an_erased_statement_keeps_its_place(
    own: Caller, own_lrs: Lrs, ids: Mapping[str, str]
) -> None:
    """Its content is not there, and who said it neither."""
    at = position(own, ids["anna rated"])
    erase(own_lrs.databases[0], at)
    found = shown(own, ids["anna rated"])
    assert (found["position"], found["erased"]) == (at, True)
    assert (found["content"], found["by"], found["people"]) == (None, None, [])
    (event,) = [e for e in explained(own)["events"] if e["position"] == at]
    assert (event["erased"], event["words"]) == (
        True,
        "a statement whose content is erased; it changed nothing",
    )


def test_a_key_is_shown_without_its_secret(centre_client: Caller, centre: object, lrs: Lrs) -> None:
    new = lrs.credentials.create("a module", (), by="anna")
    at = lrs.ledger.reader.head()[0]
    lrs.credentials.revoke(new.id, by="boris")
    found = shown(centre_client, at)
    assert (found["content"]["label"], found["by"]["authority"]) == ("a module", "anna")
    assert not {"salt", "digest"} & found["content"].keys()
    assert [one["what"] for one in found["later"]] == ["revoked"]
    revoked = shown(centre_client, at + 1)
    assert (revoked["topic"], revoked["of"]["label"]) == ("credential-revoked", "a module")


def test_a_document_is_shown_with_what_became_of_it(own: Caller, own_lrs: Lrs) -> None:
    """Its hash and size, and that it was replaced and deleted."""
    where = {"activityId": FIRE, "agent": '{"mbox":"mailto:a@b.example"}', "stateId": "mark"}
    path = "/xapi/activities/state"
    for text in (b"one", b"two"):
        body: JsonObject = {"data": text, "content_type": "text/plain"}
        headers = {"If-Match": "*"} if text == b"two" else {}
        assert own.send("PUT", path, query_string=where, headers=headers, **body).status_code == 204
    first = own_lrs.ledger.reader.head()[0] - 1
    assert (
        own.send("DELETE", path, query_string=where, headers={"If-Match": "*"}).status_code == 204
    )
    found = shown(own, first)
    assert (found["content"]["name"], found["content"]["size"]) == ("mark", 3)
    assert [one["what"] for one in found["later"]] == ["replaced"]
    assert [one["what"] for one in shown(own, first + 1)["later"]] == ["deleted"]
    assert shown(own, first + 2)["of"]["name"] == "mark"


NO_STATEMENT = "0ef00c28-5c1b-4f77-b624-50d2650bcf1a"


@pytest.mark.parametrize("event", ["0", "999999", "x", NO_STATEMENT, "1" * 19, "-1"])
def test_an_event_that_is_not_there_is_refused(
    centre_client: Caller, centre: object, event: str
) -> None:
    assert refused(centre_client, f"replay/events/{event}") == (404, "event-not-found", None)
