"""What the read models make of the history, as `make demo` shows it on its last day."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from api.cli.demo import fill, tell
from lrs.demo import COURSES, END, OFFICES, JournalEvent, Past, unfold
from lrs.demo.journal import Journal
from lrs.demo.visits import VISITS
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.verdict import CertificateStatus, Clearance, Verdict
from lrs.domain.time import micros, parse_timestamp
from lrs.projections.training.statistics import SliceBy
from lrs.service import Lrs
from lrs.service.replay import DifferenceQuery, TouchKind
from lrs.service.reports.certifications import Certified
from tests.support.examples import SOAKS
from tests.support.stores import WRITER
from tests.system.demo.reading import History

Stories = dict[str, str]


def standing(centre: Lrs, who: str, on: date = END, at: int | None = None) -> Certified:
    return centre.certifications.of_trainee(who, on, at).value.certified


def verdict(found: Certified, programme: str) -> Verdict:
    return next(s.verdict for s in found.standings if s.programme.code == programme)


def position(journal: Journal, kind: EntryKind, key: str, version: int) -> int:
    """Where in the log this is said of the thing: nothing else is in it."""
    outputs = [
        place
        for place, news in enumerate(journal.history(), start=1)
        if isinstance(news, JournalEvent) and (news.kind, news.key) == (kind, (key,))
    ]
    return outputs[version - 1]


@pytest.mark.parametrize(("status", "story", "programme"), [
    ("assigned", "not-briefed", "briefing"),
    ("in progress", "lost-by-the-new-rule", "senior"),
    ("certified", "renewed", "visitors"),
    ("due", "due", "visitors"),
    ("expired", "expired", "visitors"),
    ("revoked", "revoked", "annual"),
    ("exempt", "exempt", "annual"),
])  # fmt: skip
def test_somebody_has_each_status_on_the_last_day(
    centre: Lrs, stories: Stories, status: CertificateStatus, story: str, programme: str
) -> None:
    assert verdict(standing(centre, stories[story]), programme).status == status


@pytest.mark.parametrize(("story", "in_the_way"), [
    ("newcomer", ()),
    ("due", ()),
    ("expired", ("visitors",)),
    ("not-briefed", ("briefing",)),
])  # fmt: skip
def test_a_newcomer_may_serve_visitors_unless_something_is_in_the_way(
    centre: Lrs, stories: Stories, story: str, in_the_way: tuple[str, ...]
) -> None:
    clearance = standing(centre, stories[story]).clearance
    assert (clearance.may_serve, clearance.in_the_way) == (not in_the_way, in_the_way)


def test_the_annual_test_renews_the_clearance_from_its_end(centre: Lrs, stories: Stories) -> None:
    """It counts as onboarding, within the window."""
    found = verdict(standing(centre, stories["renewed"]), "visitors")
    first = verdict(standing(centre, stories["renewed"], date(2026, 1, 31)), "visitors")
    assert (first.valid_from, first.valid_until) == (date(2025, 9, 15), date(2026, 9, 15))
    assert (found.valid_from, found.valid_until) == (date(2026, 8, 3), date(2027, 9, 15))


def test_the_stricter_rule_leaves_what_the_first_one_granted(centre: Lrs, stories: Stories) -> None:
    who = stories["kept-by-the-old-rule"]
    found = verdict(standing(centre, who), "senior")
    entries = centre.transcripts.transcript(who).value.transcript.entries
    score = next(e.line.score for e in entries if e.course.iri == COURSES["senior-test"].id)
    assert (found.status, found.version) == ("certified", 1)
    assert score is not None
    assert 0.7 <= (score.scaled or 0) < 0.8


def test_a_backdated_rule_is_told_from_what_was_known_before(
    centre: Lrs, journal: Journal, stories: Stories
) -> None:
    """On the same day the same person was certified, as far as was known, and is not, as is known
    now.
    """
    who, day = stories["lost-by-the-new-rule"], date(2026, 2, 19)
    described_at = position(journal, EntryKind.PROGRAMME, "senior", 2)
    before = verdict(standing(centre, who, day, at=described_at - 1), "senior")
    assert (before.status, before.version) == ("certified", 1)
    for at in (described_at, None):
        assert verdict(standing(centre, who, day, at), "senior").status == "in progress"


def test_what_was_known_on_a_day_is_asked_by_that_day(centre: Lrs, stories: Stories) -> None:
    """The stricter rule was told on 20 February at noon, Moscow time."""
    who, day = stories["lost-by-the-new-rule"], date(2026, 2, 19)
    for instant, status in (
        ("2026-02-19T23:59:59Z", "certified"),
        ("2026-02-20T09:00:00Z", "certified"),
        ("2026-02-20T09:00:05Z", "in progress"),
    ):
        at = centre.clock.position_at(micros(parse_timestamp(instant)))
        assert verdict(standing(centre, who, day, at), "senior").status == status


def test_of_one_day_two_newcomers_are_judged_otherwise_later(centre: Lrs, stories: Stories) -> None:
    """One had left the briefing early, which counts since a rule that was recorded late; of the
    other one a pass was entered by mistake. In the end both may serve.
    """
    day, evening = date(2026, 3, 4), micros(parse_timestamp("2026-03-04T23:59:59+03:00"))
    then = centre.clock.position_at(evening)
    for story, missing in (("cleared-too-early", "briefing"), ("pass-of-another", "visitors")):
        who = stories[story]
        clearances = [standing(centre, who, day, at).clearance for at in (then, None)]
        assert clearances == [Clearance(True), Clearance(False, (missing,))]
        assert standing(centre, who).clearance.may_serve
    found = centre.differences.between(DifferenceQuery(then, day, what="may serve")).value
    assert {one.trainee.key: [s.step.touch.kind for s in one.steps] for one in found.people} == {
        stories["cleared-too-early"]: [TouchKind.VOIDING, TouchKind.STATEMENT, TouchKind.PROGRAMME],
        stories["pass-of-another"]: [TouchKind.VOIDING],
    }


def test_a_mailbox_and_an_account_are_one_person_with_one_transcript(
    centre: Lrs, history: History, stories: Stories
) -> None:
    keys = (stories["one-account"], stories["known-by-mail"])
    one, other = (centre.transcripts.transcript(key).value for key in keys)
    assert one.transcript == other.transcript
    assert one.transcript.trainee.identifiers == keys
    for key in keys:
        assert {str(id_) for id_ in one.statements.values()} & {s["id"] for s in history.of(key)}


def test_who_married_is_called_by_her_new_name_and_was_called_otherwise(
    centre: Lrs, stories: Stories
) -> None:
    person = centre.people.show(stories["surname-change"], WRITER)
    before, after = [news.version.entry["name"] for news in person.history if news.version.entry]
    assert before.split()[0] != after.split()[0]
    shown = centre.transcripts.transcript(stories["surname-change"]).value.transcript.trainee
    assert shown.name == after


def test_who_was_promoted_is_a_senior_now_and_was_a_specialist(
    centre: Lrs, stories: Stories
) -> None:
    person = centre.people.show(stories["promoted"], WRITER)
    posts = [change.version.entry["post"] for change in person.history if change.version.entry]
    assert posts == ["specialist", "senior"]
    assert verdict(standing(centre, stories["promoted"]), "senior").applies


def test_of_who_has_left_nothing_is_wanted_any_more(centre: Lrs, stories: Stories) -> None:
    there, voided = (
        standing(centre, stories["left"], day) for day in (date(2026, 8, 31), date(2026, 9, 1))
    )
    assert (there.clearance.may_serve, voided.clearance.may_serve) == (True, None)
    assert not any(one.verdict.applies for one in voided.standings)


def test_a_closed_office_holds_no_more_and_is_remembered_with_the_reason(centre: Lrs) -> None:
    codes = [e.entry["code"] for e in centre.catalogue.entries(EntryKind.OFFICE, WRITER) if e.entry]
    assert sorted(codes) == [office.code for office in OFFICES]
    described, withdrawn = centre.catalogue.history(EntryKind.OFFICE, ("13",), WRITER)
    assert described.entry == {
        "code": "13",
        "title": {"ru": "Мобильный офис", "en": "Mobile office"},
    }
    assert (withdrawn.entry, withdrawn.reason) == (None, "Объединён с офисом «Флагманский»")


def test_every_office_is_visited_twice_by_a_trainer_who_is_known_by_name(centre: Lrs) -> None:
    visits = [e.entry for e in centre.catalogue.entries(EntryKind.VISIT, WRITER) if e.entry]
    assert sorted(v["office"] for v in visits) == sorted(2 * [office.code for office in OFFICES])
    for visit in visits:
        assert centre.people.show(visit["trainer"], WRITER).record
        assert 3 <= len(visit["people"]) <= 6


def test_ratings_stand_for_several_months_and_a_mistyped_one_was_put_right(centre: Lrs) -> None:
    ratings = centre.catalogue.entries(EntryKind.RATING, WRITER)
    months = {e.entry["month"] for e in ratings if e.entry}
    assert (len(months), min(months), max(months)) == (13, "2025-09", "2026-09")
    (mistyped,) = [e.entry for e in ratings if e.version == 2]
    assert (mistyped or {})["month"] == "2026-03"


def test_the_catalogue_says_which_course_a_simulator_and_visits_belong_to(
    centre: Lrs, stories: Stories
) -> None:
    """What statements say of them names no course; then there is no other course than described."""
    courses = {entry.course.iri: entry for entry in centre.transcripts.courses().value}
    assert courses.keys() == {course.id for course in COURSES.values()} | {VISITS}
    assert courses[VISITS].trainees > 80
    assert stories["placed-by-the-catalogue"] not in courses


def test_what_is_known_at_the_end_is_what_is_known_now(centre: Lrs, journal: Journal) -> None:
    """Read from the log and folded anew, it is what the read models hold, to the last member."""
    head = centre.health().head
    for trainee in centre.transcripts.trainees("", 0, 500).value[::25]:
        now, then = standing(centre, trainee.key), standing(centre, trainee.key, at=head)
        assert then == now
        lines, again = (
            centre.transcripts.transcript(trainee.key, None, at).value.transcript
            for at in (None, head)
        )
        assert again.entries == lines.entries


def test_people_tell_what_they_think_of_courses(centre: Lrs) -> None:
    for course in COURSES.values():
        if course.kind in ("classroom", "computer", "blended", "online"):
            figures = centre.transcripts.course_statistics(course.id).value.figures
            assert 3.5 < (figures.satisfaction or 0) < 5, course.slug


def test_a_course_has_figures_for_every_office(centre: Lrs) -> None:
    found = centre.transcripts.course_slices(COURSES["service"].id, SliceBy.OFFICE).value
    assert [one.value for one in found.slices] == [office.code for office in OFFICES]


def test_starting_again_adds_a_key_and_says_where_to_look(centre: Lrs, journal: Journal) -> None:
    """The key before is revoked: its secret is gone."""
    past = Past(journal)
    text, head = fill(centre, journal, past, lambda _: None), centre.health().head
    eve = "certifications/0231?on=2026-02-19&known=2026-02-19T23:59:59Z"
    for path in (eve, "offices/04?on=2026-10-31"):
        assert f"http://127.0.0.1:8080/api/v1/{path}" in text
    fill(centre, journal, past, lambda _: None)
    assert centre.health().head - head == 2


def test_read_models_that_followed_the_history_are_those_rebuilt_from_it(
    lrs: Lrs, hurried: None
) -> None:
    """Whatever was described after the statements that it concerns; in the first months of a small
    centre, but for the long run.
    """
    history = unfold(2026, 400).history() if SOAKS else islice(unfold(2026, 48).history(), 1_500)
    runner = lrs.projector.runner

    def follow(_: int) -> None:
        runner.catch_up()

    tell(lrs, history, WRITER, follow)
    names = list(runner.projections)
    runner.catch_up()
    before = {name: runner.checksum(name) for name in names}
    lrs.projector.rebuild(names)
    assert {name: runner.checksum(name) for name in names} == before
