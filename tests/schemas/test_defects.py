from __future__ import annotations

import json
import random
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement_problems import STATEMENTS
from lrs.domain.xapi.version import Version
from schemas.fast_validator import accept_schema
from schemas.xapi.statement import Statement, Statement2
from tests.conftest import Witnesses
from tests.schemas.defects import BAD, Defect, defects
from tests.schemas.examples import BOTH, V1, V2, complete, planned, refusal
from tests.support.examples import STEP, spread

ACCEPTS = {V1: accept_schema(Statement()), V2: accept_schema(Statement2())}

ELSEWHERE = {"duplicate-id", "id-mismatch"}
"""Codes that a single statement by itself cannot earn."""


def parted(statement: JsonObject) -> JsonObject:
    """A copy in which nothing stands twice as one object: a defect has one place."""
    copy: JsonObject = json.loads(json.dumps(statement))
    return copy


def misjudged(statement: JsonObject, version: Version, defect: Defect) -> Any:
    """What was said of a defect, if that was not what should be. It is said where the derived
    function does not accept and marshmallow finds a fault, and nowhere else.
    """
    with defect.made():
        error = refusal(statement, version)
    return None if error == (defect.code, defect.pointer) else (defect, error)


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("whole", [complete, planned], ids=lambda make: make.__name__)
def test_every_defect_of_a_complete_statement_is_told_with_its_place(
    whole: Any, version: Version
) -> None:
    """1.0.3 part 2, 2.2: both functions refuse it, the code and the pointer are those of the place
    that was spoilt; and once it is mended the statement is accepted.
    """
    statement = parted(whole(version))
    verdicts = [misjudged(statement, version, d) for d in spread(defects(statement, version))]
    assert [verdict for verdict in verdicts if verdict] == []
    assert len(verdicts) > 900 // STEP
    assert ACCEPTS[version](statement)


@pytest.mark.parametrize("version", BOTH)
def test_defects_of_drawn_statements_are_told_with_their_places(
    version: Version, witnesses: Witnesses
) -> None:
    """The same of statements of every shape, some defects of each."""
    chance, count = random.Random(version), 0
    for drawn in witnesses(version):
        statement = parted(drawn)
        for defect in defects(statement, version):
            if chance.random() < 0.05 / STEP:
                assert misjudged(statement, version, defect) is None
                count += 1
    assert count > 500 // STEP


def test_every_kind_of_value_is_spoilt_and_every_code_is_earned(witnesses: Witnesses) -> None:
    """The defects know all there is: no rule of the schemas is left out."""
    statements = [parted(drawn) for drawn in (complete(V2), planned(V2), *witnesses(V2))]
    found = [defect for statement in statements for defect in defects(statement, V2)]
    assert {defect.code for defect in found} == STATEMENTS.keys() - ELSEWHERE
    assert BAD.keys() <= {defect.name.partition(":")[0] for defect in found}


@pytest.mark.parametrize("version", BOTH)
def test_a_statement_must_be_an_object(version: Version) -> None:
    """The empty pointer is the statement itself."""
    others: tuple[Any, ...] = (None, [], "x", 5, True)
    for value in others:
        assert refusal(value, version) == ("not-an-object", "")
