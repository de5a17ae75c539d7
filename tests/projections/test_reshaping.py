"""What the catalogue says changes what earlier statements mean, however the log is cut."""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from lrs.domain.aggregates.catalogue_entry import EntryKind, key_of
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from lrs.projections.training import certifications, line_fold, split_fold
from lrs.projections.training.certifications import of_people, people_in
from lrs.projections.training.courses import course as courses_table
from lrs.projections.training.line_encoding import decoded
from lrs.projections.training.lines import line
from lrs.projections.training.people import people, person_by_key, persons
from lrs.projections.training.people import trainee as trainees_table
from lrs.projections.training.projection import TrainingProjection
from lrs.projections.training.statistics import SliceBy, course_slice, course_statistics, slices
from lrs.projections.training.transcripts import transcript
from tests.domain.stories import (
    CENTRE,
    CMI5_SESSION,
    COURSE,
    MODULE,
    OBJECTS,
    RESULTS,
    SESSION,
    TEST,
    TIMES,
    TOLD,
    course,
    day,
    here,
    key,
    person,
    recorded,
    statement,
    voiding,
    within,
)
from tests.projections.by_definition import Whole, by_definition
from tests.projections.folding import OTHER, Recorded, mixed, project, project_split, report
from tests.support.examples import drawn

KEYS = "https://lrs.example.org"
STRANGER: JsonObject = {"account": {"homePage": KEYS, "name": "other"}}
CUTS = pytest.mark.parametrize("cuts", [(), (1,), (2,), (1, 2, 3)])


def described(iri: str, **more: Any) -> tuple[EntryKind, JsonObject]:
    return EntryKind.COURSE, {"id": iri, "title": {"ru": "Курс"}, **more}


def record(who: str, **more: Any) -> tuple[EntryKind, JsonObject]:
    return EntryKind.PERSON, {"agent": key(who), "name": f"Имя {who}", **more}


def link(number: str, to: str) -> tuple[EntryKind, JsonObject]:
    return EntryKind.LINK, {"agent": key(number), "person": key(to)}


def programme(courses: list[str], more: JsonObject) -> tuple[EntryKind, JsonObject]:
    return EntryKind.PROGRAMME, {"code": "p", "title": {"ru": "Допуск"}, "courses": courses, **more}


def standing(views: Connection, number: str) -> list[tuple[str, str]]:
    found = transcript(views, key(number))
    assert found
    return [(entry.course.iri, entry.line.status) for entry in found.entries]


@CUTS
def test_a_listed_activity_belongs_to_the_course_that_lists_it(
    views: Connection, cuts: Collection[int]
) -> None:
    """Whether it was listed before the statement or after; and what is within it, too."""
    log = mixed(
        statement("completed", course()),
        described(OTHER, activities=[COURSE]),
        here("failed", TEST, day(3)),
    )
    project(views, log, cuts)
    assert standing(views, "0417") == [(OTHER, "failed")]
    assert report(views, OTHER).course.title == {"ru": "Курс"}


def test_the_catalogues_title_goes_before_what_statements_say(views: Connection) -> None:
    """Language by language: `ru-RU` is Russian, too."""
    said = course() | {"definition": {"type": course()["definition"]["type"],
                                      "name": {"ru-RU": "Иначе", "de": "Konflikte"}}}  # fmt: skip
    project(views, mixed(statement("passed", said), described(COURSE)))
    assert report(views, COURSE).course.title == {"ru": "Курс", "de": "Konflikte"}


@CUTS
def test_a_withdrawn_course_lists_nothing_any_more(
    views: Connection, cuts: Collection[int]
) -> None:
    other = described(OTHER, activities=[COURSE])
    project(views, mixed(other, statement("completed", course()), (*other, None)), cuts)
    assert standing(views, "0417") == [(COURSE, "completed")]
    assert report(views, OTHER).figures.trainees == 0


@CUTS
def test_the_courses_own_rule_counts(views: Connection, cuts: Collection[int]) -> None:
    """In lines and in figures, from the moment it is described."""
    log = mixed(
        here("passed", TEST, day(2)), here("failed", TEST, day(3)),
        described(COURSE, attempt_rule="last", activities=[]),
    )  # fmt: skip
    project(views, log, cuts)
    assert standing(views, "0417") == [(COURSE, "failed")]
    figures = report(views, COURSE).figures
    assert (figures.rule, figures.passing) == ("last", (0, 1))


def grants_of(views: Connection) -> list[tuple[int, ...]]:
    """The evidence of each certificate of the one person in the programme `p`."""
    earned = [of["p"] for of in of_people(views, people_in(views, "p"), "p").values()]
    return [grant.evidence for one in earned for grant in one.grants]


def by(log: list[Recorded], *strangers: int) -> list[Recorded]:
    """The log, in which the statements at these positions have another authority."""
    return [
        r._replace(authority=STRANGER) if isinstance(r, RecordedStatement) and p in strangers else r
        for p, r in enumerate(log, start=1)
    ]


@CUTS
@pytest.mark.parametrize("named", ["centre", f"account|{KEYS}|centre"])
def test_a_programme_counts_whom_it_names(
    views: Connection, cuts: Collection[int], named: str
) -> None:
    """By the account's name or the agent key; what others say is as if it were not there."""
    log = mixed(
        programme([COURSE], {"authorities": [named], "since": "2026-01-01"}),
        statement("passed", course(), at=day(2)),
        statement("failed", course(), at=day(4)),
        statement("passed", course(), at=day(3)),
    )
    project(views, by(log, 2, 3), cuts)
    assert grants_of(views) == [(4,)]
    assert standing(views, "0417") == [(COURSE, "passed")]


@CUTS
def test_a_strangers_word_hides_nobodys(views: Connection, cuts: Collection[int]) -> None:
    """The line keeps one of two statements on a sitting; for the programme there is only one. It
    comes last, and the line as all see it stays as it was.
    """
    log = mixed(
        programme([COURSE], {"authorities": ["centre"], "since": "2026-01-01"}),
        here("attended", SESSION, day(2, "18:00:00")),
        here("attended", SESSION, day(2, "09:00:00")),
        here("attended", SESSION, day(2, "12:00:00")),
    )
    project(views, by(log, 2, 3), cuts)
    assert grants_of(views) == [(4,)]


@CUTS
def test_naming_authorities_decides_anew(views: Connection, cuts: Collection[int]) -> None:
    """Whoever was certified by an unnamed authority's word is not any more."""
    log = mixed(
        statement("passed", course(), at=day(2)),
        programme([COURSE], {"since": "2026-01-01"}),
        programme([COURSE], {"since": "2026-01-01", "authorities": ["other"]}),
    )
    project(views, log, cuts)
    assert grants_of(views) == []


@CUTS
def test_a_later_version_may_count_everybody(views: Connection, cuts: Collection[int]) -> None:
    log = mixed(
        statement("passed", course(), at=day(2)),
        programme([COURSE], {"since": "2026-01-01", "authorities": ["other"]}),
        programme([COURSE], {"since": "2026-01-01"}),
    )
    project(views, log, cuts)
    assert grants_of(views) == [(1,)]


@CUTS
def test_linked_identifiers_are_one_person(views: Connection, cuts: Collection[int]) -> None:
    log = mixed(
        here("passed", TEST) | {"actor": person("1", "Анна")},
        here("failed", TEST, day(3)) | {"actor": person("2", "А. Белова")},
        link("2", to="1"),
    )
    project(views, log, cuts)
    assert standing(views, "1") == standing(views, "2") == [(COURSE, "passed")]
    assert report(views, COURSE).figures.trainees == 1
    (found,) = people(views)
    assert (found.name, found.identifiers) == ("Анна", (key("1"), key("2")))


@CUTS
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_person_is_called_as_the_newest_statement_calls_them(
    views: Connection, cuts: Collection[int], order: tuple[int, ...]
) -> None:
    """By the statements' own time: what arrives late and is older renames nobody."""
    named = [("Анна Белова", 2), ("Анна Петрова", 9), ("Анна Белова", 5)]
    recorded = [
        here("completed", MODULE, day(number)) | {"actor": person("1", name)}
        for name, number in named
    ]
    project(views, mixed(*(recorded[one] for one in order)), cuts)
    found = person_by_key(views, key("1"))
    assert found
    assert found.name == "Анна Петрова"
    assert [one.name for one in people(views, "петрова")] == ["Анна Петрова"]
    assert people(views, "белова") == []


@CUTS
def test_unlinking_gives_each_their_own_again(views: Connection, cuts: Collection[int]) -> None:
    log = mixed(
        here("passed", TEST) | {"actor": person("1")},
        link("2", to="1"),
        here("failed", TEST, day(3)) | {"actor": person("2")},
        (*link("2", to="1"), None),
    )
    project(views, log, cuts)
    assert standing(views, "1") == [(COURSE, "passed")]
    assert standing(views, "2") == [(COURSE, "failed")]


@CUTS
def test_a_personnel_record_names_and_places(views: Connection, cuts: Collection[int]) -> None:
    """Its name goes before what statements say; figures by office follow it."""
    log = mixed(
        record("1", office="north", number="0001"),
        here("passed", TEST) | {"actor": person("1", "Анна")},
        record("1", office="south", number="0001"),
    )
    project(views, log, cuts)
    found = person_by_key(views, key("1"))
    assert found
    assert (found.name, found.personnel, found.office) == ("Имя 1", "0001", "south")
    (only,) = slices(views, report(views, COURSE).course, SliceBy.OFFICE)
    assert (only.value, only.figures.passing) == ("south", (1, 1))


def test_figures_are_told_by_session_instructor_and_month(views: Connection) -> None:
    sheet = {"objectType": "Group", "member": [person(n) for n in ("1", "2", "3")]}
    away = here("attended", SESSION, day(3), completion=False) | {"actor": person("4")}
    project(
        views, mixed(here("attended", SESSION, day(3), duration="PT4H") | {"actor": sheet}, away)
    )
    course_ = report(views, COURSE).course
    (session,) = slices(views, course_, SliceBy.SESSION)
    assert (session.value, session.figures.attendance) == (SESSION["id"], (3, 4))
    assert (session.figures.delivered, session.figures.hours) == (240, 12 * 3600)
    assert [one.value for one in slices(views, course_, SliceBy.MONTH)] == ["2026-03"]
    assert report(views, COURSE).figures.delivered == 240


def test_feedback_counts_without_a_line(views: Connection) -> None:
    rated = here("rated", course(), score={"raw": 4, "min": 1, "max": 5})
    project(views, mixed(rated, rated | {"actor": person("1")}))
    figures = report(views, COURSE).figures
    assert (figures.trainees, figures.ratings) == (0, (0, 0, 0, 2, 0))
    assert figures.satisfaction == 4
    assert standing(views, "0417") == []


PEOPLE = [person("1", "Анна"), person("2"), person("3", "Вера"), person("1", "Анна П.")]
ACTORS = st.sampled_from(PEOPLE) | st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3).map(
    lambda members: {"objectType": "Group", "member": members}
)
CONTEXTS = st.sampled_from(
    [
        *(within(), within(course(OTHER)), {}, within(instructor=person("7"))),
        {"instructor": PEOPLE[0]},
        within(extensions={CMI5_SESSION: "a"}),
    ]
)
VERBS = st.one_of(
    TOLD, st.sampled_from(["rated", "answered", "earned"]), st.sampled_from(["passed", "completed"])
)
LISTED = st.lists(
    st.sampled_from([COURSE, OTHER, MODULE["id"], TEST["id"], SESSION["id"]]), max_size=2
)
NUMBERS = st.sampled_from(["1", "2", "3", "0417"])
FACTS = st.one_of(
    st.builds(
        lambda iri, listed, rule: described(iri, activities=listed, attempt_rule=rule),
        st.sampled_from([COURSE, OTHER, "https://centre.example.org/courses/new"]),
        LISTED,
        st.sampled_from(["best", "last", "first"]),
    ),
    st.builds(
        lambda who, office: record(who, **office),
        NUMBERS,
        st.sampled_from([{}, {"office": "north"}, {"office": "south"}]),
    ),
    st.builds(link, NUMBERS, NUMBERS),
    st.builds(
        programme,
        st.lists(st.sampled_from([COURSE, OTHER]), min_size=1, max_size=2, unique=True),
        st.fixed_dictionaries(
            {},
            optional={
                "at_least": st.just(1),
                "min_score": st.just(0.6),
                "min_hours": st.just(1),
                "valid_months": st.just(1),
                "since": st.sampled_from(["2026-03-02", "2026-03-03"]),
                "equivalents": st.just([{"course": MODULE["id"], "counts_as": COURSE}]),
                "authorities": st.sampled_from([["centre"], [f"account|{KEYS}|other"]]),
            },
        ),
    ),
    st.just(programme([COURSE], {})),
    st.builds(
        lambda who, on: (EntryKind.REVOCATION, {"programme": "p", "agent": key(who), "on": on}),
        NUMBERS,
        st.sampled_from(["2026-03-02", "2026-03-03"]),
    ),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Recorded]:
    """Trainings, voidings before and after their targets, descriptions and withdrawals."""
    length = draw(st.integers(1, 14))
    told: list[Any] = []
    standing: dict[str, Any] = {}
    for _ in range(length):
        what: int = draw(st.integers(0, 7))
        if what == 0:
            told.append(voiding(draw(st.integers(1, length + 1))))
        elif what == 1 and standing:
            withdrawn = draw(st.sampled_from(sorted(standing)))
            told.append((*standing.pop(withdrawn), None))
        elif what < 4:
            event = draw(FACTS)
            standing[repr((event[0], key_of(*event)))] = event
            told.append(event)
        else:
            told.append(
                statement(
                    draw(VERBS),
                    draw(OBJECTS),
                    by=draw(ACTORS),
                    at=draw(TIMES),
                    result=draw(RESULTS),
                    context=draw(CONTEXTS),
                )
            )
    log = mixed(*told)
    authorities, scopes = st.sampled_from([CENTRE, CENTRE, STRANGER]), st.booleans()
    return [
        recorded(r.statement, r.position, draw(authorities), any_=draw(scopes))
        if isinstance(r, RecordedStatement)
        else r
        for r in log
    ]


def rows(connection: Connection) -> dict[str, list[Any]]:
    return {
        table.name: [
            tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in TrainingProjection.TABLES
    }


def read(connection: Connection) -> Whole:
    """What stands in the tables, under the names that are by definition."""
    whole = Whole()
    people_ = trainees_table.c
    query = (
        select(people_.key, courses_table.c.iri, line.c.state)
        .join_from(line, trainees_table, people_.id == line.c.id // 2**32)
        .join(courses_table, courses_table.c.id == line.c.course)
    )
    for row in connection.execute(query):
        whole.states[row.key, row.iri] = decoded(row.state)
    of = courses_table.c.id
    for sums in connection.execute(
        select(courses_table.c.iri, course_statistics.c.counters).join_from(
            course_statistics, courses_table, of == course_statistics.c.course
        )
    ):
        whole.courses[sums.iri] = json.loads(sums.counters)
    for told in connection.execute(
        select(courses_table.c.iri, course_slice).join_from(
            course_slice, courses_table, of == course_slice.c.course, isouter=True
        )
    ):
        whole.slices[told.iri or "", told.by, told.value] = json.loads(told.counters)
    earned = of_people(connection, people_in(connection, "p"), "p")
    for person_, by_code in earned.items():
        who = persons(connection, [person_])[person_].key
        for code, what in by_code.items():
            whole.earned[who, code] = (what.begun, what.grants)
    return whole


def projected(
    engine: Engine, log: list[Recorded], cuts: Collection[int]
) -> tuple[dict[str, list[Any]], Whole]:
    """All rows, and what they mean."""
    with engine.connect() as connection, connection.begin() as transaction:
        project(connection, log, cuts)
        found = rows(connection), read(connection)
        transaction.rollback()
    return found


def some_of(log: list[Recorded]) -> st.SearchStrategy[set[int]]:
    """Positions in the log."""
    return st.sets(st.integers(1, len(log)))


@settings(deadline=None, max_examples=drawn(250))
@given(data=st.data(), log=logs())
def test_live_and_rebuilt_and_by_definition_are_the_same(
    views_engine: Engine, data: st.DataObject, log: list[Recorded]
) -> None:
    """Random batches, also where few lines are in memory at once, give the rows of one batch, and
    those are what the pure fold says.
    """
    cuts = data.draw(some_of(log))
    live, rebuilt = projected(views_engine, log, cuts), projected(views_engine, log, ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_fold, "TOGETHER", 2)
        patch.setattr(certifications, "TOGETHER", 2)
        in_parts = projected(views_engine, log, cuts)
    assert live[0] == rebuilt[0] == in_parts[0]
    assert rebuilt[1] == by_definition(log)


@settings(deadline=None, max_examples=drawn(250))
@given(data=st.data(), log=logs(), shards=st.integers(1, 4))
def test_however_many_shards_there_are_the_rows_are_the_same(
    views_engine: Engine, data: st.DataObject, log: list[Recorded], shards: int
) -> None:
    """Those of one batch, wherever the log is cut into parts that are scanned, and also where the
    figures of few slices are added up in memory.
    """
    cuts = data.draw(some_of(log))
    whole, _ = projected(views_engine, log, ())
    with (
        pytest.MonkeyPatch.context() as patch,
        views_engine.connect() as connection,
        connection.begin() as transaction,
    ):
        patch.setattr(split_fold, "SLICES_TOGETHER", 5)
        project_split(connection, TrainingProjection(), log, cuts, shards)
        assert rows(connection) == whole
        transaction.rollback()
