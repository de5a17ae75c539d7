"""A list of certificates says of each person what would be said of them alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from benchmarks.centre import BEGIN, LARGE, TODAY, Sizes
from benchmarks.trained import fill, opened
from lrs.database import open_database
from lrs.domain.catalogue import Kind
from lrs.domain.verdict import Span, Verdict, record_of, span_of, verdict
from lrs.projections import described, rulebook
from lrs.projections.certifications import of_people
from lrs.projections.people import Trainee
from lrs.service import Lrs
from lrs.service.certifications import Wanted
from lrs.settings import Settings


@pytest.fixture
def centre(settings: Settings) -> Iterator[Lrs]:
    """A small training centre's store, with its read models level."""
    fill(settings, Sizes.of(2_000))
    with opened(settings) as lrs:
        lrs.projector.catch_up()
        yield lrs


def test_what_people_have_in_common_changes_no_verdict(centre: Lrs, settings: Settings) -> None:
    """Everybody at two offices, on four days, beside each verdict made on its own."""
    days = [TODAY, date(2025, 3, 1), BEGIN + timedelta(days=90), BEGIN]
    views, statuses = open_database(settings.views_url), set()
    with views.read.connect() as connection:
        for on in days:
            for office in (LARGE, "O-02"):
                for one in centre.certifications.among(Wanted(on, office=office)).value.people:
                    said = {s.programme.code: s.verdict for s in one.standings}
                    assert said == _alone(connection, one.trainee, on)
                    statuses |= {verdict.status for verdict in said.values()}
    views.close()
    assert statuses >= {"assigned", "in progress", "certified"}


def _alone(connection: Connection, who: Trainee, on: date) -> dict[str, Verdict]:
    """The verdicts on a person in every programme there is."""
    exemptions: defaultdict[str, list[Span]] = defaultdict(list)
    revocations: defaultdict[str, list[date]] = defaultdict(list)
    kinds = (Kind.EXEMPTION, Kind.REVOCATION)
    for said in described.standing(described.of_people(connection, who.identifiers, kinds)):
        entry = said.entry or {}
        if said.kind is Kind.EXEMPTION:
            exemptions[entry["programme"]].append(span_of(entry))
        else:
            revocations[entry["programme"]].append(date.fromisoformat(entry["on"]))
    earned = of_people(connection, [who.id])[who.id]
    found = {}
    for code, programme in rulebook.programmes(connection).items():
        what = earned.get(code)
        found[code] = verdict(
            programme.versions,
            what.grants if what else (),
            record=record_of(who.record) if who.record else None,
            exemptions=exemptions[code],
            revocations=revocations[code],
            begun=what.begun if what else None,
            on=on,
        )
    return {code: said for code, said in found.items() if said is not None}
