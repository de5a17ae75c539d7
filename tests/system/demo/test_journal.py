"""What the catalogue is told: first what there is, later what changes."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from pathlib import Path

import pytest

from api.catalogue_files.files import read
from api.cli.demo import fill, tell
from lrs.demo import OFFICES, JournalEvent, Past, unfold
from lrs.demo.catalogue import opening
from lrs.demo.journal import Journal
from lrs.demo.programmes import PROGRAMMES
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import ImportRefused
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from schemas.catalogue.entries import check_catalogue, check_entries
from tests.support.stores import WRITER

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "catalogue.yaml"
PAGE = ROOT / "docs" / "demo.md"


def events(journal: Journal) -> list[JournalEvent]:
    return [news for news in journal.history() if isinstance(news, JournalEvent)]


def said(journal: Journal, kind: EntryKind) -> list[JsonObject]:
    """All that is said of things of this kind."""
    return [event.entry for event in events(journal) if event.kind is kind and event.entry]


def test_the_catalogue_comes_before_the_first_statement(journal: Journal) -> None:
    first = list(takewhile(lambda news: isinstance(news, JournalEvent), journal.history()))
    kinds = Counter(event.kind for event in first if isinstance(event, JournalEvent))
    assert kinds == {
        EntryKind.COURSE: 20, EntryKind.OFFICE: 13, EntryKind.POST: 5, EntryKind.SERVICE: 36,
        EntryKind.PROGRAMME: 8, EntryKind.PERSON: 290,
    }  # fmt: skip


def test_something_is_said_of_every_kind_of_thing(journal: Journal) -> None:
    assert {event.kind for event in events(journal)} == set(EntryKind)


def test_what_is_said_is_what_the_catalogue_takes(journal: Journal) -> None:
    for event in events(journal):
        if event.entry is not None:
            assert check_entries(event.kind, event.entry) == [(event.kind, event.entry, "")]


def test_titles_are_in_russian_and_english(journal: Journal) -> None:
    for event in events(journal):
        for name in {"title", "topic"} & (event.entry or {}).keys():
            assert set((event.entry or {})[name]) == {"ru", "en"}


@pytest.mark.parametrize("member", [
    "at_least", "before_visitors", "due_days", "equivalents", "everyone", "min_hours", "min_score",
    "newcomers", "offices", "posts", "renewal_days", "since", "valid_months", "valid_until",
])  # fmt: skip
def test_some_programme_shows_each_thing_that_a_rule_can_say(member: str) -> None:
    assert any(member in programme for programme in PROGRAMMES)


def test_the_example_to_copy_is_the_catalogue_that_the_demo_opens_with(journal: Journal) -> None:
    """Of the people it shows a few."""
    checked = check_catalogue(read(EXAMPLE).value)
    for kind, entries in opening().items():
        assert [entry for of, entry, _ in checked if of is kind] == entries
    people = [entry for of, entry, _ in checked if of is EntryKind.PERSON]
    assert len(people) == 3
    assert all(entry in said(journal, EntryKind.PERSON) for entry in people)


def test_everybody_has_a_record_from_the_day_they_are_hired(journal: Journal) -> None:
    records = [entry for entry in said(journal, EntryKind.PERSON) if entry["post"] != "trainer"]
    assert len({record["agent"] for record in records}) == 400
    assert {record["office"] for record in records} == {office.code for office in OFFICES}
    assert all(record["since"] for record in records)


def test_visitors_rate_every_office_each_month_and_better_with_time(journal: Journal) -> None:
    ratings = {(r["office"], r["month"]): r for r in said(journal, EntryKind.RATING)}
    assert len(ratings) == 12 * 13
    share = {
        month: sum(r["dislikes"] for r in ratings.values() if r["month"] == month)
        / sum(r["likes"] + r["dislikes"] for r in ratings.values() if r["month"] == month)
        for month in ("2025-09", "2026-09")
    }
    assert 0.02 < share["2026-09"] < share["2025-09"] < 0.15


@pytest.mark.rules
def test_telling_goes_on_where_it_was_broken_off(lrs: Lrs) -> None:
    """No thing is described again as it was before: its history is that of a whole telling."""
    journal = unfold(2026, 48)
    everything = list(journal.history())
    assert len(everything) > 3_000
    tell(lrs, everything[: len(everything) * 4 // 5], WRITER)
    tell(lrs, everything, WRITER)
    expected = Counter((event.kind, event.key) for event in events(journal))
    found = lrs.catalogue.histories(expected.keys(), WRITER)
    assert {thing: len(versions) for thing, versions in found.items()} == expected
    assert lrs.health().head == len(everything)


@pytest.mark.rules
def test_a_store_with_the_demo_of_an_earlier_version_is_left_alone(
    lrs: Lrs, journal: Journal
) -> None:
    """It told no events; some of its statements were others."""
    tell(lrs, list(journal.statements())[-1:], WRITER)
    with pytest.raises(ImportRefused, match="empty store"):
        fill(lrs, journal, Past(journal), lambda _: None)
    assert lrs.health().head == 1


@pytest.mark.parametrize("row", [
    ("0597", "resit"),
    ("0575", "newcomer", "renewed"),
    ("0602", "due"),
    ("0578", "expired"),
    ("0636", "not-briefed"),
    ("0111", "revoked"),
    ("0042", "exempt"),
    ("0289", "kept-by-the-old-rule"),
    ("0231", "lost-by-the-new-rule"),
    ("0054", "one-account"),
    ("0046", "surname-change"),
    ("0144", "promoted"),
    ("0087", "left"),
    ("0013, 0040", "namesake-one"),
    ("0024", "voided-score"),
    ("0363", "waived"),
], ids=lambda row: row[1])  # fmt: skip
def test_the_page_on_the_demo_says_who_the_stories_are_about(
    row: tuple[str, ...], stories: dict[str, str]
) -> None:
    numbers, *rest = row
    assert f"| {numbers} | " in PAGE.read_text("utf-8")
    assert {stories[story][-4:] for story in rest} == {numbers[:4]}
