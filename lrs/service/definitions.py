"""What the store knows of agents and activities: what statements have said of them."""

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
    """Reads of what was said, as fresh as the log when it was asked."""

    def __init__(self, reads: FreshReads) -> None:
        self._reads = reads

    def person(self, agent: JsonObject, by: Credential) -> JsonObject:
        """The Person object of an Agent or identified Group, of one never seen too (xAPI 1.0.3
        part 3, 2.4). Raises Forbidden.
        """
        key = agent_key(agent) or ""
        names = self._asked(by, lambda c: index.agent_names(c, key))
        return person(agent, names if by.may_access(key) else [])

    def activity(self, id: str, by: Credential) -> JsonObject:
        """The Activity with its definition, merged from all that was said; without one if nothing
        was (1.0.3 part 3, 2.5). Raises Forbidden.
        """
        found = self._asked(by, lambda c: index.activity_definitions(c, [id]))
        activity: JsonObject = {"objectType": "Activity", "id": id}
        return activity | {"definition": found[id]} if id in found else activity

    def known(self, activities: Collection[str], by: Credential) -> dict[str, JsonObject]:
        """The merged definitions of these activities, for statements that name them; none for a
        key that may not look activities up.
        """
        if not by.may_look_up():
            return {}
        return self._fresh(lambda c: index.activity_definitions(c, activities))

    def _asked(self, by: Credential, ask: Callable[[Connection], T]) -> T:
        if not by.may_look_up():
            raise too_narrow(by, _SCOPES)
        return self._fresh(ask)

    def _fresh(self, ask: Callable[[Connection], T]) -> T:
        return self._reads.query(index.StatementsProjection.NAME, ask)[0]
