"""Who vouches for what a report rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import delete

from lrs.domain.aggregates.credential import MODULE, Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger.tables import content
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, said
from tests.api.opening import Calling
from tests.api.reports.centre import asked, describe

PASSED = {"id": "http://adlnet.gov/expapi/verbs/passed"}
KEYS = "http://zachetka.local/keys"


@pytest.fixture
def anna() -> JsonObject:
    return {"mbox": f"mailto:{fresh()}@example.org"}


def course() -> str:
    return f"https://example.org/{fresh()}"


def report(client: Caller, kind: str, anna: JsonObject) -> Any:
    return asked(client, f"{kind}/{quote('mbox|' + anna['mbox'], safe='')}")


def passed(anna: JsonObject, iri: str, at: str, **parts: Any) -> JsonObject:
    object_ = {"id": iri}
    return said(actor=anna, verb=PASSED, object=object_, timestamp=f"{at}T10:00:00Z", **parts)


def name(caller: Caller) -> str:
    assert caller.key is not None
    return caller.key.name


def test_each_statement_of_a_line_names_who_vouches_for_it(
    client: Caller, calling: Calling, anna: JsonObject
) -> None:
    """In the order of the evidence; at the end of the answer each is told once."""
    one, two, iri = calling(Scope.STATEMENTS_WRITE), calling(Scope.STATEMENTS_WRITE), course()
    first, second = passed(anna, iri, "2026-03-01"), passed(anna, iri, "2026-03-02")
    one.store(first)
    two.store(second)
    answer = report(client, "transcripts", anna)
    (line,) = answer["lines"]
    whose = {first["id"]: name(one), second["id"]: name(two)}
    assert set(line["evidence"]) == whose.keys()
    assert line["authority"] == [whose[id] for id in line["evidence"]]
    authorities = {a["authority"]: (a["key"], a["name"]) for a in answer["authorities"]}
    assert authorities == {key: (f"account|{KEYS}|{key}", "test") for key in whose.values()}


def test_a_verdict_names_who_vouches_for_its_evidence(
    client: Caller, calling: Calling, anna: JsonObject
) -> None:
    one, iri, code = calling(Scope.STATEMENTS_WRITE), course(), fresh()
    programme = {"code": code, "title": {"en": "P"}, "courses": [iri]}
    describe(client, {"courses": [{"id": iri, "title": {"en": "C"}}], "programmes": [programme]})
    one.store(passed(anna, iri, "2026-03-01"))
    answer = report(client, "certifications", anna)
    (verdict,) = answer["verdicts"]
    assert (len(verdict["evidence"]), verdict["authority"]) == (1, [name(one)])
    assert [a["authority"] for a in answer["authorities"]] == [name(one)]


def test_an_authority_that_was_passed_on_is_named_by_its_agent_key(
    client: Caller, anna: JsonObject
) -> None:
    """Another store's statements keep theirs; an envelope may be as long as that makes it."""
    boss = {"mbox": "mailto:boss@example.org", "name": "B" * 2_000}
    client.store(passed(anna, course(), "2026-03-01", authority=boss))
    answer = report(client, "transcripts", anna)
    assert answer["lines"][0]["authority"] == ["mbox|mailto:boss@example.org"]
    assert answer["authorities"][0]["name"] == boss["name"]


def test_a_learners_own_word_can_be_told_from_others(lrs: Lrs, client: Caller) -> None:
    """Each link's key is an authority of its own."""
    anna, iri = {"mbox": f"mailto:{fresh()}@example.org"}, course()
    whose = f"mbox|{anna['mbox']}"
    key = lrs.credentials.create("launch of it", MODULE, learner=whose, activity=iri)
    replace(client, key=key).store(said(actor=anna, verb=PASSED, object={"id": iri}))
    answer = report(client, "transcripts", anna)
    assert answer["lines"][0]["authority"] == [key.name]
    assert answer["authorities"][0]["name"] == "launch of it"


def test_an_erased_statement_has_no_authority_any_more(
    lrs: Lrs, client: Caller, anna: JsonObject
) -> None:
    """It stays in the evidence of a line that was built before."""
    one = passed(anna, course(), "2026-03-01")
    client.store(one)
    assert report(client, "transcripts", anna)["lines"][0]["authority"] != [None]
    (logged,) = lrs.ledger.reader.statements([UUID(one["id"])])
    with lrs.databases[0].write.begin() as connection:
        connection.execute(delete(content).where(content.c.position == logged.position))
    answer = report(client, "transcripts", anna)
    (line,) = answer["lines"]
    assert (line["evidence"], line["authority"]) == ([one["id"]], [None])
    assert answer["authorities"] == []
