"""/api/v1/catalogue/links: which identifiers are one person's; each test on a store of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lrs.domain.aggregates.catalogue_entry import EntryKind, stream_of
from lrs.domain.events import IdentifierLinked
from lrs.service import Lrs
from tests.api.admin.test_catalogue import CATALOGUE, head, said
from tests.api.caller import Answer, Caller
from tests.api.opening import caller_of

LINKS = f"{CATALOGUE}/links"


def key(name: str) -> str:
    return f"mbox|mailto:{name}@centre.example"


def link(pair: str) -> dict[str, Any]:
    """`ab`: a is linked to b."""
    return {"agent": key(pair[0]), "person": key(pair[1])}


def linked(caller: Caller, *pairs: str, **parameters: str) -> Answer:
    """The answer to links, as an array."""
    return said(caller, [link(pair) for pair in pairs], "/links", **parameters)


def current_links(caller: Caller) -> set[str]:
    """The links that hold, as pairs of letters."""
    found = caller.get(LINKS).json["links"]
    return {"".join(entry[m].partition(":")[2][0] for m in ("agent", "person")) for entry in found}


def together(lrs: Lrs, *pairs: str) -> None:
    """Links recorded as by commands that did not see each other."""
    events = []
    for pair in pairs:
        secret = lrs.ledger.owners.key_for(key(pair[0]))
        stream = stream_of(EntryKind.LINK, (key(pair[0]),), secret)
        events.append(IdentifierLinked(stream, 1, link(pair)))
    lrs.ledger.append(events)


def test_an_identifier_is_linked_moved_and_unlinked(own: Caller) -> None:
    """Another person instead is a change; the history tells all of it."""
    assert linked(own, "ab").json["new"] == 1
    assert linked(own, "ac").json["changes"] == [
        {"kind": "links", "agent": key("a"), "change": "changed"}
    ]
    where = {"agent": key("a")}
    withdrawal = own.send("DELETE", LINKS, query_string={**where, "reason": "another Anna"})
    assert (withdrawal.status_code, current_links(own)) == (204, set())
    history = own.get(f"{LINKS}/history", **where).json["history"]
    changes = [v.get("withdrawn") or v["entry"]["person"] for v in history]
    assert changes == [key("b"), key("c"), "another Anna"]
    assert linked(own, "ab").json["new"] == 1


@pytest.mark.rules
@pytest.mark.parametrize(
    ("before", "given", "pointer"),
    [
        ([], ["aa"], "/0/person"),
        (["ab"], ["ba"], "/0/person"),
        (["ab", "bc"], ["ca"], "/0/person"),
        (["ab"], ["bc", "ca"], "/0/person"),
        ([], ["ab", "ba"], "/0/person"),
        (["ab"], ["ab", "ba"], "/1/person"),
        (["bc"], ["da", "ab", "ca"], "/1/person"),
    ],
)
def test_a_circle_is_refused(
    own: Caller, own_lrs: Lrs, before: list[str], given: list[str], pointer: str
) -> None:
    """Of what holds, of what is said at once, and of both; in a preview, too."""
    linked(own, *before)
    at = head(own_lrs)
    code = "link-to-itself" if given == ["aa"] else "link-circle"
    for preview in ("true", "false"):
        answer = linked(own, *given, preview=preview)
        assert (answer.status_code, answer.json["code"]) == (400, code)
        assert answer.json["pointer"] == pointer
    assert (current_links(own), head(own_lrs)) == (set(before), at)


@pytest.mark.rules
@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (["ab"], ["ca", "bd"], {"ab", "ca", "bd"}),
        (["ab"], ["ac", "ba"], {"ac", "ba"}),
        (["ab", "bc"], ["cd", "ad"], {"ad", "bc", "cd"}),
    ],
)
def test_what_closes_no_circle_is_taken(
    own: Caller, before: list[str], given: list[str], after: set[str]
) -> None:
    """A link that is moved in the same request is out of the way."""
    linked(own, *before)
    assert linked(own, *given).status_code == 200
    assert current_links(own) == after


@pytest.mark.rules
def test_a_link_that_was_withdrawn_closes_no_circle(own: Caller) -> None:
    """So the other way round can be said after it."""
    linked(own, "ab")
    assert linked(own, "ba").status_code == 400
    own.send("DELETE", LINKS, query_string={"agent": key("a"), "reason": "moved"})
    assert linked(own, "ba").json["new"] == 1


def test_a_circle_that_was_closed_by_two_at_once_can_be_lived_with(
    own: Caller, own_lrs: Lrs
) -> None:
    """What is repeated is taken as it was, others may be linked to it, and moving one opens it."""
    together(own_lrs, "ab", "ba")
    assert linked(own, "ab", "ba").json["same"] == 2
    assert linked(own, "ca").json["new"] == 1
    person = own.get("/api/v1/people", agent=key("b")).json
    assert (person["representative"], len(person["identifiers"])) == (key("a"), 3)
    assert linked(own, "bd").json["changed"] == 1
    assert own.get("/api/v1/people", agent=key("b")).json["representative"] == key("d")


def test_of_many_who_link_at_once_each_is_answered(own_lrs: Lrs) -> None:
    """Whoever comes second sees what the first has recorded, or closes a circle with it."""
    callers = [caller_of(own_lrs) for _ in range(4)]
    with ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(linked, callers, ("ab", "bc", "ca", "da")))
    assert {answer.status_code for answer in answers} <= {200, 400}
    accepted = sum(answer.status_code == 200 for answer in answers)
    assert accepted == len(current_links(callers[0])) >= 3
    person = callers[0].get("/api/v1/people", agent=key("a")).json
    assert len(person["identifiers"]) == 4


def test_a_file_of_links_is_quick(own: Caller) -> None:
    """In a chain, the longest way that there can be; and again, which records nothing."""
    chain = [{"agent": key(f"n{n}"), "person": key(f"n{n + 1}")} for n in range(2_000)]
    assert said(own, chain, "/links").json["new"] == len(chain)
    assert said(own, chain, "/links").json["same"] == len(chain)
    back = {"agent": key("n2000"), "person": key("n0")}
    assert said(own, back, "/links").json["code"] == "link-circle"
