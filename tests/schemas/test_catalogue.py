from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.catalogue import Kind
from lrs.domain.errors import InvalidEntry
from lrs.domain.problems import PROBLEMS
from schemas.catalogue import check_catalogue, check_entries, lists, members, months
from tests.support.entries import ANNA, COURSE, entries, entry

K = Kind
FAULTS: list[tuple[Kind, dict[str, Any], str, str]] = [
    (K.COURSE, {"id": "fire"}, "/id", "iri"),
    (K.COURSE, {"title": "Fire"}, "/title", "not-an-object"),
    (K.COURSE, {"title": {"Russian!": "x"}}, "/title/Russian!", "language-tag"),
    (K.COURSE, {"title": {"ru": 1}}, "/title/ru", "not-a-string"),
    (K.COURSE, {"title": None}, "/title", "null"),
    (K.COURSE, {"kind": "Online"}, "/kind", "course-kind"),
    (K.COURSE, {"attempt_rule": "worst"}, "/attempt_rule", "attempt-rule"),
    (K.COURSE, {"hours": 0}, "/hours", "amount"),
    (K.COURSE, {"hours": "8"}, "/hours", "amount"),
    (K.COURSE, {"hours": 1_000_001}, "/hours", "amount"),
    (K.COURSE, {"valid_months": -1}, "/valid_months", "count"),
    (K.COURSE, {"valid_months": 1.0}, "/valid_months", "count"),
    (K.COURSE, {"activities": f"{COURSE}/1"}, "/activities", "not-an-array"),
    (K.COURSE, {"activities": [COURSE, "x"]}, "/activities/1", "iri"),
    (K.COURSE, {"services": [""]}, "/services/0", "entry-code"),
    (K.COURSE, {"attemptRule": "best"}, "/attemptRule", "unknown-property"),
    (K.OFFICE, {"code": "-1"}, "/code", "entry-code"),
    (K.OFFICE, {"code": 417}, "/code", "entry-code"),
    (K.OFFICE, {"code": "x" * 65}, "/code", "entry-code"),
    (K.OFFICE, {"code": "a b"}, "/code", "entry-code"),
    (K.PROGRAMME, {"courses": []}, "/courses", "empty-list"),
    (K.PROGRAMME, {"at_least": 2}, "/at_least", "more-than-named"),
    (K.PROGRAMME, {"valid_until": "2027-01-01"}, "/valid_until", "two-validities"),
    (K.PROGRAMME, {"min_score": 80}, "/min_score", "scaled"),
    (K.PROGRAMME, {"newcomers": "yes"}, "/newcomers", "not-a-boolean"),
    (K.PERSON, {"agent": "0417"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "mbox|anna@centre.example"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "mbox_sha1sum|12"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "openid|anna"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "account|hr|0417"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "account|https://hr|"}, "/agent", "agent-key"),
    (K.PERSON, {"since": "2026-02-30"}, "/since", "date"),
    (K.PERSON, {"since": "20260201"}, "/since", "date"),
    (K.VISIT, {"people": [ANNA, 7]}, "/people/1", "agent-key"),
    (K.RATING, {"month": "2026-13"}, "/month", "month"),
    (K.RATING, {"month": "2026-3"}, "/month", "month"),
    (K.RATING, {"likes": True}, "/likes", "count"),
]


@pytest.mark.parametrize("kind", Kind)
def test_everything_may_be_said_at_once(kind: Kind) -> None:
    """A full entry, alone or among others, comes out as it went in."""
    said = entry(kind)
    assert check_entries(kind, said) == [(kind, said, "")]
    assert check_entries(kind, [said]) == [(kind, said, "/0")]
    may_not_both = {"valid_until"} if kind is Kind.PROGRAMME else set()
    assert set(said) == set(members(kind)) - may_not_both


@pytest.mark.parametrize(("kind", "wrong", "pointer", "code"), FAULTS)
def test_a_fault_has_its_code_and_place(
    kind: Kind, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    """Nothing is coerced, and the pointer leads to what to change."""
    with pytest.raises(InvalidEntry) as error:
        check_catalogue({kind.value: [entry(kind), entry(kind, **wrong)]})
    assert (error.value.pointer, error.value.code) == (f"/{kind.value}/1{pointer}", code)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_required_must_be_there(kind: Kind) -> None:
    """At least what tells a thing from others; nothing else than an object describes one."""
    with pytest.raises(InvalidEntry) as error:
        check_entries(kind, [{}])
    assert error.value.code == "missing-property"
    with pytest.raises(InvalidEntry) as error:
        check_entries(kind, "x")
    assert (error.value.pointer, error.value.code) == ("", "not-an-object")


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        ([], "", "not-an-object"),
        (None, "", "not-an-object"),
        ({"windows": []}, "/windows", "unknown-kind"),
        ({"posts": {}}, "/posts", "not-an-array"),
    ],
)
def test_a_catalogue_is_an_object_of_arrays(value: object, pointer: str, code: str) -> None:
    """By the kinds' names."""
    with pytest.raises(InvalidEntry) as error:
        check_catalogue(value)
    assert (error.value.pointer, error.value.code) == (pointer, code)


def test_a_catalogue_may_say_little_and_in_any_order() -> None:
    """What comes first in the file is nothing that matters."""
    whole = entries()
    assert check_catalogue({}) == []
    backwards = dict(reversed(whole.items()))
    assert check_catalogue(backwards) == check_catalogue(whole)


def test_every_code_of_an_entry_has_a_row_above() -> None:
    """But for those of a whole request, which need others of its entries or the catalogue."""
    shown = {code for *_, code in FAULTS}
    elsewhere = {"missing-property", "unknown-kind", "repeated-entry", "unknown-reference"}
    assert set(PROBLEMS["InvalidEntry"].sentences) - elsewhere == shown


def test_a_file_can_ask_what_a_member_is() -> None:
    """A cell of a sheet may hold several values, or a month that Excel took for a day."""
    assert lists(Kind.VISIT) == {"people"}
    assert months(Kind.RATING) == {"month"}
