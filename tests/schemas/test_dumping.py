"""What is dumped with less ado is what marshmallow dumps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields

from lrs.domain.training.course_statistics import figures
from lrs.domain.training.line import read_line
from lrs.domain.training.line_state import LineState, gather
from lrs.domain.xapi.agent import JsonObject
from schemas.fast_serializer import Dumping
from schemas.reports.figures import FiguresView
from schemas.reports.transcripts import LineView, TotalsView
from tests.domain.stories import histories, line_of, told


class Inner(Schema):
    """One attribute only."""

    one = fields.Raw()


class Outer(Schema):
    """What reports' schemas make use of, and other names than the attributes'."""

    plain = fields.Raw(attribute="kept")
    named = fields.Raw(data_key="other")
    nested = fields.Nested(Inner)
    many = fields.Nested(Inner, many=True)
    numbers = fields.Dict(keys=fields.String(), values=fields.Float())


@settings(deadline=None)
@given(histories(), st.sampled_from(["best", "last", "first"]))
def test_lines_are_dumped_alike(history: list[JsonObject], rule: Any) -> None:
    """Member for member, in the same order."""
    # who only left, without a word on time, has no line
    assume(read_line(gather(LineState(), told(*history)), rule) is not None)
    line = line_of(*history, rule=rule)
    assert list(Dumping(LineView()).dump(line).items()) == list(LineView().dump(line).items())


def test_figures_and_totals_are_dumped_alike() -> None:
    """With rates of something and of nothing."""
    seen = figures({"trainees": 3, "status:passed": 2, "right": 2, "wrong": 1, "score:70": 2})
    assert Dumping(FiguresView()).dump(seen) == FiguresView().dump(seen)
    totals = SimpleNamespace(
        hours=5_400, hours_by_year={2025: 5_400}, hours_by_kind={"test": 60}, courses_by_status={}
    )
    assert Dumping(TotalsView()).dump(totals) == TotalsView().dump(totals)


@pytest.mark.parametrize("nested", [None, SimpleNamespace(one=[1])])
def test_names_none_and_nested_objects_are_as_the_schema_says(nested: object) -> None:
    """None stays None, whatever the field."""
    several = [] if nested is None else [nested, nested]
    of = SimpleNamespace(
        kept=1, named="x", nested=nested, many=several, numbers=nested and {2: "0.5"}
    )
    assert Dumping(Outer()).dump(of) == Outer().dump(of)


def test_an_attribute_that_is_missing_is_a_fault_of_the_program() -> None:
    """Marshmallow would leave the member out."""
    with pytest.raises(AttributeError):
        Dumping(Inner()).dump(SimpleNamespace())
