from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, ref, said

pytestmark = pytest.mark.rules

DISPLAY = {"en-US": "done", "ru": "сделал", "de": "getan"}
QUESTION: JsonObject = {
    "objectType": "Activity",
    "id": "https://example.org/q",
    "definition": {
        "name": DISPLAY,
        "description": {"fr": "question"},
        "type": "https://example.org/types/q",
        "interactionType": "choice",
        "choices": [{"id": "a", "description": DISPLAY}, {"id": "b"}],
        "extensions": {"urn:x": DISPLAY},
    },
}
ANNA = {"objectType": "Agent", "name": "Анна", "mbox": "mailto:anna@example.org"}
TEAM = {"objectType": "Group", "name": "Зал 3", "member": [ANNA, {"openid": "https://b.org/"}]}
OFFICE = {"objectType": "Group", "name": "Office", "mbox": "mailto:o@b.org", "member": [ANNA]}


def rich(**parts: Any) -> JsonObject:
    """A statement with names and languages at every place that has them."""
    context = {
        "instructor": ANNA,
        "team": TEAM,
        "contextActivities": {"parent": QUESTION},
        "contextAgents": [{"objectType": "contextAgent", "agent": ANNA}],
        "contextGroups": [{"objectType": "contextGroup", "group": OFFICE}],
        "statement": ref(fresh()),
    }
    verb = {"id": "https://v/done", "display": DISPLAY}
    return said(**{"actor": TEAM, "verb": verb, "object": QUESTION, "context": context, **parts})


def shown(client: Caller, statement: JsonObject, form: str, languages: str = "") -> JsonObject:
    """The statement, once stored, in a format, and also as it stands in a query's result."""
    client.store(statement)
    headers = {"Accept-Language": languages}
    query = {"statementId": statement["id"], "format": form}
    response = client.send("GET", "/xapi/statements", query_string=query, headers=headers)
    listed = {"limit": "1", "format": form}
    page = client.send("GET", "/xapi/statements", query_string=listed, headers=headers).json
    assert page["statements"] == [response.json]
    answer: JsonObject = response.json
    return answer


def test_ids_leaves_identifiers_alone(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: the minimum to identify agents, activities and verbs."""
    answer = shown(client, rich(result={"response": "a"}), "ids")
    anna = {"objectType": "Agent", "mbox": "mailto:anna@example.org"}
    activity = {"id": "https://example.org/q"}
    group = {"objectType": "Group", "member": [anna, {"openid": "https://b.org/"}]}
    assert answer["actor"] == answer["context"]["team"] == group
    assert answer["verb"] == {"id": "https://v/done"}
    assert answer["object"] == activity
    assert answer["context"]["contextActivities"] == {"parent": [activity]}
    assert answer["context"]["instructor"] == anna
    assert answer["context"]["contextAgents"][0] == {"objectType": "contextAgent", "agent": anna}
    office = {"objectType": "Group", "mbox": "mailto:o@b.org"}
    assert answer["context"]["contextGroups"][0]["group"] == office
    assert answer["result"] == {"response": "a"}
    assert set(answer["authority"]) == {"objectType", "account"}


def test_ids_reaches_into_substatements(client: Caller) -> None:
    """A SubStatement is a statement within; its objectType and the rest stay."""
    inner = {"objectType": "SubStatement", **rich()}
    del inner["id"]
    answer = shown(client, said(object=inner), "ids")["object"]
    assert answer["objectType"] == "SubStatement"
    assert answer["object"] == {"id": "https://example.org/q"}
    assert answer["verb"] == {"id": "https://v/done"}
    assert "name" not in answer["context"]["instructor"]


@pytest.mark.parametrize("thing", [{"objectType": "Agent", **ANNA}, OFFICE, ref(fresh())])
def test_ids_keeps_what_kind_of_thing_an_object_is(client: Caller, thing: JsonObject) -> None:
    """Without its objectType an Agent would read as an Activity."""
    answer = shown(client, said(object=thing), "ids")["object"]
    assert answer["objectType"] == thing["objectType"]
    assert set(answer) == {"objectType", "id"} or set(answer) == {"objectType", "mbox"}


@pytest.mark.parametrize(
    ("languages", "chosen"),
    [
        ("ru", "ru"),
        ("ru-RU, en;q=0.5", "ru"),
        ("en;q=0.5, de;q=0.7", "de"),
        ("fr, en-GB;q=0.1", "en-US"),
        ("de;q=0, ru;q=0.1", "ru"),
        ("RU", "ru"),
        ("*", "en-US"),
        ("", "en-US"),
        ("tlh", "en-US"),
        (";;;q=x,,", "en-US"),
    ],
)
def test_canonical_picks_the_readers_language(client: Caller, languages: str, chosen: str) -> None:
    """1.0.3 part 3, 2.1.3 and 2.1.4: Accept-Language (RFC 9110, 12.5.4) picks one entry."""
    answer = shown(client, rich(), "canonical", languages)
    one = {chosen: DISPLAY[chosen]}
    for activity in (answer["object"], answer["context"]["contextActivities"]["parent"][0]):
        definition = activity["definition"]
        assert definition["name"] == definition["choices"][0]["description"] == one
        assert definition["description"] == {"fr": "question"}
        assert definition["extensions"] == {"urn:x": DISPLAY}
        assert definition["choices"][1] == {"id": "b"}
    assert answer["verb"]["display"] == one
    assert answer["actor"] == TEAM


def test_canonical_reaches_into_substatements(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: language maps wherever they stand."""
    inner = {"objectType": "SubStatement", **rich()}
    del inner["id"]
    answer = shown(client, said(object=inner), "canonical", "de")["object"]
    assert answer["verb"]["display"] == {"de": "getan"}
    assert answer["object"]["definition"]["name"] == {"de": "getan"}


def test_numbers_survive_the_other_formats(client: Caller) -> None:
    """Value for value: what a double cannot hold is not made a double."""
    statement = said(result={"extensions": {"urn:x": 12345678901234567890123}})
    assert shown(client, statement, "ids")["result"] == statement["result"]


def test_exact_is_the_default_and_attachments_false_is_plain_json(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: both may be said, and say nothing new."""
    statement = rich()
    client.store(statement)
    plain = client.get(statementId=statement["id"])
    for query in ({"format": "exact"}, {"attachments": "false"}, {"attachments": "False"}):
        said_so = client.get(statementId=statement["id"], **query)
        assert (said_so.data, said_so.mimetype) == (plain.data, "application/json")


def test_attachments_true_is_multipart_whatever_there_is(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3 and 1.5.2: the first part is the JSON answer."""
    statement = said()
    client.store(statement)
    plain = client.get(statementId=statement["id"])
    response = client.get(statementId=statement["id"], attachments="true")
    boundary = response.mimetype_params["boundary"]
    parts = response.data.split(f"--{boundary}".encode())
    assert response.mimetype == "multipart/mixed"
    assert (parts[0], parts[2]) == (b"", b"--\r\n")
    assert parts[1] == b"\r\nContent-Type: application/json\r\n\r\n" + plain.data + b"\r\n"


def test_canonical_says_of_an_activity_what_all_statements_have_said(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: the definition as the store has merged it, and in one language."""
    activity = f"https://example.org/courses/{fresh()}"
    first = said(object={"id": activity, "definition": {"name": {"ru": "Конфликты"}}})
    second = said(object={"id": activity, "definition": {"name": {"en": "Conflicts"}}})
    bare = said(object={"id": activity})
    client.store(first, second)
    answer = shown(client, bare, "canonical", "ru")
    assert answer["object"] == {"id": activity, "definition": {"name": {"ru": "Конфликты"}}}
    assert shown(client, bare, "canonical", "en")["object"]["definition"]["name"] == {
        "en": "Conflicts"
    }
