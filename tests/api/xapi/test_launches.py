"""What the key of a launch link may store and read: over HTTP, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from lrs.domain.aggregates.credential import MODULE, Scope
from lrs.domain.xapi.agent import JsonObject, agent_key
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, said, voiding
from tests.api.opening import Calling
from tests.api.reports.centre import describe
from tests.api.xapi.documents import document
from tests.api.xapi.test_bad_bodies import refused

COMPLETED = {"id": "http://adlnet.gov/expapi/verbs/completed"}
HR = "https://hr.example.org"


class Visit:
    """A learner's one visit, under a link's key; everybody and everything in it is new."""

    def __init__(self, lrs: Lrs, client: Caller, **launch: Any) -> None:
        self.number = fresh()
        self.anna: JsonObject = {"account": {"homePage": HR, "name": self.number}}
        self.activity = f"https://example.org/course/{fresh()}"
        self.key = agent_key(self.anna) or ""
        terms = {"lasting": timedelta(hours=3), "activity": self.activity, **launch}
        key = lrs.credentials.create("launch", MODULE, learner=self.key, **terms)
        self.caller = replace(client, key=key)
        self.client = client

    def said(self, **parts: Any) -> JsonObject:
        done = {"actor": self.anna, "verb": COMPLETED, "object": {"id": self.activity}}
        return said(**{**done, **parts})

    def transcript(self, whose: str, **query: str) -> Any:
        path = f"/api/v1/transcripts/{quote(whose, safe='')}"
        return self.caller.get(path, **query)


@pytest.fixture
def visit(lrs: Lrs, client: Caller) -> Visit:
    return Visit(lrs, client)


def unread(answer: Any) -> None:
    assert (answer.status_code, answer.json["code"]) == (403, "launch-scope")


BORIS = {"mbox": "mailto:boris@example.org"}


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ({"actor": BORIS}, "launch-actor", "/actor"),
        ({"actor": {"objectType": "Group", "member": [BORIS]}}, "launch-actor", "/actor"),
        ({"object": {"id": "https://example.org/other"}}, "launch-activity", "/object"),
        ({"timestamp": "2025-01-31T10:00:00Z"}, "launch-time", "/timestamp"),
    ],
)
def test_a_link_speaks_for_its_learner_in_its_activity_and_time(
    visit: Visit, parts: JsonObject, code: str, pointer: str
) -> None:
    """403 with the place, alone and in a batch, of which nothing is stored."""
    good, bad = visit.said(), visit.said(**parts)
    refused(visit.caller.post(bad), 403, code, pointer)
    refused(visit.caller.put(bad, statementId=bad["id"]), 403, code, pointer)
    answer = visit.caller.post([good, bad])
    refused(answer, 403, code, f"/1{pointer}")
    assert "scope" not in answer.json["detail"]
    assert visit.client.get(statementId=good["id"]).status_code == 404
    visit.caller.store(good)


def test_whoever_is_linked_to_the_learner_is_the_learner(visit: Visit) -> None:
    """From the moment when the catalogue says so, until it does not any more."""
    old: JsonObject = {"mbox": f"mailto:{fresh()}@example.org"}
    statement, key = visit.said(actor=old), agent_key(old) or ""
    refused(visit.caller.post(statement), 403, "launch-actor", "/actor")
    describe(visit.client, {"links": [{"agent": key, "person": visit.key}]})
    visit.caller.store(statement)
    query = {"agent": key, "reason": "a mistake"}
    path = "/api/v1/catalogue/links"
    assert visit.client.send("DELETE", path, query_string=query).status_code < 300
    refused(visit.caller.post(visit.said(actor=old)), 403, "launch-actor", "/actor")


def test_the_course_that_lists_the_activity_is_the_launchs(visit: Visit) -> None:
    """A module's statements may count for the course that the catalogue says it is of."""
    course = f"https://example.org/{fresh()}"
    type_ = {"type": "http://adlnet.gov/expapi/activities/course"}
    within = {"contextActivities": {"parent": [{"id": course, "definition": type_}]}}
    statement = visit.said(object={"id": f"{visit.activity}/1"}, context=within)
    refused(visit.caller.post(statement), 403, "launch-course", "/context/contextActivities")
    listed = [visit.activity, f"{visit.activity}/1"]
    describe(
        visit.client, {"courses": [{"id": course, "title": {"en": "C"}, "activities": listed}]}
    )
    visit.caller.store(statement)


def test_a_launch_of_any_activity_is_bound_by_the_rest(lrs: Lrs, client: Caller) -> None:
    visit = Visit(lrs, client, any_activity=True)
    elsewhere = {"object": {"id": f"https://example.org/{fresh()}"}}
    visit.caller.store(visit.said(**elsewhere))
    refused(visit.caller.post(visit.said(actor=BORIS)), 403, "launch-actor", "/actor")
    early = visit.said(**elsewhere, timestamp="2025-01-31T10:00:00Z")
    refused(visit.caller.post(early), 403, "launch-time", "/timestamp")


def test_a_link_voids_what_it_sent_and_nothing_else(visit: Visit, lrs: Lrs) -> None:
    """Not what another link of the same learner sent, either: that is another authority."""
    own, other = visit.said(), visit.said()
    visit.caller.store(own)
    visit.client.store(other)
    visit.caller.store(voiding(own, actor=visit.anna))
    assert visit.client.get(voidedStatementId=own["id"]).status_code == 200
    refused(visit.caller.post(voiding(other, actor=visit.anna)), 403, "launch-voiding")
    refused(visit.caller.post(voiding(own, actor=BORIS)), 403, "launch-actor", "/actor")
    late = fresh()
    visit.caller.store(voiding(late, actor=visit.anna))
    visit.client.store(visit.said(id=late))
    visit.client.one(late)


def test_a_link_names_what_is_its_own(visit: Visit) -> None:
    """A statement that names others or defines what lies elsewhere is stored whole, and changes
    nothing of what these are called (1.0.3 part 3, 4.2, `define`).
    """
    boss, place = {"mbox": f"mailto:{fresh()}@example.org"}, f"urn:uuid:{fresh()}"
    defined = {"id": visit.activity, "definition": {"name": {"en": "Mine"}}}
    visit.caller.store(visit.said(actor={**visit.anna, "name": "Anna"}, object=defined))
    around = {"category": [{"id": place, "definition": {"name": {"en": "Not mine"}}}]}
    both = visit.said(context={"instructor": {**boss, "name": "X"}, "contextActivities": around})
    visit.caller.store(both)
    ask = visit.client.get
    assert ask("/xapi/activities", activityId=visit.activity).json["definition"]["name"]
    assert "definition" not in ask("/xapi/activities", activityId=place).json
    assert "name" not in ask("/xapi/agents", agent=f'{{"mbox":"{boss["mbox"]}"}}').json
    account = f'{{"account":{{"homePage":"{HR}","name":"{visit.number}"}}}}'
    assert ask("/xapi/agents", agent=account).json["name"] == ["Anna"]
    assert visit.client.one(both["id"])["context"]["contextActivities"] == around


def test_others_around_a_statement_get_no_outcome(visit: Visit) -> None:
    """Instructor, team and whoever a SubStatement is about: the outcome is the actor's."""
    who = {"mbox": f"mailto:{fresh()}@example.org"}
    team = {"objectType": "Group", "member": [who]}
    sub = {"objectType": "SubStatement", "actor": who, "verb": COMPLETED,
           "object": {"id": visit.activity}}  # fmt: skip
    around = {"contextActivities": {"parent": [{"id": visit.activity}]}}
    visit.caller.store(
        visit.said(context={"instructor": who, "team": team}),
        visit.said(object=sub, context=around),
        visit.said(object={"objectType": "Agent", **who}, context=around),
    )
    path = f"/api/v1/transcripts/{quote('mbox|' + who['mbox'], safe='')}"
    assert visit.client.get(path).status_code == 404


def test_a_link_changes_documents_of_its_activity_alone(visit: Visit) -> None:
    """1.0.3 part 3, 4.2: `state` and `profile` are limited to the activities of the key, too."""
    agent = f'{{"account":{{"homePage":"{HR}","name":"{visit.number}"}}}}'
    paper = document(visit.caller, "state").at(agent=agent, activityId=f"{visit.activity}/1")
    paper.holding(b"page 5")
    for kind, place in (("state", {"agent": agent}), ("activity-profile", {})):
        other = document(visit.caller, kind).at(**place, activityId=f"{visit.activity}2")
        refused(other.send("PUT", b"6"), 403, "launch-documents")


def test_a_learner_reads_their_own_transcript(visit: Visit) -> None:
    """By each of their identifiers and by their number, and as it is now: an earlier position may
    tell of somebody whom one of them was taken for then.
    """
    old, number = f"mbox|mailto:{fresh()}@example.org", fresh()
    record = {"agent": visit.key, "name": "Anna", "number": number}
    describe(visit.client, {"people": [record], "links": [{"agent": old, "person": visit.key}]})
    visit.caller.store(visit.said())
    for whose in (visit.key, old, number, visit.number):
        answer = visit.transcript(whose)
        assert [one["course"]["id"] for one in answer.json["lines"]] == [visit.activity]
    unread(visit.transcript(visit.key, known="1"))


def test_a_learner_reads_nothing_of_others(visit: Visit) -> None:
    """Whether there are any or not; and no other report."""
    visit.client.store(said(actor=BORIS, verb=COMPLETED))
    for whose in ("mbox|mailto:boris@example.org", "mbox|mailto:nobody@example.org", fresh()):
        unread(visit.transcript(whose))
    for path in ("transcripts", "courses", "offices", "visits", "catalogue", "projections"):
        unread(visit.caller.get(f"/api/v1/{path}"))
    mine = quote(visit.key, safe="")
    unread(visit.caller.get(f"/api/v1/certifications/{mine}"))


def test_a_key_of_an_earlier_version_is_bound_by_learner_and_time(lrs: Lrs, client: Caller) -> None:
    """The log kept no activity then; when the key was made, its own event says."""
    visit = Visit(lrs, client, activity="")
    visit.caller.store(visit.said(object={"id": "https://example.org/any"}))
    refused(visit.caller.post(visit.said(actor=BORIS)), 403, "launch-actor", "/actor")
    early = visit.said(timestamp="2025-01-31T10:00:00Z")
    refused(visit.caller.post(early), 403, "launch-time", "/timestamp")


def test_a_key_without_a_learner_is_not_bound(calling: Calling) -> None:
    """A module that serves many learners speaks for all of them."""
    module = calling(Scope.STATEMENTS_WRITE)
    module.store(said(actor=BORIS, timestamp="2025-01-31T10:00:00Z"))
