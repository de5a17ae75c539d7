from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.search_text import fold, parts

HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
APOSTROPHES = "'\u2019\u2018\u02bc`\u00b4\u2032\uff07"
SPACES = " \t\n\r\u00a0\u1680\u2003\u2009\u202f\u205f\u3000\u2028"
SHAPELESS = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u034f\ufe0f\0\x07"

LETTERS = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАЕЁЙЯabcéüßXYZ", min_size=1, max_size=12)
WORDS = st.lists(LETTERS, min_size=1, max_size=4)


@pytest.mark.parametrize(("stored", "folded"), [
    ("Семёнцов Пётр", "семенцов петр"),
    ("Се\u0435\u0308в", "сеев"),
    ("\u0401жикова", "ежикова"),
    ("Йод и\u0306од", "йод йод"),
    ("Їжак Мюллер Müller", "їжак мюллер müller"),
    ("  Громов \u00a0Илья\u2003Ильич\n", "громов илья ильич"),
    ("Римская\u2011Корсакова", "римская-корсакова"),
    ("Римская — Корсакова", "римская-корсакова"),
    ("Рим\u00adская", "римская"),
    ("О\u2019Генри О\u02bcГенри О`Генри О\u00b4Генри", "о'генри о'генри о'генри о'генри"),
    ("\ufeffОрлова\u200b", "орлова"),
    ("ＡＢＣ ﬁ Straße №\u00a07", "abc fi strasse no 7"),
    ("mailto:a_b%@c.example", "mailto:a_b%@c.example"),
    ("", ""),
    ("\u200b \u00a0", ""),
])  # fmt: skip
def test_a_text_is_folded_to_what_can_be_typed(stored: str, folded: str) -> None:
    assert fold(stored) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text())
def test_what_unicode_calls_equal_is_folded_alike(text: str) -> None:
    """UAX 15: canonically equal texts differ in nothing that a reader can see."""
    assert fold(normalize("NFD", text)) == fold(normalize("NFC", text)) == fold(text)


@given(LETTERS)
def test_case_and_the_dots_of_yo_make_no_difference(word: str) -> None:
    typed = word.replace("ё", "е").replace("Ё", "Е")
    assert fold(word) == fold(word.upper()) == fold(word.lower()) == fold(typed)


@given(LETTERS)
def test_short_i_stays_another_letter_than_i(word: str) -> None:
    """й decomposes as ё does; but whoever looks for и does not mean й."""
    assert fold(word).count("й") == word.lower().count("й")
    assert fold(word).count("и") == word.lower().count("и")


@given(WORDS, st.sampled_from(HYPHENS), st.sampled_from(APOSTROPHES))
def test_whatever_hyphen_and_apostrophe_stand_there(words: list[str], h: str, a: str) -> None:
    assert fold(h.join(words)) == fold("-".join(words))
    assert fold(a.join(words)) == fold("'".join(words))
    assert fold(f" {h} ".join(words)) == fold("-".join(words))


@given(WORDS, st.text(SPACES, min_size=1), st.text(SHAPELESS))
def test_whatever_spaces_stand_there_and_what_has_no_shape(
    words: list[str], spaces: str, nothing: str
) -> None:
    shown = " ".join(words)
    assert fold(spaces + spaces.join(words) + spaces) == fold(shown)
    assert fold(nothing + nothing.join(shown) + nothing) == fold(shown)


@given(WORDS)
def test_a_text_holds_all_of_its_parts_in_whatever_order(words: list[str]) -> None:
    sought = parts(" ".join(reversed(words)))
    assert set(sought) == set(fold(" ".join(words)).split())
    assert len(set(sought)) == len(sought)


@pytest.mark.parametrize("text", ["", " ", "\u00a0\u200b\u00ad", "\0"])
def test_where_nothing_is_asked_there_are_no_parts(text: str) -> None:
    assert parts(text) == []
