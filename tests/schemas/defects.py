"""A valid statement with one defect, at a known place and of a known kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject
from lrs.domain.xapi.statement import VOIDED
from lrs.domain.xapi.version import Version
from schemas.xapi.activity import COMPONENT_LISTS
from tests.schemas.grammar import OBJECTS, REQUIRED, Place, places
from tests.schemas.values import TIMESTAMPS_1

BAD: dict[str, tuple[str, tuple[Any, ...]]] = {
    "text": ("not-a-string", (5, True, [], {})),
    "text in a language": ("not-a-string", (None, 5, False, ["x"], {})),
    "account name": ("account-name", ("", 5, True, ["x"])),
    "boolean": ("not-a-boolean", ("true", "", 1, 0, [True])),
    "number": ("not-a-number", ("5", "", True, [5], {})),
    "scaled": ("scaled", (1.0000001, -2, "0.5", True, [0])),
    "length": ("length", (-1, 5.0, 5.5, "5", True)),
    "iri": ("iri", ("", "course/1", "http://v/a b", "https:///x", "http://v/%zz", "http://[::1", 5,
                    ["urn:x"])),
    "uri": ("uri", ("", "anna", "http://пример.рф/", "http://v/\n", 5)),
    "mbox": ("mbox", ("anna@b.org", "mailto:b.org", "mailto:a@b@c", "MAILTO:a@b.org", 5)),
    "sha1": ("sha1", ("", "0" * 39, "0" * 41, "g" * 40, 5)),
    "sha2": ("sha2", ("", "0" * 63, "0" * 65, "0" * 112, "0" * 160, "g" * 64, 5)),
    "uuid": ("uuid", ("", "0" * 32, "{8f87ccde-bb56-4c2e-ab83-44982ef22df0}", "x" * 36, 5)),
    "timestamp": ("timestamp", ("", "2026-03-01", "2026-02-30T00:00:00Z", "2026-W54-7T00:00Z",
                                "2026-03-01T00:00:00-00:00", "2026-03-01T24:00:01Z", 5)),
    "duration": ("duration", ("", "P", "PT", "P1DT", "-PT5M", "PT1.5H3M", "P1W1D", "pt5m", 5)),
    "language": ("language-tag", ("", "a12345", "en_US", "en-a", "en-a-bbb-a-ccc", "рус", 5)),
    "content type": ("content-type", ("", "text", "/", "text/", "text/a b", "text/plain\r\n", 5)),
    "version": ("version", ("", "1", "1.0-a", "1.1.0", "0.9.5", "3.0.0", 1.0)),
    "interaction": ("interaction-type", ("", "Choice", "true-False", "none", 5)),
    "word": ("object-type", ("", "Person", "x", 5, True, [])),
}  # fmt: skip
"""The code of each kind of value, and what is wrong for it; null is wrong for nearly all."""

_NO_OBJECT: tuple[Any, ...] = ("x", 5, True)
_NO_ARRAY: tuple[Any, ...] = (*_NO_OBJECT, {})
_AGENT = {"mbox": "mailto:one@more.org"}


@dataclass(frozen=True)
class Defect:
    """What to put into a holder instead, and what should be said of it."""

    name: str
    code: str
    pointer: str
    holder: Any
    instead: Any

    @contextmanager
    def made(self) -> Iterator[None]:
        """The statement, in place, has this defect for a while."""
        copy = self.holder.copy()
        _fill(self.holder, self.instead)
        yield
        _fill(self.holder, copy)


def _fill(holder: Any, contents: Any) -> None:
    holder.clear()
    holder.update(contents) if isinstance(holder, dict) else holder.extend(contents)


def defects(statement: JsonObject, version: Version) -> Iterator[Defect]:
    """Every defect that this statement can be given."""
    for place in list(places(statement)):
        yield from _of_value(place, version)
        if place.kind in OBJECTS:
            yield from _of_keys(place, version)
        for code, where, instead in _of_rules(place):
            yield Defect(f"{place.kind}: {code}", code, place.pointer + where, place.value, instead)


def _of_value(place: Place, version: Version) -> Iterator[Defect]:
    """Something else in its place."""
    if place.holder is None:
        return

    def instead(name: str, code: str, value: Any, where: str = "") -> Defect:
        contents = place.holder.copy()
        contents[place.key] = value
        name = f"{place.kind}: {name} {value!r}"
        return Defect(name, code, place.pointer + where, place.holder, contents)

    kind = place.kind
    if kind in BAD:
        code, wrong = BAD[kind]
        if kind == "timestamp" and version is Version.V2_0_0:
            wrong += TIMESTAMPS_1
        if place.pointer.endswith("/object/object/objectType"):
            code = "substatement-object"
        for value in wrong:
            yield instead("bad", code, value)
        if kind == "word":
            yield instead("other case", code, place.value.swapcase())
            yield instead("lower case", code, place.value.lower())
    elif kind[0] in "[*":
        for value in _NO_ARRAY[: 3 if kind[0] == "*" else 4]:
            code = "not-an-array" if kind[0] == "[" else "not-an-object"
            yield instead("no array", code, value)
        yield instead("null in it", "null", [None], "/0")
    else:
        for value in _NO_OBJECT:
            yield instead("no object", "not-an-object", value)
        if place.within != "ContextActivities":
            yield instead("array", "not-an-object", [])
    if kind not in ("word", "text in a language"):
        yield instead("null", "null", None)
    if kind == "[iri":
        yield instead("empty", "empty-list", [])


def _of_keys(place: Place, version: Version) -> Iterator[Defect]:
    """A property too many, too few, or misspelled."""
    kind, content = place.kind, place.value

    def defect(name: str, code: str, key: str, contents: JsonObject) -> Defect:
        return Defect(f"{kind}: {name} {key}", code, f"{place.pointer}/{key}", content, contents)

    strangers = ["unknown", "", "a~b/c"]
    if kind == "SubStatement":
        strangers += ["id", "stored", "version", "authority"]
    if kind == "Context" and version is Version.V1_0_3:
        strangers += ["contextAgents", "contextGroups"]
    for name in strangers:
        escaped = name.replace("~", "~0").replace("/", "~1")
        yield defect("unknown", "unknown-property", escaped, {**content, name: []})
    for name, value in content.items():
        others = {k: v for k, v in content.items() if k != name}
        other = name[0].swapcase() + name[1:]
        yield defect("other case", "unknown-property", other, {**others, other: value})
        if name in REQUIRED.get(kind, ()):
            yield defect("missing", "missing-property", name, others)


Fault = tuple[str, str, JsonObject]
"""A code, where in an object, and what to put into the object instead."""


def _of_rules(place: Place) -> Iterator[Fault]:
    """What is wrong with an object as a whole."""
    kind, value = place.kind, place.value
    if kind in ("Agent", "Group", "AuthorityGroup"):
        yield from _of_actor(kind, value)
    elif kind in ("Statement", "SubStatement"):
        yield from _of_statement(kind, value)
    elif kind == "Definition":
        yield from _of_definition(value)
    elif kind == "Score":
        yield "score-range", "/min", {"min": 1, "max": 0.5}
        yield "score-range", "/raw", {"raw": 5, "max": 4}
        yield "score-range", "/raw", {"raw": -5, "min": -4.5, "max": 0}
    elif kind == "languages":
        for tag in BAD["language"][1][:-1]:
            yield "language-tag", f"/{tag}", {**value, tag: "x"}
    elif kind == "extensions":
        for key in ("no iri", "a~b", "x:/ "):
            yield "iri", "/" + key.replace("~", "~0").replace("/", "~1"), {**value, key: 1}


def _of_actor(kind: str, actor: JsonObject) -> Iterator[Fault]:
    own = [name for name in IDENTIFIERS if name in actor]
    nobody = {k: v for k, v in actor.items() if k not in IDENTIFIERS}
    more = {"openid": "http://v/"} if "openid" not in actor else _AGENT
    if kind == "AuthorityGroup":
        for members in ([], [_AGENT], [_AGENT] * 2, [*actor["member"], _AGENT]):
            yield "authority-group", "", {**actor, "member": members}
        yield "authority-group", "", {**actor, **more}
    elif own:
        yield "identifier-count", "", {**actor, **more}
    if kind == "Agent":
        yield "identifier-count", "", nobody
    if kind == "Group":
        yield "group-members", "/member", {**nobody, "member": []}
        yield "group-members", "/member", {k: v for k, v in nobody.items() if k != "member"}
        member = {"objectType": "Group", **_AGENT}
        yield "object-type", "/member/0/objectType", {**actor, "member": [member]}


def _of_statement(kind: str, said: JsonObject) -> Iterator[Fault]:
    about = said["object"].get("objectType", "Activity")
    if about != "StatementRef":
        yield "voiding-object", "/object", {**said, "verb": {"id": VOIDED}}
    if about != "Activity":
        for name in ("revision", "platform"):
            context = {**said.get("context", {}), name: "x"}
            yield "activity-only", f"/context/{name}", {**said, "context": context}
    if kind == "SubStatement":
        within = {"objectType": "SubStatement", "actor": _AGENT, "verb": {"id": "urn:x"}}
        inner = {**within, "object": {"id": "urn:x"}}
        yield "substatement-object", "/object/objectType", {**said, "object": inner}


def _of_definition(definition: JsonObject) -> Iterator[Fault]:
    lists = {name for names in COMPONENT_LISTS.values() for name in names}
    plain = {k: v for k, v in definition.items() if k not in {*lists, "interactionType"}}
    plain.pop("correctResponsesPattern", None)
    for name in sorted({*lists, "correctResponsesPattern"}):
        yield "interaction-type-missing", f"/{name}", {**plain, name: []}
    for kind, own in COMPONENT_LISTS.items():
        for name in sorted(lists - set(own)):
            yield "component-list", f"/{name}", {**plain, "interactionType": kind, name: []}
        for name in own:
            many = [{"id": "a"}, {"id": "b"}, {"id": "a"}]
            twice = {**plain, "interactionType": kind, name: many}
            yield "duplicate-component", f"/{name}/2/id", twice
