"""The product's story: what people do with a store, one sentence a test.

On SQLite alone: what is told here is what services decide, and not where events are kept.
"""

from __future__ import annotations

from typing import Any

import pytest

from lrs import bootstrap
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import Scope
from lrs.domain.errors import (
    Forbidden,
    OutsideLaunch,
    StatementConflict,
    TraineeNotFound,
    Unauthenticated,
)
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from lrs.service.catalogue import Change
from lrs.settings import Settings
from tests.service.story import ANNA, FIRE, SESSION, TALK, Story, agent, happened, key, voiding

pytestmark = pytest.mark.rules

BORIS = "0002"
ELSEWHERE = "mbox|mailto:anna@centre.example"
PASSED = {"score": {"scaled": 0.9}}


@pytest.fixture
def story(lrs: Lrs) -> Story:
    return Story(lrs)


def passed(who: str = ANNA, at: str = "2026-03-11T10:00", **result: Any) -> JsonObject:
    return happened("passed", who, FIRE, at, **(PASSED | result))


# A module posts statements


def test_who_passed_a_test_has_passed_the_course(story: Story) -> None:
    story.post(passed())
    assert (story.line().status, story.line().success) == ("passed", True)


def test_whoever_was_never_named_has_no_transcript(story: Story) -> None:
    with pytest.raises(TraineeNotFound):
        story.lines()


def test_a_statement_that_is_sent_again_is_stored_once(story: Story) -> None:
    statement = passed()
    assert story.post(statement) == story.post(statement)
    assert (story.position, story.line().attempts) == (1, 1)


def test_another_statement_under_the_same_id_is_refused(story: Story) -> None:
    """Nothing of the batch that it came in is stored."""
    statement = passed()
    story.post(statement)
    with pytest.raises(StatementConflict):
        story.post(passed(BORIS), {**statement, "actor": agent(BORIS)})
    assert story.position == 1


def test_a_failure_after_a_pass_takes_nothing_away(story: Story) -> None:
    """The best attempt counts, unless the course's rule says otherwise."""
    story.post(passed(), happened("failed", ANNA, FIRE, "2026-03-12T10:00", score={"scaled": 0.2}))
    assert story.line().status == "passed"


def test_a_statement_that_comes_late_counts_on_its_own_day(story: Story) -> None:
    story.post(passed(at="2026-05-01T10:00"), passed(at="2026-02-01T10:00"))
    assert story.line().first_activity.day.isoformat() == "2026-02-01"


def test_a_sheet_of_attendance_gives_hours(story: Story) -> None:
    story.post(happened("attended", ANNA, SESSION, "2026-03-20T14:00", duration="PT4H"))
    line = story.line(TALK)
    assert (line.status, line.hours, line.sessions_attended) == ("attended", 4 * 3_600, 1)


def test_everybody_in_a_group_was_there(story: Story) -> None:
    group = {"objectType": "Group", "member": [agent(ANNA), agent(BORIS)]}
    story.post(happened("attended", ANNA, SESSION, "2026-03-20T14:00") | {"actor": group})
    assert story.lines(key(ANNA)).keys() == story.lines(key(BORIS)).keys() == {TALK}


def test_a_group_without_members_says_nothing_of_anybody(story: Story) -> None:
    office = {"objectType": "Group", "account": {"homePage": "https://a.example", "name": "N"}}
    story.post(passed() | {"actor": office})
    with pytest.raises(TraineeNotFound):
        story.lines("account|https://a.example|N")


def test_an_absence_before_an_attendance_of_the_same_sitting_is_none(story: Story) -> None:
    """The later word about a sitting counts."""
    story.post(
        happened("attended", ANNA, SESSION, "2026-03-20T14:00", completion=False),
        happened("attended", ANNA, SESSION, "2026-03-20T14:30", duration="PT4H"),
    )
    line = story.line(TALK)
    assert (line.sessions_attended, line.sessions_missed) == (1, 0)


def test_who_was_only_seen_leaving_was_there(story: Story) -> None:
    """How long they were, nobody can tell."""
    attended = happened("completed", ANNA, SESSION, "2026-03-20T18:00")
    story.post(attended | {"verb": {"id": "http://activitystrea.ms/schema/1.0/leave"}})
    line = story.line(TALK)
    assert (line.status, line.sessions_attended, line.hours) == ("attended", 1, 0)


def test_an_iri_may_hold_any_character(story: Story) -> None:
    """Also those beyond the first plane of Unicode."""
    course = "https://learning.centre.example/\N{FIRE}/курс"
    story.post(passed() | {"object": {"id": course}})
    assert story.line(course).status == "passed"


# What was wrong is voided, and stays in the log


def test_a_voided_statement_counts_no_more(story: Story) -> None:
    statement = passed()
    story.post(statement)
    story.post(voiding(statement))
    assert FIRE not in story.lines()


def test_a_voided_statement_can_still_be_shown(story: Story) -> None:
    (id,) = story.post(passed())
    story.post(voiding({"id": str(id)}))
    assert story.lrs.statements.get_voided(id, story.operator)[0].id == id


def test_a_correction_is_a_voiding_and_a_new_statement(story: Story) -> None:
    wrong = happened("failed", ANNA, FIRE, "2026-03-11T10:00")
    story.post(wrong)
    story.post(voiding(wrong), passed())
    line = story.line()
    assert (line.status, line.attempts) == ("passed", 1)


def test_a_voiding_that_comes_first_voids_what_comes_later(story: Story) -> None:
    statement = passed()
    story.post(voiding(statement))
    story.post(statement, happened("initialized", ANNA, TALK, "2026-03-11T10:00"))
    assert story.lines().keys() == {TALK}


def test_what_was_known_before_a_voiding_can_be_asked(story: Story) -> None:
    statement = passed()
    story.post(statement)
    before = story.position
    story.post(voiding(statement))
    assert story.line(known=before).status == "passed"


# People have several identifiers


def test_two_identifiers_are_two_people_until_they_are_linked(story: Story) -> None:
    by_mail = happened("completed", ANNA, TALK, "2026-03-01T09:00")
    story.post(passed(), by_mail | {"actor": {"mbox": "mailto:anna@centre.example"}})
    assert story.lines().keys() == {FIRE}
    story.describe(EntryKind.LINK, agent=ELSEWHERE, person=key(ANNA))
    assert story.lines().keys() == story.lines(ELSEWHERE).keys() == {FIRE, TALK}


def test_identifiers_that_are_unlinked_are_two_people_again(story: Story) -> None:
    story.post(passed(), passed() | {"id": passed()["id"], "actor": {"mbox": ELSEWHERE[5:]}})
    story.describe(EntryKind.LINK, agent=ELSEWHERE, person=key(ANNA))
    assert story.line().attempts == 2
    story.lrs.people.unlink(ELSEWHERE, "not the same Anna", story.operator)
    assert story.line().attempts == 1


def test_a_person_who_is_renamed_keeps_the_transcript(story: Story) -> None:
    story.hire()
    story.post(passed())
    assert story.lrs.people.rename(key(ANNA), "Орлова Анна", story.operator) is Change.CHANGED
    found = story.lrs.transcripts.transcript(key(ANNA), None, None).value.transcript
    assert (found.trainee.name, story.line().status) == ("Орлова Анна", "passed")


# The catalogue says what the centre has


def test_a_course_gets_the_catalogues_title_whenever_it_is_described(story: Story) -> None:
    story.post(passed())
    story.describe(EntryKind.COURSE, id=FIRE, title={"ru": "Пожарная безопасность"})
    found = story.lrs.transcripts.transcript(key(ANNA), None, None).value.transcript
    assert found.entries[0].course.title == {"ru": "Пожарная безопасность"}


def test_describing_the_same_again_is_no_event(story: Story) -> None:
    entry = {"code": "N", "title": {"ru": "Север"}}
    assert story.describe(EntryKind.OFFICE, **entry) is Change.NEW
    before = story.position
    assert story.describe(EntryKind.OFFICE, **entry) is Change.SAME
    assert story.position == before


# Programmes certify


@pytest.fixture
def hired(story: Story) -> Story:
    """Anna works at the centre; who serves visitors has passed FIRE."""
    story.describe(EntryKind.COURSE, id=FIRE, title={"ru": "Пожарная безопасность"})
    story.programme(valid_months=12)
    story.hire()
    return story


def test_somebody_new_may_not_serve_before_they_have_passed(hired: Story) -> None:
    assert (hired.status("2026-03-10"), hired.may_serve("2026-03-10")) == ("assigned", False)
    hired.post(passed())
    assert (hired.status("2026-03-11"), hired.may_serve("2026-03-11")) == ("certified", True)


def test_equivalent_courses_alone_certify(story: Story) -> None:
    """The course of the programme itself need never be taken."""
    for course in (FIRE, TALK):
        story.describe(EntryKind.COURSE, id=course, title={"ru": "Курс"})
    story.programme(equivalents=[{"course": TALK, "counts_as": FIRE}])
    story.hire()
    story.post(happened("passed", ANNA, TALK, "2026-03-11T10:00"))
    assert story.status("2026-03-11") == "certified"
    assert story.lines().keys() == {TALK}


def test_a_certificate_says_nothing_of_the_days_before_it(hired: Story) -> None:
    hired.post(passed())
    assert hired.may_serve("2026-03-10") is False


def test_a_certificate_ends_and_is_renewed(hired: Story) -> None:
    hired.post(passed())
    assert hired.status("2027-04-01") == "expired"
    hired.post(passed(at="2027-03-30T10:00"))
    assert hired.status("2027-04-01") == "certified"


def test_a_certificate_names_the_statements_it_rests_on(hired: Story) -> None:
    hired.post(passed())
    verdict = hired.verdict("2026-03-11")
    assert verdict is not None
    assert verdict.evidence == (hired.position,)


def test_a_voided_pass_certifies_nobody(hired: Story) -> None:
    statement = passed()
    hired.post(statement)
    hired.post(voiding(statement))
    assert hired.status("2026-03-11") == "assigned"


def test_a_revoked_certificate_holds_until_that_day(hired: Story) -> None:
    hired.post(passed())
    revoked = {"programme": "windows", "agent": key(ANNA), "on": "2026-06-01"}
    hired.describe(EntryKind.REVOCATION, **revoked, reason="подлог")
    assert (hired.status("2026-05-31"), hired.status("2026-06-01")) == ("certified", "revoked")


def test_an_exemption_holds_from_day_to_day(hired: Story) -> None:
    exempt = {"programme": "windows", "agent": key(ANNA), "reason": "декрет"}
    hired.describe(EntryKind.EXEMPTION, **exempt, since="2026-02-01", until="2026-02-28")
    assert (hired.status("2026-02-28"), hired.status("2026-03-01")) == ("exempt", "assigned")


def test_a_new_version_of_a_rule_changes_no_day_before_it(hired: Story) -> None:
    hired.post(passed(score={"scaled": 0.6}))
    hired.programme(since="2026-07-01", min_score=0.8)
    assert hired.status("2026-06-30") == "certified"


def test_a_verdict_can_be_asked_as_it_was_known(hired: Story) -> None:
    """The day that it is about is the same; what was known of it is not."""
    before = hired.position
    hired.post(passed())
    assert hired.status("2026-03-11") == "certified"
    with pytest.raises(TraineeNotFound):
        hired.status("2026-03-11", known=1)
    assert hired.status("2026-03-11", known=before) == "assigned"


# Keys


def test_a_key_that_may_only_read_stores_nothing(story: Story) -> None:
    with pytest.raises(Forbidden):
        story.post(passed(), by=story.new_key(Scope.ALL_READ))


def test_a_revoked_key_opens_nothing(story: Story) -> None:
    new = story.lrs.credentials.create("module", [Scope.STATEMENTS_WRITE])
    story.lrs.credentials.revoke(new.id)
    with pytest.raises(Unauthenticated):
        story.lrs.credentials.check(new.name, new.secret)


def test_a_learners_key_speaks_for_its_learner_alone(story: Story) -> None:
    by = story.new_key(Scope.STATEMENTS_WRITE, learner=key(ANNA), activity=FIRE, any_activity=True)
    with pytest.raises(OutsideLaunch):
        story.post(passed(BORIS), by=by)


# Nothing of it depends on the process or on the read models


def test_a_store_that_is_opened_again_says_the_same(hired: Story, settings: Settings) -> None:
    hired.post(passed())
    report = (hired.line(), hired.verdict("2026-03-11"))
    again = Story(bootstrap.build(settings))
    assert (again.line(), again.verdict("2026-03-11")) == report
    again.lrs.close()


def test_read_models_that_are_rebuilt_say_the_same(hired: Story) -> None:
    hired.post(passed())
    report = (hired.line(), hired.verdict("2026-03-11"))
    hired.lrs.projector.rebuild(hired.lrs.projection_admin.names)
    assert (hired.line(), hired.verdict("2026-03-11")) == report
