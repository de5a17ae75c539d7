"""Which known verb was probably meant by one that is not known."""

from __future__ import annotations

import pytest

from lrs.domain.training.near_words import EXAMINED, nearest, unknown
from lrs.domain.training.published_words import SILENT
from lrs.domain.training.vocabulary import STANDARD, Vocabulary

ADL = "http://adlnet.gov/expapi/verbs/"


@pytest.mark.parametrize(
    ("verb", "meant"),
    [
        (ADL + "passd", ADL + "passed"),
        (ADL + "pased", ADL + "passed"),
        (ADL + "passsed", ADL + "passed"),
        (ADL + "apssed", ADL + "passed"),
        (ADL + "compelted", ADL + "completed"),
        (ADL + "complited", ADL + "completed"),
        (ADL + "Completed", ADL + "completed"),
        (ADL + "completed/", ADL + "completed"),
        ("HTTPS://adlnet.gov/expapi/verbs/passed", ADL + "passed"),
        ("https://activitystrea.ms/join", "http://activitystrea.ms/join"),
        (
            "https://activitystrea.ms/schema/1.0/join",
            "http://activitystrea.ms/schema/1.0/join",
        ),
        ("https://portal.example/verbs#completed", ADL + "completed"),
        (ADL + "waived", "https://w3id.org/xapi/adl/verbs/waived"),
        (ADL + "passed", None),
        (ADL + "resumed", None),
        (ADL + "voided", None),
        ("https://portal.example/verbs/danced", None),
        ("https://portal.example/" + "passed" * 100, None),
        ("urn:x", None),
        ("https://portal.example/", None),
    ],
)
def test_the_nearest_word_is_named(verb: str, meant: str | None) -> None:
    """A letter or two, the scheme, the case, another address: no more."""
    assert nearest(verb, STANDARD) == meant


@pytest.mark.parametrize("verb", sorted(SILENT | {*STANDARD.telling}))
def test_no_published_verb_is_taken_for_a_misspelt_one(verb: str) -> None:
    assert nearest(verb, STANDARD) is None


def test_a_word_that_an_installation_has_silenced_is_no_mistake() -> None:
    """Nor is it what another word is taken for."""
    verb = ADL + "passed"
    verbs = {known: meaning for known, meaning in STANDARD.verbs.items() if known != verb}
    own = Vocabulary(verbs, by_type={**STANDARD.by_type, verb: {}})
    assert nearest(verb, own) is None
    assert nearest(ADL + "passd", own) == "https://adlnet.gov/expapi/verbs/passed"


def test_of_many_unknown_verbs_a_few_are_looked_at() -> None:
    """Whatever is sent, naming them costs little."""
    many = [f"{ADL}passe{number:03}" for number in range(1000)]
    assert unknown([*many, ADL + "zpassed", ADL + "a", ADL + "passed"], STANDARD) == {}
    few = [f"https://x.example/{number}/passd" for number in range(1000)]
    assert len(unknown(few, STANDARD)) == EXAMINED
