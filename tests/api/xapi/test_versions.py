from __future__ import annotations

import pytest

from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Caller, fresh, said
from tests.api.opening import caller_of, opened
from tests.api.xapi.test_bad_bodies import refused
from tests.conftest import Place
from tests.schemas.values import TIMESTAMPS_1

pytestmark = pytest.mark.rules

HEADER = "X-Experience-API-Version"
THROUGH = "X-Experience-API-Consistent-Through"


@pytest.mark.parametrize(
    ("named", "spoken"),
    [
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.2", "1.0.3"),
        ("1.0.9", "1.0.3"),
        ("1.0.3-rc1", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
        ("2.0.5", "2.0.0"),
    ],
)
def test_every_patch_of_a_version_is_answered_in_it(
    client: Caller, named: str, spoken: str
) -> None:
    """1.0.3 part 3, 3.3: any 1.0.x is accepted and answered as 1.0.3; so with 2.0."""
    caller, statement = client.speaking(named), said()
    answers = [
        caller.post(statement),
        caller.put(statement, statementId=statement["id"]),
        caller.get(statementId=statement["id"]),
        caller.get(limit="1"),
        caller.get(limit="x"),
        caller.send("DELETE", STATEMENTS),
    ]
    assert [a.status_code for a in answers] == [200, 204, 200, 200, 400, 405]
    assert {a.headers[HEADER] for a in answers} == {spoken}


@pytest.mark.parametrize(
    "named", [None, "", "1", "1.1.0", "0.9.5", "0.95", "2.1.0", "3.0.0", "1.0.3, 1.0.3", "v2.0.0"]
)
def test_a_missing_or_foreign_version_is_refused_on_each_method(
    client: Caller, named: str | None
) -> None:
    """1.0.3 part 3, 3.3: 400, on reading, writing and following more."""
    code = "missing-version" if named is None else "unknown-version"
    caller, body = client.speaking(named), said()
    refused(caller.get(), 400, code)
    refused(caller.get("/xapi/more/x"), 400, code)
    refused(caller.post(body), 400, code)
    refused(caller.put(body, statementId=body["id"]), 400, code)
    assert client.get(statementId=body["id"]).status_code == 404


@pytest.mark.parametrize("default", ["1.0.3", "2.0.0"])
def test_the_setting_says_which_version_a_nameless_requests_error_speaks(
    place: Place, own_lrs: Lrs, default: str
) -> None:
    """LRS_XAPI_VERSION; a named version goes before it."""
    with opened(place, xapi_version=default) as store:
        caller = caller_of(store)
        assert caller.speaking(None).get().headers[HEADER] == default
        assert caller.speaking("7").get().headers[HEADER] == default
        assert caller.speaking("1.0.1").get().headers[HEADER] == "1.0.3"


def test_what_2_0_adds_is_unknown_to_1_0(client: Caller) -> None:
    """2.0, 4.2.2.5: contextAgents and contextGroups; version 2.0.0; no id twice in a batch."""
    agents = [{"objectType": "contextAgent", "agent": {"mbox": "mailto:a@b.org"}}]
    twice, old = said(), client.speaking("1.0.3")
    for statement in (said(context={"contextAgents": agents}), said(version="2.0.0")):
        refused(old.post(statement), 400)
        assert client.post(statement).status_code == 200
    refused(client.post([twice, twice]), 400, "duplicate-id", "/1/id")
    assert old.post([twice, twice]).json == [twice["id"], twice["id"]]


@pytest.mark.parametrize("version", ["1.0", "1.0.3-rc1", "1.0.x"])
def test_a_statement_keeps_the_version_it_was_accepted_with(client: Caller, version: str) -> None:
    """1.0.3 part 2, 2.4.10: whatever begins with `1.0.`, and `1.0`; 2.0 takes the same."""
    for caller in (client, client.speaking("1.0.3-rc1")):
        (id,) = caller.store(said(version=version))
        assert caller.one(id)["version"] == version
    refused(client.post(said(version="1.1.0-rc1")), 400, "version", "/version")


@pytest.mark.parametrize("form", TIMESTAMPS_1)
def test_1_0_3_takes_every_form_of_time_and_2_0_that_of_rfc_3339(client: Caller, form: str) -> None:
    """1.0.3 part 2, 4.5; 2.0, 4.2.2: what is taken comes back as it was sent."""
    statement, old = said(timestamp=form), client.speaking("1.0.3")
    refused(client.post(statement), 400, "timestamp", "/timestamp")
    old.store(statement)
    assert old.one(statement["id"])["timestamp"] == form
    assert [s["id"] for s in client.get(since=form, limit="1", ascending="true").json["statements"]]


def test_an_id_twice_in_a_batch_is_the_same_whatever_its_case(client: Caller) -> None:
    """1.0.3 part 2, 4.4: hex digits of either case make one UUID."""
    one = said()
    refused(client.post([one, {**one, "id": one["id"].upper()}]), 400, "duplicate-id", "/1/id")


def test_every_answer_says_how_fresh_reads_are(client: Caller, lrs: Lrs) -> None:
    """1.0.3 part 3, 2.1: Consistent-Through, on errors too; never ahead of what is unread."""
    (id,) = client.store(said())
    answers = [client.get(statementId=id), client.get(limit="1"), client.get(limit="x")]
    answers += [client.post(b"{"), client.speaking(None).get(), client.get(statementId=fresh())]
    stamps = [a.headers[THROUGH] for a in answers]
    stored = answers[0].json["stored"]
    assert stamps[0] >= stored
    assert stamps[1] >= stored
    (later,) = client.store(said())
    assert max(stamps) < client.one(later)["stored"]


def test_a_single_statement_says_when_it_was_stored(client: Caller) -> None:
    """2.0, 4.1.6.1: Last-Modified; its value is that of stored, to the second."""
    (id,) = client.store(said())
    answer = client.get(statementId=id)
    modified = answer.last_modified
    assert modified is not None
    assert modified.isoformat()[:19] == answer.json["stored"][:19]


@pytest.mark.parametrize(
    "path",
    [
        "/xAPI/statements",
        "/xapi//statements",
        "//xapi/statements",
        "/xAPI//statements",
        "/xapi/statements/",
        "//xapi///statements//",
    ],
)
def test_paths_as_real_clients_send_them_are_answered_at_once(client: Caller, path: str) -> None:
    """Older cmi5.js and Ralph's command line; a redirect would fail a preflight."""
    statement = said()
    environ = {"PATH_INFO": path}
    sent = client.send("POST", "/", json=statement, environ_overrides=environ)
    assert sent.json == [statement["id"]]
    query = {"statementId": statement["id"]}
    got = client.send("GET", "/", query_string=query, environ_overrides=environ)
    assert (got.status_code, got.json["id"]) == (200, statement["id"])
    assert got.headers[HEADER] == "2.0.0"


def test_more_is_followed_through_the_alias_as_well(client: Caller) -> None:
    """A client may put its own base before the rest of the path."""
    client.store(said(), said())
    more = client.get(limit="1").json["more"]
    assert client.get("/xAPI/" + more.removeprefix("/xapi/")).status_code == 200


def test_a_get_may_carry_a_content_type(client: Caller) -> None:
    """@xapi/xapi 3 sends application/json without a body."""
    answer = client.send("GET", STATEMENTS, content_type="application/json")
    assert answer.status_code == 200
