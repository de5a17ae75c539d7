"""What a statement says about training: each row of the table, each rule, and totality."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.time import Moment
from lrs.domain.training.outcomes import Outcome, outcomes, tells
from lrs.domain.training.vocabulary import LOCATION, PROGRESS, REASON, SESSION, STANDARD, Vocabulary
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import (
    COURSE,
    STORED,
    activity,
    course,
    key,
    part,
    person,
    recorded,
    statement,
    told,
    within,
)

CERTIFICATE = "https://www.opigno.org/en/tincan_registry/activity_type/certificate"
CMI5_COURSE = "https://w3id.org/xapi/cmi5/activitytype/course"
SCHEMA = "http://activitystrea.ms/schema/1.0/"


def one(said: JsonObject) -> Outcome:
    (outcome,) = told(said)
    return outcome


@pytest.mark.parametrize(
    ("verb", "kind", "result", "outcome_kind"),
    [
        ("schedule", "meeting", None, "planned"),
        ("registered", "course", None, "enrolled"),
        ("registered", "meeting", None, "enrolled"),
        ("unregistered", "course", None, "withdrawn"),
        ("join", "meeting", None, "came_in"),
        ("leave", "meeting", None, "went_out"),
        ("attended", "meeting", None, "attended"),
        ("attended", "meeting", {"completion": True}, "attended"),
        ("attended", "meeting", {"completion": False}, "absent"),
        ("initialized", "module", None, "started"),
        ("launched", "lesson", None, "started"),
        ("attempted", "course", None, "started"),
        ("experienced", "module", None, "started"),
        ("progressed", "course", None, "progressed"),
        ("completed", "module", None, "completed"),
        ("completed", "lesson", None, "completed"),
        ("completed", CMI5_COURSE, {"completion": True}, "completed"),
        ("completed", "course", {"completion": False}, "progressed"),
        ("passed", "assessment", None, "passed"),
        ("passed", "assessment", {"success": False}, "passed"),
        ("passed", None, None, "passed"),
        ("failed", "assessment", {"success": True}, "failed"),
        ("scored", "assessment", None, "scored"),
        ("satisfied", CMI5_COURSE, None, "satisfied"),
        ("waived", "module", None, "waived"),
        ("abandoned", "course", None, "abandoned"),
        ("earned", CERTIFICATE, None, "certified"),
        ("earned", None, None, "certified"),
        ("rated", "meeting", None, "rated"),
        (SCHEMA + "schedule", SCHEMA + "event", None, "planned"),
        (SCHEMA + "join", SCHEMA + "meeting", None, "came_in"),
        (SCHEMA + "leave", "meeting", None, "went_out"),
        (SCHEMA + "attend", "meeting", None, "attended"),
        (SCHEMA + "complete", SCHEMA + "course", None, "completed"),
    ],
)
def test_the_verb_decides(
    verb: str, kind: str | None, result: JsonObject | None, outcome_kind: str
) -> None:
    """Each row of the table, in both spellings, with and without a type."""
    assert one(statement(verb, part("x", kind), result=result)).kind == outcome_kind


@pytest.mark.parametrize(
    "verb",
    [
        "interacted",
        "answered",
        "terminated",
        "https://w3id.org/xapi/video/verbs/played",
        "http://activitystrea.ms/submit",
        "http://id.tincanapi.com/verb/skipped",
        "http://activitystrea.ms/start",
    ],
)
def test_other_verbs_say_nothing(verb: str) -> None:
    """A questionnaire's score is no test score, and watching is not studying a course."""
    result = {"score": {"raw": 5, "min": 1, "max": 5}, "completion": True}
    assert told(statement(verb, course(), result=result)) == []
    assert not tells(statement(verb, course(), result=result))


@pytest.mark.parametrize(
    "object_",
    [
        {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"},
        {"objectType": "Agent", "mbox": "mailto:a@example.org"},
        {"objectType": "Group", "mbox": "mailto:a@example.org"},
        {
            "objectType": "SubStatement",
            "actor": person("1"),
            "verb": {"id": "v:1"},
            "object": course(),
        },
    ],
)
def test_only_activities_are_trained_in(object_: JsonObject) -> None:
    assert told(statement("passed", object_)) == []
    assert told(statement("voided", object_)) == []


def test_points_earned_are_no_certificate() -> None:
    assert told(statement("earned", activity("https://x.example.org/points", "points"))) == []


PARENT = activity(f"{COURSE}/bare")
MODULE = part("module", "module")


@pytest.mark.parametrize(
    ("verb", "object_", "activities", "expected"),
    [
        ("passed", course(), {"parent": [course("https://x.example.org/other")]}, COURSE),
        ("passed", part("m", "module"), {"parent": [course()]}, COURSE),
        ("passed", part("m", "module"), {"parent": course()}, COURSE),
        ("passed", part("m", None), {"parent": [MODULE, course()]}, COURSE),
        ("passed", part("m", "module"), {"parent": [MODULE], "grouping": [course()]}, COURSE),
        ("passed", part("m", "module"), {"grouping": [activity(COURSE, CMI5_COURSE)]}, COURSE),
        ("passed", part("m", "assessment"), {"parent": [PARENT]}, PARENT["id"]),
        ("passed", part("m", "module"), {"parent": [MODULE, PARENT]}, PARENT["id"]),
        ("passed", part("m", "module"), {"parent": [PARENT], "grouping": [course()]}, COURSE),
        ("attended", part("m", "meeting"), {"parent": [PARENT]}, PARENT["id"]),
        ("attended", part("m", None), {"parent": [PARENT]}, PARENT["id"]),
        ("passed", part("m", None), {"parent": [PARENT]}, PARENT["id"]),
        ("passed", part("m", "simulation"), {"parent": [PARENT]}, PARENT["id"]),
        ("passed", part("m", "module"), {"parent": [MODULE]}, f"{COURSE}/m"),
        ("passed", part("m", "module"), {"grouping": [PARENT]}, f"{COURSE}/m"),
        ("passed", part("m", "module"), {"other": [course()]}, f"{COURSE}/m"),
        ("passed", part("m", "module"), {}, f"{COURSE}/m"),
        ("earned", part("m", CERTIFICATE), {"parent": [PARENT]}, PARENT["id"]),
        ("earned", part("m", CERTIFICATE), {"parent": [course()]}, COURSE),
    ],
)
def test_which_course_it_belongs_to(
    verb: str, object_: JsonObject, activities: JsonObject, expected: str
) -> None:
    """The object, else a typed course nearby, else an untyped parent, else the object itself."""
    outcome = one(statement(verb, object_, context={"contextActivities": activities}))
    assert outcome.course == expected
    assert outcome.part == ("" if expected == object_["id"] else object_["id"])


def test_a_course_comes_with_its_title_and_the_part_of_it() -> None:
    outcome = one(statement("completed", MODULE, context=within()))
    assert outcome.title == {"ru": "Управление конфликтами"}
    assert (outcome.part, outcome.activity_kind) == (MODULE["id"], "module")


def test_each_member_of_a_group_counts_once() -> None:
    """A sign-in sheet: an anonymous Group; members are told apart by identifier alone."""
    members = [person("1", "Анна"), person("2", "Борис"), person("1"), {"objectType": "Agent"}]
    sheet = {"objectType": "Group", "member": members}
    found = told(statement("attended", part("s", "meeting"), by=sheet))
    assert [(o.trainee, o.name) for o in found] == [(key("1"), "Анна"), (key("2"), "Борис")]


def test_a_group_without_members_names_nobody() -> None:
    group = {"objectType": "Group", "mbox": "mailto:office@example.org"}
    assert told(statement("attended", part("s", "meeting"), by=group)) == []


def test_a_name_may_be_absent() -> None:
    outcome = one(statement("passed", course(), by={"mbox": "mailto:a@example.org"}))
    assert (outcome.trainee, outcome.name) == ("mbox|mailto:a@example.org", None)


@pytest.mark.parametrize(
    ("at", "instant", "offset"),
    [
        ("1970-01-01T05:30:00.5+05:30", 500_000, 330),
        ("1970-01-01T00:00:01", 1_000_000, 0),
        ("1969-12-31T16:00:00-08:00", 0, -480),
        (None, STORED + 1, 0),
        ("2026-02-31T10:00:00Z", STORED + 1, 0),
    ],
)
def test_when_it_happened(at: str | None, instant: int, offset: int) -> None:
    """As said, with its offset; when stored, where nothing usable is said."""
    outcome = one(statement("passed", course(), at=at))
    assert (outcome.timestamp, outcome.offset) == (instant, offset)


def test_instructor_place_reason_and_attempt_are_told() -> None:
    office = activity("https://centre.example.org/offices/7", SCHEMA + "place", ru="Офис 7")
    context = within(
        instructor=person("9", "Вера"), registration="6690E6C9-3EF0-4ED3-8B37-7F3964730BEE"
    )
    context["contextActivities"]["other"] = [office]
    result = {"completion": False, "extensions": {REASON: "болен"}}
    outcome = one(statement("attended", part("s", "meeting"), context=context, result=result))
    assert (outcome.instructor, outcome.instructor_name) == (key("9"), "Вера")
    assert (outcome.place, outcome.place_title) == (office["id"], {"ru": "Офис 7"})
    assert outcome.reason == "болен"
    assert outcome.attempt == "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"


def test_a_place_may_be_a_text() -> None:
    context = {"extensions": {LOCATION: "Офис 7, зал 2"}}
    assert one(statement("attended", course(), context=context)).place == "Офис 7, зал 2"


def test_an_installation_adds_words_of_its_own() -> None:
    own = Vocabulary(
        {**STANDARD.verbs, "https://centre.example.org/finished": "completed"}, STANDARD.kinds
    )
    said = recorded(statement("https://centre.example.org/finished", course()))
    assert outcomes(said) == []
    assert [o.kind for o in outcomes(said, own)] == ["completed"]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(10**400)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "score": st.dictionaries(st.sampled_from(["scaled", "raw", "min", "max"]), NUMBERS),
        "success": st.booleans(),
        "completion": st.booleans(),
        "duration": st.from_regex(
            r"\AP(\d{1,30}Y)?(\d+M)?(\d+D)?T\d+([.]\d+)?S\Z",
        ),
        "extensions": st.dictionaries(st.sampled_from([PROGRESS, REASON, "x:y"]), JSON),
    },
)


@given(
    verb=st.sampled_from(sorted(STANDARD.verbs)),
    result=RESULTS,
    extensions=st.dictionaries(st.sampled_from([LOCATION, PROGRESS, REASON, SESSION]), JSON),
)
def test_no_valid_statement_is_too_odd_to_read(
    verb: str, result: JsonObject, extensions: JsonObject
) -> None:
    """Extensions of any shape, scores of any size, durations of any length: never an error."""
    said = statement(verb, part("x", None), result=result, context=within(extensions=extensions))
    ends = STANDARD.verbs[verb] == "ended"
    expected = not (ends and "duration" not in result)
    assert len(told(said)) == expected
    assert tells(said) is expected


MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-31T22:30:00Z", "2026-04-01"),
        ("2026-03-31T22:30:00.000z", "2026-04-01"),
        ("2026-03-31T22:30:00", "2026-04-01"),
        ("2026-03-31T22:30:00+00:00", "2026-03-31"),
        ("2026-04-01T01:30:00+03:00", "2026-04-01"),
        ("2026-04-01T03:30:00+07:00", "2026-04-01"),
        ("2013-07-01T20:30:00Z", "2013-07-02"),
    ],
)
def test_a_time_in_utc_belongs_to_the_day_at_the_centre(at: str, day: str) -> None:
    """By the rules of that day: Moscow was at +04:00 in 2013. Any other offset is its own."""
    (found,) = outcomes(recorded(statement("passed", course(), at=at)), zone=MOSCOW)
    assert str(Moment(found.timestamp, found.offset).day) == day


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:30:00Z"])
def test_a_day_beyond_the_centres_calendar_is_that_of_utc(at: str) -> None:
    (found,) = outcomes(recorded(statement("passed", course(), at=at)), zone=MOSCOW)
    assert Moment(found.timestamp, found.offset).day.year == int(at[:4])


def test_without_a_timestamp_it_is_the_day_of_storing_at_the_centre() -> None:
    (found,) = outcomes(recorded(statement("passed", course(), at=None)), zone=MOSCOW)
    assert found.offset == 180
