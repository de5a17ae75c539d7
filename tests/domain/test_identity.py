"""Who is one person, whatever links hold."""

from __future__ import annotations

from collections.abc import Mapping
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.identity import circles, identifiers, representatives

Links = dict[str, str]

some_links = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))
"""Circles and links of an identifier to itself among them."""


def people(links: Mapping[str, str]) -> set[frozenset[str]]:
    """The identifiers of each person, by joining what touches until nothing does."""
    found = {frozenset(pair) for pair in links.items()}
    while touching := next(((a, b) for a in found for b in found if a != b and a & b), None):
        found = (found - set(touching)) | {touching[0] | touching[1]}
    return found


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ({}, {}),
        ({"a": "b"}, {"a": "b", "b": "b"}),
        ({"b": "a"}, {"a": "a", "b": "a"}),
        ({"a": "c", "b": "c"}, {"a": "c", "b": "c", "c": "c"}),
        ({"a": "b", "b": "c"}, {"a": "c", "b": "c", "c": "c"}),
        ({"a": "b", "c": "d"}, {"a": "b", "b": "b", "c": "d", "d": "d"}),
        ({"b": "c", "c": "b"}, {"b": "b", "c": "b"}),
        ({"b": "c", "c": "d", "d": "b", "a": "c"}, dict.fromkeys("abcd", "a")),
        ({"a": "a"}, {"a": "a"}),
        ({"a": "b", "b": "b"}, {"a": "b", "b": "b"}),
    ],
)
def test_the_one_that_is_not_linked_stands_for_the_person(links: Links, expected: Links) -> None:
    """In a circle, where there is none, the smallest by text."""
    assert representatives(links) == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ({"a": "b", "b": "c"}, ""),
        ({"a": "b", "b": "a", "c": "a"}, "ab"),
        ({"a": "a"}, "a"),
        ({"a": "b", "b": "c", "c": "b", "d": "e", "e": "d"}, "bcde"),
    ],
)
def test_a_circle_is_those_that_lead_back_to_themselves(links: Links, expected: str) -> None:
    """Not those that lead into it."""
    assert circles(links) == set(expected)


@given(some_links)
def test_people_are_what_links_hold_together(links: Links) -> None:
    """Whichever way they point, and by way of others; each has one that stands for all."""
    found = representatives(links)
    assert set(found) == set().union(*people(links))
    for person in people(links):
        assert len({found[identifier] for identifier in person}) == 1
        assert found[min(person)] in person
        assert [identifiers(found, one) for one in person] == [sorted(person)] * len(person)


@given(some_links)
def test_who_stands_for_a_person_is_not_linked_unless_in_a_circle(links: Links) -> None:
    """And then it is the smallest of all."""
    for person in people(links):
        loose = [one for one in person if links.get(one, one) == one]
        assert representatives(links)[min(person)] == min(loose or person)


@given(some_links.flatmap(lambda links: st.tuples(st.just(links), st.permutations([*links]))))
def test_the_order_of_links_is_of_no_consequence(said: tuple[Links, list[str]]) -> None:
    """Live folding and a rebuild tell people apart in the same way."""
    links, order = said
    assert representatives({one: links[one] for one in order}) == representatives(links)


@given(some_links, st.sampled_from("abcdefgh"))
def test_unlinking_restores_who_was_who(links: Links, identifier: str) -> None:
    """What a link joined falls apart into the same people again."""
    joined = {**links, "old": identifier, "older": "old"}
    assert representatives(joined)["older"] == representatives(joined)[identifier]
    del joined["old"]
    assert representatives(joined) == {**representatives(links), "older": "old", "old": "old"}


@given(some_links)
def test_asking_again_changes_nothing(links: Links) -> None:
    """The representatives, taken as links, have the same representatives."""
    once = representatives(links)
    assert representatives(once) == once


@given(some_links)
def test_without_a_circle_the_links_lead_to_who_stands_for_the_person(links: Links) -> None:
    """A link that is refused where it closes a circle keeps it so."""
    straight = {k: v for k, v in links.items() if k not in circles(links)}
    for identifier, person in representatives(straight).items():
        at = identifier
        while at in straight:
            at = straight[at]
        assert at == person


def test_an_identifier_in_no_link_is_its_own_person() -> None:
    """Nobody has to be linked."""
    assert identifiers(representatives({"a": "b"}), "c") == ["c"]


@pytest.mark.parametrize("step", [1, -1, 100_000])
def test_many_links_take_little_time(step: int) -> None:
    """100,000, in one chain, either way, or in pairs: a square of that would take minutes."""
    texts = [f"account|https://hr.centre.example|{n:06}" for n in range(300_000)]
    links = {texts[n]: texts[n + step] for n in range(100_000, 200_000)}
    began = process_time()
    assert len(representatives(links)) > 100_000
    assert circles(links) == set()
    assert process_time() - began < 5
