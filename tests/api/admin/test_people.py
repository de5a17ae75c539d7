"""/api/v1/people, each test on a store of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import Scope
from lrs.domain.errors import InvalidQuery, PersonNotFound
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from lrs.service.catalogue import Change, Stated
from tests.api.admin.test_catalogue import CATALOGUE, said
from tests.api.caller import Caller
from tests.api.caller import said as statement
from tests.api.opening import caller_of
from tests.support.entries import ANNA, ANNA_BY_MAIL, BORIS, entries, entry
from tests.support.stores import WRITER

PEOPLE = "/api/v1/people"
OTHER = "account|https://moodle.centre.example|0417"

COMPLETED = {"id": "http://adlnet.gov/expapi/verbs/completed"}


def account(home: str, name: str) -> JsonObject:
    return {"account": {"homePage": home, "name": name}}


def person(caller: Caller, agent: str = ANNA) -> Any:
    """The answer about a person who is known."""
    answer = caller.get(PEOPLE, agent=agent)
    assert answer.status_code == 200, answer.text
    return answer.json


def record(caller: Caller, agent: str, name: str, **others: str) -> None:
    answer = said(caller, {"agent": agent, "name": name, **others}, "/people")
    assert answer.status_code == 200, answer.text


def link(caller: Caller, agent: str, to: str, **others: str) -> None:
    answer = said(caller, {"agent": agent, "person": to, **others}, "/links")
    assert answer.status_code == 200, answer.text


def unlink(caller: Caller, agent: str, reason: str = "moved") -> None:
    where = {"agent": agent, "reason": reason}
    assert caller.send("DELETE", f"{CATALOGUE}/links", query_string=where).status_code == 204


def history_of(caller: Caller, agent: str) -> list[tuple[str, str, str]]:
    """The history: what, of which identifier, and the name, person or reason."""
    return [
        (
            s["what"],
            s["agent"],
            s["entry"]["name"] if "entry" in s else s.get("person") or s["reason"],
        )
        for s in person(caller, agent)["history"]
    ]


def test_a_person_is_the_same_by_every_identifier(own: Caller) -> None:
    """All identifiers, the one that stands for them, and the record that is kept under one."""
    said(own, entries())
    by_number, by_mail = person(own, ANNA), person(own, ANNA_BY_MAIL)
    assert by_number == by_mail
    assert by_number["representative"] == ANNA
    assert by_number["identifiers"] == sorted([ANNA, ANNA_BY_MAIL])
    current = by_number["record"]
    assert current.pop("stored").startswith("20")
    assert current == {**entry(EntryKind.PERSON), "version": 1}


@pytest.mark.rules
def test_history_tells_who_said_what_and_when(own: Caller) -> None:
    """In the order in which the store came to know it."""
    said(own, entries())
    first, second = person(own)["history"]
    assert first["stored"] < second["stored"]
    assert first.pop("position") < second.pop("position")
    by = first.pop("by")
    assert by == second.pop("by")
    assert own.key is not None
    assert by.endswith(f"|{own.key.name}")
    del first["stored"], second["stored"]
    assert first == {
        "version": 1,
        "what": "described",
        "agent": ANNA,
        "entry": entry(EntryKind.PERSON),
    }
    assert second == {
        "version": 1,
        "what": "linked",
        "agent": ANNA_BY_MAIL,
        "person": ANNA,
        "reason": "почта",
    }


@pytest.mark.rules
def test_earlier_names_stay_in_the_history(own: Caller) -> None:
    """By whatever identifier they were said; the one said last holds."""
    record(own, ANNA, "Филатова Анна")
    record(own, ANNA_BY_MAIL, "A. Filatova")
    link(own, ANNA_BY_MAIL, ANNA)
    assert person(own)["record"]["name"] == "A. Filatova"
    record(own, ANNA, "Соколова Анна")
    assert person(own, ANNA_BY_MAIL)["record"]["name"] == "Соколова Анна"
    names = [name for what, _, name in history_of(own, ANNA) if what == "described"]
    assert names == ["Филатова Анна", "A. Filatova", "Соколова Анна"]


@pytest.mark.rules
def test_a_record_that_is_withdrawn_leaves_the_one_before(own: Caller) -> None:
    """And in the end none; that it was withdrawn is told."""
    record(own, ANNA, "Анна")
    record(own, ANNA_BY_MAIL, "Anna")
    link(own, ANNA_BY_MAIL, ANNA)
    for agent, name in ((ANNA_BY_MAIL, "Анна"), (ANNA, None)):
        where = {"agent": agent, "reason": "left"}
        own.send("DELETE", f"{CATALOGUE}/people", query_string=where)
        current = person(own)["record"]
        assert (current and current["name"]) == name
    assert history_of(own, ANNA)[-1] == ("withdrawn", ANNA, "left")


@pytest.mark.rules
def test_both_tell_of_a_link_that_holds_no_more(own: Caller) -> None:
    """The identifier, which has all its links, and the person it was taken for."""
    record(own, ANNA, "Анна")
    link(own, ANNA_BY_MAIL, ANNA)
    unlink(own, ANNA_BY_MAIL, "another Anna")
    past = [("linked", ANNA_BY_MAIL, ANNA), ("unlinked", ANNA_BY_MAIL, "another Anna")]
    assert history_of(own, ANNA) == [("described", ANNA, "Анна"), *past]
    assert person(own)["identifiers"] == [ANNA]
    assert history_of(own, ANNA_BY_MAIL) == past
    assert person(own, ANNA_BY_MAIL)["record"] is None


@pytest.mark.rules
def test_of_an_identifier_that_went_elsewhere_only_the_own_part_is_told(own: Caller) -> None:
    """That it was linked, and to whom it went; what it did there later is that person's."""
    for agent in (ANNA, BORIS, OTHER):
        link(own, ANNA_BY_MAIL, agent)
    went = [("linked", ANNA_BY_MAIL, agent) for agent in (ANNA, BORIS, OTHER)]
    assert history_of(own, ANNA) == went[:2]
    assert history_of(own, BORIS) == went[1:]
    assert history_of(own, OTHER) == went


def test_unlinking_parts_those_who_came_by_way_of_it(own: Caller) -> None:
    """What was linked to the identifier stays with it."""
    link(own, OTHER, ANNA_BY_MAIL)
    link(own, ANNA_BY_MAIL, ANNA)
    assert person(own, OTHER)["representative"] == ANNA
    unlink(own, ANNA_BY_MAIL)
    assert person(own, OTHER)["representative"] == ANNA_BY_MAIL
    assert person(own, OTHER)["identifiers"] == sorted([OTHER, ANNA_BY_MAIL])
    assert person(own)["identifiers"] == [ANNA]


@pytest.mark.usefixtures("hurried")
def test_a_rebuild_tells_the_same(own: Caller, own_lrs: Lrs) -> None:
    """All of it comes from the log."""
    said(own, entries())
    unlink(own, ANNA_BY_MAIL, "mistake")
    before = person(own)
    own_lrs.projector.rebuild(["catalogue"])
    assert person(own) == before


def test_who_is_known_by_statements_alone_is_a_person(own: Caller) -> None:
    """Of whom nothing else is said."""
    own.store(statement(actor={"mbox": "mailto:eva@centre.example"}, verb=COMPLETED))
    eva = "mbox|mailto:eva@centre.example"
    assert person(own, eva) == {
        "representative": eva,
        "identifiers": [eva],
        "record": None,
        "history": [],
    }


@pytest.mark.rules
@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"agent": "mbox|mailto:nobody@centre.example"}, 404, "person-not-found"),
        ({"agent": "0417"}, 400, "invalid-parameter"),
        ({"agent": "mbox|nobody"}, 400, "invalid-parameter"),
        ({}, 400, "missing-parameter"),
        ({"agent": ANNA, "name": "Анна"}, 400, "unknown-parameter"),
    ],
)
def test_who_is_meant_must_be_said(
    own: Caller, parameters: dict[str, str], status: int, code: str
) -> None:
    """By agent key, of somebody who is named anywhere."""
    answer = own.get(PEOPLE, **parameters)
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.rules
@pytest.mark.parametrize("scope", Scope)
def test_people_are_read_by_those_who_read_the_catalogue(
    own_lrs: Lrs, own: Caller, scope: Scope
) -> None:
    """All others are refused, whether or not there is such a person."""
    said(own, entries())
    reads = scope in (Scope.ALL, Scope.ALL_READ)
    caller = caller_of(own_lrs, scope)
    assert caller.get(PEOPLE, agent=ANNA).status_code == (200 if reads else 403)
    nobody = caller.get(PEOPLE, agent="mbox|mailto:nobody@centre.example")
    assert nobody.status_code == (404 if reads else 403)
    assert Caller(own.http, None).get(PEOPLE, agent=ANNA).status_code == 401


def test_a_new_name_keeps_the_rest_of_the_record(own: Caller, own_lrs: Lrs) -> None:
    """Whichever identifier is given; also where what the record names is withdrawn since."""
    said(own, entries())
    own.send("DELETE", f"{CATALOGUE}/offices", query_string={"code": "O-1", "reason": "moved"})
    assert own_lrs.people.rename(ANNA_BY_MAIL, "Соколова Анна", WRITER) is Change.CHANGED
    current = person(own)["record"]
    assert (current.pop("version"), bool(current.pop("stored"))) == (2, True)
    assert current == entry(EntryKind.PERSON, name="Соколова Анна")
    assert own_lrs.people.rename(ANNA, "Соколова Анна", WRITER) is Change.SAME
    assert len(person(own)["history"]) == 3


@pytest.mark.rules
def test_a_name_makes_a_record_where_there_is_none(own: Caller, own_lrs: Lrs) -> None:
    """Under the identifier that stands for the person."""
    link(own, ANNA_BY_MAIL, ANNA)
    assert own_lrs.people.rename(ANNA_BY_MAIL, "Анна", WRITER) is Change.NEW
    (entry,) = own.get(f"{CATALOGUE}/people").json["people"]
    assert (entry["agent"], entry["name"], entry["version"]) == (ANNA, "Анна", 1)


def test_a_new_name_takes_nothing_back_that_was_said_meanwhile(own: Caller, own_lrs: Lrs) -> None:
    """Somebody may describe the person between reading and recording: it is decided anew."""
    said(own, entries())
    meanwhile = [Stated(EntryKind.PERSON, entry(EntryKind.PERSON, number="0500"))]

    def renamed(held: JsonObject | None) -> JsonObject:
        if meanwhile:
            own_lrs.catalogue.describe([meanwhile.pop()], WRITER)
        return {**(held or {}), "name": "Соколова Анна"}

    assert own_lrs.catalogue.amend(EntryKind.PERSON, (ANNA,), renamed, WRITER) is Change.CHANGED
    kept = person(own)["record"]
    assert (kept["number"], kept["name"], kept["version"]) == ("0500", "Соколова Анна", 3)


def test_of_many_new_names_at_once_all_are_recorded(own: Caller, own_lrs: Lrs) -> None:
    """One after the other, of one record."""
    said(own, entries())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: own_lrs.people.rename(ANNA_BY_MAIL, name, WRITER), "абвг"))
    assert sorted(name for what, _, name in history_of(own, ANNA) if what == "described")[1:] == [
        *"абвг"
    ]
    assert person(own)["record"]["version"] == 5


def test_a_personnel_number_finds_one_person(own: Caller, own_lrs: Lrs) -> None:
    """By a record, or by the name of an account in a link or a statement."""
    numbered = own_lrs.people.numbered
    with pytest.raises(PersonNotFound):
        numbered("0417", WRITER)
    record(own, BORIS, "Борис", number="0417")
    assert numbered("0417", WRITER) == BORIS
    own.store(statement(actor=account("https://hr.centre.example", "0500"), verb=COMPLETED))
    assert numbered("0500", WRITER) == "account|https://hr.centre.example|0500"
    link(own, OTHER.replace("0417", "0600"), BORIS)
    assert numbered("0600", WRITER) == BORIS


def test_a_number_that_several_identifiers_have_finds_the_person_they_are(
    own: Caller, own_lrs: Lrs
) -> None:
    """Once they are linked; before, it says who there are."""
    record(own, ANNA, "Анна")
    record(own, OTHER, "Anna")
    with pytest.raises(InvalidQuery) as error:
        own_lrs.people.numbered("0417", WRITER)
    assert error.value.code == "ambiguous-person"
    assert f"{ANNA}, {OTHER}" in error.value.detail
    link(own, OTHER, ANNA)
    assert own_lrs.people.numbered("0417", WRITER) == ANNA
