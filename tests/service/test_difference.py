"""What differs between two moments is what the reports of the two moments say otherwise."""

from __future__ import annotations

import random
from datetime import date

import pytest

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import InvalidQuery, LrsError
from lrs.service import Lrs
from lrs.service.replay.difference import DifferenceQuery, Differences
from lrs.service.replay.facts import (
    CHANGE_KINDS,
    ClearanceChange,
    LineChange,
    VerdictChange,
    changes,
)
from tests.api.reports.centre import BORIS
from tests.service.story import ANNA, FIRE, TALK, Story, happened, key, voiding
from tests.service.test_explain import SUMMER, eventful, reported
from tests.support.examples import drawn

__all__ = ["eventful"]


@pytest.fixture
def story(lrs: Lrs) -> Story:
    """Anna and Boris are employed at the office N, and are to pass FIRE before they serve."""
    story = Story(lrs)
    story.describe(EntryKind.OFFICE, code="N", title={"ru": "Север"})
    story.describe(EntryKind.OFFICE, code="S", title={"ru": "Юг"})
    story.describe(EntryKind.COURSE, id=FIRE, title={"ru": "Пожар"})
    story.programme()
    for number in (ANNA, BORIS):
        story.describe(EntryKind.PERSON, agent=key(number), office="N", since="2026-01-01")
    return story


def differing(lrs: Lrs, before: int, after: int | None = None, **more: object) -> Differences:
    query = DifferenceQuery(before, SUMMER, after, **more)  # type: ignore[arg-type]
    return lrs.differences.between(query).value


def test_it_is_what_the_reports_of_both_moments_say_otherwise(eventful: Lrs) -> None:
    """Of everybody, between any two moments; who is not named has nothing that differs."""
    chosen = random.Random(7)
    head = eventful.ledger.reader.head()[0]
    everybody = eventful.transcripts.trainees("", 0, 1_000).value
    for _ in range(drawn(24)):
        before, after = sorted(chosen.sample(range(1, head + 1), 2))
        found = {one.trainee.id: one.changes for one in differing(eventful, before, after).people}
        for person in everybody:
            facts = (reported(eventful, person.key, at) for at in (before, after))
            expected = changes(*facts)
            assert found.get(person.id, []) == expected, (person.key, before, after)


def test_each_difference_has_the_events_that_did_it(eventful: Lrs) -> None:
    """The last event that changed a line left it as it is at the end, and lies in between."""
    head = eventful.ledger.reader.head()[0]
    found = differing(eventful, head // 2)
    assert found.people
    for person in found.people:
        last = {
            change.course.iri: change.after
            for step in person.steps
            for change in step.step.changes
            if isinstance(change, LineChange)
        }
        assert all(head // 2 < step.step.touch.position <= head for step in person.steps)
        for change in person.changes:
            if isinstance(change, LineChange):
                assert last[change.course.iri] == change.after


def test_whose_clearance_has_changed_since_a_day_is_one_question(story: Story) -> None:
    """Anna might serve in summer, as was known; then what she had passed was voided."""
    passed = happened("passed", ANNA, FIRE, "2026-03-11T10:00", score={"scaled": 0.9})
    story.post(passed)
    then = story.position
    void = voiding(passed["id"])
    story.post(void)
    (anna,) = differing(story.lrs, then).people
    assert anna.trainee.key == key(ANNA)
    kinds = [type(change) for change in anna.changes]
    assert kinds == [LineChange, VerdictChange, ClearanceChange]
    (step,) = anna.steps
    assert (step.statement, step.step.touch.position) == (void["id"], then + 1)
    assert step.by is not None


def test_it_is_narrowed_to_a_person_an_office_a_course_or_a_programme(eventful: Lrs) -> None:
    """Each gives those of the differences that belong to it."""
    everything = differing(eventful, 1).people
    person = everything[0]
    assert differing(eventful, 1, person=person.trainee.key).people == [person]
    for one in everything:
        for change in one.changes:
            if isinstance(change, LineChange):
                narrowed = differing(eventful, 1, course=change.course.iri)
                mine = [p.changes for p in narrowed.people if p.trainee.id == one.trainee.id]
                assert [change] == [c for c in mine[0] if isinstance(c, LineChange)]
                break
    code = next(
        change.programme.code
        for one in everything
        for change in one.changes
        if isinstance(change, VerdictChange)
    )
    for one in differing(eventful, 1, programme=code).people:
        verdicts = [c for c in one.changes if isinstance(c, VerdictChange)]
        assert {change.programme.code for change in verdicts} <= {code}


@pytest.mark.parametrize("what", CHANGE_KINDS)
def test_it_is_narrowed_to_one_kind_of_changes(eventful: Lrs, what: str) -> None:
    """Who has others only is left out, and so are the events that did only others."""
    kind = CHANGE_KINDS[what]
    found = differing(eventful, 1, what=what).people
    assert found
    assert {one.trainee.id: one.changes for one in found} == {
        one.trainee.id: mine
        for one in differing(eventful, 1).people
        if (mine := [change for change in one.changes if isinstance(change, kind)])
    }
    steps = [step.step for one in found for step in one.steps]
    assert all(isinstance(change, kind) for step in steps for change in step.changes)
    assert all(step.changes for step in steps)


def test_a_page_looks_at_so_many_people(eventful: Lrs) -> None:
    """All pages together say what one without a limit says."""
    everything, found, start = differing(eventful, 1), list[object](), 0
    while True:
        page = differing(eventful, 1, limit=2, start=start)
        assert page.compared <= 2
        found += page.people
        if page.more is None:
            break
        start = page.more
    assert found == everything.people


def test_who_worked_at_an_office_is_told_with_it(story: Story) -> None:
    """Also whose record names it no more, so that nobody who left is overlooked."""
    then = story.position
    story.post(happened("completed", BORIS, FIRE, "2026-04-01T10:00"))
    story.describe(EntryKind.PERSON, agent=key(BORIS), office="S", since="2026-01-01")
    (boris,) = differing(story.lrs, then, office="N").people
    assert boris.trainee.key == key(BORIS)


@pytest.mark.rules
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"before": 9_999}, "known-in-future"),
        ({"before": 1, "after": 9_999}, "known-in-future"),
        ({"before": 9, "after": 3}, "moments-in-wrong-order"),
        ({"before": 1, "person": "nobody"}, "trainee-not-found"),
        ({"before": 1, "office": "nowhere"}, "office-not-found"),
        ({"before": 1, "course": "nothing"}, "course-not-found"),
        ({"before": 1, "programme": "none"}, "programme-not-found"),
        ({"before": 1, "programme": "none", "course": "1"}, "course-and-programme"),
        ({"before": 1, "programme": "windows", "what": "may serve"}, "clearance-of-a-part"),
    ],
)
def test_what_there_is_not_is_refused(story: Story, query: dict[str, object], code: str) -> None:
    """Before anything is compared."""
    with pytest.raises(LrsError) as refused:
        story.lrs.differences.between(DifferenceQuery(on=date(2026, 7, 1), **query))  # type: ignore[arg-type]
    assert refused.value.code == code
    assert isinstance(refused.value, InvalidQuery) or code.endswith("not-found")


def test_who_were_one_person_for_a_while_are_not_overlooked(story: Story) -> None:
    """Anna's statement was Boris's, too, until the link was withdrawn."""
    story.describe(EntryKind.LINK, agent=key(ANNA), person=key(BORIS))
    before = story.position
    story.post(happened("completed", ANNA, FIRE, "2026-04-01T10:00"))
    after = story.position
    story.lrs.people.unlink(key(ANNA), "a mistake", story.operator)
    (boris,) = differing(story.lrs, before, after, person=key(BORIS)).people
    assert isinstance(boris.changes[0], LineChange)


def test_a_course_that_gave_an_activity_away_lost_the_lines_in_it(story: Story) -> None:
    """Asked of the course, the line that went is told."""
    story.describe(EntryKind.COURSE, id=TALK, title={"ru": "Беседа"}, activities=[f"{TALK}/part"])
    story.post(happened("completed", ANNA, f"{TALK}/part", "2026-04-01T10:00"))
    before = story.position
    story.describe(EntryKind.COURSE, id=TALK, title={"ru": "Беседа"})
    (anna,) = differing(story.lrs, before, course=TALK).people
    assert [change.after for change in anna.changes if isinstance(change, LineChange)] == [None]
