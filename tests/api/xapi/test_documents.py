"""State, Agent Profile and Activity Profile (xAPI 1.0.3 part 3, 2.2, 2.3, 2.6 and 2.7)."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime

import pytest

from lrs.domain.time import iso
from lrs.service import Lrs
from tests.api.caller import Answer, Caller, fresh, someone
from tests.api.xapi.documents import BYTES, JSON, KINDS, VERSIONS, document, tag_of
from tests.api.xapi.test_bad_bodies import refused

each_kind = pytest.mark.parametrize("kind", KINDS)

CONTENTS = {
    "every byte there is": (bytes(range(256)) * 3, BYTES),
    "Cyrillic": ("Закладка: слайд 7\r\n".encode(), "text/plain; charset=utf-8"),
    "Cyrillic in an old encoding": ("Закладка".encode("cp1251"), "text/plain;charset=windows-1251"),
    "JSON with spaces of its own": (b' {"a" : 1.10,\n\n"b":[ 1E2 ] , "a":2}\r\n', JSON),
    "what only says that it is JSON": (b"{nothing of the kind", "application/JSON; charset=UTF-8"),
    "a form": (b"method=GET&content=%7B%7D", "application/x-www-form-urlencoded"),
    "a form with files": (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    "parts": (b"--x--", "multipart/mixed; boundary=x"),
    "nothing": (b"", "text/plain"),
    "a type of one's own": (b"x", 'application/vnd.Example+JSON; a="b;c"; D=e'),
}


@each_kind
@pytest.mark.parametrize("content", CONTENTS)
def test_a_document_comes_back_as_it_was_sent(client: Caller, kind: str, content: str) -> None:
    """1.0.3 part 3, 2.2: arbitrary bytes, and the Content-Type that came with them."""
    data, media = CONTENTS[content]
    doc = document(client, kind).holding(data, media)
    response = doc.get()
    assert (response.status_code, response.data) == (200, data)
    assert response.headers["Content-Type"] == media
    assert response.headers["Content-Length"] == str(len(data))
    assert response.headers["ETag"] == tag_of(data)


@each_kind
def test_a_document_without_a_type_is_bytes(client: Caller, kind: str) -> None:
    """RFC 9110, 8.3: what is not said to be anything else may be taken for octets."""
    doc = document(client, kind)
    headers = {"If-None-Match": "*"}
    sent = client.send("PUT", doc.path, query_string=doc.where, data=b"abc", headers=headers)
    assert sent.status_code == 204
    assert doc.holds(b"abc", BYTES)


@each_kind
@pytest.mark.parametrize("version", VERSIONS)
def test_a_document_is_replaced_merged_and_deleted(client: Caller, kind: str, version: str) -> None:
    """1.0.3 part 3, 2.2: 204 without a body for each, and then 404."""
    doc = document(client.speaking(version), kind).holding(b"one", "text/plain")
    answers = [doc.put(b'{"a":1}', JSON, if_match="*")]
    assert doc.holds(b'{"a":1}', JSON)
    answers.append(doc.post(b'{"b":2}'))
    assert doc.get().json == {"a": 1, "b": 2}
    answers.append(doc.delete())
    assert [(a.status_code, a.data) for a in answers] == [(204, b"")] * 3
    refused(doc.get(), 404, "document-not-found")
    assert doc.ids() == []


@each_kind
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_there_is_not_found_and_may_be_deleted(
    client: Caller, kind: str, version: str
) -> None:
    """1.0.3 part 3, 3.2: 404 for a GET; a DELETE has nothing left to do, and says so with 204."""
    doc = document(client.speaking(version), kind)
    refused(doc.get(), 404, "document-not-found")
    assert [doc.delete().status_code, doc.delete().status_code] == [204, 204]
    doc.holding(b"again").delete()
    doc.holding(b"and again")
    assert doc.ids() == [doc.name]


@each_kind
def test_every_parameter_tells_documents_apart(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 2.3, 2.6 and 2.7: ids are unique within agent, activity and registration."""
    doc = document(client, kind).holding(b"the one")
    others = [doc.named(doc.name.upper()), doc.named(doc.name + " ")]
    if "agent" in doc.where:
        others.append(doc.at(agent=json.dumps(someone())))
    if "activityId" in doc.where:
        others.append(doc.at(activityId=doc.where["activityId"] + "/"))
    if kind == "state":
        others += [doc.at(registration=fresh()), doc.at(registration=fresh())]
    for number, other in enumerate(others):
        assert other.get().status_code == 404
        other.holding(f"{number}".encode())
    assert [o.get().data for o in others] == [f"{n}".encode() for n in range(len(others))]
    assert doc.holds(b"the one")


@pytest.mark.parametrize("kind", ["state", "agent-profile"])
def test_an_agent_is_known_by_its_identifier_alone(client: Caller, kind: str) -> None:
    """1.0.3 part 2, 2.4.2: neither a name nor the order of properties makes another agent; nor
    does a Group with the same identifier (part 3, 2.6).
    """
    account = {"homePage": "https://hr.example.org", "name": fresh()}
    doc = document(client, kind, agent=json.dumps({"account": account})).holding(b"x")
    turned = {"name": account["name"], "homePage": account["homePage"]}
    agents = (
        {"name": "Анна", "objectType": "Agent", "account": turned},
        {"objectType": "Group", "account": account},
    )
    for agent in agents:
        assert doc.at(agent=json.dumps(agent, indent=1)).holds(b"x")
    other = {"account": {**account, "name": account["name"].upper() + "x"}}
    assert doc.at(agent=json.dumps(other)).get().status_code == 404


def test_a_registration_is_the_same_in_either_case(client: Caller) -> None:
    """RFC 4122, 3: a UUID's hex digits are compared without regard to case."""
    registration = fresh()
    doc = document(client, "state", registration=registration).holding(b"x")
    assert doc.at(registration=registration.upper()).holds(b"x")


@each_kind
@pytest.mark.parametrize("name", ["закладка", "a/b?c=d&e=f", " ", "%2F", "😀", "x" * 3_000, "[]"])
def test_an_id_may_be_any_text(client: Caller, kind: str, name: str) -> None:
    """1.0.3 part 3, 2.2: a string, set by whoever stores the document."""
    doc = document(client, kind).named(name).holding(b"x")
    assert doc.holds(b"x")
    assert doc.ids() == [name]


@each_kind
def test_ids_are_listed_and_only_those_that_are_there(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 2.3, 2.6 and 2.7: 200 with an array, empty where nothing is."""
    doc = document(client, kind)
    assert doc.ids() == []
    names = [f"document-{n}" for n in range(5)]
    for name in names:
        doc.named(name).holding(b"{}", JSON)
    doc.named(names[1]).delete()
    doc.named(names[2]).post(b'{"a":1}')
    document(client, kind).holding(b"somebody else's")
    assert sorted(doc.ids()) == [names[0], *names[2:]]


@each_kind
def test_since_leaves_out_what_was_stored_then_or_before(
    client: Caller, lrs: Lrs, kind: str
) -> None:
    """1.0.3 part 3, 2.3.s4, 2.6.s4 and 2.7.s4: stored or updated since, exclusive."""
    doc, times = document(client, kind), []
    for name in ("one", "two", "three"):
        doc.named(name).holding(b"{}", JSON)
        times.append(lrs.ledger.reader.head()[1])
    doc.named("one").post(b'{"a":1}')
    after = [doc.ids(since=iso(time)) for time in times]
    assert [sorted(found) for found in after] == [
        ["one", "three", "two"],
        ["one", "three"],
        ["one"],
    ]
    assert sorted(doc.ids(since=iso(times[2] - 1))) == ["one", "three"]
    assert doc.ids(since=iso(lrs.ledger.reader.head()[1])) == []
    assert doc.ids(since="2099-01-01T00:00:00+03:00") == []


def test_ids_without_a_registration_are_those_of_all(client: Caller) -> None:
    """1.0.3 part 3, 2.3.s4: the context is the activity and agent, and the registration if given;
    an id is told once.
    """
    doc, (one, two) = document(client, "state"), (fresh(), fresh())
    doc.named("both").at(registration=one).holding(b"1")
    doc.named("both").at(registration=two).holding(b"2")
    doc.named("second").at(registration=two).holding(b"2")
    doc.named("none").holding(b"0")
    assert sorted(doc.ids()) == ["both", "none", "second"]
    assert doc.ids(registration=one) == ["both"]
    assert sorted(doc.ids(registration=two)) == ["both", "second"]
    assert doc.ids(registration=fresh()) == []


def test_all_state_of_a_context_is_deleted_at_once(client: Caller) -> None:
    """1.0.3 part 3, 2.3.s5: of the registration, or of all of them; nobody else's."""
    doc, (one, two) = document(client, "state"), (fresh(), fresh())
    for registration in (one, two):
        for name in ("a", "b"):
            doc.named(name).at(registration=registration).holding(b"x")
    doc.named("c").holding(b"x")
    other = doc.at(agent=json.dumps(someone())).holding(b"x")

    def deleted(**parameters: str) -> int:
        query = {**doc.around, **parameters}
        return client.send("DELETE", doc.path, query_string=query).status_code

    assert deleted(registration=one) == 204
    assert (doc.ids(registration=one), sorted(doc.ids())) == ([], ["a", "b", "c"])
    assert [deleted(), deleted(), deleted(registration=fresh())] == [204] * 3
    assert doc.ids() == []
    assert doc.named("a").at(registration=two).get().status_code == 404
    assert other.holds(b"x")


@each_kind
def test_an_answer_tells_when_the_document_changed(client: Caller, lrs: Lrs, kind: str) -> None:
    """1.0.3 part 3, 2.2.s6: Last-Modified is the moment of the last change, in whole seconds."""
    doc = document(client, kind).holding(b"{}", JSON)
    doc.post(b'{"a":1}')
    stored = lrs.ledger.reader.head()[1]
    modified = parsedate_to_datetime(doc.get().headers["Last-Modified"])
    assert modified.timestamp() == stored // 1_000_000


@each_kind
def test_a_form_is_the_request_that_it_stands_for(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 1.3: parameters, content, its type and preconditions as form fields."""
    doc = document(client.speaking("1.0.3"), kind)

    def form(method: str, **fields: str) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        query = {"method": method}
        return doc.by.send("POST", doc.path, query_string=query, data={**doc.where, **headers})

    text = "Закладка & слайд=7"
    put = {"content": text, "Content_Type": "text/plain; charset=utf-8"}
    assert form("PUT", **put, If_None_Match="*").status_code == 204
    refused(form("PUT", **put, If_None_Match="*"), 412, "document-exists")
    assert doc.holds(text.encode(), put["Content_Type"])
    assert form("GET").text == text
    refused(form("POST", content='{"a":1}'), 400, "document-not-json")
    refused(form("DELETE", If_Match='"1234"'), 412, "etag-mismatch")
    assert form("DELETE", If_Match=tag_of(text.encode())).status_code == 204
    assert form("POST", content='{"a":1}').status_code == 204
    assert doc.holds(b'{"a":1}', JSON)
