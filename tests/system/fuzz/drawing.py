"""Valid statements drawn at random by the grammar: Hypothesis takes a hundred times as long."""

from __future__ import annotations

import base64
from random import Random
from typing import Any
from uuid import UUID

from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject
from lrs.domain.xapi.version import Version
from schemas.xapi.activity import COMPONENT_LISTS
from tests.schemas import values as some
from tests.schemas.grammar import OBJECTS, REQUIRED

_THINGS = ("Activity", "Agent", "Group", "StatementRef")
_NEW = {"contextAgents", "contextGroups"}
_TEXTS = ("", "x", "ёЁ \U0001f600", "</script>\"'\\", "a[,]b", "\u2028\x7f\t", "0417", "NaN")
_UNTYPED = {"Agent", "Activity"}
_WORDS = {"ContextAgent": "contextAgent", "ContextGroup": "contextGroup", "AuthorityGroup": "Group"}


class Drawing:
    """Draws with a given randomness for a version."""

    def __init__(self, chance: Random, version: Version) -> None:
        self._chance = chance
        self._version = version

    def many(self, count: int) -> list[JsonObject]:
        return [self.statement() for _ in range(count)]

    def statement(self) -> JsonObject:
        """Without an id, which whoever sends it gives, and without attachments of its own."""
        statement = self._object("Statement", self._chance.random())
        for name in ("id", "attachments"):
            statement.pop(name, None)
        return statement

    def _object(self, kind: str, often: float) -> JsonObject:
        """An object of that kind; each property that may lack is there so often."""
        required = REQUIRED.get(kind, ())
        drawn = {
            name: self._value(said, often * 0.8)
            for name, said in OBJECTS[kind].items()
            if name in required or self._chance.random() < often
        }
        if "objectType" in drawn or (kind not in _UNTYPED and "objectType" in OBJECTS[kind]):
            drawn["objectType"] = _WORDS.get(kind, kind)
        mended = getattr(self, f"_mend_{kind.lower()}", None)
        if mended is not None:
            mended(drawn)
        return drawn

    def _value(self, said: str, often: float) -> Any:
        chance = self._chance
        if said == "actor":
            return self._object(chance.choice(("Agent", "Agent", "Group")), often)
        if said == "authority":
            return self._object(chance.choice(("Agent", "AuthorityGroup")), often)
        if said in ("object", "object within"):
            return self._thing(said == "object", often)
        if said[0] == "*":
            return self._value(chance.choice((said[1:], "[" + said[1:])), often)
        if said[0] == "[":
            return [self._value(said[1:], often) for _ in range(chance.choice((1, 1, 2, 3)))]
        if said in OBJECTS:
            return self._object(said, often)
        return self._leaf(said)

    def _thing(self, outer: bool, often: float) -> JsonObject:
        kinds = (*_THINGS, "SubStatement") if outer else _THINGS
        kind = self._chance.choice((*kinds, "Activity"))
        thing = self._object(kind, often)
        if kind == "Agent":
            thing["objectType"] = "Agent"
        return thing

    def _leaf(self, said: str) -> Any:
        chance = self._chance
        match said:
            case "timestamp" if self._version is Version.V2_0_0:
                return chance.choice(some.TIMESTAMPS_2)
            case "iri" | "uri" | "mbox" | "timestamp" | "duration" | "language" | "content type":
                return chance.choice(_FORMS[said])
            case "text" | "word":
                return chance.choice(_TEXTS)
            case "account name":
                return chance.choice(_TEXTS[1:])
            case "boolean":
                return chance.random() < 0.5
            case "number":
                return chance.choice((chance.randrange(100), chance.random(), *some.BORDERS))
            case "scaled":
                return chance.choice((-1, 0, 1, chance.random()))
            case "length":
                return chance.choice((0, 27, 2**70))
            case "uuid":
                return str(UUID(int=chance.getrandbits(128), version=4))
            case "sha1" | "sha2":
                return f"{chance.getrandbits(256):064x}"[: 40 if said == "sha1" else 64]
            case "version":
                news = ("2.0", "2.0.0") if self._version is Version.V2_0_0 else ()
                return chance.choice(("1.0", "1.0.0", "1.0.3", *news))
            case "interaction":
                return chance.choice(tuple(COMPONENT_LISTS))
            case "languages":
                return {chance.choice(some.TAGS): chance.choice(_TEXTS) for _ in range(2)}
            case "extensions":
                return {chance.choice(some.IRIS): self._any(0) for _ in range(2)}
        raise AssertionError(said)

    def _any(self, level: int) -> Any:
        """JSON of any kind."""
        chance = self._chance
        leaves = (None, True, *some.BORDERS, *_TEXTS)
        if level > 3 or chance.random() < 0.5:
            return chance.choice(leaves)
        if chance.random() < 0.1:
            return base64.b64encode(chance.randbytes(300)).decode()
        inner = [self._any(level + 1) for _ in range(chance.randrange(4))]
        return inner if chance.random() < 0.5 else dict(zip(_TEXTS, inner, strict=False))

    def _identify(self, actor: JsonObject, *kinds: str) -> None:
        """Exactly one identifier, of one of the kinds."""
        for name in IDENTIFIERS:
            actor.pop(name, None)
        kind = self._chance.choice(kinds)
        actor[kind] = self._value(OBJECTS["Agent"][kind], 0.5)

    def _mend_agent(self, agent: JsonObject) -> None:
        self._identify(agent, *IDENTIFIERS)

    def _mend_group(self, group: JsonObject) -> None:
        self._identify(group, *IDENTIFIERS)
        if self._chance.random() < 0.5:
            group["member"] = self._value("[Agent", 0.3)
            for name in IDENTIFIERS:
                group.pop(name, None)

    def _mend_authoritygroup(self, group: JsonObject) -> None:
        for name in IDENTIFIERS:
            group.pop(name, None)
        application, user = self._object("Agent", 0), self._object("Agent", 0.5)
        self._identify(application, "account")
        group["member"] = [application, user]

    def _mend_score(self, score: JsonObject) -> None:
        ends = sorted(score[name] for name in ("min", "raw", "max") if name in score)
        for name in ("min", "raw", "max"):
            if name in score:
                score[name] = ends.pop(0)

    def _mend_definition(self, definition: JsonObject) -> None:
        kind = definition.get("interactionType")
        for name in ("choices", "scale", "source", "target", "steps"):
            definition.pop(name, None)
            if kind and name in COMPONENT_LISTS[kind]:
                definition[name] = [{"id": str(n)} for n in range(self._chance.randrange(3))]
        if kind is None:
            definition.pop("correctResponsesPattern", None)

    def _mend_context(self, context: JsonObject) -> None:
        if self._version is Version.V1_0_3:
            for name in _NEW:
                context.pop(name, None)

    def _mend_attachment(self, attachment: JsonObject) -> None:
        attachment["fileUrl"] = self._leaf("iri")  # the bytes come with no request

    def _mend_statement(self, statement: JsonObject) -> None:
        about = statement["object"].get("objectType", "Activity")
        for name in ("revision", "platform"):
            if about != "Activity":
                statement.get("context", {}).pop(name, None)

    _mend_substatement = _mend_statement


_FORMS = {
    "iri": some.IRIS,
    "uri": some.URIS,
    "mbox": some.MBOXES,
    "timestamp": some.TIMESTAMPS,
    "duration": some.DURATIONS,
    "language": some.TAGS,
    "content type": some.CONTENT_TYPES,
}
