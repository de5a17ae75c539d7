"""The formats `ids` and `canonical` of statements in replies (xAPI 1.0.3 part 3, 2.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject

_LANGUAGE_MAPS = frozenset({"display", "name", "description"})
_COMPONENTS = ("choices", "scale", "source", "target", "steps")


def ids_only(statement: JsonObject) -> JsonObject:
    """The format `ids`: of agents, activities and verbs only their identifiers."""
    return _mapped(statement, _identified, lambda verb: {"id": verb["id"]})


def canonical(
    statement: JsonObject, languages: Sequence[str], definitions: Mapping[str, JsonObject]
) -> JsonObject:
    """The format `canonical`: each activity has the definition that the store has merged from all
    statements, and each language map only the entry in the reader's preferred language.
    `definitions` are by activity IRI.
    """

    def thing(value: JsonObject, kind: str) -> JsonObject:
        if value.get("objectType", kind) != "Activity":
            return value
        definition = definitions.get(value["id"]) or value.get("definition")
        if definition is None:
            return value
        return value | {"definition": _in_one_language(definition, languages)}

    def verb(value: JsonObject) -> JsonObject:
        return (
            value | {"display": preferred(value["display"], languages)}
            if ("display" in value)
            else value
        )

    return _mapped(statement, thing, verb)


def preferred(texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """The language map's best entry: that of the exact tag, else of a shorter one (RFC 4647, 3.4),
    else of any tag of that language, else the first. `languages` are tags, the preferred one first.
    """
    if not texts:
        return {}
    chosen = _preferred(tuple(texts), tuple(languages))
    return {chosen: texts[chosen]}


@lru_cache(maxsize=256)
def _preferred(texts: tuple[str, ...], languages: tuple[str, ...]) -> str:
    """The tag of the best entry."""
    if len(texts) == 1:
        return texts[0]
    tags = {tag.lower(): tag for tag in texts}
    for language in languages:
        if language == "*":
            break
        near = _nearest(language.lower(), tags)
        if near is not None:
            return tags[near]
    return texts[0]


def _nearest(tag: str, tags: Collection[str]) -> str | None:
    subtags = tag.split("-")
    for length in range(len(subtags), 0, -1):
        shorter = "-".join(subtags[:length])
        if shorter in tags:
            return shorter
    return next((other for other in tags if other.split("-")[0] == subtags[0]), None)


_MOST_LANGUAGES, _LONGEST_TAG = 32, 64


def accepted_languages(header: str) -> list[str]:
    """The tags of an Accept-Language header, best first. Malformed and overlong tags are left out;
    so are tags after the first _MOST_LANGUAGES, since each language map is compared with each tag.
    """
    weighed: list[tuple[float, int, str]] = []
    for index, part in enumerate(header.split(",")):
        tag, _, parameter = part.strip().partition(";")
        quality = 1.0
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                quality = float(value)
            except ValueError:
                continue
        if 0 < len(tag) <= _LONGEST_TAG and quality > 0:
            weighed.append((-quality, index, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)[:_MOST_LANGUAGES]]


def _in_one_language(definition: JsonObject, languages: Sequence[str]) -> JsonObject:
    cut = dict(definition)
    for name in _LANGUAGE_MAPS & cut.keys():
        cut[name] = preferred(cut[name], languages)
    for name in _COMPONENTS:
        if name in cut:
            cut[name] = [
                c | {"description": preferred(c["description"], languages)}
                if "description" in c
                else c
                for c in cut[name]
            ]
    return cut


Identified = Callable[[JsonObject, str], JsonObject]


def _mapped(
    statement: JsonObject, thing: Identified, verb: Callable[[JsonObject], JsonObject]
) -> JsonObject:
    """A statement or SubStatement with `thing` applied to each agent and activity, and `verb` to
    its verb.
    """
    out = dict(statement)
    out["actor"] = thing(statement["actor"], "Agent")
    out["verb"] = verb(statement["verb"])
    object_ = statement["object"]
    if object_.get("objectType") == "SubStatement":
        out["object"] = _mapped(object_, thing, verb)
    else:
        out["object"] = thing(object_, "Activity")
    if "authority" in statement:
        out["authority"] = thing(statement["authority"], "Agent")
    if "context" in statement:
        out["context"] = _mapped_context(statement["context"], thing)
    return out


def _mapped_context(context: JsonObject, thing: Identified) -> JsonObject:
    out = dict(context)
    for name in ("instructor", "team"):
        if name in out:
            out[name] = thing(out[name], "Agent")
    for name, member in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in out:
            out[name] = [entry | {member: thing(entry[member], "Agent")} for entry in out[name]]
    if "contextActivities" in out:
        out["contextActivities"] = {
            kind: [thing(a, "Activity") for a in (v if isinstance(v, list) else [v])]
            for kind, v in out["contextActivities"].items()
        }
    return out


def _identified(value: JsonObject, assumed: str) -> JsonObject:
    """An activity's id, an agent's identifier, or those of an anonymous Group's members."""
    kind = value.get("objectType", assumed)
    if kind == "StatementRef":
        return value
    if kind == "Activity":
        return {"id": value["id"]}
    identifier: dict[str, Any] = {k: value[k] for k in IDENTIFIERS if k in value}
    head = {"objectType": kind} if "objectType" in value else {}
    if identifier:
        return head | identifier
    return head | {"member": [_identified(m, "Agent") for m in value.get("member", ())]}
