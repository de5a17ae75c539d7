"""Explanations have every word in both languages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_args

import pytest

from lrs.domain.certification.verdict import STATUSES as CERTIFICATES
from lrs.domain.time import Moment
from lrs.domain.training.attempt import STATUSES
from lrs.domain.training.score import StatedScore
from lrs.domain.training.vocabulary import OutcomeKind
from lrs.projections.training.courses import Course
from lrs.service.replay import LaterKind, LineChange, LineFacts
from schemas.replay.wording import ENGLISH, RUSSIAN, Wording, wording
from schemas.replay.words import ExplanationWords


def places(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_both_languages_have_the_same_sentences_with_the_same_places() -> None:
    assert ENGLISH.texts.keys() == RUSSIAN.texts.keys()
    for name, text in ENGLISH.texts.items():
        assert places(text) == places(RUSSIAN.texts[name]), name


def test_every_value_has_a_russian_word() -> None:
    """In English they are words already."""
    assert RUSSIAN.outcomes.keys() == set(get_args(OutcomeKind))
    assert RUSSIAN.statuses.keys() == set(STATUSES)
    assert RUSSIAN.certificates.keys() == set(CERTIFICATES)
    assert {f"later-{kind.value}" for kind in LaterKind} <= ENGLISH.texts.keys()


@pytest.mark.parametrize("language", [ENGLISH, RUSSIAN], ids=["en", "ru"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hours", 3_601),
        ("reached", Moment(1, 0)),
        ("score", StatedScore(0.8, max=10)),
    ],
)
def test_a_change_that_is_too_small_to_show_is_named(
    language: Wording, name: str, value: Any
) -> None:
    """Of whatever member it is: a line that changed has words."""
    score = StatedScore(0.8)
    before = LineFacts("passed", Moment(0, 0), None, 1, score, True, 3_600, 0, 0, None)
    change = LineChange(Course(1, "http://c", {}), before, before._replace(**{name: value}))
    words = ExplanationWords(language, {}).line(change)
    assert words == f"http://c: {language.text('too-small', what=language.text(name))}"


@pytest.mark.parametrize(
    ("languages", "language"),
    [
        ([], "en"),
        (["ru"], "ru"),
        (["RU-ru"], "ru"),
        (["ru_RU.UTF-8"], "ru"),
        (["C.UTF-8"], "en"),
        (["de", "ru"], "ru"),
        (["en-GB", "ru"], "en"),
    ],
)
def test_the_first_language_that_there_is_is_taken(languages: list[str], language: str) -> None:
    assert wording(languages).language == language


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    day = date(2026, 3, 9)
    assert (ENGLISH.number(0.8333333), ENGLISH.day(day)) == ("0.8333", "2026-03-09")
    assert (RUSSIAN.number(0.8333333), RUSSIAN.day(day)) == ("0,8333", "09.03.2026")
