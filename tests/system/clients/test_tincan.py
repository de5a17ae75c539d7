"""Python's tincan 1.0 against a store as it is served: docs/clients.md tells what is found here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import tincan  # type: ignore[import-untyped]
import tincan.documents  # type: ignore[import-untyped]
from tincan.http_request import HTTPRequest  # type: ignore[import-untyped]

from tests.support.served import Served, served

ACTIVITY = tincan.Activity(
    id="https://learning.centre.example/курс/этикет",
    definition=tincan.ActivityDefinition(name=tincan.LanguageMap({"ru-RU": "Деловой этикет"})),
)
PASSED = tincan.Verb(
    id="http://adlnet.gov/expapi/verbs/passed", display=tincan.LanguageMap({"ru-RU": "сдал"})
)
JSON = "application/json"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("tincan")) as store:
        yield store


@pytest.fixture(scope="module")
def lrs(store: Served) -> Any:
    """The client; its version is 1.0.3 unless it is told another."""
    return client(store)


def client(store: Served, **options: str) -> Any:
    """A client with a new key such as modules get."""
    name, secret = store.key()
    return tincan.RemoteLRS(endpoint=store.endpoint, username=name, password=secret, **options)


@pytest.fixture
def who() -> Any:
    """An agent whom no other test knows."""
    return tincan.Agent(name="Анна Ёлкина", mbox=f"mailto:{uuid4().hex}@example.org")


def said(who: Any, **parts: Any) -> Any:
    return tincan.Statement(actor=who, verb=PASSED, object=ACTIVITY, **parts)


def good(response: Any) -> Any:
    """The content of an answer that is no refusal."""
    assert response.success, response.data
    return response.content


def etag(response: Any) -> str:
    """From the response: the library looks for it and never finds it."""
    return str(response.response.getheader("ETag"))


def test_about_names_only_versions_that_the_client_knows(lrs: Any) -> None:
    """It raises for one it has never heard of, as 2.0.0."""
    assert good(lrs.about()).version == ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.0.2", "1.0.3"])
def test_a_statement_is_saved_and_comes_back(store: Served, who: Any, version: str) -> None:
    """POST without an id, PUT with one; the duration PT4H is sent as PT04H00M00S."""
    lrs = client(store, version=version)
    result = tincan.Result(success=True, score=tincan.Score(scaled=0.85), duration="PT4H")
    for id in (None, str(uuid4())):
        saved = good(lrs.save_statement(said(who, id=id, result=result)))
        back = good(lrs.retrieve_statement(saved.id))
        assert (str(back.id), back.actor.name) == (str(saved.id), "Анна Ёлкина")
        assert back.object.definition.name["ru-RU"] == "Деловой этикет"
        assert (back.result.duration, back.result.score.scaled) == (timedelta(hours=4), 0.85)


def test_statements_are_found_with_the_clients_booleans(lrs: Any, who: Any) -> None:
    """`True` and `False` with a capital letter; a time with a space; the next page of three."""
    good(lrs.save_statements([said(who) for _ in range(3)]))
    since = datetime.now(UTC) - timedelta(minutes=1)
    query = {"agent": who, "related_agents": True, "ascending": False, "since": since, "limit": 2}
    first = good(lrs.query_statements({**query, "verb": PASSED, "activity": ACTIVITY}))
    second = good(lrs.more_statements(first))
    assert [len(page.statements) for page in (first, second)] == [2, 1]
    assert not second.more
    assert len({str(s.id) for page in (first, second) for s in page.statements}) == 3


def test_an_attachment_elsewhere_is_described(lrs: Any, who: Any) -> None:
    """By its fileUrl: the client sends no bytes."""
    attachment = tincan.Attachment(
        usage_type="http://id.tincanapi.com/attachment/certificate-of-completion",
        display=tincan.LanguageMap({"ru-RU": "Удостоверение"}),
        content_type="application/pdf",
        length=1234,
        sha2="a" * 64,
        fileurl="https://files.example.org/удостоверение.pdf",
    )
    saved = good(lrs.save_statement(said(who, attachments=[attachment])))
    back = good(lrs.retrieve_statement(saved.id))
    assert back.attachments[0].display["ru-RU"] == "Удостоверение"


def state(who: Any, page: int) -> Any:
    """What a module remembers. JSON with escapes: of a text the client can send Latin-1 alone."""
    return tincan.documents.StateDocument(
        id="закладка",
        content=json.dumps({"страница": page}),
        content_type=JSON,
        activity=ACTIVITY,
        agent=who,
    )


def test_a_state_is_kept_and_cleared(lrs: Any, who: Any) -> None:
    """1.0.x lets State be overwritten without a header."""
    for page in (1, 2):
        assert lrs.save_state(state(who, page)).success
        kept = good(lrs.retrieve_state(ACTIVITY, who, "закладка"))
        assert json.loads(kept.content) == {"страница": page}
    assert good(lrs.retrieve_state_ids(ACTIVITY, who)) == ["закладка"]
    assert lrs.clear_state(ACTIVITY, who).success
    assert good(lrs.retrieve_state_ids(ACTIVITY, who)) == []
    assert lrs.retrieve_state(ACTIVITY, who, "закладка").response.status == 404


def test_a_state_saved_under_an_etag_is_stored_and_then_refused(lrs: Any, who: Any) -> None:
    """The client sends every state twice; the second time the document is another already."""
    lrs.save_state(state(who, 1))
    changed = state(who, 2)
    changed.etag = etag(lrs.retrieve_state(ACTIVITY, who, "закладка"))
    assert lrs.save_state(changed).response.status == 412
    kept = good(lrs.retrieve_state(ACTIVITY, who, "закладка"))
    assert json.loads(kept.content) == {"страница": 2}


def test_an_agents_profile_is_changed_under_its_etag(lrs: Any, who: Any) -> None:
    """A new one must be sent by hand: the client has no If-None-Match, which 1.0.3 demands."""
    content = json.dumps({"шрифт": 1})
    profile = tincan.documents.AgentProfileDocument(
        id="настройки", content=content, content_type=JSON, agent=who
    )
    assert lrs.save_agent_profile(profile).response.status == 400
    where = {"agent": who.to_json(lrs.version), "profileId": profile.id}
    assert created(lrs, "agents/profile", where, profile).success
    profile.etag = etag(lrs.retrieve_agent_profile(who, profile.id))
    profile.content = json.dumps({"шрифт": 2})
    assert lrs.save_agent_profile(profile).success
    assert lrs.save_agent_profile(profile).response.status == 412
    kept = good(lrs.retrieve_agent_profile(who, profile.id))
    assert json.loads(kept.content) == {"шрифт": 2}
    assert good(lrs.retrieve_agent_profile_ids(who)) == ["настройки"]


def created(lrs: Any, resource: str, where: dict[str, str], document: Any) -> Any:
    """A PUT with If-None-Match, which `save_agent_profile` cannot send."""
    headers = {"If-None-Match": "*", "Content-Type": document.content_type}
    return lrs._send_request(
        HTTPRequest(
            method="PUT",
            resource=resource,
            headers=headers,
            query_params=where,
            content=document.content,
        )
    )


def test_an_activitys_profile_is_changed_under_its_etag(lrs: Any) -> None:
    """As with an agent's."""
    activity = tincan.Activity(id=f"https://learning.centre.example/{uuid4()}")
    content = json.dumps({"глав": 7})
    profile = tincan.documents.ActivityProfileDocument(
        id="оглавление", content=content, content_type=JSON, activity=activity
    )
    where = {"activityId": activity.id, "profileId": profile.id}
    assert created(lrs, "activities/profile", where, profile).success
    profile.etag = etag(lrs.retrieve_activity_profile(activity, profile.id))
    profile.content = json.dumps({"глав": 8})
    assert lrs.save_activity_profile(profile).success
    assert good(lrs.retrieve_activity_profile_ids(activity)) == ["оглавление"]
    assert lrs.delete_activity_profile(profile).response.status == 412
    profile.etag = None
    assert lrs.delete_activity_profile(profile).success


def test_a_refusal_can_be_read(lrs: Any) -> None:
    """`data` holds the sentence that says what to change."""
    refused = lrs.save_statement(said(tincan.Agent(name="Кто-то", mbox="mailto:nobody")))
    assert not refused.success
    problem = json.loads(refused.data)
    assert (problem["code"], problem["pointer"]) == ("mbox", "/actor/mbox")
