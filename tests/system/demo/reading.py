"""What the tests ask of a history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lrs.domain.xapi.agent import JsonObject, agent_key, members


def verb_of(statement: JsonObject) -> str:
    """The last word of the verb's IRI."""
    return str(statement["verb"]["id"].rsplit("/", 1)[1])


def when(statement: JsonObject) -> datetime:
    return datetime.fromisoformat(statement["timestamp"])


def type_of(activity: JsonObject) -> str:
    return str(activity.get("definition", {}).get("type", "")).rsplit("/", 1)[-1]


def result(statement: JsonObject, name: str) -> Any:
    return statement.get("result", {}).get(name)


class History:
    """Statements in the order of posting, to be asked by verb, person and registration."""

    def __init__(self, posted: Iterable[JsonObject]) -> None:
        self.posted = tuple(posted)
        self.by_id = {statement["id"]: statement for statement in self.posted}
        self.place = {statement["id"]: n for n, statement in enumerate(self.posted)}
        self._by_verb: dict[str, list[JsonObject]] = {}
        for statement in self.posted:
            self._by_verb.setdefault(verb_of(statement), []).append(statement)

    def said(self, verb: str, *, about: str = "") -> list[JsonObject]:
        """With that verb, and about an activity of that type if one is named."""
        found = self._by_verb.get(verb, [])
        return [s for s in found if not about or type_of(s["object"]) == about]

    def of(self, key: str, *verbs: str) -> list[JsonObject]:
        """About that person, alone or in a Group."""
        return [
            s
            for s in self.posted
            if (not verbs or verb_of(s) in verbs)
            and any(agent_key(member) == key for member in members(s["actor"]))
        ]

    def people(self) -> dict[str, set[str]]:
        """The agent key of everybody in a team, and the full names they went by."""
        names: dict[str, set[str]] = {}
        for statement in self.posted:
            if "team" in statement.get("context", {}):
                actor = statement["actor"]
                names.setdefault(str(agent_key(actor)), set()).add(actor["name"])
        return names
