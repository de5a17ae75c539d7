"""Verbs that no vocabulary has, and the known word that was probably meant.

    http and https mixed up, another case, a slash too many     the word itself
    the same word under another address                         that word, ADL's before others
    a letter more, less, other or moved (of words of eight      that word
    letters or more: two)

Published verbs that tell nothing of training are nobody's misspelt words.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lrs.domain.training.published_words import SILENT
from lrs.domain.training.vocabulary import Vocabulary

EXAMINED = 20

_LONG = 8
_LONGEST = 40
"""Letters of the longest last part of an IRI that is compared."""


@lru_cache(maxsize=4096)
def nearest(verb: str, vocabulary: Vocabulary) -> str | None:
    """The known verb that is nearest to one that is not known; None if no known verb is near."""
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
    spellings = _telling(vocabulary)[min(near)[1]]
    return next((one for one in spellings if _plain(one) == _plain(verb)), spellings[0])


def unknown(verbs: Iterable[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Of these verbs those that are not known but near a known one, with that one. Of many only
    the first EXAMINED by address that are not known are looked at.
    """
    others = sorted({verb for verb in verbs if not vocabulary.knows(verb)})[:EXAMINED]
    return {verb: near for verb in others if (near := nearest(verb, vocabulary)) is not None}


@lru_cache(maxsize=8)
def _telling(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The last parts of the verbs that tell something, each with the verbs that end so: ADL's with
    http first, which are the commonest.
    """
    found: dict[str, list[str]] = {}
    for verb in sorted(vocabulary.telling, key=lambda verb: (verb.startswith("https:"), verb)):
        found.setdefault(_word(verb), []).append(verb)
    return found


def _plain(verb: str) -> str:
    return verb.lower().partition("://")[2].rstrip("/")


def _word(verb: str) -> str:
    """The last part of an IRI, in lower case."""
    return verb.rstrip("/#").replace("#", "/").rpartition("/")[2].lower()


def _near(word: str, known: str) -> int | None:
    """How many letters two words differ by, if few enough."""
    most = 2 if len(known) >= _LONG else 1
    if abs(len(word) - len(known)) > most:
        return None
    distance = _distance(word, known)
    return distance if distance <= most else None


def _distance(one: str, other: str) -> int:
    """Letters to add, leave out, change, or to exchange with the next, to make one of the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != wanted))
            moved = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted
            row.append(min(cost, before[j - 2] + 1) if moved else cost)
        before, last = last, row
    return last[-1]
