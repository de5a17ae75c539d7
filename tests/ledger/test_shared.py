from __future__ import annotations

import json
from itertools import islice
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.centre import Centre, Sizes
from benchmarks.studies import statements as studies
from lrs.domain.interning import Interned, cached_on_interned
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.xapi.activity_definition import activities, names
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.filters import terms
from lrs.domain.xapi.statement import RecordedStatement
from lrs.domain.xapi.version import Version
from lrs.ledger.interning_decoder import HEAVIEST, decode_statement
from tests.schemas.examples import BOTH, complete
from tests.schemas.strategies import statements
from tests.support.examples import drawn

AUTHORITY = {"account": {"homePage": "https://lms.example", "name": "1"}}


@settings(max_examples=drawn(200))
@given(data=st.data())
@pytest.mark.parametrize("version", BOTH)
def test_a_statement_is_decoded_as_it_was_said(version: Version, data: st.DataObject) -> None:
    """Whatever a valid one holds, met for the first time or again."""
    text = json.dumps(data.draw(statements(version))).encode()
    # As texts: 1 and true are equal to Python.
    assert repr(decode_statement(text)) == repr(decode_statement(text)) == repr(orjson.loads(text))


@pytest.mark.parametrize(
    "member", ["actor", "verb", "object", "context/team", "context/contextActivities"]
)
def test_what_two_statements_say_alike_is_one_object(member: str) -> None:
    """Said in other bytes it is another one, though it means the same."""
    text = orjson.dumps(complete(Version.V1_0_3))
    spaced = text.replace(b'{"', b'{ "')
    first, again, other = (_at(decode_statement(said), member) for said in (text, text, spaced))
    assert isinstance(first, Interned)
    assert first is again
    assert other == first
    assert other is not first


def test_what_is_long_is_not_kept() -> None:
    """A client that sends megabytes, never the same ones, does not fill the memory with them."""
    statement = complete(Version.V1_0_3)
    statement["object"]["definition"]["extensions"] = {"https://example.org/x": "x" * HEAVIEST}
    text = orjson.dumps(statement)
    assert type(decode_statement(text)["object"]) is dict
    assert isinstance(decode_statement(text)["actor"], Interned)
    assert decode_statement(text) == statement


def test_1_is_not_true_however_alike_python_finds_them() -> None:
    """Nor what was found out about a statement that said the one thing."""
    text = complete(Version.V1_0_3)
    found = []
    for value in (True, 1, 1.0):
        text["object"]["definition"]["extensions"] = {"https://example.org/x": value}
        (*_, extension) = decode_statement(orjson.dumps(text))["object"]["definition"][
            "extensions"
        ].values()
        found.append(repr(extension))
    assert found == ["True", "1", "1.0"]


def test_folds_find_in_shared_objects_what_they_find_in_others() -> None:
    """In the order of a centre's log, where most are met again."""
    statements = islice(studies(Centre(Sizes.of(3_000))), 3_000)
    for position, statement in enumerate(statements, 1):
        plain, shared = orjson.loads(statement.text), decode_statement(statement.text)
        assert terms(shared, AUTHORITY) == terms(plain, AUTHORITY)
        assert names(shared) == names(plain)
        assert [*activities(shared)] == [*activities(plain)]
        assert _outcomes(shared, position) == _outcomes(plain, position)


def test_a_function_is_asked_once_about_a_shared_object_and_each_time_about_another() -> None:
    """Whatever stands beside it."""
    calls: list[int] = []

    @cached_on_interned
    def size(thing: JsonObject, other: JsonObject | None = None) -> int:
        calls.append(len(thing))
        return len(thing) + len(other or ())

    one, two = Interned(a=1), Interned(a=1)
    assert [size(one), size(one), size(two), size({"a": 1}), size({"a": 1})] == [1] * 5
    assert len(calls) == 4
    assert [size(one, two), size(one, two), size(one, {"b": 2}), size(one, {})] == [2, 2, 2, 1]
    assert len(calls) == 7


def _at(statement: JsonObject, path: str) -> JsonObject:
    for name in path.split("/"):
        statement = statement[name]
    return statement


def _outcomes(statement: JsonObject, position: int) -> list[Outcome]:
    id_ = UUID(int=position)
    return outcomes(RecordedStatement(position, 1, id_, AUTHORITY, False, statement))
