from __future__ import annotations

import json
import random
import re
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validates_schema

from lrs.domain.error_catalogue import PROBLEMS
from lrs.domain.errors import InvalidStatement
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.version import Version
from schemas import check_statement
from schemas.base import Strict
from schemas.fast_validator import accept_field, accept_schema
from schemas.leaves import Text
from schemas.xapi.statement import Statement, Statement2
from tests.schemas.examples import BOTH, V1, V2, complete, minimal, planned
from tests.schemas.mutations import mutated
from tests.schemas.strategies import statements
from tests.support.examples import STEP, drawn, spread

SENTENCES = PROBLEMS["InvalidStatement"].sentences
SCHEMAS = {V1: Statement(), V2: Statement2()}
ACCEPTS = {version: accept_schema(schema) for version, schema in SCHEMAS.items()}

SMALL = settings(
    max_examples=drawn(40),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def loads(version: Version, statement: Any) -> bool:
    """Marshmallow's verdict."""
    try:
        SCHEMAS[version].load(statement)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("whole", [complete, planned], ids=lambda make: make.__name__)
def test_both_verdicts_agree_on_each_small_fault_of_a_complete_statement(
    whole: Any, version: Version
) -> None:
    """The derived function says what the schemas say, whatever property is spoilt and how."""
    verdicts = [
        (ACCEPTS[version](spoilt), loads(version, spoilt))
        for spoilt in spread(mutated(whole(version)))
    ]
    assert [pair for pair in verdicts if pair[0] != pair[1]] == []
    assert len(verdicts) > 1000 // STEP
    assert any(accepted for accepted, _ in verdicts)


@pytest.mark.parametrize("version", BOTH)
def test_both_verdicts_agree_on_drawn_statements_and_their_faults(version: Version) -> None:
    """What is drawn as valid is accepted by both; spoilt, both say the same."""

    @SMALL
    @given(statements(version), st.integers(0, 1 << 30))
    def agree(statement: JsonObject, seed: int) -> None:
        assert ACCEPTS[version](statement)
        assert loads(version, statement)
        chance = random.Random(seed)
        for spoilt in mutated(statement):
            if chance.random() < 0.05:
                assert ACCEPTS[version](spoilt) == loads(version, spoilt), json.dumps(spoilt)

    agree()


@pytest.mark.parametrize("version", BOTH)
def test_every_refusal_is_worded_and_echoes_no_value(version: Version) -> None:
    """Each code has its sentence; what was sent is never in it."""
    secret = "S3cret Value"
    for place in ("actor", "verb", "object", "result", "context", "timestamp", "attachments"):
        with pytest.raises(InvalidStatement) as caught:
            check_statement({**complete(version), place: secret}, version)
        assert fills(caught.value.detail, SENTENCES[caught.value.code])
        assert secret not in f"{caught.value.detail}{caught.value.pointer}{caught.value}"


def fills(detail: str, sentence: str) -> bool:
    """Whether a detail is the sentence with words in its places."""
    parts = map(re.escape, re.split(r"\{\w+\}", sentence))
    return re.fullmatch(".+".join(parts), detail) is not None


def test_every_code_that_the_schemas_report_is_worded() -> None:
    """No fault of any spoilt statement lacks advice, and none has a text of marshmallow's own."""
    codes = set()
    for spoilt in chain(spread(mutated(complete(V2))), mutated(minimal())):
        codes |= set(leaves(SCHEMAS[V2].validate(spoilt)))
    assert codes <= SENTENCES.keys()
    assert len(codes) > 20


def leaves(messages: Any) -> list[str]:
    if isinstance(messages, list):
        return messages
    return [code for inner in messages.values() for code in leaves(inner)]


class Unknown(Strict):
    name = fields.String()


class Validated(Strict):
    name = Text(validate=lambda value: None)


class Nullable(Strict):
    name = Text(allow_none=True)


class Hooked(Strict):
    name = Text()

    @validates_schema
    def another(self, data: Any, **_: Any) -> None:
        raise ValidationError("no")


class Loose(Schema):
    name = Text()


@pytest.mark.parametrize("schema", [Unknown, Validated, Nullable, Hooked, Loose])
def test_what_cannot_be_derived_is_refused(schema: type[Schema]) -> None:
    """A schema that says more than the derived function could know is an error at once."""
    with pytest.raises(TypeError):
        accept_schema(schema())


def test_a_field_of_another_kind_is_refused() -> None:
    """marshmallow's own fields coerce, so none of them may slip in."""
    with pytest.raises(TypeError):
        accept_field(fields.Integer())
