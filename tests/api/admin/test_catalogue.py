"""/api/v1/catalogue, each test on a store of its own."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lrs.domain.aggregates.catalogue_entry import SHAPES, EntryKind, key_of, stream_of
from lrs.domain.aggregates.credential import Scope
from lrs.domain.errors import MOST_FAULTS
from lrs.service import Lrs
from tests.api.caller import Answer, Caller
from tests.api.opening import caller_of
from tests.support.entries import ANNA, COURSE, entries, entry

CATALOGUE = "/api/v1/catalogue"
KINDS = [kind.value for kind in EntryKind]


def said(caller: Caller, body: Any, path: str = "", **parameters: str) -> Answer:
    """The answer to a description."""
    return caller.send(
        "POST",
        f"{CATALOGUE}{path}",
        data=json.dumps(body),
        content_type="application/json",
        query_string=parameters,
    )


def office(code: str = "O-1", **others: Any) -> dict[str, Any]:
    return entry(EntryKind.OFFICE, code=code, **others)


def head(lrs: Lrs) -> int:
    return lrs.ledger.reader.head()[0]


def counts(caller: Caller) -> dict[str, int]:
    found: dict[str, int] = caller.get(CATALOGUE).json["catalogue"]
    return found


def test_a_whole_catalogue_is_described_and_read(own: Caller) -> None:
    """Every kind, in one request; what is read is what was said, with its version."""
    answer = said(own, entries())
    assert (answer.status_code, answer.json["new"], answer.json["same"]) == (200, len(EntryKind), 0)
    assert counts(own) == dict.fromkeys(KINDS, 1)
    for kind in KINDS:
        (entry,) = own.get(f"{CATALOGUE}/{kind}").json[kind]
        assert entry.pop("stored").startswith("20")
        assert entry == {**entries()[kind][0], "version": 1}


def test_one_thing_or_several_of_a_kind_are_described(own: Caller) -> None:
    """An entry, or an array of such; the answer says which are new and which have changed."""
    assert said(own, office("1"), "/offices").json["new"] == 1
    answer = said(own, [office("1", address="new"), office("2")], "/offices").json
    assert answer == {
        "new": 1,
        "changed": 1,
        "same": 0,
        "changes": [
            {"kind": "offices", "code": "1", "change": "changed"},
            {"kind": "offices", "code": "2", "change": "new"},
        ],
    }


def test_saying_the_same_again_records_nothing(own: Caller, own_lrs: Lrs) -> None:
    """Also with the members in another order; 8 hours are 8.0 hours."""
    said(own, {**entries(), "courses": [entry(EntryKind.COURSE, hours=8)]})
    before = head(own_lrs)
    again = {kind: [dict(reversed(e.items())) for e in held] for kind, held in entries().items()}
    answer = said(own, {**again, "courses": [entry(EntryKind.COURSE, hours=8.0)]}).json
    assert (answer["same"], answer["changes"], head(own_lrs)) == (len(EntryKind), [], before)


@pytest.mark.rules
@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"posts": [{"code": "p"}]}, "missing-property", "/posts/0/title"),
        (
            {"people": [entry(EntryKind.PERSON, post="none")]},
            "unknown-reference",
            "/people/0",
        ),
        ({"offices": [office("1"), office("2"), office("1")]}, "repeated-entry", "/offices/2"),
        ({"windows": []}, "unknown-kind", "/windows"),
        ({"offices": {}}, "not-an-array", "/offices"),
    ],
)
def test_a_request_is_taken_whole_or_not_at_all(
    own: Caller, own_lrs: Lrs, wrong: dict[str, Any], code: str, pointer: str
) -> None:
    """The answer says what is wrong and where; nothing is recorded, whatever else was right."""
    before = head(own_lrs)
    answer = said(own, {**entries(), **wrong})
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert answer.json["pointer"] == pointer
    assert head(own_lrs) == before
    assert counts(own) == dict.fromkeys(KINDS, 0)


@pytest.mark.rules
def test_all_faults_of_a_request_are_told_at_once(own: Caller, own_lrs: Lrs) -> None:
    """The first as before, all of them in `errors`, with what contradicts other entries: each has
    the pointer of the very member. Nothing that was sent is echoed.
    """
    before = head(own_lrs)
    body = {
        "posts": [{"code": "Zaphod"}, entry(EntryKind.POST)],
        "people": [entry(EntryKind.PERSON, office="Zaphod2", number=4711), entry(EntryKind.PERSON)],
        "links": [{"agent": ANNA, "person": ANNA}],
    }
    for more in ({}, {"preview": "true"}):
        answer = said(own, body, **more)
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert [(e["code"], e["pointer"]) for e in answer.json["errors"]] == [
            ("missing-property", "/posts/0/title"),
            ("not-a-string", "/people/0/number"),
            ("link-to-itself", "/links/0/person"),
            ("repeated-entry", "/people/1"),
            ("unknown-reference", "/people/1/office"),
            ("unknown-reference", "/people/0/office"),
        ]
        first = answer.json["errors"][0]
        assert {name: answer.json[name] for name in first} == first
        assert not {"Zaphod", "4711", ANNA} & set(answer.text.split('"'))
    assert head(own_lrs) == before


@pytest.mark.rules
def test_one_fault_is_listed_as_several_are(own: Caller) -> None:
    """`pointer` names the entry, as it always did, and the list the member."""
    answer = said(own, entry(EntryKind.PERSON), "/people").json
    assert (answer["code"], answer["pointer"]) == ("unknown-reference", "")
    assert [error["pointer"] for error in answer["errors"]] == ["/office", "/post"]
    assert "errors" not in said(own, {}, "/windows").json


@pytest.mark.rules
def test_a_thousand_faults_are_told(own: Caller) -> None:
    """An answer has an end, whatever is sent."""
    refused = said(own, [{} for _ in range(2_000)], "/posts").json
    assert len(refused["errors"]) == MOST_FAULTS
    twice = said(own, [entry(EntryKind.POST) for _ in range(MOST_FAULTS + 2)], "/posts").json
    assert len(twice["errors"]) == MOST_FAULTS


@pytest.mark.rules
def test_whoever_may_not_write_is_told_no_faults(own_lrs: Lrs) -> None:
    """Nor what the catalogue holds."""
    reader = caller_of(own_lrs, Scope.ALL_READ)
    assert said(reader, {"posts": [{}]}).json["code"] == "scope-too-narrow"


@pytest.mark.rules
def test_a_number_without_its_zeros_is_pointed_out(own: Caller) -> None:
    """In a preview and where it is taken; a number that is another one is nobody's business."""
    people = [{"agent": ANNA, "name": "A", "number": n} for n in ("417", "00417", "0417", "41")]
    warned = [said(own, person, "/people", preview="true").json for person in people]
    assert [one.get("warnings", [{}])[0].get("code") for one in warned] == [
        "leading-zeros",
        "leading-zeros",
        None,
        None,
    ]
    assert warned[0]["warnings"][0]["pointer"] == "/number"
    outcome = said(own, people[:1], "/people").json
    assert (outcome["new"], outcome["warnings"][0]["pointer"]) == (1, "/0/number")
    assert (
        said(own, {"agent": "mbox|mailto:0@b.org", "name": "A", "number": "0"}, "/people").json[
            "new"
        ]
        == 1
    )


@pytest.mark.rules
def test_a_preview_tells_all_and_changes_nothing(own: Caller, own_lrs: Lrs) -> None:
    """It answers what the request itself would, faults too."""
    before = head(own_lrs)
    previewed = said(own, entries(), preview="true").json
    assert head(own_lrs) == before
    assert said(own, entries()).json == previewed
    assert said(own, entries(), preview="true").json["same"] == len(EntryKind)
    assert said(own, {"windows": []}, preview="true").status_code == 400


@pytest.mark.rules
def test_what_is_named_may_be_described_already(own: Caller) -> None:
    """Or in the same request; once it is withdrawn, it is unknown again."""
    person = entry(EntryKind.PERSON)
    del person["post"]
    assert said(own, person, "/people").json["code"] == "unknown-reference"
    said(own, office(), "/offices")
    assert said(own, person, "/people").json["new"] == 1
    own.send("DELETE", f"{CATALOGUE}/offices", query_string={"code": "O-1", "reason": "moved"})
    assert said(own, person, "/people").json["code"] == "unknown-reference"


@pytest.mark.rules
def test_a_course_that_counts_as_another_must_be_described(own: Caller) -> None:
    """As the programme's own; in the same request will do."""
    old = f"{COURSE}-2019"
    equivalents = [{"course": old, "counts_as": COURSE}]
    described = {**entries(), "programmes": [entry(EntryKind.PROGRAMME, equivalents=equivalents)]}
    refused = said(own, described).json
    assert (refused["code"], refused["pointer"]) == ("unknown-reference", "/programmes/0")
    courses = [entry(EntryKind.COURSE), entry(EntryKind.COURSE, id=old)]
    assert said(own, {**described, "courses": courses}).json["new"] == len(EntryKind) + 1
    assert own.get(f"{CATALOGUE}/programmes").json["programmes"][0]["equivalents"] == equivalents


@pytest.mark.usefixtures("hurried")
def test_history_tells_everything_that_was_ever_said(own: Caller, own_lrs: Lrs) -> None:
    """Versions count on through a withdrawal: withdrawn things may be described again."""
    for address in ("a", "b"):
        said(own, office(address=address), "/offices")
    where = {"code": "O-1"}
    deleted = own.send("DELETE", f"{CATALOGUE}/offices", query_string={**where, "reason": "moved"})
    assert (deleted.status_code, counts(own)["offices"]) == (204, 0)
    assert own.get(f"{CATALOGUE}/offices").json == {"offices": []}
    assert said(own, office(address="b"), "/offices").json["new"] == 1
    history = own.get(f"{CATALOGUE}/offices/history", **where).json["history"]
    assert [version.pop("version") for version in history] == [1, 2, 3, 4]
    times = [version.pop("stored") for version in history]
    assert times == sorted(times)
    positions = [version.pop("position") for version in history]
    assert positions == sorted(set(positions))
    assert own.key is not None
    assert all(version["by"].endswith(f"|{own.key.name}") for version in history)
    assert [v.get("withdrawn") or v["entry"]["address"] for v in history] == [
        "a",
        "b",
        "moved",
        "b",
    ]
    assert own.get(f"{CATALOGUE}/offices").json["offices"][0]["version"] == 4
    own_lrs.projector.rebuild(["catalogue"])
    assert own.get(f"{CATALOGUE}/offices").json["offices"][0]["version"] == 4


@pytest.mark.briefly("sqlite")
@pytest.mark.parametrize("kind", EntryKind)
def test_a_thing_is_asked_for_by_all_of_its_key(own: Caller, kind: EntryKind) -> None:
    """People by agent key, ratings by office and month, and so on."""
    said(own, entries())
    key = dict(zip(SHAPES[kind].key, key_of(kind, entry(kind)), strict=True))
    at = f"{CATALOGUE}/{kind.value}"
    (version,) = own.get(f"{at}/history", **key).json["history"]
    assert version["entry"] == entry(kind)
    assert own.get(f"{at}/history").json["code"] == "missing-parameter"
    refused = own.send("DELETE", at, query_string=key).json
    assert (refused["code"], refused["parameter"]) == ("missing-parameter", "reason")
    key["reason"] = "no more"
    assert own.send("DELETE", at, query_string=key).status_code == 204
    assert own.send("DELETE", at, query_string=key).json["code"] == "entry-not-found"
    assert counts(own)[kind.value] == 0


@pytest.mark.rules
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/windows"),
        ("POST", "/windows"),
        ("GET", "/offices/history?code=none"),
        ("GET", "/people/history?agent=mbox|mailto:nobody@example.org"),
        ("DELETE", "/offices?code=none&reason=moved"),
        ("DELETE", "/people?agent=nobody&reason=left"),
    ],
)
def test_what_is_not_there_is_not_found(own: Caller, method: str, path: str) -> None:
    """A kind, or a thing that was never described."""
    answer = own.send(method, CATALOGUE + path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.json["code"]) == (404, "entry-not-found")


@pytest.mark.rules
@pytest.mark.parametrize("scope", [s for s in Scope if s is not Scope.ALL])
def test_all_writes_and_all_read_reads(own_lrs: Lrs, own: Caller, scope: Scope) -> None:
    """Others get nothing of it; who has no key at all is asked for one."""
    said(own, entries())
    caller, before = caller_of(own_lrs, scope), head(own_lrs)
    reads = 200 if scope is Scope.ALL_READ else 403
    for path in ("", "/people", "/offices/history?code=O-1"):
        assert caller.get(CATALOGUE + path).status_code == reads
    assert said(caller, office("2"), "/offices").status_code == 403
    assert said(caller, entries(), preview="true").status_code == 403
    withdrawal = caller.send(
        "DELETE", f"{CATALOGUE}/offices", query_string={"code": "O-1", "reason": "moved"}
    )
    assert (withdrawal.status_code, head(own_lrs)) == (403, before)
    assert Caller(own.http, None).get(CATALOGUE).status_code == 401


def test_of_two_at_once_one_decides_anew(own_lrs: Lrs) -> None:
    """Both are recorded, one after the other; what both say is recorded once."""
    callers = [caller_of(own_lrs) for _ in range(4)]
    with ThreadPoolExecutor(len(callers)) as pool:
        bodies = [[office(address=str(n)), office("both"), office(f"own-{n}")] for n in range(4)]
        answers = list(pool.map(lambda c, b: said(c, b, "/offices"), callers, bodies))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sum(answer.json["new"] for answer in answers) == 1 + 1 + 4
    history = callers[0].get(f"{CATALOGUE}/offices/history", code="O-1").json["history"]
    assert {version["entry"]["address"] for version in history} == set("0123")
    assert [version["version"] for version in history] == [1, 2, 3, 4]


def test_two_who_describe_one_person_find_one_stream(own_lrs: Lrs) -> None:
    """The person's random key is made once, whoever comes first."""
    callers = [caller_of(own_lrs) for _ in range(4)]
    people = [{"agent": ANNA, "name": str(n)} for n in range(4)]
    with ThreadPoolExecutor(len(callers)) as pool:
        list(pool.map(lambda c, p: said(c, p, "/people"), callers, people))
    history = callers[0].get(f"{CATALOGUE}/people/history", agent=ANNA).json["history"]
    assert sorted(version["entry"]["name"] for version in history) == list("0123")


@pytest.mark.rules
@pytest.mark.parametrize(
    "kind", [EntryKind.PERSON, EntryKind.LINK, EntryKind.EXEMPTION, EntryKind.REVOCATION]
)
def test_a_persons_stream_cannot_be_computed(own: Caller, own_lrs: Lrs, kind: EntryKind) -> None:
    """Not from what identifies them: it takes the random key beside the log."""
    said(own, entries())
    key = key_of(kind, entry(kind))
    assert own_lrs.ledger.reader.latest(stream_of(kind, key, b"")) is None
    secret = own_lrs.ledger.owners.key(entry(kind)["agent"])
    assert secret is not None
    assert own_lrs.ledger.reader.latest(stream_of(kind, key, secret)) is not None


@pytest.mark.rules
def test_a_store_without_a_catalogue_says_so(own: Caller) -> None:
    """Nothing has to be described."""
    assert counts(own) == dict.fromkeys(KINDS, 0)
    assert said(own, {}).json == {"new": 0, "changed": 0, "same": 0, "changes": []}
