from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.xapi.activity_definition import activities, names, person, united

ANNA = {"mbox": "mailto:anna@example.org"}
BORIS = {"account": {"homePage": "https://hr.example.org", "name": "0417"}}
WHERE = {
    "actor": ANNA,
    "verb": {"id": "urn:v"},
    "object": {"id": "urn:o"},
}


def activity(id: str, name: str) -> dict[str, Any]:
    return {"id": id, "definition": {"name": {"en": name}}}


def said(**parts: Any) -> dict[str, Any]:
    return {**WHERE, **parts}


DEFINING: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the object": (said(object=activity("urn:a", "A")), ["A"]),
    "the object, by its type": (
        said(object={"objectType": "Activity", **activity("urn:a", "A")}),
        ["A"],
    ),
    "an object without a definition": (said(), []),
    "contextActivities": (
        said(
            context={
                "contextActivities": {
                    "other": [activity("urn:4", "4")],
                    "parent": [activity("urn:1", "1"), {"id": "urn:none"}],
                    "category": [activity("urn:3", "3")],
                    "grouping": [activity("urn:2", "2")],
                }
            }
        ),
        ["1", "2", "3", "4"],
    ),
    "a SubStatement": (
        said(
            object={
                "objectType": "SubStatement",
                **said(
                    object=activity("urn:a", "A"),
                    context={"contextActivities": {"parent": [activity("urn:b", "B")]}},
                ),
            },
            context={"contextActivities": {"parent": [activity("urn:c", "C")]}},
        ),
        ["A", "B", "C"],
    ),
    "an agent": (said(object={"objectType": "Agent", **ANNA}), []),
    "a reference": (said(object={"objectType": "StatementRef", "id": "x"}), []),
}


@pytest.mark.parametrize("case", DEFINING)
def test_an_activity_is_defined_wherever_it_stands(case: str) -> None:
    """1.0.3 part 2, 2.4.4.1 and 2.4.6.2: object and context, a SubStatement's too."""
    statement, expected = DEFINING[case]
    found = [a["definition"]["name"]["en"] for a in activities(statement) if "definition" in a]
    assert found == expected
    assert all(a["id"].startswith("urn:") for a in activities(statement))


def test_later_is_put_over_earlier() -> None:
    """1.0.3 part 2, 2.4.4.1: languages and extensions are united, all else is as said last."""
    known = {
        "name": {"en": "Fire", "de": "Feuer"},
        "description": {"en": "About fire"},
        "type": "urn:old",
        "moreInfo": "https://a.b/",
        "extensions": {"urn:x": {"deep": 1}, "urn:y": 1},
        "choices": [{"id": "a"}],
    }
    later = {
        "name": {"en": "Fire!", "ru": "Огонь"},
        "type": "urn:new",
        "extensions": {"urn:x": {"other": 2}, "urn:z": None},
        "choices": [{"id": "b"}],
    }
    assert united(known, later) == {
        "name": {"en": "Fire!", "de": "Feuer", "ru": "Огонь"},
        "description": {"en": "About fire"},
        "type": "urn:new",
        "moreInfo": "https://a.b/",
        "extensions": {"urn:x": {"other": 2}, "urn:y": 1, "urn:z": None},
        "choices": [{"id": "b"}],
    }
    assert known["name"] == {"en": "Fire", "de": "Feuer"}


texts = st.dictionaries(st.sampled_from(["en", "ru", "de"]), st.integers(0, 3), max_size=3)
said_of_it = st.fixed_dictionaries(
    {},
    optional={
        "name": texts,
        "description": texts,
        "extensions": texts,
        "type": st.sampled_from(["urn:1", "urn:2"]),
    },
)


@settings(deadline=None)
@given(said_of_it, said_of_it, said_of_it)
def test_the_sum_does_not_depend_on_how_it_is_added_up(
    a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]
) -> None:
    """So batches of any size come to the same; and to say the same again changes nothing."""
    assert united(united(a, b), c) == united(a, united(b, c))
    assert united(united(a, b), b) == united(a, b)
    assert united({}, a) == united(a, {}) == united(a, a) == a


def called(**who: Any) -> dict[str, Any]:
    return {**ANNA, **who}


NAMING: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the actor": (said(actor=called(name="A")), ["A"]),
    "nobody": (said(), []),
    "an empty name": (said(actor=called(name="")), []),
    "an identified group and its members": (
        said(
            actor={
                "objectType": "Group",
                **BORIS,
                "name": "G",
                "member": [called(name="A"), ANNA, called(name="B")],
            }
        ),
        ["G", "A", "B"],
    ),
    "members of an anonymous group": (
        said(actor={"objectType": "Group", "name": "nameless", "member": [called(name="A")]}),
        ["A"],
    ),
    "an agent as the object": (said(object={"objectType": "Agent", **called(name="A")}), ["A"]),
    "a group as the object": (
        said(object={"objectType": "Group", "member": [called(name="A")]}),
        ["A"],
    ),
    "instructor and team": (
        said(
            context={
                "instructor": called(name="I"),
                "team": {"objectType": "Group", "member": [called(name="T")]},
            }
        ),
        ["I", "T"],
    ),
    "contextAgents and contextGroups": (
        said(
            context={
                "contextAgents": [{"objectType": "contextAgent", "agent": called(name="A")}],
                "contextGroups": [
                    {
                        "objectType": "contextGroup",
                        "group": {"objectType": "Group", **called(name="G")},
                    }
                ],
            }
        ),
        ["A", "G"],
    ),
    "a SubStatement": (
        said(
            actor=called(name="A"),
            object={
                "objectType": "SubStatement",
                **said(
                    actor=called(name="B"),
                    object={"objectType": "Agent", **called(name="C")},
                    context={"instructor": called(name="D")},
                ),
            },
        ),
        ["A", "B", "C", "D"],
    ),
    "an activity with a name": (said(object=activity("urn:a", "A")), []),
}


@pytest.mark.parametrize("case", NAMING)
def test_people_are_named_wherever_they_stand(case: str) -> None:
    """1.0.3 part 3, 2.4: names of whoever has an identifier, from every place of a statement."""
    statement, expected = NAMING[case]
    assert [name for _, name in names(statement)] == expected


def test_a_name_goes_with_the_identifier_beside_it() -> None:
    """1.0.3 part 2, 2.4.2.3."""
    group = {"objectType": "Group", **BORIS, "name": "G", "member": [called(name="A")]}
    assert list(names(said(actor=group))) == [
        ("account|https://hr.example.org|0417", "G"),
        ("mbox|mailto:anna@example.org", "A"),
    ]


@pytest.mark.parametrize(
    "identifier",
    [
        {"mbox": "mailto:a@b.org"},
        {"mbox_sha1sum": "0" * 40},
        {"openid": "https://a.b/"},
        {"account": {"homePage": "https://a.b/", "name": "1"}},
    ],
    ids=lambda identifier: next(iter(identifier)),
)
def test_a_person_has_everything_in_arrays(identifier: dict[str, Any]) -> None:
    """1.0.3 part 3, 2.4: the identifier asked for, the names known, and the one in the question;
    no name where there is none.
    """
    kind, value = next(iter(identifier.items()))
    shape = {"objectType": "Person", kind: [value]}
    assert person(identifier, []) == shape
    assert person({**identifier, "name": "B"}, ["A"]) == {**shape, "name": ["A", "B"]}
    assert person({**identifier, "name": "A"}, ["A", "B"]) == {**shape, "name": ["A", "B"]}
    assert person({"objectType": "Group", **identifier}, ["A"]) == {**shape, "name": ["A"]}
