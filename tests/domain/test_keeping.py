from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.stored_text import as_stored, needs_rewriting, rewritten, stored_text
from lrs.domain.xapi.version import Version
from tests.schemas.strategies import statements
from tests.support.examples import drawn

PLAIN = '{ "actor":{"mbox":"mailto:a@b.org"},"verb":{"id":"urn:v"} ,"object":{"id":"urn:o"}%s}'
NUMBERS = '"x":[1.10,1e2,-0,-0.0,12345678901234567890123,0.1e-7,1E+400000000000000000000000]'


def kept(text: str) -> str:
    return stored_text(json.loads(text), text.encode()).decode()


def test_what_the_standard_leaves_alone_is_kept_byte_for_byte() -> None:
    """Spaces, order and numbers are the sender's."""
    text = PLAIN % ',"context":{"contextActivities":{"parent":[ {"id":"urn:p"} ]}}'
    assert kept(text) == text


@pytest.mark.parametrize(
    "extra",
    [
        ',"stored":"2026-03-01T00:00:00Z"',
        ',"authority":{"mbox":"mailto:x@y.org"}',
        ',"authority":{"mbox":"mailto:x@y.org"},"stored":"2026-03-01T00:00:00Z"',
    ],
)
def test_stored_and_authority_are_left_out(extra: str) -> None:
    """1.0.3 part 2, 2.4.8 and 2.4.9: they are the store's to set."""
    assert json.loads(kept(PLAIN % extra)) == json.loads(PLAIN % "")


def test_numbers_are_written_as_they_were() -> None:
    """1.0.3 part 2, 2.2: also where the text is written anew; even those beyond a double."""
    numbers = NUMBERS.replace("1E+400000000000000000000000", "1E+4")
    text = PLAIN % f',"stored":"2026-03-01T00:00:00Z","result":{{"extensions":{{{numbers}}}}}'
    assert numbers in kept(text)


@pytest.mark.parametrize("kind", ["parent", "grouping", "category", "other"])
def test_a_lone_activity_becomes_an_array_here_and_in_a_substatement(kind: str) -> None:
    """1.0.3 part 2, 2.4.6.2."""
    one, two = '{"id":"urn:1"}', '[{"id":"urn:2"}]'
    context = '"context":{"contextActivities":{"%s":%s,"more":[]}}'
    text, wanted = PLAIN % f",{context}", PLAIN % f",{context}"
    assert json.loads(kept(text % (kind, one))) == json.loads(wanted % (kind, f"[{one}]"))
    assert kept(text % (kind, two)) == wanted % (kind, two)
    within = '{"objectType":"SubStatement",%s,"object":{"id":"urn:o"}}'
    sub = PLAIN.replace('{"id":"urn:o"}', within)
    inner = json.loads(kept(sub % (context % (kind, one), "")))["object"]["context"]
    assert inner["contextActivities"][kind] == [json.loads(one)]


@settings(max_examples=drawn(50), deadline=None)
@given(st.sampled_from(list(Version)).flatmap(statements))
def test_keeping_changes_nothing_else_and_changes_it_once(statement: JsonObject) -> None:
    """Whatever the statement: what is kept needs no more keeping, and reads as it should."""
    text = json.dumps(statement, ensure_ascii=False, indent=2).encode()
    first = stored_text(statement, text)
    again = json.loads(first)
    assert again == as_stored(statement)
    assert not needs_rewriting(again)
    assert stored_text(again, first) is first
    assert first is text or needs_rewriting(statement)


def test_any_change_leaves_the_other_numbers_as_they_were() -> None:
    """The same tool serves whatever else must change a text."""
    text = b'{"a":1.0,"b":{"c":[2e1,true,null,"\\u00e9\\n"]}}'
    changed = rewritten(text, lambda value: {**value, "d": "new"})
    assert changed.decode() == '{"a":1.0,"b":{"c":[2e1,true,null,"é\\n"]},"d":"new"}'
