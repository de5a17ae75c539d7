"""What the words mean that training is told in: verbs, activity types and extensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, get_args

from lrs.domain.training.published_words import BY_TYPE, STREAMS, TYPES, VERBS

OutcomeKind = Literal[
    "planned",
    "enrolled",
    "withdrawn",
    "came_in",
    "went_out",
    "attended",
    "absent",
    "started",
    "progressed",
    "completed",
    "passed",
    "failed",
    "scored",
    "satisfied",
    "waived",
    "ended",
    "abandoned",
    "certified",
    "forfeited",
    "rated",
]

Meaning = OutcomeKind | Literal["answered", "graded", ""]
"""What a verb means: an outcome kind, or what the statement's result makes one. `answered` ends an
activity that is one question and stands in nothing; `graded` is a score where there is one; "" is
nothing.
"""

ActivityKind = Literal[
    "course",
    "meeting",
    "module",
    "lesson",
    "content",
    "assessment",
    "attempt",
    "question",
    "certificate",
    "platform",
    "group",
    "",
]
"""What an activity says it is; empty when it says nothing, or something else.

`content` is a package with a score of its own, as a SCORM object. An `attempt` is one try at an
assessment, or what was handed in for it. A `platform` is the LMS itself or another thing that
nobody trains in, a `group` is one of learners: no verb tells anything of either.
"""

OUTSIDE = ("platform", "group")

PLACES = frozenset(base + "place" for base in STREAMS)
"""Types of an activity that names where training happened."""

PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
REASON = "https://w3id.org/xapi/cmi5/result/extensions/reason"
SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
LOCATION = "http://id.tincanapi.com/extension/location"

EXPIRIES = frozenset({"expiry", "expires", "expiration", "expiry-date", "valid-until"})
"""How the IRI of the extension ends that says until when a certificate is good: no vocabulary has
one that tools agree on.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What verbs mean, and which type is which kind of activity. Each is only itself, so that what
    was found out by one can be remembered.

    `verbs` is the meaning of a verb for objects of every type that `by_type` does not name:
    there, by verb, stand its meanings by kind, by type IRI and, for objects without a type, for
    `untyped`; a type goes before its kind. An installation with words of its own adds them:
    `Vocabulary(STANDARD.verbs | own_verbs)`.
    """

    verbs: Mapping[str, Meaning] = field(default_factory=lambda: dict(VERBS))
    kinds: Mapping[str, ActivityKind] = field(default_factory=lambda: dict(TYPES))
    by_type: Mapping[str, Mapping[str, Meaning]] = field(default_factory=lambda: dict(BY_TYPE))
    _rows: Mapping[str, Mapping[str | None, Meaning]] = field(init=False, repr=False)
    """By verb: its meaning for each kind, for the types it treats apart, and for None, no type."""

    def __post_init__(self) -> None:
        rows = {verb: self._row(verb) for verb in {**self.verbs, **self.by_type}}
        object.__setattr__(self, "_rows", rows)

    def _row(self, verb: str) -> Mapping[str | None, Meaning]:
        other, own = self.verbs.get(verb, ""), self.by_type.get(verb, {})
        row: dict[str | None, Meaning] = dict.fromkeys(get_args(ActivityKind), other)
        row.update(dict.fromkeys(OUTSIDE, ""))
        row.update(own.items())
        row[None] = own.get("untyped", other)
        return row

    def meaning(self, verb: str, type_: str | None) -> Meaning:
        """What the verb means of an activity of this type, None standing for no type."""
        row = self._rows.get(verb)
        if row is None:
            return ""
        kind = row.get(type_)
        return row[self.kinds.get(type_, "")] if kind is None else kind  # type: ignore[arg-type]

    def knows(self, verb: str) -> bool:
        """Whether anything is said of the verb, be it that it means nothing."""
        return verb in self._rows

    @property
    def telling(self) -> list[str]:
        """The verbs that mean something of objects of some type."""
        return [verb for verb, row in self._rows.items() if any(row.values())]

    @property
    def number(self) -> int:
        """0 for the published words, for others a number that tells them apart; below 2**20."""
        own = (self.verbs, self.kinds, self.by_type)
        if own == (STANDARD.verbs, STANDARD.kinds, STANDARD.by_type):
            return 0
        by_type = {verb: sorted(meanings.items()) for verb, meanings in self.by_type.items()}
        words_text = repr([sorted(words.items()) for words in (self.verbs, self.kinds, by_type)])
        return 1 + int.from_bytes(sha256(words_text.encode()).digest()[:4]) % (2**20 - 1)


STANDARD = Vocabulary()
