"""The alternate request syntax (xAPI 1.0.3 part 3, 1.3)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.api.caller import STATEMENTS, Answer, Caller, basic, fresh, said

pytestmark = pytest.mark.rules


@pytest.fixture
def old(client: Caller) -> Caller:
    return client.speaking("1.0.1")


def form(caller: Caller, method: str, fields: dict[str, str], **query: str) -> Answer:
    """A POST of a form that stands for another request."""
    return caller.send("POST", STATEMENTS, query_string={"method": method, **query}, data=fields)


def test_a_form_is_the_request_that_it_stands_for(old: Caller) -> None:
    """Method, headers, parameters and content: nothing of it is in the request itself."""
    key = old.key
    assert key is not None
    bare = replace(old, key=None, version=None)
    headers = {
        "Authorization": basic(key.name, key.secret),
        "X-Experience-API-Version": "1.0.3",
        "Content-Type": "application/json",
    }
    statement = {**said(), "id": fresh(), "actor": {"name": "Ёж", "mbox": "mailto:yo@example.org"}}
    content = json.dumps(statement, ensure_ascii=False)
    put = form(bare, "PUT", {**headers, "statementId": statement["id"], "content": content})
    assert (put.status_code, put.headers["X-Experience-API-Version"]) == (204, "1.0.3")
    got = form(bare, "GET", {**headers, "statementId": statement["id"]})
    assert got.json["actor"] == statement["actor"]
    found = form(bare, "GET", {**headers, "agent": json.dumps(statement["actor"]), "limit": "1"})
    assert found.json["statements"] == [got.json]


def test_content_without_a_type_is_json(old: Caller) -> None:
    posted = form(old, "POST", {"content": json.dumps([said(), said()])})
    assert (posted.status_code, len(posted.json)) == (200, 2)


@pytest.mark.parametrize(
    ("method", "fields", "query", "code"),
    [
        ("PUT", {"statementId": fresh()}, {}, "alternate-content"),
        ("GET", {"content": "{}"}, {}, "alternate-content"),
        ("PUT", {"content": "{}"}, {"statementId": fresh()}, "alternate-parameters"),
        ("PUT", {"content": "{}"}, {f"p{n}": "" for n in range(150)}, "alternate-parameters"),
        ("PATCH", {"limit": "1"}, {}, "alternate-method"),
        ("HEAD", {"limit": "1"}, {}, "alternate-method"),
        ("GET", {"X-Experience-API-Version": "0.8"}, {}, "unknown-version"),
        ("GET", {"X-Experience-API-Version": "2.0.0"}, {}, "no-alternate-syntax"),
        ("GET", {"nonsense": "1"}, {}, "unknown-parameter"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    old: Caller, method: str, fields: dict[str, str], query: dict[str, str], code: str
) -> None:
    answer = form(old, method, fields, **query)
    assert (answer.status_code, answer.json["code"]) == (400, code)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"data": b"{}", "content_type": "application/json"}, "no-form"),
        ({"data": b'{"a": 1}', "content_type": "application/x-www-form-urlencoded"}, "malformed"),
        ({"data": b"a=%ff", "content_type": "application/x-www-form-urlencoded"}, "malformed"),
        ({"data": b"a=1&a=2", "content_type": "application/x-www-form-urlencoded"}, "repeated"),
        ({"data": b"\xd1=1", "content_type": "application/x-www-form-urlencoded"}, "malformed"),
    ],
)
def test_what_is_no_form_is_refused(old: Caller, options: dict[str, Any], code: str) -> None:
    answer = old.send("POST", STATEMENTS, query_string={"method": "GET"}, **options)
    assert answer.status_code == 400
    assert answer.json["code"].startswith(code)


def test_a_form_of_another_page_needs_the_key_in_itself(old: Caller) -> None:
    """A browser sends a key that it remembers along with any page's form, and names its origin."""
    origin = {"Origin": "https://anywhere.example.org"}
    options: Any = {"query_string": {"method": "GET"}, "headers": origin}
    remembered = old.send("POST", STATEMENTS, data={"limit": "1"}, **options)
    assert (remembered.status_code, remembered.json["code"]) == (401, "no-credentials")
    key = old.key
    assert key is not None
    fields = {"limit": "1", "Authorization": basic(key.name, key.secret)}
    assert old.send("POST", STATEMENTS, data=fields, **options).status_code == 200


def test_2_0_has_no_alternate_syntax(client: Caller) -> None:
    """A parameter `method` is unknown there, whatever the form says."""
    assert form(client, "GET", {"limit": "1"}).json["code"] == "unknown-parameter"
