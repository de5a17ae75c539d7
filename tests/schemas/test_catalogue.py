from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.error_catalogue import PROBLEMS
from lrs.domain.errors import MOST_FAULTS, InvalidEntry
from schemas.catalogue.entries import (
    check_catalogue,
    check_entries,
    examine_catalogue,
    examine_entries,
)
from schemas.catalogue.forms import Sort, forms
from tests.support.entries import ANNA, ANNA_BY_MAIL, COURSE, entries, entry

OTHER = f"{COURSE}-2019"


REQUIRED = {
    EntryKind.COURSE: "id title",
    EntryKind.OFFICE: "code title",
    EntryKind.POST: "code title",
    EntryKind.SERVICE: "code title",
    EntryKind.PROGRAMME: "code title courses",
    EntryKind.PERSON: "agent name",
    EntryKind.LINK: "agent person",
    EntryKind.EXEMPTION: "agent programme reason",
    EntryKind.REVOCATION: "agent programme on reason",
    EntryKind.VISIT: "code on office trainer",
    EntryKind.RATING: "office month likes dislikes",
}


def equal(*pairs: tuple[str, str]) -> dict[str, Any]:
    """A programme's equivalents: courses, and as what each counts."""
    return {"equivalents": [{"course": a, "counts_as": b} for a, b in pairs]}


K = EntryKind
FAULTS: list[tuple[EntryKind, dict[str, Any], str, str]] = [
    (K.COURSE, {"id": "fire"}, "/id", "iri"),
    (K.COURSE, {"title": "Fire"}, "/title", "not-an-object"),
    (K.COURSE, {"title": {"Russian!": "x"}}, "/title/Russian!", "language-tag"),
    (K.COURSE, {"title": {"ru": 1}}, "/title/ru", "not-a-string"),
    (K.COURSE, {"title": None}, "/title", "null"),
    (K.COURSE, {"title": {}}, "/title", "no-title"),
    (K.OFFICE, {"title": {"en": "North", "ru": ""}}, "/title/ru", "empty-title"),
    (K.POST, {"title": {"ru": " "}}, "/title/ru", "empty-title"),
    (K.SERVICE, {"title": {}}, "/title", "no-title"),
    (K.PROGRAMME, {"title": {"ru": ""}}, "/title/ru", "empty-title"),
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
    (K.PROGRAMME, {"courses": [COURSE, COURSE], "at_least": 2}, "/courses/1", "repeated-course"),
    (K.PROGRAMME, {"min_score": 80}, "/min_score", "scaled"),
    (K.PROGRAMME, {"newcomers": "yes"}, "/newcomers", "not-a-boolean"),
    (K.PROGRAMME, {"since": "soon"}, "/since", "date"),
    (K.PROGRAMME, {"due_days": 0}, "/due_days", "positive-count"),
    (K.PROGRAMME, {"due_days": -1}, "/due_days", "positive-count"),
    (K.PROGRAMME, {"due_days": True}, "/due_days", "positive-count"),
    (K.PROGRAMME, {"due_days": "14"}, "/due_days", "positive-count"),
    (K.PROGRAMME, {"equivalents": {}}, "/equivalents", "not-an-array"),
    (K.PROGRAMME, {"equivalents": [OTHER]}, "/equivalents/0", "not-an-object"),
    (
        K.PROGRAMME,
        {"equivalents": [{"course": OTHER}]},
        "/equivalents/0/counts_as",
        "missing-property",
    ),
    (
        K.PROGRAMME,
        {"equivalents": [{"course": OTHER, "countsAs": COURSE, "counts_as": COURSE}]},
        "/equivalents/0/countsAs",
        "unknown-property",
    ),
    (K.PROGRAMME, equal((OTHER, COURSE), ("x", COURSE)), "/equivalents/1/course", "iri"),
    (K.PROGRAMME, equal((COURSE, COURSE)), "/equivalents/0/course", "equivalent-to-itself"),
    (
        K.PROGRAMME,
        equal((OTHER, COURSE), (f"{OTHER}/a", OTHER)),
        "/equivalents/1/counts_as",
        "not-of-the-programme",
    ),
    (
        K.PROGRAMME,
        equal((OTHER, COURSE), (f"{OTHER}/a", COURSE), (OTHER, COURSE)),
        "/equivalents/2",
        "repeated-equivalent",
    ),
    (K.LINK, {"agent": "0417"}, "/agent", "agent-key"),
    (K.LINK, {"person": "0417"}, "/person", "agent-key"),
    (K.LINK, {"person": ANNA_BY_MAIL}, "/person", "link-to-itself"),
    (K.LINK, {"reason": 1}, "/reason", "not-a-string"),
    (K.PERSON, {"agent": "0417"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "mbox|anna@centre.example"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "mbox_sha1sum|12"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "openid|anna"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "account|hr|0417"}, "/agent", "agent-key"),
    (K.PERSON, {"agent": "account|https://hr|"}, "/agent", "agent-key"),
    (K.PERSON, {"since": "2026-02-30"}, "/since", "date"),
    (K.PERSON, {"since": "20260201"}, "/since", "date"),
    (K.VISIT, {"people": [ANNA, 7]}, "/people/1", "agent-key"),
    (K.PERSON, {"since": "2027-01-10"}, "/until", "until-before-since"),
    (K.EXEMPTION, {"until": "2025-12-31"}, "/until", "until-before-since"),
    (K.RATING, {"month": "2026-13"}, "/month", "month"),
    (K.RATING, {"month": "2026-3"}, "/month", "month"),
    (K.RATING, {"likes": True}, "/likes", "count"),
]


@pytest.mark.parametrize("kind", EntryKind)
def test_everything_may_be_said_at_once(kind: EntryKind) -> None:
    """A full entry, alone or among others, comes out as it went in."""
    value = entry(kind)
    assert check_entries(kind, value) == [(kind, value, "")]
    assert check_entries(kind, [value]) == [(kind, value, "/0")]
    left_out = {"valid_until", "equivalents"} if kind is EntryKind.PROGRAMME else set()
    assert set(value) == set(forms(kind)) - left_out


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_says_at_least_what_it_is_of(kind: EntryKind) -> None:
    """Each member that must be there is missed by name."""
    faults = examine_entries(kind, {}).faults
    assert {fault.code for fault in faults} == {"missing-property"}
    assert {fault.pointer for fault in faults} == {f"/{name}" for name in REQUIRED[kind].split()}


def test_several_courses_may_count_as_one_and_one_as_several() -> None:
    """Only the pair may not stand twice; none at all is as good as leaving them out."""
    both = {"courses": [COURSE, f"{COURSE}/2"]}
    pairs = equal((OTHER, COURSE), (OTHER, f"{COURSE}/2"), (f"{OTHER}/b", COURSE))
    for more in (pairs, equal()):
        value = entry(K.PROGRAMME, **both, **more)
        assert check_entries(K.PROGRAMME, value) == [(K.PROGRAMME, value, "")]


@pytest.mark.parametrize(("kind", "wrong", "pointer", "code"), FAULTS)
def test_a_fault_has_its_code_and_place(
    kind: EntryKind, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    """Nothing is coerced, and the pointer leads to what to change."""
    with pytest.raises(InvalidEntry) as error:
        check_catalogue({kind.value: [entry(kind), entry(kind, **wrong)]})
    assert (error.value.pointer, error.value.code) == (f"/{kind.value}/1{pointer}", code)


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        ({"valid_until": "2026-01-31"}, "/valid_until", "ends-before-since"),
        ({"renewal_days": 30}, "/renewal_days", "no-end-to-renew"),
        ({"renewal_days": 0}, "/renewal_days", "no-end-to-renew"),
    ],
)
def test_a_programme_has_an_end_that_fits(value: dict[str, Any], pointer: str, code: str) -> None:
    """It comes no sooner than the rule, and there is one if something is counted back from it."""
    bare = entry(K.PROGRAMME)
    del bare["valid_months"], bare["renewal_days"]
    with pytest.raises(InvalidEntry) as error:
        check_entries(K.PROGRAMME, {**bare, **value})
    assert (error.value.pointer, error.value.code) == (pointer, code)


@pytest.mark.parametrize("value", [{}, {"valid_until": "2026-02-01"}])
def test_a_day_may_be_the_first_and_the_last(value: dict[str, Any]) -> None:
    """Of a person, an exemption or a programme; and a programme may have no end."""
    bare = entry(K.PROGRAMME)
    del bare["valid_months"], bare["renewal_days"]
    assert check_entries(K.PROGRAMME, {**bare, **value})
    for kind in (K.PERSON, K.EXEMPTION):
        assert check_entries(kind, entry(kind, since="2026-02-01", until="2026-02-01"))


@pytest.mark.parametrize("kind", EntryKind)
def test_what_is_required_must_be_there(kind: EntryKind) -> None:
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
    """But for those of a whole request, and those that ask for members to be left out."""
    shown = {code for *_, code in FAULTS}
    elsewhere = {"unknown-kind", "repeated-entry", "unknown-reference", "link-circle"}
    elsewhere |= {"ends-before-since", "no-end-to-renew"}  # rows of their own below
    assert set(PROBLEMS["InvalidEntry"].sentences) - elsewhere == shown


def test_a_file_can_ask_what_a_member_is() -> None:
    """A cell of a sheet may hold several values, or a month that Excel took for a day."""
    sorts = {name: form.sort for name, form in forms(EntryKind.PROGRAMME).items()}
    texts = [name for name, sort in sorts.items() if sort is Sort.TEXTS]
    assert texts == ["courses", "posts", "offices", "authorities"]
    assert forms(EntryKind.PROGRAMME)["equivalents"].names == ("course", "counts_as")
    assert forms(EntryKind.COURSE)["attempt_rule"].names == ("best", "last", "first")
    assert (sorts["since"], sorts["everyone"]) == (Sort.DAY, Sort.TRUTH)
    assert forms(EntryKind.RATING)["month"].sort is Sort.MONTH
    assert all(form.sort for kind in EntryKind for form in forms(kind).values())


def test_all_faults_of_all_entries_are_found() -> None:
    """Also what an entry must not say together, as far as what it reads is right."""
    found = examine_catalogue(
        {
            "windows": [],
            "offices": [{"code": "a b"}, entry(K.OFFICE), 1],
            "people": [entry(K.PERSON, since="2027-02-01", name=1, number=2, until="soon")],
            "exemptions": [entry(K.EXEMPTION, since="2027-01-01", agent="x")],
        }
    )
    assert [(fault.pointer, fault.code) for fault in found.faults] == [
        ("/windows", "unknown-kind"),
        ("/offices/0/code", "entry-code"),
        ("/offices/0/title", "missing-property"),
        ("/offices/2", "not-an-object"),
        ("/people/0/name", "not-a-string"),
        ("/people/0/number", "not-a-string"),
        ("/people/0/until", "date"),
        ("/exemptions/0/agent", "agent-key"),
        ("/exemptions/0/until", "until-before-since"),
    ]
    assert [at for _, _, at in found.entries] == ["/offices/1"]


def test_every_contradiction_of_an_entry_is_found() -> None:
    """A programme can have many."""
    courses = [COURSE, COURSE, COURSE]
    wrong = {"courses": courses, "at_least": 4, "valid_until": "2020-01-01", "title": {"ru": ""}}
    with pytest.raises(InvalidEntry) as error:
        check_entries(K.PROGRAMME, entry(K.PROGRAMME, **wrong))
    assert [(fault.pointer, fault.code) for fault in error.value.faults] == [
        ("/title/ru", "empty-title"),
        ("/courses/1", "repeated-course"),
        ("/courses/2", "repeated-course"),
        ("/at_least", "more-than-named"),
        ("/valid_until", "two-validities"),
        ("/valid_until", "ends-before-since"),
    ]


def test_a_thousand_faults_are_enough() -> None:
    """An answer stays of a size that somebody can read."""
    found = examine_catalogue({"posts": [{} for _ in range(MOST_FAULTS)]})
    assert (len(found.faults), found.is_full) == (MOST_FAULTS, True)
    misnamed = examine_catalogue({f"post {n}": [] for n in range(MOST_FAULTS + 1)})
    assert len(misnamed.faults) == MOST_FAULTS
