"""An installation's own words for training: a TOML file beside the standard vocabulary.

    [verbs]
    "https://portal.example/verbs/finished" = "completed"
    [types]
    "https://portal.example/types/webinar" = "meeting"

A word of the standard may be given another meaning, or none: "".
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

from lrs.domain.errors import Misconfigured
from lrs.domain.vocabulary import STANDARD, ActivityKind, OutcomeFact, Vocabulary

_MEANINGS = {"verbs": {*get_args(OutcomeFact), ""}, "types": set(get_args(ActivityKind))}


def vocabulary(file: str) -> Vocabulary:
    """The standard vocabulary with what the file says; without a file the standard alone. Raises
    Misconfigured.
    """
    if not file:
        return STANDARD
    said = _read(Path(file))
    verbs, types = said.get("verbs", {}), said.get("types", {})
    return Vocabulary(
        verbs={iri: fact for iri, fact in {**STANDARD.verbs, **verbs}.items() if fact},
        kinds={**STANDARD.kinds, **types},
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"LRS_VOCABULARY: {path} cannot be read as TOML: {error}") from error
    for table, words in said.items():
        if table not in _MEANINGS or not isinstance(words, dict):
            raise Misconfigured(f"LRS_VOCABULARY: {table} is neither [verbs] nor [types].")
        for iri, meaning in words.items():
            if meaning not in _MEANINGS[table]:
                known = ", ".join(sorted(filter(None, _MEANINGS[table])))
                raise Misconfigured(f"LRS_VOCABULARY: {iri} must mean one of {known}.")
    return said
