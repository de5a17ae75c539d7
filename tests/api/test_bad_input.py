"""Texts that have no one reading: refused at every door, and by both backends alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.caller import STATEMENTS, Answer, Caller, said
from tests.api.xapi.documents import document
from tests.api.xapi.mixed import post
from tests.api.xapi.test_bad_bodies import SECRET, head, refused

AGENT = {"mbox": "mailto:anna@example.org"}
BAD_JSON = {
    "cut off": ('{"a"', "malformed-json"),
    "an open string": ('"' + SECRET, "malformed-json"),
    "two values": ("1 2", "malformed-json"),
    "a bare word": ("None", "malformed-json"),
    "NaN": ("NaN", "number-out-of-range"),
    "Infinity": ("-Infinity", "number-out-of-range"),
    "a number beyond all": ("1e999", "number-out-of-range"),
    "five thousand digits": ("7" * 5_000, "number-out-of-range"),
    "a key twice": (f'{{"{SECRET}":1,"{SECRET}":1}}', "duplicate-key"),
    "too deep": ("[" * 65 + "]" * 65, "nesting-too-deep"),
    "far too deep": ("[" * 50_000, "nesting-too-deep"),
    "U+0000": (f'"{SECRET}\\u0000"', "forbidden-character"),
    "U+0000 as a key": ('{"\\u0000":1}', "forbidden-character"),
    "half a pair": ('"\\ud83d"', "forbidden-character"),
    "the other half as a key": ('{"\\uDC00":1}', "forbidden-character"),
    "halves in the wrong order": ('"\\udc00\\ud83d"', "forbidden-character"),
    "a tab in a string": (f'"{SECRET}\t"', "malformed-json"),
}


def in_a_batch(client: Caller, bad: str) -> Answer:
    statement = json.dumps(said())
    return client.post(f'[{statement},{statement[:-1]},"result":{bad}}}]'.encode())


def in_a_first_part(client: Caller, bad: str) -> Answer:
    return post(client, f'[{json.dumps(said())},{{"result":{bad}}}]'.encode())


def in_a_form(client: Caller, bad: str) -> Answer:
    content = f'[{json.dumps(said())},{{"result":{bad}}}]'
    query = {"method": "POST"}
    old = client.speaking("1.0.3")
    return old.send("POST", STATEMENTS, query_string=query, data={"content": content})


def in_a_document(client: Caller, bad: str) -> Answer:
    return document(client, "state").post(f'{{"a":{bad}}}'.encode())


def as_agent(path: str, **others: str) -> Callable[[Caller, str], Answer]:
    return lambda client, bad: client.get(path, agent=f'{{"name":{bad}}}', **others)


DOORS: dict[str, tuple[Callable[[Caller, str], Answer], str, str | None]] = {
    "a batch": (in_a_batch, "/1", None),
    "a first part": (in_a_first_part, "/1", None),
    "a form": (in_a_form, "/1", None),
    "a document": (in_a_document, "", None),
    "a filter": (as_agent(STATEMENTS), "", "agent"),
    "an agent": (as_agent("/xapi/agents"), "", "agent"),
    "a profile's agent": (as_agent("/xapi/agents/profile"), "", "agent"),
    "a state's agent": (as_agent("/xapi/activities/state", activityId="urn:x"), "", "agent"),
}


@pytest.mark.rules
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("case", BAD_JSON)
def test_json_with_two_readings_or_none_is_refused_at_every_door(
    client: Caller, door: str, case: str
) -> None:
    """RFC 8259 and 1.0.3 part 2, 2.2: 400 with the value's pointer, and nothing is stored."""
    send, pointer, parameter = DOORS[door]
    bad, code = BAD_JSON[case]
    before = head(client)
    answer = send(client, bad)
    refused(answer, 400, code, pointer)
    assert answer.json.get("parameter") == parameter
    assert head(client) == before


NOT_UTF8 = {
    "a byte order mark": (b"\xef\xbb\xbf", b"", "byte-order-mark"),
    "Latin-1": (b"", '{"é":1}'.encode("latin-1"), "not-utf8"),
    "a surrogate": (b"", b'"\xed\xa0\xbd"', "not-utf8"),
    "an overlong slash": (b"", b'"\xc0\xaf"', "not-utf8"),
    "beyond Unicode": (b"", b'"\xf4\x90\x80\x80"', "not-utf8"),
}


@pytest.mark.rules
@pytest.mark.parametrize("case", NOT_UTF8)
def test_what_is_not_utf8_is_refused_in_parts_and_documents_too(client: Caller, case: str) -> None:
    """1.0.3 part 3, 1.4: all strings are UTF-8; RFC 8259, 8.1: without a mark."""
    before, bad, code = NOT_UTF8[case]
    text = before + b'{"a":%b}' % (bad or b"1")
    stored = head(client)
    refused(post(client, text), 400, code)
    refused(document(client, "agent-profile").post(text), 400, code)
    assert head(client) == stored


HALF, NUL = "\\ud800", "\\u0000"
PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "a name": lambda bad: {"actor": {**AGENT, "name": bad}},
    "an account": lambda bad: {"actor": {"account": {"homePage": "https://a.b", "name": bad}}},
    "a homePage": lambda bad: {"actor": {"account": {"homePage": f"urn:{bad}", "name": "1"}}},
    "an address": lambda bad: {"actor": {"mbox": f"mailto:{bad}@example.org"}},
    "a verb": lambda bad: {"verb": {"id": f"urn:{bad}"}},
    "a display": lambda bad: {"verb": {"id": "urn:x", "display": {"ru": bad}}},
    "a language": lambda bad: {"verb": {"id": "urn:x", "display": {bad: "x"}}},
    "an activity": lambda bad: {"object": {"id": f"urn:{bad}"}},
    "a response": lambda bad: {"result": {"response": bad}},
    "an extension": lambda bad: {"result": {"extensions": {"urn:x": [{"a": bad}]}}},
    "an extension's key": lambda bad: {"result": {"extensions": {f"urn:{bad}": 1}}},
    "a key in an extension": lambda bad: {"context": {"extensions": {"urn:x": {bad: 1}}}},
    "a platform": lambda bad: {"context": {"platform": bad}},
    "an unknown key": lambda bad: {bad: 1},
}


@pytest.mark.parametrize("bad", [HALF, NUL], ids=["half a pair", "U+0000"])
@pytest.mark.parametrize("place", PLACES)
def test_what_postgresql_takes_in_no_text_is_refused_by_both(
    client: Caller, place: str, bad: str
) -> None:
    """In every string and key of a statement, before anything else is said of it."""
    before = head(client)
    text = json.dumps(said(**PLACES[place]("@@"))).replace("@@", SECRET + bad).encode()
    batch = b"[%b,%b]" % (json.dumps(said()).encode(), text)
    refused(client.post(batch), 400, "forbidden-character", "/1")
    assert head(client) == before


PARAMETERS = [
    (STATEMENTS, "verb=urn:x@@"),
    (STATEMENTS, "activity=urn:x@@"),
    (STATEMENTS, "agent=@@"),
    (STATEMENTS, "since=2026-03-01T00:00:00Z@@"),
    (STATEMENTS, "statementId=@@"),
    (STATEMENTS, "format=exact@@"),
    (STATEMENTS, "ascending=true@@"),
    ("/xapi/agents", "agent=@@"),
    ("/xapi/activities", "activityId=urn:x@@"),
    ("/xapi/agents/profile", "agent=%7B%22mbox%22:%22mailto:a@b.org%22%7D&profileId=@@"),
    ("/xapi/activities/profile", "activityId=urn:x&profileId=@@"),
    ("/api/v1/transcripts", "q=@@"),
    ("/api/v1/transcripts", "after=@@"),
    ("/api/v1/transcripts/1", "rule=best@@"),
]


@pytest.mark.rules
@pytest.mark.parametrize(("path", "query"), PARAMETERS)
def test_a_parameter_holds_no_u0000_and_is_utf8(client: Caller, path: str, query: str) -> None:
    """1.0.3 part 3, 1.4 and 3.2: 400 on every backend, never an error of the database."""
    name = query.rpartition("&")[2].partition("=")[0]
    for bad, *problem in (
        ("%00", "invalid-parameter", name),
        ("%ED%A0%80", "malformed-query", None),
    ):
        answer = client.send("GET", path, query_string=query.replace("@@", f"{SECRET}{bad}"))
        assert answer.status_code == 400
        assert [answer.json["code"], answer.json.get("parameter")] == problem
        assert SECRET not in answer.text


@pytest.mark.parametrize("bad", ["%00", "a%00b", "%ED%A0%80", "%FF", "account%7Curn:x%7C%00"])
def test_a_path_may_hold_anything_and_names_nobody_then(client: Caller, bad: str) -> None:
    """404 on every backend for reports of nobody and nothing, 400 for a link of no store."""
    for path, code in (
        (f"/api/v1/transcripts/{bad}", "trainee-not-found"),
        (f"/api/v1/courses/{bad}/statistics", "course-not-found"),
        (f"/xapi/{bad}", "no-such-resource"),
        (f"/{bad}", "no-such-resource"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, code)
    refused(client.get(f"/xapi/more/{bad}"), 400, "invalid-more")
