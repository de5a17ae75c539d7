"""An installation's own verbs and activity types: a TOML file that extends the vocabulary.

    [verbs]
    "https://portal.example/verbs/finished" = "completed"

    [verbs."https://portal.example/verbs/closed"]
    course = "completed"
    "https://portal.example/types/exam" = "passed"
    untyped = "completed"
    other = ""

    [types]
    "https://portal.example/types/webinar" = "meeting"

The file may change the meaning of a published word, or remove it with "". A verb with one meaning
has it for objects of all types except the LMS itself and groups. A table gives a verb's meaning by
kind or type of the object, for objects without a type (`untyped`) and for all others (`other`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

from lrs.domain.errors import Misconfigured
from lrs.domain.training.vocabulary import STANDARD, ActivityKind, OutcomeKind, Vocabulary

_VERB_MEANINGS = {*get_args(OutcomeKind), "answered", "graded", ""}
_KINDS = set(get_args(ActivityKind))
_OF = {*filter(None, _KINDS), "untyped", "other"}


def vocabulary(file: str) -> Vocabulary:
    """The published vocabulary, extended by the file if one is given. Raises Misconfigured."""
    if not file:
        return STANDARD
    tables = _read(Path(file))
    verbs: dict[str, Any] = dict(STANDARD.verbs)
    by_type = dict(STANDARD.by_type)
    for iri, meaning in tables.get("verbs", {}).items():
        if isinstance(meaning, str):
            by_type[iri], verbs[iri] = {}, meaning
        else:
            own = dict(meaning)
            verbs[iri] = own.pop("other", verbs.get(iri, ""))
            by_type[iri] = {**by_type.get(iri, {}), **own}
    return Vocabulary(
        verbs={iri: meaning for iri, meaning in verbs.items() if meaning},
        kinds={**STANDARD.kinds, **tables.get("types", {})},
        by_type=by_type,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"LRS_VOCABULARY: {path} cannot be read as TOML: {error}") from error
    for table, words in tables.items():
        if table not in ("verbs", "types") or not isinstance(words, dict):
            raise Misconfigured(f"LRS_VOCABULARY: {table} is neither [verbs] nor [types].")
        for iri, meaning in words.items():
            if table == "types":
                _require(iri, meaning, _KINDS)
            elif isinstance(meaning, dict):
                _check_by_type(iri, meaning)
            else:
                _require(iri, meaning, _VERB_MEANINGS)
    return tables


def _check_by_type(verb: str, meanings: dict[str, Any]) -> None:
    for of, meaning in meanings.items():
        if of not in _OF and ":" not in of:
            words = ", ".join(sorted(_OF))
            raise Misconfigured(f"LRS_VOCABULARY: {verb}: {of} must be a type or one of {words}.")
        _require(f"{verb}: {of}", meaning, _VERB_MEANINGS)


def _require(what: str, meaning: object, meanings: set[str]) -> None:
    if not isinstance(meaning, str) or meaning not in meanings:
        names = ", ".join(sorted(filter(None, meanings)))
        raise Misconfigured(f"LRS_VOCABULARY: {what} must mean one of {names}.")
