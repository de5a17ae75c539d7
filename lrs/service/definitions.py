"""What statements have said about agents and activities: names and definitions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from sqlalchemy import Connection

from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.xapi.activity_definition import person
from lrs.domain.xapi.agent import JsonObject, agent_key
from lrs.projections.statements import index as index
from lrs.projector import FreshReads

T = TypeVar("T")

_SCOPES = "`statements/read`, `state`, `profile`, `define`, `all/read` and `all`"


class DefinitionService:
    """Reads names and definitions, up to date with the log."""

    def __init__(self, reads: FreshReads) -> None:
        self._reads = reads

    def person(self, agent: JsonObject, by: Credential) -> JsonObject:
        """The Person object of an Agent or identified Group, also of one that no statement names
        (xAPI 1.0.3 part 3, 2.4). Raises Forbidden.
        """
        key = agent_key(agent) or ""
        names = self._permitted(by, lambda c: index.agent_names(c, key))
        return person(agent, names if by.may_access(key) else [])

    def activity(self, id: str, by: Credential) -> JsonObject:
        """The Activity with the definition that is merged from all statements, if they have any
        (1.0.3 part 3, 2.5). Raises Forbidden.
        """
        definitions = self._permitted(by, lambda c: index.activity_definitions(c, [id]))
        activity: JsonObject = {"objectType": "Activity", "id": id}
        return activity | {"definition": definitions[id]} if id in definitions else activity

    def known(self, activities: Collection[str], by: Credential) -> dict[str, JsonObject]:
        """The merged definitions of these activities, to add to statements that name them; none for
        a key that may not look up activities.
        """
        if not by.may_look_up():
            return {}
        return self._fresh(lambda c: index.activity_definitions(c, activities))

    def _permitted(self, by: Credential, query: Callable[[Connection], T]) -> T:
        """The answer to the query, for a key that may look up. Raises Forbidden."""
        if not by.may_look_up():
            raise too_narrow(by, _SCOPES)
        return self._fresh(query)

    def _fresh(self, query: Callable[[Connection], T]) -> T:
        return self._reads.query(index.StatementsProjection.NAME, query)[0]
