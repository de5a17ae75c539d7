"""Verbs outside the vocabulary, and the known verb that was probably meant.

A word is the last segment of a verb's IRI. The known verb for an unknown one has

    the same IRI but for http or https, upper and lower case, or a slash at the end
    the same word in another IRI; ADL's verb before others
    a word with one letter added, missing, changed, or exchanged with the next (in words of eight
    letters or more: two)

Published verbs without a meaning for training do not count as misspelt.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lrs.domain.training.published_words import SILENT
from lrs.domain.training.vocabulary import Vocabulary

EXAMINED = 20
"""The most unknown verbs that are compared."""

_LONG = 8
"""From this length on, a word may differ by two letters."""
_LONGEST = 40
"""The length of the longest word that is compared."""


@lru_cache(maxsize=4096)
def nearest(verb: str, vocabulary: Vocabulary) -> str | None:
    """The known verb nearest to an unknown one; None if none is near, or `verb` is known."""
    if vocabulary.knows(verb) or verb in SILENT:
        return None
    word = _word(verb)
    if not word or len(word) > _LONGEST:
        return None
    near = [
        (distance, known)
        for known in _telling(vocabulary)
        if (distance := _near(word, known)) is not None
    ]
    if not near:
        return None
    candidates = _telling(vocabulary)[min(near)[1]]
    return next((known for known in candidates if _plain(known) == _plain(verb)), candidates[0])


def unknown(verbs: Iterable[str], vocabulary: Vocabulary) -> dict[str, str]:
    """The unknown verbs that are near a known verb, each with that one. Of the unknown verbs only
    the first EXAMINED by IRI are compared.
    """
    others = sorted({verb for verb in verbs if not vocabulary.knows(verb)})[:EXAMINED]
    return {verb: near for verb in others if (near := nearest(verb, vocabulary)) is not None}


@lru_cache(maxsize=8)
def _telling(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The words of the verbs with a meaning, each with the verbs that have the word: those with
    http first, since they are the most common.
    """
    found: dict[str, list[str]] = {}
    for verb in sorted(vocabulary.telling, key=lambda verb: (verb.startswith("https:"), verb)):
        found.setdefault(_word(verb), []).append(verb)
    return found


def _plain(verb: str) -> str:
    return verb.lower().partition("://")[2].rstrip("/")


def _word(verb: str) -> str:
    """The last segment of an IRI, in lower case."""
    return verb.rstrip("/#").replace("#", "/").rpartition("/")[2].lower()


def _near(word: str, known: str) -> int | None:
    """The number of letters by which two words differ; None if that is too many."""
    most = 2 if len(known) >= _LONG else 1
    if abs(len(word) - len(known)) > most:
        return None
    distance = _distance(word, known)
    return distance if distance <= most else None


def _distance(one: str, other: str) -> int:
    """The Damerau-Levenshtein distance (optimal string alignment) of two words."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, counterpart in enumerate(other, start=1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != counterpart))
            is_swap = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == counterpart
            row.append(min(cost, before[j - 2] + 1) if is_swap else cost)
        before, last = last, row
    return last[-1]
