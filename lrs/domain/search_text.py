"""Text as a search compares it. Both what is stored and what is asked are folded, in the same way.

| alike | folded to |
|---|---|
| Unicode forms of one text, full-width letters, ligatures | NFKC |
| upper and lower case | `str.casefold` |
| ё and е; not й and и | е |
| hyphens, dashes and the minus sign, with or without spaces around them | `-` |
| apostrophes, right and left quotes, grave and acute accents, primes | `'` |
| runs of spaces of any kind, and of line ends | one space, none at the ends |
| soft hyphens, zero-width and other characters without a shape | nothing |

Word and a spreadsheet put these characters into names, and nobody can type them into a search.
"""

from __future__ import annotations

import re
from unicodedata import category, combining, normalize

_APOSTROPHES = frozenset(
    "'`\u00b4\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02c8"
)
_OTHER_HYPHENS = frozenset("\u02d7\u2043\u2212")
# without a shape, though Unicode counts them among marks
_SHAPELESS = frozenset({0x034F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)})
_DIAERESIS = "\u0308"
_HYPHEN = re.compile(r"\s*-+\s*")


class _Characters(dict[int, str]):
    """A character as it is compared, by its code point; each is looked up once."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _alike(chr(code), code)
        return found


def _alike(character: str, code: int) -> str:
    kind = category(character)
    if character in _APOSTROPHES:
        return "'"
    if kind == "Pd" or character in _OTHER_HYPHENS:
        return "-"
    if kind == "Cf" or code in _SHAPELESS or (kind == "Cc" and not character.isspace()):
        return ""
    return character


_CHARACTERS = _Characters()


def fold(text: str) -> str:
    """The text as a search compares it. Folding it again changes nothing."""
    while (folded := _fold_once(text)) != text:
        text = folded
    return text


def parts(text: str) -> list[str]:
    """The different parts that a search is for, folded, each once: a text is found where it holds
    all of them, in any order. None where there is nothing to look for.
    """
    return list(dict.fromkeys(fold(text).split(" "))) if fold(text) else []


def _fold_once(text: str) -> str:
    # Composed first: texts that Unicode calls equal are one text from here on.
    text = normalize("NFC", text).translate(_CHARACTERS)
    text = normalize("NFKC", text).casefold()
    text = _without_yo(normalize("NFD", text))
    return _HYPHEN.sub("-", " ".join(normalize("NFC", text).split()))


def _without_yo(text: str) -> str:
    """A decomposed text in which every ё is е. Other marks stay: й is not и."""
    if _DIAERESIS not in text:
        return text
    kept: list[str] = []
    base = ""
    for character in text:
        if not combining(character):
            base = character
        if character != _DIAERESIS or base != "е":
            kept.append(character)
    return "".join(kept)
