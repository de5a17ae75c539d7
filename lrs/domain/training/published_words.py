"""The verbs and activity types of published vocabularies and profiles, with their meanings.

docs/tools.md shows which tool sends which of them. Activity Streams IRIs have two forms,
`http://activitystrea.ms/join` and `http://activitystrea.ms/schema/1.0/join`. ADL IRIs begin with
`http` (the ADL vocabulary) or with `https` (the TLA profile, and LMS plugins that follow it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrs.domain.training.vocabulary import ActivityKind, Meaning

STREAMS = ("http://activitystrea.ms/", "http://activitystrea.ms/schema/1.0/")
_ADL_VERBS = ("http://adlnet.gov/expapi/verbs/", "https://adlnet.gov/expapi/verbs/")
_ADL_TYPES = ("http://adlnet.gov/expapi/activities/", "https://adlnet.gov/expapi/activities/")
_CMI5_VERBS = ("https://w3id.org/xapi/adl/verbs/",)
_CMI5_TYPES = ("https://w3id.org/xapi/cmi5/activitytype/",)
_TINCAN_VERBS = ("http://id.tincanapi.com/verb/",)
_TINCAN_TYPES = ("http://id.tincanapi.com/activitytype/",)
_TLA_VERBS = ("https://w3id.org/xapi/tla/verbs/",)
_TLA_TYPES = ("https://w3id.org/xapi/tla/activity-types/",)
_EDLM_VERBS = ("https://xapi.edlm/profiles/edlm-lms/concepts/verbs/",)
_EDLM_TYPES = ("https://xapi.edlm/profiles/edlm-lms/concepts/activity-types/",)
_VLE_VERBS = ("http://vocab.xapi.fr/verbs/",)
_VLE_TYPES = ("http://vocab.xapi.fr/activities/",)
_VLE3_TYPES = ("https://w3id.org/xapi/vle/activity-types/",)
_OPENEDX_TYPES = ("https://w3id.org/xapi/openedx/activity/",)

_VERB_TABLES: tuple[tuple[tuple[str, ...], dict[str, Meaning]], ...] = (
    (
        STREAMS,
        {
            "schedule": "planned",
            "join": "came_in",
            "leave": "went_out",
            "attend": "attended",
            "experience": "started",
            "complete": "completed",
            "satisfy": "satisfied",
        },
    ),
    (
        _ADL_VERBS,
        {
            "registered": "enrolled",
            "attended": "attended",
            "initialized": "started",
            "launched": "started",
            "attempted": "started",
            "experienced": "started",
            "progressed": "progressed",
            "completed": "completed",
            "passed": "passed",
            "mastered": "passed",
            "failed": "failed",
            "scored": "scored",
            "graded": "scored",
            "terminated": "ended",
            "suspended": "ended",
            "exited": "ended",
        },
    ),
    (
        _CMI5_VERBS,
        {
            "launched": "started",
            "satisfied": "satisfied",
            "waived": "waived",
            "abandoned": "abandoned",
        },
    ),
    (_TINCAN_VERBS, {"unregistered": "withdrawn", "rated": "rated"}),
    (_TLA_VERBS, {"registered": "enrolled", "scheduled": "planned", "scored": "scored"}),
    (_EDLM_VERBS, {"enrolled": "enrolled"}),
    (_VLE_VERBS, {"graded": "scored", "marked-completion": "completed"}),
    (("http://www.tincanapi.co.uk/verbs/",), {"enrolled_onto_learning_plan": "enrolled"}),
)

_BY_TYPE_TABLES: tuple[tuple[tuple[str, ...], dict[str, dict[str, Meaning]]], ...] = (
    (
        STREAMS,
        {
            # for a course these are enrolment, never presence in a session
            "join": {"course": "enrolled"},
            "leave": {"course": "withdrawn"},
            "start": {"attempt": "started", "content": "started"},
        },
    ),
    (_ADL_VERBS, {"answered": {"question": "answered"}}),
    (
        _TINCAN_VERBS,
        {
            "earned": {
                "untyped": "certified",
                "certificate": "certified",
                # a grade; for any other type, a badge or points
                **dict.fromkeys(
                    ("course", "module", "lesson", "assessment", "attempt", "content"), "graded"
                ),
            }
        },
    ),
    (
        _TLA_VERBS,
        {
            "achieved": {"certificate": "certified"},
            "certified": {"certificate": "certified", "untyped": "certified"},
            "forfeited": {"certificate": "forfeited"},
            "resumed": {"attempt": "started", "content": "started"},
        },
    ),
    (_EDLM_VERBS, {"restarted": {"attempt": "started", "content": "started"}}),
)

_TYPE_TABLES: tuple[tuple[tuple[str, ...], dict[ActivityKind, str]], ...] = (
    (
        _ADL_TYPES,
        {
            "course": "course",
            "meeting": "meeting",
            "module": "module",
            "lesson": "lesson",
            # Storyline reports the score of a result slide as an objective
            "assessment": "assessment objective",
            "attempt": "attempt",
            "question": "cmi.interaction question",
            "platform": "profile",
        },
    ),
    (
        STREAMS,
        {
            "course": "course",
            "meeting": "meeting event",
            "module": "module",
            "lesson": "lesson",
            "assessment": "assessment",
            # one question of an attempt that a teacher grades
            "question": "review#slot",
            "group": "group",
        },
    ),
    # cmi5 1.0, 7.1.4: a block groups the units of a course, as a module does
    (_CMI5_TYPES, {"course": "course", "module": "block"}),
    (
        _TINCAN_TYPES,
        {
            "course": "lms/course",
            "module": "lms/module section book chapter resource",
            "assessment": "school-assignment",
            "platform": "lms source",
        },
    ),
    (
        _TLA_TYPES,
        {
            "course": "content_set",
            "module": "activity",
            "assessment": "assessment",
            "certificate": "credential",
        },
    ),
    (
        _EDLM_TYPES,
        {
            "assessment": "assignment workshop",
            "attempt": "submission lesson-session",
            "content": "scorm-content-object",
            "certificate": "certificate",
            "platform": "course-category",
            "group": "group",
        },
    ),
    (
        _VLE_TYPES,
        {
            "course": "course",
            "module": "course-section",
            "assessment": "quiz assignment workshop",
            "content": "content-object",
            "platform": "system course-category",
        },
    ),
    (_VLE3_TYPES, {"content": "sco", "platform": "system"}),
    (
        _OPENEDX_TYPES,
        {"assessment": "timed-assessment practice-assessment proctored-assessment"},
    ),
    (("https://w3id.org/xapi/acrossx/activities/",), {"meeting": "face-to-face-discussion"}),
    (
        ("https://w3id.org/xapi/virtual-classroom/activity-types/",),
        {"meeting": "virtual-classroom"},
    ),
    (("https://www.opigno.org/en/tincan_registry/activity_type/",), {"certificate": "certificate"}),
)

_SILENT_TABLES: tuple[tuple[tuple[str, ...], str], ...] = (
    (_ADL_VERBS, "asked commented imported interacted preferred responded resumed shared"),
    (_ADL_VERBS, "voided"),
    (_CMI5_VERBS, "logged-in logged-out"),
    (_TINCAN_VERBS, "adjourned defined live replied secured skipped unsecured viewed"),
    (_TLA_VERBS, "assessed suspended verified"),
    (
        _EDLM_VERBS,
        "exceeded locked login logout subscribed toured uncompleted unlocked unsubscribed",
    ),
    (_VLE_VERBS, "navigated-in reset"),
    (("https://w3id.org/xapi/vle/verbs/",), "voided-completion voided-score"),
    (STREAMS, "assign comment create delete receive retract save send submit update"),
    (
        ("https://w3id.org/xapi/acrossx/verbs/",),
        "edited evaluated liked posted reported searched watched",
    ),
    (
        ("https://w3id.org/xapi/dod-isd/verbs/",),
        "assessed created deleted edited navigated published",
    ),
    (("https://w3id.org/xapi/openedx/verb/",), "unreported voted"),
    (("https://w3id.org/xapi/video/verbs/",), "paused played seeked"),
)


def _all(bases: tuple[str, ...], words: str) -> list[str]:
    return [base + word for base in bases for word in words.split()]


VERBS: Mapping[str, Meaning] = {
    base + word: meaning
    for bases, table in _VERB_TABLES
    for base in bases
    for word, meaning in table.items()
}
"""The meanings of verbs for objects of any type."""

BY_TYPE: Mapping[str, Mapping[str, Meaning]] = {
    base + word: meanings
    for bases, table in _BY_TYPE_TABLES
    for base in bases
    for word, meanings in table.items()
}
"""The differing meanings of verbs for objects of some kind, or without a type (`untyped`)."""

TYPES: Mapping[str, ActivityKind] = {
    iri: kind
    for bases, table in _TYPE_TABLES
    for kind, words in table.items()
    for iri in _all(bases, words)
}
"""The kinds of activity types."""

SILENT = frozenset(iri for bases, words in _SILENT_TABLES for iri in _all(bases, words))
"""Published verbs without a meaning for training, listed so that they are not taken for misspelt
ones.
"""
