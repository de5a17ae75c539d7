from __future__ import annotations

import json

import pytest

from tests.api.caller import STATEMENTS, Caller, fresh, said
from tests.api.xapi.test_bad_bodies import SECRET, head, refused

pytestmark = pytest.mark.rules

BAD = {
    "unknown": ("color=red", "unknown-parameter", None),
    "in another case": (f"StatementId={fresh()}", "unknown-parameter", None),
    "alternate syntax": ("method=GET", "unknown-parameter", None),
    "a secret": (f"{SECRET}={SECRET}", "unknown-parameter", None),
    "twice": ("limit=1&limit=1", "repeated-parameter", "limit"),
    "a bad id": (f"statementId={SECRET}", "invalid-parameter", "statementId"),
    "an id without hyphens": ("statementId=" + "0" * 32, "invalid-parameter", "statementId"),
    "a bad voided id": ("voidedStatementId=", "invalid-parameter", "voidedStatementId"),
    "a bad verb": ("verb=done", "invalid-parameter", "verb"),
    "a bad activity": (f"activity={SECRET}", "invalid-parameter", "activity"),
    "a bad registration": ("registration=5", "invalid-parameter", "registration"),
    "a bad since": ("since=yesterday", "invalid-parameter", "since"),
    "a bad until": ("until=2026-03-01", "invalid-parameter", "until"),
    "a bad flag": ("ascending=yes", "invalid-parameter", "ascending"),
    "a number for a flag": ("related_agents=1", "invalid-parameter", "related_agents"),
    "another bad flag": ("related_activities=", "invalid-parameter", "related_activities"),
    "bad attachments": ("attachments=2", "invalid-parameter", "attachments"),
    "a bad format": ("format=IDS", "invalid-parameter", "format"),
    "a bad limit": ("limit=ten", "invalid-parameter", "limit"),
    "a negative limit": ("limit=-1", "invalid-parameter", "limit"),
    "a fraction for a limit": ("limit=1.0", "invalid-parameter", "limit"),
    "an Arabic limit": ("limit=%D9%A3", "invalid-parameter", "limit"),
    "a limit beyond all": ("limit=" + "9" * 30, "invalid-parameter", "limit"),
    "no UTF-8": ("verb=%ff", "malformed-query", None),
    "too many": ("&".join(f"a{n}=1" for n in range(40)), "malformed-query", None),
}


@pytest.mark.parametrize("case", BAD)
def test_a_parameter_that_is_not_right_is_refused_by_name(client: Caller, case: str) -> None:
    """1.0.3 part 3, 2.1.3 and 3.2: 400 for unknown, repeated and malformed parameters."""
    query, code, parameter = BAD[case]
    response = client.send("GET", STATEMENTS, query_string=query)
    refused(response, 400, code)
    assert response.json.get("parameter") == parameter


AGENTS = {
    "no JSON": ("anna", "malformed-json", None),
    "no object": ('"anna"', "not-an-object", ""),
    "no identifier": ('{"name":"Anna"}', "identifier-count", ""),
    "a bad identifier": ('{"mbox":"anna@example.org"}', "mbox", "/mbox"),
    "no homePage": ('{"account":{"name":"1"}}', "missing-property", "/account/homePage"),
    "an anonymous group": (
        '{"objectType":"Group","member":[{"mbox":"mailto:a@b.org"}]}',
        "identifier-count",
        "",
    ),
    "an unknown property": (f'{{"mbox":"mailto:a@b.org","{SECRET[:1]}":1}}', None, None),
}


@pytest.mark.parametrize("case", AGENTS)
def test_an_agent_is_held_to_the_standard_of_statements(client: Caller, case: str) -> None:
    """1.0.3 part 3, 2.1.3: an Agent or identified Group, as JSON; the pointer is into it."""
    agent, code, pointer = AGENTS[case]
    response = client.get(agent=agent)
    refused(response, 400, code, pointer)
    assert response.json["parameter"] == "agent"


@pytest.mark.parametrize("single", ["statementId", "voidedStatementId"])
@pytest.mark.parametrize(
    "other",
    [
        {"agent": json.dumps({"mbox": "mailto:a@b.org"})},
        {"verb": "urn:x"},
        {"activity": "urn:x"},
        {"registration": fresh()},
        {"related_agents": "false"},
        {"related_activities": "false"},
        {"since": "2026-03-01T00:00:00Z"},
        {"until": "2026-03-01T00:00:00Z"},
        {"limit": "0"},
        {"ascending": "true"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_id_goes_with_format_and_attachments_only(
    client: Caller, single: str, other: dict[str, str]
) -> None:
    """1.0.3 part 3, 2.1.3: anything else with it is an error."""
    response = client.get(**{single: fresh()}, **other)
    refused(response, 400, "parameters-exclude-each-other")
    assert client.get(**{single: fresh()}, format="ids", attachments="false").status_code == 404


def test_both_ids_at_once_are_refused(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3."""
    response = client.get(statementId=fresh(), voidedStatementId=fresh())
    refused(response, 400, "parameters-exclude-each-other")


def test_an_id_that_is_not_there_is_not_found(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: 404 by either parameter, with the headers of every answer."""
    refused(client.get(statementId=fresh()), 404, "statement-not-found")
    refused(client.get(voidedStatementId=fresh()), 404, "statement-not-found")


def test_put_needs_exactly_its_statement_id(client: Caller) -> None:
    """1.0.3 part 3, 2.1.1."""
    before, body = head(client), said()
    refused(client.put(body), 400, "missing-parameter")
    refused(client.put(body, statementId=SECRET), 400, "invalid-parameter")
    refused(client.put(body, statementId=body["id"], limit="1"), 400, "unknown-parameter")
    refused(client.put(body, statementid=body["id"]), 400, "unknown-parameter")
    refused(client.put(body, statementId=fresh()), 400, "id-mismatch", "/id")
    assert head(client) == before


def test_put_takes_one_statement_and_no_array(client: Caller) -> None:
    """1.0.3 part 3, 2.1.1: a single statement, however long the array."""
    body = said()
    for array in ([], [body], [body, said()]):
        refused(client.put(array, statementId=body["id"]), 400, "not-one-statement")


def test_post_takes_no_parameters(client: Caller) -> None:
    """1.0.3 part 3, 2.1.2 has none."""
    for query in ("statementId=" + fresh(), "x=1"):
        refused(client.post(said(), query_string=query), 400, "unknown-parameter")


def test_post_answers_ids_in_order_and_put_nothing(client: Caller) -> None:
    """1.0.3 part 3, 2.1.1 and 2.1.2: 200 with an array of ids; 204."""
    one, two = said(), said()
    response = client.post([one, {k: v for k, v in said().items() if k != "id"}, two])
    assert response.status_code == 200
    assert [response.json[0], response.json[2]] == [one["id"], two["id"]]
    assert client.post(single := said()).json == [single["id"]]
    assert client.post([]).json == []
    put = client.put(third := said(), statementId=third["id"])
    assert (put.status_code, put.data) == (204, b"")


def test_head_is_get_without_a_body(client: Caller) -> None:
    """1.0.3 part 3, 1.1."""
    (id,) = client.store(said())
    for query in ({"statementId": id}, {"limit": "1"}):
        get, head = (client.send(m, STATEMENTS, query_string=query) for m in ("GET", "HEAD"))
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["Content-Length"] == str(len(get.data))
        assert head.headers.get("Last-Modified") == get.headers.get("Last-Modified")
    assert client.send("HEAD", STATEMENTS, query_string="x=1").status_code == 400
