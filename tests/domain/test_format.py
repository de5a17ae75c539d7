from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject
from lrs.domain.xapi.formats import accepted_languages, canonical, ids_only, preferred
from lrs.domain.xapi.version import Version
from schemas import check_statement
from tests.schemas.strategies import statements
from tests.support.examples import drawn

anything = st.sampled_from(list(Version)).flatmap(statements)
TEXTS = {"en-US": "a", "ru": "b", "sr-Latn": "c", "sr": "d"}


@settings(max_examples=drawn(40), deadline=None)
@given(st.sampled_from(Version), st.data())
def test_ids_of_a_statement_is_a_statement(version: Version, data: st.DataObject) -> None:
    """1.0.3 part 3, 2.1.3: less to say, but as well formed; and nothing more to leave out."""
    statement = data.draw(statements(version))
    short = ids_only(statement)
    check_statement(short, version)
    assert ids_only(short) == short
    assert short["verb"] == {"id": statement["verb"]["id"]}
    assert short.keys() == statement.keys()


@settings(max_examples=drawn(40), deadline=None)
@given(anything)
def test_ids_keeps_every_identifier(statement: JsonObject) -> None:
    """Whoever is identified stays identified, in the same way."""
    short = ids_only(statement)
    for kind in IDENTIFIERS:
        assert short["actor"].get(kind) == statement["actor"].get(kind)
    if statement["object"].get("objectType") != "SubStatement":
        assert short["object"].get("id") == statement["object"].get("id")


@settings(max_examples=drawn(40), deadline=None)
@given(anything, st.lists(st.sampled_from(["ru", "en-US", "cmn", "*", "x-own"])))
def test_canonical_has_one_language_and_loses_nothing_else(
    statement: JsonObject, languages: list[str]
) -> None:
    """1.0.3 part 3, 2.1.3: one entry of each map, taken from the statement's own."""
    short = canonical(statement, languages, {})
    assert short.keys() == statement.keys()
    said = statement["verb"].get("display")
    if said is not None:
        shown = short["verb"]["display"]
        assert len(shown) == min(1, len(said))
        assert shown.items() <= said.items()
    assert short["actor"] == statement["actor"]
    assert canonical(short, languages, {}) == short


@pytest.mark.parametrize(
    ("languages", "tag"),
    [
        ([], "en-US"),
        (["ru"], "ru"),
        (["RU"], "ru"),
        (["ru-RU"], "ru"),
        (["en"], "en-US"),
        (["en-GB"], "en-US"),
        (["tlh", "ru"], "ru"),
        (["*", "ru"], "en-US"),
        (["sr"], "sr"),
        (["sr-Latn-RS"], "sr-Latn"),
        (["sr-Cyrl"], "sr"),
    ],
)
def test_the_nearest_language_is_preferred(languages: list[str], tag: str) -> None:
    """RFC 4647, 3.4: the tag itself, then shorter ones, then any of that language, then any."""
    assert preferred(TEXTS, languages) == {tag: TEXTS[tag]}


def test_no_texts_give_no_text() -> None:
    """An empty language map is valid, and stays empty."""
    assert preferred({}, ["ru"]) == {}


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", []),
        ("ru", ["ru"]),
        ("en;q=0.5, ru", ["ru", "en"]),
        ("en; q=0.5 ,ru ; q=0.6", ["ru", "en"]),
        ("en,ru", ["en", "ru"]),
        ("en;q=0, ru", ["ru"]),
        ("en;q=x, ru;q=nan, de", ["de"]),
        (",,;q=1", []),
        ("*", ["*"]),
    ],
)
def test_accept_language_is_read_best_first(header: str, languages: list[str]) -> None:
    """RFC 9110, 12.5.4: by quality, then as listed; what is malformed is left out."""
    assert accepted_languages(header) == languages


def test_of_many_languages_the_best_are_read_and_of_long_ones_none() -> None:
    """Each map of an answer is compared with each of them: 32 tags of 64 characters at most."""
    tags = [f"x-{number}" for number in range(33)]
    assert accepted_languages(",".join(tags)) == tags[:32]
    assert accepted_languages(f"{'x-' + 'a' * 62},{'x-' + 'a' * 63},ru;q=0,en;q=0.001") == [
        "x-" + "a" * 62,
        "en",
    ]


def test_an_activity_of_the_context_that_stands_alone_comes_in_an_array() -> None:
    """1.0.3 part 2, 2.4.6.2: a lone one may be sent, and an array is to be returned."""
    lone = {"parent": {"id": "http://a/1", "definition": {"name": {"en": "One"}}}}
    statement = {
        "actor": {"mbox": "mailto:a@b.org"},
        "verb": {"id": "http://v/1"},
        "object": {"id": "http://a/2"},
        "context": {"contextActivities": lone},
    }
    assert ids_only(statement)["context"]["contextActivities"] == {"parent": [{"id": "http://a/1"}]}
