"""The vocabulary of training: the meanings of verbs, activity types and extensions."""

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
"""The meaning of a verb: an outcome kind, or one of those that depend on the statement's result.
`answered` is the answer to a question that is part of no other activity; `graded` gives a score if
there is one; "" gives no outcome.
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
"""The kind of an activity, by its type; empty for an activity without a type or of an unknown type.

`content` is a package with a score of its own, such as a SCORM object. An `attempt` is one attempt
at an assessment, or a submission for it. A `platform` is the LMS or another activity without
training, a `group` is a group of learners: statements about either have no outcome.
"""

OUTSIDE = ("platform", "group")

PLACES = frozenset(base + "place" for base in STREAMS)
"""The types of activities that are places of training."""

PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
REASON = "https://w3id.org/xapi/cmi5/result/extensions/reason"
SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
LOCATION = "http://id.tincanapi.com/extension/location"

EXPIRIES = frozenset({"expiry", "expires", "expiration", "expiry-date", "valid-until"})
"""The last segments of the IRIs of extensions that state a certificate's last valid day; tools
agree on no single extension.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The meanings of verbs, and the kinds of activity types. Vocabularies are compared by
    identity, so that results can be cached by vocabulary.

    `kinds` gives the kind of a type IRI. `by_type` has, by verb, the meanings for kinds, for type
    IRIs and, under `untyped`, for objects without a type; a type IRI takes precedence over its
    kind. `verbs` has the meanings for all other objects. An installation adds verbs of its own by
    `Vocabulary(STANDARD.verbs | own_verbs)`.
    """

    verbs: Mapping[str, Meaning] = field(default_factory=lambda: dict(VERBS))
    kinds: Mapping[str, ActivityKind] = field(default_factory=lambda: dict(TYPES))
    by_type: Mapping[str, Mapping[str, Meaning]] = field(default_factory=lambda: dict(BY_TYPE))
    _rows: Mapping[str, Mapping[str | None, Meaning]] = field(init=False, repr=False)
    """By verb, its meanings: for each kind, for the types in `by_type`, and for None, no type."""

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
        """The meaning of the verb for an activity of this type; None stands for no type."""
        row = self._rows.get(verb)
        if row is None:
            return ""
        kind = row.get(type_)
        return row[self.kinds.get(type_, "")] if kind is None else kind  # type: ignore[arg-type]

    def knows(self, verb: str) -> bool:
        """Whether the vocabulary has the verb, even with no meaning."""
        return verb in self._rows

    @property
    def telling(self) -> list[str]:
        """The verbs with a meaning for objects of some type."""
        return [verb for verb, row in self._rows.items() if any(row.values())]

    @property
    def number(self) -> int:
        """A number that identifies the vocabulary, below 2**20: 0 for STANDARD, else a hash."""
        own = (self.verbs, self.kinds, self.by_type)
        if own == (STANDARD.verbs, STANDARD.kinds, STANDARD.by_type):
            return 0
        by_type = {verb: sorted(meanings.items()) for verb, meanings in self.by_type.items()}
        words_text = repr([sorted(words.items()) for words in (self.verbs, self.kinds, by_type)])
        return 1 + int.from_bytes(sha256(words_text.encode()).digest()[:4]) % (2**20 - 1)


STANDARD = Vocabulary()
