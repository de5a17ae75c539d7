"""The shapes that valid statements come in, by name, and which of them a statement has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject
from lrs.domain.xapi.statement import VOIDED
from lrs.domain.xapi.version import Version
from schemas.json_text import MAX_DEPTH
from schemas.xapi.activity import COMPONENT_LISTS
from tests.schemas import values as some
from tests.schemas.grammar import OBJECTS, Place, places
from tests.schemas.strategies import statements, statements_of_parts

EXAMPLES, ROUNDS = 20, 100
"""How many statements are drawn at once, and how often at most, to see every shape: often, since
each round begins somewhere else.
"""

_THINGS = ("Activity", "Agent", "Group", "StatementRef")
_RELATIONS = ("parent", "grouping", "category", "other")
_KINDS = {
    "Statement.actor": ("Agent", "Group"),
    "Statement.object": (*_THINGS, "SubStatement"),
    "Statement.authority": ("Agent", "AuthorityGroup"),
    "SubStatement.actor": ("Agent", "Group"),
    "SubStatement.object": _THINGS,
    "Context.instructor": ("Agent", "Group"),
    **{f"ContextActivities.{name}": ("Activity", "*Activity") for name in _RELATIONS},
}
"""What may stand where there is a choice."""

_VALUES = {
    "iri": some.IRIS,
    "uri": some.URIS,
    "mbox": some.MBOXES,
    "language": some.TAGS,
    "timestamp": some.TIMESTAMPS,
    "duration": some.DURATIONS,
    "content type": some.CONTENT_TYPES,
    "version": ("1.0", "1.0.0", "1.0.3", "1.0.9", "1.0.3-rc1", "2.0", "2.0.0", "2.0.7"),
    "boolean": (True, False),
    "interaction": tuple(COMPONENT_LISTS),
    "scaled": (-1, 0, 1),
    "text": ("",),
}
"""The forms of values that have forms."""

Test = Callable[[Any], bool]


def _has(name: str, value: Any) -> bool:
    return name in value


def _is_interaction(kind: str, name: str | None, value: Any) -> bool:
    return value.get("interactionType") == kind and (name is None or bool(value.get(name)))


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0)


_TESTS: dict[str, dict[str, Test]] = {
    "Statement": {
        "voiding": lambda s: s["verb"]["id"] == VOIDED,
        "nesting as deep as may be": lambda s: _depth(s) == MAX_DEPTH,
        "with nothing but what is required": lambda s: len(s) == 3,
    },
    "Agent": {f"by {kind}": partial(_has, kind) for kind in IDENTIFIERS},
    "Group": {
        **{f"by {kind}": partial(_has, kind) for kind in IDENTIFIERS},
        "identified, without member": lambda g: not _is_anonymous(g) and "member" not in g,
        "identified, with no members": lambda g: not _is_anonymous(g) and g.get("member") == [],
        "identified, with members": lambda g: not _is_anonymous(g) and bool(g.get("member")),
        "anonymous, of one": lambda g: _is_anonymous(g) and len(g["member"]) == 1,
        "anonymous, of several": lambda g: _is_anonymous(g) and len(g["member"]) > 1,
    },
    "Definition": {
        "of no interaction": lambda d: "interactionType" not in d,
        **{f"of {kind} alone": partial(_is_interaction, kind, None) for kind in COMPONENT_LISTS},
        **{
            f"of {kind} with {name}": partial(_is_interaction, kind, name)
            for kind, lists in COMPONENT_LISTS.items()
            for name in (*lists, "correctResponsesPattern")
        },
    },
    "Score": {
        "with raw at its lower end": lambda s: {"raw", "min"} <= s.keys() and s["raw"] == s["min"],
        "with raw at its upper end": lambda s: {"raw", "max"} <= s.keys() and s["raw"] == s["max"],
        "with all": lambda s: len(s) == 4,
        "with nothing": lambda s: not s,
    },
    "Attachment": {
        "with a fileUrl": lambda a: "fileUrl" in a,
        "without a fileUrl": lambda a: "fileUrl" not in a,
        "with the length of its bytes": lambda a: a["length"] == _length(a["sha2"]),
        "with another length": lambda a: a["length"] != _length(a["sha2"]),
        "with its sha2 in upper case": lambda a: a["sha2"] != a["sha2"].lower(),
    },
    "number": {
        "whole": lambda n: type(n) is int,
        "with decimals": lambda n: type(n) is float and n % 1 != 0,
        "larger than a double counts": lambda n: abs(n) > 2**53,
        "smaller than a double divides": lambda n: 0 < abs(n) < 1e-300,
    },
    "extensions": {
        "with null": lambda e: None in e.values(),
        "with objects": lambda e: any(isinstance(v, dict) for v in e.values()),
        "with nothing": lambda e: not e,
    },
    "languages": {
        "with two languages": lambda m: len(m) == 2,
        "with nothing": lambda m: not m,
    },
    "uuid": {"in upper case": lambda id: id != id.lower(), "in lower case": str.islower},
    "[Attachment": {"two": lambda many: len(many) == 2, "none": lambda many: not many},
}


def _is_anonymous(group: JsonObject) -> bool:
    return not any(kind in group for kind in IDENTIFIERS)


def _length(sha2: str) -> int | None:
    content = some.CONTENTS.get(sha2.lower())
    return None if content is None else len(content)


def shapes(statement: JsonObject) -> set[str]:
    """The names of all shapes that a statement has."""
    return {name for place in places(statement) for name in _of(place)}


def _of(place: Place) -> Iterator[str]:
    where = f"{place.within}.{place.key}"
    if place.within in OBJECTS:
        yield where
    if where in _KINDS:
        yield f"{where} is {place.kind}"
    if place.kind in _VALUES:
        yield f"{place.kind} {place.value!r}"
    if place.kind == "text in a language":
        yield f"language {place.key!r}"
    for name, holds in _TESTS.get(place.kind, {}).items():
        if holds(place.value):
            yield f"{place.kind} {name}"


def expected(version: Version) -> set[str]:
    """The names of all the shapes that statements of a version come in."""
    names = {f"{k}.{name}" for k, held in OBJECTS.items() for name in held}
    names -= {f"AuthorityGroup.{name}" for name in OBJECTS["AuthorityGroup"]}
    names |= {f"{where} is {kind}" for where, kinds in _KINDS.items() for kind in kinds}
    names |= {f"{kind} {value!r}" for kind, held in _VALUES.items() for value in held}
    names |= {f"{kind} {name}" for kind, tests in _TESTS.items() for name in tests}
    if version is Version.V1_0_3:
        return {name for name in names if not _is_new(name)}
    return names - {f"timestamp {value!r}" for value in some.TIMESTAMPS_1}


def _is_new(name: str) -> bool:
    """Whether only 2.0 has it."""
    return name.startswith(("ContextAgent.", "ContextGroup.", "version '2")) or name in (
        "Context.contextAgents",
        "Context.contextGroups",
    )


def witnesses(version: Version) -> list[JsonObject]:
    """Drawn statements that together have every shape. Drawing them takes ten seconds."""
    chosen: list[JsonObject] = []
    expected_members = expected(version)
    whole, parts = statements(version), statements_of_parts(version)
    for number in range(ROUNDS):
        for statement in _drawn(parts if number % 2 else whole, number):
            if new := shapes(statement) & expected_members:
                expected_members -= new
                chosen.append(statement)
        if not expected_members:
            break
    return chosen


def _drawn(strategy: SearchStrategy[JsonObject], number: int) -> list[JsonObject]:
    drawn: list[JsonObject] = []

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(statement: JsonObject) -> None:
        drawn.append(statement)

    draw()
    return drawn
