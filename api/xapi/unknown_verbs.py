"""Says in the answer to a write which of its verbs are not known, but near a known one.

Such a statement is stored as every valid one, and counts in no transcript: a module's author sees
the header at the first try.
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
    """An IRI as a URI: what a header cannot hold is percent-encoded."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~")
