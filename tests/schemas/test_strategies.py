from __future__ import annotations

import json

import pytest

from lrs.domain.xapi.version import Version
from schemas import check_statement, parse_json
from tests.conftest import Witnesses
from tests.schemas.examples import BOTH, V1, V2, complete, minimal, planned
from tests.schemas.shapes import expected, shapes


@pytest.mark.parametrize("version", BOTH)
def test_statements_of_every_shape_are_drawn_and_accepted(
    version: Version, witnesses: Witnesses
) -> None:
    """1.0.3 part 2, 2 and 4; 2.0, 4.2: no shape that the standard allows is left out or refused."""
    drawn = witnesses(version)
    for statement in drawn:
        check_statement(statement, version)
        assert parse_json(json.dumps(statement)) == statement
    assert expected(version) - set().union(*map(shapes, drawn)) == set()


def test_only_the_shapes_of_its_version_are_drawn(witnesses: Witnesses) -> None:
    """2.0, 4.2.2.5 and 4.2.4.3: contextAgents, contextGroups and 2.0.x are 2.0's alone."""
    new = expected(V2) - expected(V1)
    assert {"Context.contextAgents", "ContextGroup.relevantTypes", "version '2.0.0'"} <= new
    assert new.isdisjoint(set().union(*map(shapes, witnesses(V1))))


def test_shapes_are_seen_where_they_are() -> None:
    """A statement has the shapes that stand in it and no others."""
    assert "SubStatement.result" in shapes(planned(V1))
    assert "ContextActivities.parent is Activity" in shapes(complete(V1))
    assert shapes(minimal()).isdisjoint(
        {"Statement.result", "Agent by openid", "uuid in upper case"}
    )
