"""A header of the reply to a write that names unknown verbs which are near a known one.

Such a statement is valid and stored, and counts in no transcript. The header shows that to a
module's author at the first try.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from lrs.domain.training.near_words import unknown
from lrs.domain.training.vocabulary import Vocabulary
from lrs.domain.xapi.agent import JsonObject

HEADER = "X-Zachetka-Unknown-Verb"

_MOST = 5
_LONGEST = 300
"""Characters of the longest verb that is named."""


def unknown_verbs(statements: Sequence[JsonObject], words: Vocabulary) -> str:
    """The header's value, `<verb>; nearest="known verb"` for each of at most _MOST; empty where
    there is nothing to say.
    """
    found = unknown((statement["verb"]["id"] for statement in statements), words)
    named = [(_sent(verb), _sent(near)) for verb, near in found.items() if len(verb) <= _LONGEST]
    return ", ".join(f'<{verb}>; nearest="{near}"' for verb, near in named[:_MOST])


def _sent(iri: str) -> str:
    """An IRI as a URI: characters that a header cannot hold are percent-encoded."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~")
