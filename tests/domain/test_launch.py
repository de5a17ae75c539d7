"""What a launch link lets its key say: of one learner, in one launched activity, in its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.errors import OutsideLaunch
from lrs.domain.launch import SLACK, CatalogueView, Launch, defines_own, require, within
from lrs.domain.time import iso
from lrs.domain.training.course_resolution import Listing, listings
from lrs.domain.training.outcomes import outcomes
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from tests.domain.stories import ADL, TYPES
from tests.support.examples import drawn

A = "https://example.org/course/1"
ANNA: JsonObject = {"account": {"homePage": "https://hr.example.org", "name": "7"}}
OLD: JsonObject = {"mbox": "mailto:anna@example.org"}
BORIS: JsonObject = {"mbox": "mailto:boris@example.org"}
PEOPLE = {"mbox|mailto:anna@example.org": "account|https://hr.example.org|7"}
LEARNER = "account|https://hr.example.org|7"
HOUR = 3_600_000_000
BEGIN = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
LAUNCH = Launch(LEARNER, A, False, BEGIN, BEGIN + 24 * HOUR)


def world(**listed: str) -> CatalogueView:
    """A world in which Anna has two identifiers, and activities are listed under courses."""
    found = {f"https://example.org/{key}": Listing(of, False) for key, of in listed.items()}
    return CatalogueView(lambda key: PEOPLE.get(key, key), found)


def said(**parts: Any) -> JsonObject:
    return {"actor": ANNA, "verb": {"id": ADL + "passed"}, "object": {"id": A}, **parts}


def inside(role: str, *iris: str, type_: str = "") -> JsonObject:
    """A context in which these activities stand around the object."""
    of = {"definition": {"type": TYPES + type_}} if type_ else {}
    return {"contextActivities": {role: [{"id": iri, **of} for iri in iris]}}


def code(
    statement: JsonObject, launch: Launch = LAUNCH, of: CatalogueView | None = None
) -> str | None:
    try:
        require(statement, launch, of or world())
    except OutsideLaunch as error:
        return error.code
    return None


@pytest.mark.parametrize("end", ["", "/", "/slide/2", "#q1", "?part=1"])
def test_what_continues_an_activity_lies_under_it(end: str) -> None:
    """By a path, a query or a fragment, as authoring tools name the parts of a package."""
    assert within(A, A + end)
    assert code(said(object={"id": A + end})) is None


@pytest.mark.parametrize("other", [A + "2", A + "-b", A[:-1], "https://example.org/", "urn:x"])
def test_what_only_begins_like_it_does_not(other: str) -> None:
    assert not within(A, other)
    assert code(said(object={"id": other})) == "launch-activity"


@pytest.mark.parametrize("actor", [ANNA, OLD, {**ANNA, "name": "Anna", "objectType": "Agent"}])
def test_the_learner_speaks_under_any_identifier(actor: JsonObject) -> None:
    """Those that the catalogue links to the same person."""
    assert code(said(actor=actor)) is None


@pytest.mark.parametrize(
    "actor",
    [
        BORIS,
        {"objectType": "Group", "member": [ANNA]},
        {"objectType": "Group", "member": [ANNA, BORIS]},
        {"objectType": "Group", **ANNA},
        {"account": {"homePage": "https://hr.example.org", "name": "70"}},
    ],
)
def test_nobody_else_and_no_group_is_the_learner(actor: JsonObject) -> None:
    """An outcome is each member's, so a Group would give others one."""
    assert code(said(actor=actor)) == "launch-actor"


@pytest.mark.parametrize("role", ["parent", "grouping"])
def test_what_stands_in_the_activity_is_of_the_launch(role: str) -> None:
    video = said(object={"id": "https://video.example/1"}, context=inside(role, A, type_="course"))
    assert code(video) is None
    other = inside("category", A, type_="course")
    assert code(said(object={"id": "https://video.example/1"}, context=other)) == "launch-activity"


@pytest.mark.parametrize(
    "parts",
    [
        {"object": {"id": "https://o.example/c", "definition": {"type": TYPES + "course"}},
         "context": inside("grouping", A)},
        {"context": inside("parent", "https://o.example/c", type_="course"),
         "object": {"id": A + "/1"}},
        {"object": {"id": "https://o.example/c"}, "context": inside("parent", A, type_="module")},
        {"object": {"id": "https://o.example/c"},
         "context": inside("parent", "https://o.example/d", A)},
    ],
)  # fmt: skip
def test_naming_the_activity_beside_another_course_does_not_help(parts: JsonObject) -> None:
    """The course that the outcome would be of counts: lrs.domain.training.course_resolution."""
    assert code(said(**parts)) == "launch-course"


def test_the_catalogue_says_which_course_the_activity_is_of() -> None:
    """A module's statements may name the course that lists the module, and no other."""
    course = said(context=inside("parent", "https://example.org/c", type_="course"))
    assert code(course) == "launch-course"
    listed = {"course/1": "https://example.org/c", "c": "https://example.org/c"}
    assert code(course, of=world(**listed)) is None
    assert code(said(object={"id": A + "/1"}), of=world(**{"course/1/1": "urn:other"})) is not None


@pytest.mark.parametrize(
    ("at", "good"),
    [(-SLACK, True), (-SLACK - 1, False), (0, True), (48 * HOUR, True), (48 * HOUR + 1, False)],
)
def test_a_timestamp_lies_within_the_launch(at: int, good: bool) -> None:
    """From a day before the key was made to a day after its end."""
    assert code(said(timestamp=iso(BEGIN + at))) == (None if good else "launch-time")


def test_what_is_not_known_of_an_older_key_does_not_bind_it() -> None:
    """The log did not keep what was launched; it kept who, and until when."""
    old = LAUNCH._replace(activity="")
    assert code(said(object={"id": "urn:any"}), old) is None
    assert code(said(actor=BORIS), old) == "launch-actor"
    assert code(said(timestamp="2025-03-01T00:00:00Z"), old) == "launch-time"
    assert code(said(object={"id": "urn:any"}), LAUNCH._replace(any_activity=True)) is None


@pytest.mark.parametrize(
    ("parts", "own"),
    [
        ({}, True),
        ({"actor": {**OLD, "name": "Anna"}}, True),
        ({"object": {"id": A + "/1", "definition": {"name": {"en": "One"}}}}, True),
        ({"context": {"instructor": {**BORIS, "name": "Nobody"}}}, False),
        ({"context": {"team": {"objectType": "Group", "member": [{**BORIS, "name": "N"}]}}}, False),
        ({"context": inside("parent", "https://o.example/c", type_="course")}, False),
        ({"context": inside("category", "urn:category", type_="course")}, False),
    ],
)  # fmt: skip
def test_only_what_is_its_own_is_its_to_name(parts: JsonObject, own: bool) -> None:
    """The learner's name, and definitions of the launched activity and of what lies under it."""
    assert defines_own(said(**parts), LAUNCH, world()) is own


IRIS = [A, A + "/1", A + "#q", A + "2", "https://example.org/c", "https://o.example/m", "urn:x"]
AGENTS = [ANNA, OLD, BORIS]
activity = st.builds(
    lambda iri, type_: {"id": iri, **({"definition": {"type": type_}} if type_ else {})},
    st.sampled_from(IRIS),
    st.sampled_from(["", *(TYPES + t for t in ("course", "module", "attempt"))]),
)
agent = st.sampled_from(AGENTS)
actor = agent | st.just(ANNA) | st.just({"objectType": "Group", "member": [ANNA, BORIS]})
around = st.dictionaries(
    st.sampled_from(["parent", "grouping", "category"]), st.lists(activity, min_size=1, max_size=2)
)
statements = st.fixed_dictionaries(
    {
        "actor": actor,
        "verb": st.sampled_from([{"id": ADL + v} for v in ("passed", "completed", "attended")]),
        "object": activity
        | st.builds(
            lambda who, what: {"objectType": "SubStatement", "actor": who, "object": what,
                               "verb": {"id": ADL + "passed"}},
            actor, activity,
        ),
        "context": st.fixed_dictionaries(
            {"contextActivities": around}, optional={"instructor": agent}
        ),
    }
)  # fmt: skip
catalogues = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(IRIS),
            "activities": st.lists(st.sampled_from(IRIS), max_size=2, unique=True),
        }
    ),
    max_size=3,
)


@settings(max_examples=drawn(1_000))
@given(statements, catalogues)
def test_a_launch_never_gives_an_outcome_to_another_person_or_course(
    statement: JsonObject, courses: list[JsonObject]
) -> None:
    """Whatever stands around it and whatever the catalogue lists: what is let in is an outcome of
    the learner, in the launched activity, in what lies under it, or in the course that it is of.
    """
    of = CatalogueView(lambda key: PEOPLE.get(key, key), listings(courses))
    if code(statement, of=of) is not None:
        return
    recorded = RecordedStatement(1, BEGIN, b"", {}, False, statement)
    for outcome in outcomes(recorded, listings=of.listings):
        assert of.person(outcome.trainee) == LEARNER
        home: Mapping[str, Listing] = of.listings
        mine = home[A].course if A in home else A
        theirs = home[outcome.course].course if outcome.course in home else outcome.course
        assert within(A, outcome.course) or theirs == mine
