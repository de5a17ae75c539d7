"""HEAD is GET without a body, on every resource (xAPI 1.0.3 part 3, 1.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.caller import STATEMENTS, Caller, fresh, said, voiding
from tests.api.xapi.documents import KINDS, document
from tests.api.xapi.parts import attached, attachment, posted

pytestmark = pytest.mark.rules

LEFT_OUT = {"X-Request-ID", "Date", "Content-Type"}
ABOUT = {"agent": json.dumps({"mbox": "mailto:anna@example.org", "name": "Анна"})}


def asked(client: Caller) -> dict[str, tuple[str, dict[str, str]]]:
    """A path and its parameters for each thing that there is to read."""
    data = fresh().encode()
    statement, voided_one, verb = said(attachments=[attachment(data)]), said(), f"urn:{fresh()}"
    statement["verb"] = {"id": verb}
    posted(client, statement, data)
    client.store(voided_one, voiding(voided_one))
    client.store(said(verb={"id": verb}))
    page, _ = attached(client.get(verb=verb, limit="1", attachments="true"))
    one, all_ = {"statementId": statement["id"]}, {"verb": verb}
    found: dict[str, tuple[str, dict[str, str]]] = {
        "about": ("/xapi/about", {}),
        "one statement": (STATEMENTS, one),
        "one with its attachments": (STATEMENTS, {**one, "attachments": "true"}),
        "one in another format": (STATEMENTS, {**one, "format": "canonical"}),
        "a voided one": (STATEMENTS, {"voidedStatementId": voided_one["id"]}),
        "statements": (STATEMENTS, all_),
        "statements with attachments": (STATEMENTS, {**all_, "attachments": "true"}),
        "more of them": (page["more"], {}),
        "none": (STATEMENTS, {"verb": f"urn:{fresh()}"}),
        "a person": ("/xapi/agents", ABOUT),
        "an activity": ("/xapi/activities", {"activityId": statement["object"]["id"]}),
        "an activity never seen": ("/xapi/activities", {"activityId": f"urn:{fresh()}"}),
    }
    for kind in KINDS:
        doc = document(client, kind).holding(b"document")
        found[kind] = (doc.path, dict(doc.where))
        found[f"list of {kind}"] = (doc.path, doc.around)
        empty = document(client, kind).holding(b"")
        found[f"empty {kind}"] = (empty.path, dict(empty.where))
    return found


@pytest.fixture(scope="module")
def there(client: Caller) -> dict[str, tuple[str, dict[str, str]]]:
    return asked(client)


NAMES = [
    "about", "one statement", "one with its attachments", "one in another format", "a voided one",
    "statements", "statements with attachments", "more of them", "none", "a person", "an activity",
    "an activity never seen", *(f"{what}{kind}" for kind in KINDS
                                for what in ("", "list of ", "empty ")),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("name", NAMES)
def test_head_says_what_get_would(client: Caller, there: Any, name: str, version: str) -> None:
    """1.1.s3: the same status and headers, the length too, and no body."""
    path, query = there[name]
    caller = client.speaking(version)
    get, head = (caller.send(m, path, query_string=query or None) for m in ("GET", "HEAD"))
    assert (get.status_code, head.status_code, head.data) == (200, 200, b"")
    assert head.mimetype == get.mimetype
    assert head.headers["Content-Length"] == str(len(get.data)) == get.headers["Content-Length"]
    assert _told(head.headers) == _told(get.headers)


def _told(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in LEFT_OUT}


def test_each_thing_is_asked(there: Any) -> None:
    """What is prepared above is what the test above goes through."""
    assert list(there) == NAMES


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (STATEMENTS, {"statementId": fresh()}, 404),
        (STATEMENTS, {"color": "red"}, 400),
        ("/xapi/more/nonsense", {}, 400),
        ("/xapi/agents", {}, 400),
        ("/xapi/agents", {"agent": "{}"}, 400),
        ("/xapi/activities", {}, 400),
        ("/xapi/activities/state", {"activityId": "urn:x", **ABOUT, "stateId": "none"}, 404),
        ("/xapi/agents/profile", {**ABOUT, "profileId": "none"}, 404),
        ("/xapi/activities/profile", {"activityId": "urn:x", "profileId": "none"}, 404),
        ("/xapi/activities/profile", {"profileId": "none"}, 400),
        ("/xapi/nothing", {}, 404),
    ],
)
def test_errors_have_no_body_either(
    client: Caller, path: str, query: dict[str, str], status: int
) -> None:
    """1.1.s3: whatever the status."""
    get, head = (client.send(m, path, query_string=query) for m in ("GET", "HEAD"))
    assert (get.status_code, head.status_code, head.data) == (status, status, b"")
    assert head.mimetype == get.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/xapi/agents", "/xapi/activities/state", STATEMENTS])
def test_head_needs_what_get_does(client: Caller, path: str) -> None:
    """A key and a version."""
    assert Caller(client.http, None).send("HEAD", path).status_code == 401
    assert client.speaking(None).send("HEAD", path).status_code == 400
    assert client.speaking("0.95").send("HEAD", path).status_code == 400
