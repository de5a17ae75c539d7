"""Text as a search compares it: the stored text and the query are normalised in the same way.

| equal in a search | normalised to |
|---|---|
| Unicode forms of one text, full-width letters, ligatures | NFKC |
| upper and lower case | `str.casefold` |
| ё and е; not й and и | е |
| hyphens, dashes and the minus sign, with or without spaces around them | `-` |
| apostrophes, right and left quotes, grave and acute accents, primes | `'` |
| runs of spaces of any kind, and of line ends | one space, none at the ends |
| soft hyphens, zero-width and other invisible characters | nothing |

Word processors and spreadsheets put such characters into names, and nobody types them into a
search.
"""

from __future__ import annotations

import re
from unicodedata import category, combining, normalize

_APOSTROPHES = frozenset(
    "'`\u00b4\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02c8"
)
_OTHER_HYPHENS = frozenset("\u02d7\u2043\u2212")
# invisible, though Unicode classes them as marks
_INVISIBLE = frozenset({0x034F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)})
_DIAERESIS = "\u0308"
_HYPHEN = re.compile(r"\s*-+\s*")


class _Characters(dict[int, str]):
    """The normalised character by its code point; each is computed once."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _normalised(chr(code), code)
        return found


def _normalised(character: str, code: int) -> str:
    kind = category(character)
    if character in _APOSTROPHES:
        return "'"
    if kind == "Pd" or character in _OTHER_HYPHENS:
        return "-"
    if kind == "Cf" or code in _INVISIBLE or (kind == "Cc" and not character.isspace()):
        return ""
    return character


_CHARACTERS = _Characters()


def fold(text: str) -> str:
    """The text as a search compares it. The function is idempotent."""
    while (folded := _fold_once(text)) != text:
        text = folded
    return text


def parts(text: str) -> list[str]:
    """The distinct words of a query, normalised: a text matches if it contains all of them, in any
    order. An empty list if the query holds none.
    """
    return list(dict.fromkeys(fold(text).split(" "))) if fold(text) else []


def _fold_once(text: str) -> str:
    # Composed first, so that canonically equivalent texts are equal from here on.
    text = normalize("NFC", text).translate(_CHARACTERS)
    text = normalize("NFKC", text).casefold()
    text = _without_yo(normalize("NFD", text))
    return _HYPHEN.sub("-", " ".join(normalize("NFC", text).split()))


def _without_yo(text: str) -> str:
    """A decomposed text in which every ё is е. Other marks stay: й is not и."""
    if _DIAERESIS not in text:
        return text
    found: list[str] = []
    base = ""
    for character in text:
        if not combining(character):
            base = character
        if character != _DIAERESIS or base != "е":
            found.append(character)
    return "".join(found)
