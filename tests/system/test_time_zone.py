"""The centre's time zone: the day on which something happened that was told in UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from lrs import bootstrap
from lrs.domain.time import micros
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.version import Version
from lrs.projections.training.projection import TrainingProjection
from lrs.service import Lrs
from lrs.settings import Settings
from schemas import parse_statements

MOSCOW = ZoneInfo("Europe/Moscow")
STATEMENT = """{"actor": {"mbox": "mailto:a@centre.example"},
 "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
 "object": {"id": "https://portal.example/course"}, "timestamp": "2026-03-31T22:30:00Z"}"""


def completed(lrs: Lrs) -> date:
    """The day of it, as the transcript has it now, and as it was known at the first position."""
    person = "mbox|mailto:a@centre.example"
    found = [lrs.transcripts.transcript(person, known=known).value for known in (None, 1)]
    (now, then) = (one.transcript.entries[0].line.reached.day for one in found)
    assert now == then
    return now


@pytest.mark.usefixtures("hurried")
def test_another_zone_folds_what_is_there_anew(settings: Settings) -> None:
    """The read model is that of another version then, and is made anew beside it."""
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    received, _ = parse_statements(STATEMENT.encode())
    lrs.statements.store(received, lrs.credentials.operator("me"), Version.V1_0_3)
    lrs.projector.runner.catch_up()
    assert completed(lrs) == date(2026, 3, 31)
    lrs.close()
    moved = bootstrap.build(replace(settings, time_zone="Europe/Moscow"))
    moved.projector.rebuild(["training"])
    assert completed(moved) == date(2026, 4, 1)
    moved.close()


def test_each_zone_and_vocabulary_makes_rows_of_its_own() -> None:
    own = Vocabulary(verbs={})
    made = [TrainingProjection(words, zone) for words in (STANDARD, own) for zone in (UTC, MOSCOW)]
    assert len({one.VERSION for one in made}) == 4
    assert made[0].VERSION == TrainingProjection.VERSION
    assert max(one.VERSION for one in made) < 2**31


def test_today_is_the_day_at_the_centre(made: object, settings: Settings) -> None:
    late = micros(datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    for zone, day in (("UTC", date(2026, 3, 31)), ("Europe/Moscow", date(2026, 4, 1))):
        lrs = bootstrap.build(replace(settings, time_zone=zone), now=lambda: late)
        assert lrs.clock.today() == day
        lrs.close()
