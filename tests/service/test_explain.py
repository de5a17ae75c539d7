"""What each event changed for a person adds up to what reports say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.verdict import Clearance
from lrs.domain.errors import TraineeNotFound
from lrs.domain.xapi.agent import agent_key
from lrs.service import Lrs
from lrs.service.catalogue import Stated
from lrs.service.replay.explain import ExplainQuery, Explanation
from lrs.service.replay.facts import (
    UNKNOWN,
    ClearanceChange,
    LineChange,
    PersonFacts,
    ReportChange,
    changes,
    facts_of,
    line_facts,
)
from tests.service.story import ANNA, FIRE, TALK, Story, happened, key, voiding
from tests.support import varied
from tests.support.entries import entry
from tests.support.stores import WRITER

SUMMER = date(2026, 7, 1)
PEOPLE = [agent_key(varied._person(number)) or "" for number in range(varied.PEOPLE)]

Told = dict[tuple[str, str], Any]
"""What was said last: of each line, of each verdict, and of serving visitors."""


@pytest.fixture
def story(lrs: Lrs) -> Story:
    return Story(lrs)


@pytest.fixture
def eventful(lrs: Lrs) -> Lrs:
    """A store in which everything occurs: voidings, links and unlinking, courses that take others'
    activities over, rules that change, an exemption and a revocation.
    """
    for start in (1, 61, 121):
        varied.tell(lrs, 60, start)
        course = varied._course(start % 3)
        kinds: list[tuple[EntryKind, dict[str, Any]]] = [
            (EntryKind.PROGRAMME, {"courses": [course], "everyone": True}),
            (EntryKind.EXEMPTION, {"agent": PEOPLE[start % 11]}),
            (EntryKind.REVOCATION, {"agent": PEOPLE[(start + 1) % 11], "on": "2026-02-01"}),
        ]
        stated = [Stated(kind, entry(kind, **more)) for kind, more in kinds]
        lrs.catalogue.describe(stated, WRITER)
    link = (f"openid|{varied.CENTRE}/61",)
    lrs.catalogue.withdraw(EntryKind.LINK, link, "a mistake", WRITER)
    return lrs


def explained(lrs: Lrs, person: str, known: int | None = None, **more: Any) -> Explanation:
    query = ExplainQuery(person, SUMMER, known=known, **more)
    return lrs.explanations.explain(query).value


def reported(lrs: Lrs, person: str, known: int) -> PersonFacts:
    """What the two reports say of somebody as of a position."""
    with suppress(TraineeNotFound):
        transcript = lrs.transcripts.transcript(person, None, known).value.transcript
        verdicts = lrs.certifications.of_trainee(person, SUMMER, known).value.certified
        return facts_of(transcript.entries, verdicts)
    return UNKNOWN


def told(facts: PersonFacts) -> Told:
    lines = {("line", iri): line_facts(one) for iri, one in facts.lines.items()}
    verdicts = {("verdict", code): one.verdict for code, one in facts.verdicts.items()}
    return {**lines, **verdicts, ("may serve", ""): facts.clearance}


def place(change: ReportChange) -> tuple[str, str]:
    if isinstance(change, ClearanceChange):
        return "may serve", ""
    if isinstance(change, LineChange):
        return "line", change.course.iri
    return "verdict", change.programme.code


def added_up(found: Explanation) -> Told:
    """What the last of the changes says of each; each begins where the one before it ended."""
    last: Told = {("may serve", ""): Clearance(None)}
    for one in found.steps:
        for change in one.step.changes:
            assert last.get(place(change)) == change.before
            last[place(change)] = change.after
    return {of: what for of, what in last.items() if what is not None}


def test_the_changes_add_up_to_what_reports_say(eventful: Lrs) -> None:
    """As known at any position, each change beginning where the last one of its kind ended."""
    head = eventful.ledger.reader.head()[0]
    for person in PEOPLE:
        for known in (head // 2, head):
            with suppress(TraineeNotFound):
                found = explained(eventful, person, known)
                assert added_up(found) == told(reported(eventful, person, known))


@pytest.mark.rules
def test_before_and_after_are_what_was_known_then(eventful: Lrs) -> None:
    """Each event's changes are those between the reports as of the position before, and its own."""
    for person in PEOPLE[:2]:
        for one in explained(eventful, person).steps:
            at = one.step.touch.position
            before, after = (reported(eventful, person, p) for p in (at - 1, at) if p)
            assert one.step.changes == changes(before, after)


def test_an_explanation_of_a_course_or_programme_tells_of_no_other(eventful: Lrs) -> None:
    """And adds up to what the reports say of that one."""
    head = eventful.ledger.reader.head()[0]
    course, person = varied._course(1), PEOPLE[1]
    whole = told(reported(eventful, person, head))
    found = added_up(explained(eventful, person, course=course))
    wanted = {("line", course), ("verdict", "windows"), ("may serve", "")}
    assert {of: found[of] for of in found if of[0] != "may serve"} == {
        of: whole[of] for of in whole.keys() & wanted if of[0] != "may serve"
    }


def texts(found: Explanation) -> Iterator[tuple[str, list[str]]]:
    """Each event by its kind, with what it changed."""
    for one in found.steps:
        yield one.step.touch.kind.value, [place(change)[0] for change in one.step.changes]


def anna(story: Story, **options: Any) -> Explanation:
    return explained(story.lrs, key(ANNA), **options)


def test_a_certificate_is_explained_by_the_events_it_rests_on(story: Story) -> None:
    """She joins, fails, passes; the pass is voided, and what is missing is named."""
    story.describe(EntryKind.COURSE, id=FIRE, title={"ru": "Огонь"})
    story.programme(min_score=0.8)
    story.hire()
    failed = happened("failed", ANNA, FIRE, "2026-03-10T10:00", score={"scaled": 0.4})
    passed = happened("passed", ANNA, FIRE, "2026-03-11T10:00", score={"scaled": 0.9})
    story.post(failed, passed)
    assert [*texts(anna(story))] == [
        ("record", ["verdict", "may serve"]),
        ("statement", ["line", "verdict"]),
        ("statement", ["line", "verdict", "may serve"]),
    ]
    (verdict,) = anna(story).conclusion.verdicts
    assert (verdict.standing.verdict.status, verdict.lack) == ("certified", None)
    assert [one.statement for one in anna(story).evidence.values()] == [passed["id"]]
    story.post(voiding(passed))
    (verdict,) = anna(story).conclusion.verdicts
    assert [(one.course.iri, one.entries[0].line.status) for one in verdict.missing] == [
        (FIRE, "failed")
    ]


def test_a_statement_of_an_account_that_was_nobodys_changes_nothing_until_it_is_linked(
    story: Story,
) -> None:
    """Then the link changes the line."""
    story.hire()
    other = {"mbox": "mailto:anna@centre.example"}
    story.post({**happened("passed", ANNA, FIRE, "2026-03-10T10:00"), "actor": other})
    story.describe(EntryKind.LINK, agent=f"mbox|{other['mbox']}", person=key(ANNA))
    assert [*texts(anna(story))][1:] == [("statement", []), ("link", ["line"])]
    assert [one.step.were_theirs for one in anna(story).steps] == [True, False, True]


def test_a_description_is_told_where_it_changed_something(story: Story) -> None:
    """The rule of the course whose last attempt counts; not the new title of another one."""
    story.hire()
    story.post(
        happened("passed", ANNA, FIRE, "2026-03-10T10:00"),
        happened("failed", ANNA, FIRE, "2026-03-11T10:00"),
    )
    story.describe(EntryKind.COURSE, id=TALK, title={"ru": "Беседа"})
    story.describe(EntryKind.COURSE, id=FIRE, title={"ru": "Огонь"}, attempt_rule="last")
    assert [kind for kind, _ in texts(anna(story))] == [
        "record",
        "statement",
        "statement",
        "course",
    ]
    assert [*texts(anna(story, course=TALK))] == []


def test_events_are_given_in_pages(story: Story) -> None:
    story.hire()
    for day in range(10, 15):
        story.post(happened("failed", ANNA, FIRE, f"2026-03-{day}T10:00"))
    first = anna(story, limit=4)
    rest = anna(story, limit=4, after=first.more or 0)
    assert (len(first.steps), len(rest.steps), rest.more) == (4, 2, None)
    assert first.conclusion == rest.conclusion
