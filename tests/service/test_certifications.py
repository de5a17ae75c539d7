"""A list of certificates says of each person what would be said of them alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection

from benchmarks.centre import BEGIN, LARGE, TODAY, Sizes
from benchmarks.trained import fill, opened
from lrs.db.engine import open_database
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.rule import Rule
from lrs.domain.certification.verdict import Span, Verdict, record_of, span_of, verdict
from lrs.projections.training import catalogue_cache, catalogue_history
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.certifications import Earned, of_people
from lrs.projections.training.people import Trainee
from lrs.service import Lrs
from lrs.service.reports import rulings as rulings_module
from lrs.service.reports.certifications import CertificatesQuery, RecordedVerdict
from lrs.service.reports.rulings import Rulings
from lrs.service.reports.verdicts import _NO_EXCEPTIONS, _decided
from lrs.settings import Settings


@pytest.fixture
def centre(settings: Settings) -> Iterator[Lrs]:
    """A small training centre's store, with its read models level."""
    fill(settings, Sizes.of(2_000))
    with opened(settings) as lrs:
        lrs.projector.runner.catch_up()
        yield lrs


@pytest.mark.briefly("postgresql")
def test_what_people_have_in_common_changes_no_verdict(centre: Lrs, settings: Settings) -> None:
    """Everybody at two offices, on four days, beside each verdict made on its own."""
    days = [TODAY, date(2025, 3, 1), BEGIN + timedelta(days=90), BEGIN]
    views, statuses = open_database(settings.views_url), set()
    with views.read.connect() as connection:
        for on in days:
            for office in (LARGE, "O-02"):
                for one in centre.certifications.among(
                    CertificatesQuery(on, office=office)
                ).value.people:
                    verdicts = {s.programme.code: s.verdict for s in one.standings}
                    assert verdicts == _alone(connection, one.trainee, on)
                    statuses |= {verdict.status for verdict in verdicts.values()}
    views.close()
    assert statuses >= {"assigned", "in progress", "certified"}


def _alone(connection: Connection, who: Trainee, on: date) -> dict[str, Verdict]:
    """The verdicts on a person in every programme there is."""
    exemptions: defaultdict[str, list[Span]] = defaultdict(list)
    revocations: defaultdict[str, list[date]] = defaultdict(list)
    kinds = (EntryKind.EXEMPTION, EntryKind.REVOCATION)
    for said in catalogue_history.current(
        catalogue_history.of_people(connection, who.identifiers, kinds)
    ):
        entry = said.entry or {}
        if said.kind is EntryKind.EXEMPTION:
            exemptions[entry["programme"]].append(span_of(entry))
        else:
            revocations[entry["programme"]].append(date.fromisoformat(entry["on"]))
    earned = of_people(connection, [who.id])[who.id]
    found = {}
    for code, programme in catalogue_cache.programmes(connection).items():
        what = earned.get(code)
        found[code] = verdict(
            programme.versions,
            what.grants if what else (),
            record=record_of(who.record) if who.record else None,
            exemptions=exemptions[code],
            revocations=revocations[code],
            began=what.begun if what else None,
            on=on,
        )
    return {code: said for code, said in found.items() if said is not None}


def _person(number: int, joined: date | None, post: str, until: date | None) -> Trainee:
    record: dict[str, str] = {"agent": "a", "post": post, "office": "O-01"}
    record |= {"since": joined.isoformat()} if joined else {}
    record |= {"until": until.isoformat()} if until else {}
    return Trainee(number, "a", None, None, ("a",), record)


_OLD: dict[str, Any] = {"courses": ("c",), "wanted": 1}
_CHIEFS = frozenset({"chief"})
_LINES: list[list[dict[str, Any]]] = [
    [{"posts": _CHIEFS, "due_days": 30}],
    [{"everyone": True}, {"since": date(2025, 3, 1), "everyone": True, "due_days": 14}],
    [{"since": date(2025, 2, 1), "newcomers": True, "due_days": 14}],
    [
        {"since": date(2025, 2, 1), "everyone": True},
        {"since": date(2025, 3, 1), "newcomers": True, "due_days": 7},
        {
            "since": date(2025, 4, 1),
            "newcomers": True,
            "due_days": 14,
            "posts": frozenset({"chief"}),
        },
    ],
    [
        {"since": date(2025, 2, 1), "newcomers": True},
        {"since": date(2025, 4, 1), "everyone": True, "due_days": 14},
    ],
    [{"everyone": True, "due_days": 3}, {"since": date(2025, 5, 1), "courses": ()}],
]


def _rule(number: int, said: dict[str, Any]) -> Rule:
    return Rule(number, **(_OLD | said))


@pytest.mark.parametrize("places", [1, 64])
@pytest.mark.parametrize("on", [date(2025, 1, 15), date(2025, 3, 15), date(2025, 6, 1)])
def test_those_of_a_place_are_told_apart_by_when_they_joined(
    on: date, places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the versions of a rule ask for, in whatever order people are looked at, and however
    few places are kept in memory.
    """
    monkeypatch.setattr(rulings_module, "MOST_PLACES", places)
    programmes = {
        f"P-{n}": ProgrammeRules(
            f"P-{n}", {}, [_rule(i, said) for i, said in enumerate(line, 1)], {}
        )
        for n, line in enumerate(_LINES)
    }
    joined = [None, date.min, date.max, *(date(2025, m, d) for m in range(1, 7) for d in (1, 2))]
    people = product(joined, ["chief", "clerk"], [None, date(2025, 3, 1)])
    trainees = [_person(n, *one) for n, one in enumerate(people)]
    beginnings = [None, date(2025, 1, 10), date(2025, 3, 16)]
    rulings = Rulings(programmes, on)
    for who, day in product([*reversed(trainees), Trainee(99, "a", None, None)], beginnings):
        earned = {} if day is None else {code: Earned(day, ()) for code in programmes}
        found = _decided(who, rulings, earned, _NO_EXCEPTIONS)
        record = record_of(who.record) if who.record else None
        assert [*found.standings] == [
            RecordedVerdict(one, said)
            for one in programmes.values()
            if (said := verdict(one.versions, (), record=record, began=day, on=on))
        ]
