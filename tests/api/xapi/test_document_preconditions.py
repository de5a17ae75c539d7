"""If-Match, If-None-Match and ETags (xAPI 1.0.3 part 3, 3.1; 2.0, 4.1.4; RFC 9110, 13.1)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.api.caller import Answer, Caller, said
from tests.api.xapi.documents import JSON, KINDS, VERSIONS, Doc, document, tag_of
from tests.api.xapi.test_bad_bodies import head, refused

pytestmark = pytest.mark.rules

BEFORE = b'{"a": 1.10, "b": [1, 2]}'
SENT = b'{"b": 3, "c": 4}'
MERGED = {"a": 1.1, "b": 3, "c": 4}
OTHER = tag_of(b"something else")
each_kind = pytest.mark.parametrize("kind", KINDS)
each_version = pytest.mark.parametrize("version", VERSIONS)


@dataclass(frozen=True)
class Rule:
    """What a header has for an effect: statuses where no document is, and where one is."""

    absent: int
    there: int
    code_absent: str = ""
    code_there: str = ""


SAID: dict[str, tuple[dict[str, str], Rule]] = {
    "If-Match: the ETag": (
        {"if_match": tag_of(BEFORE)},
        Rule(412, 204, code_absent="etag-mismatch"),
    ),
    "If-Match: another": (
        {"if_match": OTHER},
        Rule(412, 412, "etag-mismatch", "etag-mismatch"),
    ),
    "If-Match: a short one": (
        {"if_match": '"1234"'},
        Rule(412, 412, "etag-mismatch", "etag-mismatch"),
    ),
    "If-Match: several": (
        {"if_match": f"{OTHER}, {tag_of(BEFORE)}"},
        Rule(412, 204, code_absent="etag-mismatch"),
    ),
    "If-Match: *": ({"if_match": "*"}, Rule(412, 204, code_absent="etag-mismatch")),
    "If-Match: nothing": ({"if_match": ""}, Rule(412, 412, "etag-mismatch", "etag-mismatch")),
    "If-None-Match: *": ({"if_none_match": "*"}, Rule(204, 412, code_there="document-exists")),
    "If-None-Match: the ETag": (
        {"if_none_match": tag_of(BEFORE)},
        Rule(204, 412, code_there="etag-mismatch"),
    ),
    "If-None-Match: another": ({"if_none_match": OTHER}, Rule(204, 204)),
    "both, both true": (
        {"if_match": tag_of(BEFORE), "if_none_match": OTHER},
        Rule(412, 204, code_absent="etag-mismatch"),
    ),
    "both, one false": (
        {"if_match": tag_of(BEFORE), "if_none_match": "*"},
        Rule(412, 412, "etag-mismatch", "document-exists"),
    ),
}
"""Where a request says something, it is the same for all versions, resources and methods."""

SILENT = {
    ("1.0.3", "state", "PUT"): Rule(204, 204),
    ("1.0.3", "agent-profile", "PUT"): Rule(
        400, 409, "precondition-missing", "precondition-required"
    ),
    ("1.0.3", "activity-profile", "PUT"): Rule(
        400, 409, "precondition-missing", "precondition-required"
    ),
    ("2.0.0", "state", "PUT"): Rule(204, 409, code_there="precondition-required"),
    ("2.0.0", "agent-profile", "PUT"): Rule(204, 409, code_there="precondition-required"),
    ("2.0.0", "activity-profile", "PUT"): Rule(204, 409, code_there="precondition-required"),
    **{(v, k, m): Rule(204, 204) for v in VERSIONS for k in KINDS for m in ("POST", "DELETE")},
}
"""Where it says nothing: only then do versions and resources differ, and only for PUT."""


def changed(doc: Doc, method: str, headers: dict[str, str]) -> Answer:
    """A change of the document under these headers; a DELETE brings nothing."""
    if method == "DELETE":
        return doc.delete(**headers)
    return doc.send(method, SENT, JSON, **headers)


def held(doc: Doc, method: str, headers: dict[str, str], rule: Rule) -> None:
    """The rule holds for this method, where there is no document and where there is one."""
    before = head(doc.by)
    answer = changed(doc, method, headers)
    assert answer.status_code == rule.absent
    if rule.absent != 204:
        refused(answer, rule.absent, rule.code_absent)
        assert head(doc.by) == before
    assert doc.get().status_code == (200 if rule.absent == 204 and method != "DELETE" else 404)
    there = doc.named(f"{doc.name}, there").holding(BEFORE, JSON)
    answer = changed(there, method, headers)
    assert answer.status_code == rule.there
    if rule.there != 204:
        refused(answer, rule.there, rule.code_there)
        assert there.holds(BEFORE, JSON)
        assert there.get().headers["ETag"] == tag_of(BEFORE)
    elif method == "DELETE":
        assert there.get().status_code == 404
    else:
        assert there.get().json == (MERGED if method == "POST" else json.loads(SENT))


@each_version
@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("case", SAID)
def test_what_a_change_depends_on_is_looked_at(
    client: Caller, version: str, kind: str, method: str, case: str
) -> None:
    """1.0.3 part 3, 3.1.s4: 412 and unchanged where it is not so; 2.0, 4.1.4 for all methods."""
    headers, rule = SAID[case]
    held(document(client.speaking(version), kind), method, headers, rule)


@each_version
@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_what_may_be_changed_unawares(client: Caller, version: str, kind: str, method: str) -> None:
    """1.0.3 part 3, 3.1.s3 and s4.b13: State always, a Profile never by PUT: 409 where it is
    there, else 400. 2.0, 4.1.6: nothing by PUT, and what is not there needs no header.
    """
    rule = SILENT[version, kind, method]
    held(document(client.speaking(version), kind), method, {}, rule)


@each_version
@each_kind
def test_a_conflict_says_what_to_do(client: Caller, version: str, kind: str) -> None:
    """1.0.3 part 3, 3.1.s4.b14: look at what is there, and name its ETag in If-Match."""
    doc = document(client.speaking(version), kind).holding(b"x")
    if (version, kind) != ("1.0.3", "state"):
        assert "If-Match" in doc.put(b"y").json["detail"]
    tag = doc.get().headers["ETag"]
    assert doc.put(b"y", if_match=tag).status_code == 204
    refused(doc.put(b"z", if_match=tag), 412, "etag-mismatch")
    assert doc.get().data == b"y"


@each_version
@each_kind
def test_an_etag_counts_without_its_quotation_marks(
    client: Caller, version: str, kind: str
) -> None:
    """A common client strips them; a weak one, which a compressing proxy makes, counts too."""
    doc = document(client.speaking(version), kind).holding(BEFORE, JSON)
    bare = tag_of(BEFORE).strip('"')
    refused(doc.put(SENT, JSON, if_match=bare[:-1]), 412, "etag-mismatch")
    refused(doc.put(SENT, JSON, if_none_match=bare), 412, "etag-mismatch")
    assert doc.put(SENT, JSON, if_match=bare).status_code == 204
    assert doc.put(BEFORE, JSON, if_match=f"W/{tag_of(SENT)}").status_code == 204
    assert doc.delete(if_match=bare).status_code == 204


@each_kind
def test_the_etag_is_the_sha1_of_the_contents(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 3.1.s4: lower-case hex in quotation marks; nothing but the bytes counts."""
    doc = document(client, kind)
    for data in (b"", b"x", BEFORE):
        one, other = doc.named(f"one {data!r}"), doc.named(f"other {data!r}")
        one.holding(data, "text/plain")
        other.holding(data, JSON)
        for response in (one.get(), other.get(), other.send("HEAD")):
            assert response.headers["ETag"] == tag_of(data)


@each_kind
def test_a_change_answers_the_new_etag(client: Caller, kind: str) -> None:
    """RFC 9110, 8.8.3: so a client may go on changing without reading first."""
    doc = document(client, kind)
    for method, headers in (("PUT", {}), ("POST", {}), ("PUT", {"if_match": "*"})):
        answer = doc.send(method, b'{"%s":1}' % method.encode(), JSON, **headers)
        assert answer.headers["ETag"] == doc.get().headers["ETag"]
    assert "ETag" not in doc.delete().headers


@each_kind
def test_a_document_that_is_known_is_not_sent_again(client: Caller, kind: str) -> None:
    """RFC 9110, 13.1.2 and 15.4.5: 304, no body, and the ETag; tags compare weakly there."""
    doc = document(client, kind).holding(BEFORE, JSON)
    tag = tag_of(BEFORE)
    for header in (tag, f"W/{tag}", f"{OTHER}, {tag}", "*", tag.strip('"')):
        for method in ("GET", "HEAD"):
            answer = doc.send(method, if_none_match=header)
            assert (answer.status_code, answer.data) == (304, b""), header
            assert answer.headers["ETag"] == tag
    assert doc.get(if_none_match=OTHER).data == BEFORE
    doc.put(SENT, JSON, if_match=tag)
    assert doc.get(if_none_match=tag).data == SENT
    doc.delete()
    assert doc.get(if_none_match=tag).status_code == 404


def test_every_answer_to_a_get_has_an_etag(client: Caller) -> None:
    """1.0.3 part 3, 3.1.s4.b1: the lists, Agents and Activities too."""
    doc = document(client, "state")
    agent, activity = doc.where["agent"], doc.where["activityId"]
    requests = [(doc.path, doc.around), ("/xapi/agents", {"agent": agent})]
    requests.append(("/xapi/activities", {"activityId": activity}))
    before = [client.get(path, **query) for path, query in requests]
    assert [a.headers["ETag"] for a in before] == [tag_of(a.data) for a in before]
    doc.holding(b"x")
    actor = {**json.loads(agent), "name": "Анна"}
    client.store(said(actor=actor, object={"id": activity, "definition": {"type": "urn:t"}}))
    after = [client.get(path, **query) for path, query in requests]
    assert [a.headers["ETag"] for a in after] == [tag_of(a.data) for a in after]
    assert all(a.data != b.data for a, b in zip(after, before, strict=True))
