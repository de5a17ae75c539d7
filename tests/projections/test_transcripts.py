"""What transcripts and course statistics answer, and how they name people and courses."""

from __future__ import annotations

from sqlalchemy import Connection

from lrs.projections.training.courses import course_by_id, course_by_iri
from lrs.projections.training.people import people, people_numbered, person_by_key
from lrs.projections.training.statistics import courses
from lrs.projections.training.transcripts import transcript
from tests.domain.stories import (
    COURSE,
    FIRST,
    SESSION,
    TEST,
    course,
    day,
    here,
    key,
    log,
    part,
    person,
    statement,
)
from tests.projections.folding import OTHER, project, report


def test_a_transcript_has_lines_and_totals(views: Connection) -> None:
    project(
        views,
        log(
            [
                here("registered", SESSION, day(1)),
                here("attended", SESSION, duration="PT4H"),
                statement("completed", course(OTHER), result={"duration": "PT1H30M"}),
                here("passed", TEST, day(3), score={"raw": 9, "max": 10}),
            ]
        ),
    )
    found = transcript(views, key("0417"))
    assert found is not None
    assert (found.trainee.name, found.trainee.personnel) == ("Анна Белова", "0417")
    assert [(e.course.iri, e.line.status) for e in found.entries] == [
        (COURSE, "passed"),
        (OTHER, "completed"),
    ]
    assert found.hours == 19_800
    assert found.hours_by_year == {2026: 19_800}
    assert found.hours_by_kind == {"classroom": 14_400, "online": 5_400}
    assert found.courses_by_status == {"completed": 1, "passed": 1}


def test_the_rule_is_chosen_on_reading(views: Connection) -> None:
    project(views, log([here("passed", TEST, day(2), attempt=FIRST), here("failed", TEST, day(3))]))
    for rule, status in (("best", "passed"), ("last", "failed"), ("first", "passed")):
        found = transcript(views, key("0417"), rule)  # type: ignore[arg-type]
        assert found
        line = found.entries[0].line
        assert (line.rule, line.status) == (rule, status)


def test_unknown_names_are_none(views: Connection) -> None:
    assert transcript(views, key("0417")) is None
    assert course_by_iri(views, COURSE) is None
    assert courses(views) == []


def test_trainees_are_found_by_name_and_number(views: Connection) -> None:
    everybody = [person("0417", "Анна Белова"), person("0555", "Борис Ёлкин"), person("0_17")]
    project(views, log([here("passed", TEST) | {"actor": someone} for someone in everybody]))
    assert [t.personnel for t in people(views, "белов")] == ["0417"]
    assert [t.personnel for t in people(views, "0_1")] == ["0_17"]
    assert [t.id for t in people(views, limit=2)] == [1, 2]
    assert [t.id for t in people(views, after=2)] == [3]
    (found,) = people_numbered(views, "0555")
    assert found == person_by_key(views, key("0555"))


def test_the_name_said_last_in_the_log_stands(views: Connection) -> None:
    names = ["Анна Белова", "Анна Петрова", None]
    project(
        views,
        log([here("passed", TEST) | {"actor": person("0417", name)} for name in names]),
        cuts=(1, 2),
    )
    assert [t.name for t in people(views)] == ["Анна Петрова"]


def test_courses_are_found_by_number_and_iri(views: Connection) -> None:
    english = course() | {"definition": {**course()["definition"], "name": {"en": "Conflicts"}}}
    project(
        views,
        log([statement("passed", course()), statement("passed", english)]),
        cuts=(1,),
    )
    found = course_by_iri(views, COURSE)
    assert found
    assert found == course_by_id(views, 1)
    assert found.title == {"en": "Conflicts", "ru": "Управление конфликтами"}
    assert [(e.course, e.kind, e.trainees) for e in courses(views)] == [(found, "online", 1)]


def test_statistics_follow_the_lines(views: Connection) -> None:
    sheet = {"objectType": "Group", "member": [person(n) for n in ("1", "2", "3")]}
    project(
        views,
        log(
            [
                here("attended", SESSION, duration="PT4H") | {"actor": sheet},
                here("passed", TEST, day(3)) | {"actor": person("1")},
                here("failed", TEST, day(4)) | {"actor": person("2")},
            ]
        ),
        cuts=(1, 2),
    )
    found = report(views, COURSE)
    assert (found.figures.trainees, found.figures.hours) == (3, 12 * 3600)
    assert found.figures.passing == (1, 2)
    assert str(found.last_activity) == "2026-03-04T07:00:00.000000+00:00"


def test_numbers_are_given_in_the_order_of_the_log(views: Connection) -> None:
    everybody = [person(str(n)) for n in (30, 10, 20)]
    sheet = {"objectType": "Group", "member": everybody}
    objects = [part("z", "module"), course(OTHER)]
    project(views, log([statement("completed", o, by=sheet) for o in objects]))
    assert [t.personnel for t in people(views)] == ["30", "10", "20"]
    assert [e.course.iri for e in courses(views)] == [objects[0]["id"], OTHER]
