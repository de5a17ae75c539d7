from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.xapi.agent import JsonObject, agent_key, authority_key, identifier_of, members
from tests.schemas.strategies import identifiers

ANNA = {"mbox": "mailto:anna@example.org"}
CONSUMER = {"account": {"homePage": "https://oauth.example.org", "name": "app"}}


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        (ANNA, "mbox|mailto:anna@example.org"),
        ({"mbox_sha1sum": "e" * 40}, "mbox_sha1sum|" + "e" * 40),
        ({"openid": "https://anna.example.org/"}, "openid|https://anna.example.org/"),
        (
            {"account": {"homePage": "https://hr.example.org", "name": "04|17 Ё"}},
            "account|https://hr.example.org|04|17 Ё",
        ),
    ],
)
def test_a_key_is_the_identifier_and_nothing_else(identifier: JsonObject, key: str) -> None:
    """1.0.3 part 2, 2.4.2.3: neither the name nor the objectType tells people apart."""
    assert agent_key(identifier) == key
    assert agent_key({"objectType": "Agent", "name": "Анна", **identifier}) == key
    assert identifier_of(key) == identifier


@given(identifiers, identifiers)
def test_two_keys_are_equal_where_the_identifiers_are(one: JsonObject, two: JsonObject) -> None:
    """Whatever an account's name holds; and the way back gives what the key was made of."""
    first, second = agent_key(one), agent_key(two)
    assert first is not None
    assert (first == second) is (one == two)
    assert identifier_of(first) == one


def test_an_anonymous_group_has_no_key() -> None:
    """1.0.3 part 2, 2.4.2.2: it is only its members, and never the same group twice."""
    assert agent_key({"objectType": "Group", "member": [ANNA]}) is None
    assert agent_key({"objectType": "Group", **ANNA, "member": []}) == agent_key(ANNA)


@given(
    st.text()
    | st.sampled_from(["mbox", "openid", "account"]).flatmap(
        lambda kind: st.text().map(lambda rest: f"{kind}|{rest}")
    )
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """A key is read back whole, or not at all."""
    try:
        identifier = identifier_of(text)
    except ValueError:
        return
    assert agent_key(identifier) == text


@pytest.mark.parametrize("text", ["", "mbox", "mbox|", "name|Anna", "account|https://hr", "|x",
                                  "account||name", "account|https://hr|"])  # fmt: skip
def test_half_a_key_is_no_key(text: str) -> None:
    """An account needs both its parts (1.0.3 part 2, 2.4.2.4)."""
    with pytest.raises(ValueError, match="not an agent key"):
        identifier_of(text)


def test_an_actor_stands_for_its_members_if_it_lists_any() -> None:
    """1.0.3 part 2, 2.4.2.2: an identified Group may list none."""
    group = {"objectType": "Group", "member": [ANNA, CONSUMER]}
    empty = {"objectType": "Group", **ANNA, "member": []}
    assert list(members(group)) == [ANNA, CONSUMER]
    assert list(members(empty)) == [empty]
    assert list(members(ANNA)) == [ANNA]


def test_an_authority_of_two_is_known_by_both_in_any_order() -> None:
    """1.0.3 part 2, 2.4.9: an OAuth application and its user."""
    pair = {"objectType": "Group", "member": [ANNA, CONSUMER]}
    turned = {"objectType": "Group", "member": [CONSUMER, ANNA]}
    assert authority_key(pair) == authority_key(turned)
    assert len({authority_key(a) for a in (pair, ANNA, CONSUMER)}) == 3
    assert authority_key(ANNA) == agent_key(ANNA)
