"""The IRIs that training is told in: verbs, activity types and extensions.

Activity Streams words come in two spellings, `http://activitystrea.ms/join` and
`http://activitystrea.ms/schema/1.0/join`; both are in use and mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

OutcomeFact = Literal[
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
    "rated",
]

ActivityKind = Literal["course", "meeting", "module", "lesson", "assessment", "certificate", ""]
"""What an activity says it is; empty when it says nothing, or something else."""

_STREAMS = ("http://activitystrea.ms/", "http://activitystrea.ms/schema/1.0/")
_ADL_VERBS = "http://adlnet.gov/expapi/verbs/"
_ADL_TYPES = "http://adlnet.gov/expapi/activities/"
_CMI5_VERBS = "https://w3id.org/xapi/adl/verbs/"
_CMI5_TYPES = "https://w3id.org/xapi/cmi5/activitytype/"

_STREAMS_VERBS: dict[str, OutcomeFact] = {
    "schedule": "planned",
    "join": "came_in",
    "leave": "went_out",
    "attend": "attended",
    "experience": "started",
    "complete": "completed",
    "satisfy": "satisfied",
}

_OTHER_VERBS: dict[str, OutcomeFact] = {
    _ADL_VERBS + "registered": "enrolled",
    "http://id.tincanapi.com/verb/unregistered": "withdrawn",
    _ADL_VERBS + "attended": "attended",
    _ADL_VERBS + "initialized": "started",
    _ADL_VERBS + "launched": "started",
    _CMI5_VERBS + "launched": "started",
    _ADL_VERBS + "attempted": "started",
    _ADL_VERBS + "experienced": "started",
    _ADL_VERBS + "progressed": "progressed",
    _ADL_VERBS + "completed": "completed",
    _ADL_VERBS + "passed": "passed",
    _ADL_VERBS + "failed": "failed",
    _ADL_VERBS + "scored": "scored",
    _CMI5_VERBS + "satisfied": "satisfied",
    _CMI5_VERBS + "waived": "waived",
    _CMI5_VERBS + "abandoned": "abandoned",
    _ADL_VERBS + "terminated": "ended",
    _ADL_VERBS + "suspended": "ended",
    _ADL_VERBS + "exited": "ended",
    "http://id.tincanapi.com/verb/earned": "certified",
    "http://id.tincanapi.com/verb/rated": "rated",
}

_VERBS = _OTHER_VERBS | {
    base + word: fact for base in _STREAMS for word, fact in _STREAMS_VERBS.items()
}

_KINDS: tuple[ActivityKind, ...] = ("course", "meeting", "module", "lesson", "assessment")

_TYPES: dict[str, ActivityKind] = (
    {_ADL_TYPES + kind: kind for kind in _KINDS}
    | {base + kind: kind for base in _STREAMS for kind in _KINDS}
    | {base + "event": "meeting" for base in _STREAMS}
    | {
        _CMI5_TYPES + "course": "course",
        # cmi5 1.0, 7.1.4: a block groups the units of a course, as a module does
        _CMI5_TYPES + "block": "module",
        "https://www.opigno.org/en/tincan_registry/activity_type/certificate": "certificate",
    }
)

PLACES = frozenset(base + "place" for base in _STREAMS)
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
    """Which verb tells which fact, and which type is which kind of activity. Each is only itself,
    so that what was found out by one can be remembered.

    An installation with words of its own adds them: `Vocabulary(STANDARD.verbs | own_verbs)`.
    """

    verbs: Mapping[str, OutcomeFact] = field(default_factory=lambda: dict(_VERBS))
    kinds: Mapping[str, ActivityKind] = field(default_factory=lambda: dict(_TYPES))

    @property
    def number(self) -> int:
        """0 for the standard's words, for others a number that tells them apart; below 2**20."""
        if (self.verbs, self.kinds) == (STANDARD.verbs, STANDARD.kinds):
            return 0
        said = repr((sorted(self.verbs.items()), sorted(self.kinds.items())))
        return 1 + int.from_bytes(sha256(said.encode()).digest()[:4]) % (2**20 - 1)


STANDARD = Vocabulary()
