"""The one description of what a statement is, in 1.0.3 (part 2, 2.4) and in 2.0 (4.2)."""

from __future__ import annotations

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import VOIDED
from schemas.base import FieldFault, Strict
from schemas.fields import ByType, LanguageMap, Many, One
from schemas.leaves import Iri, Leaf, OneOf, Timestamp, Timestamp2, Uuid, Version1, Version2
from schemas.xapi.activity import Activity
from schemas.xapi.actor import Agent, Group, any_actor, any_authority
from schemas.xapi.context import Attachment, Context, Context2, Result, StatementRef


class Verb(Strict):
    id = Iri(required=True)
    display = LanguageMap()


class _Statement(Strict):
    """What statements and SubStatements share: a SubStatement is checked as a statement."""

    actor = any_actor(required=True)
    verb = One(Verb, required=True)
    result = One(Result)
    timestamp: Leaf = Timestamp()
    attachments = Many(One(Attachment))

    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.3.2: voiding needs a StatementRef; 2.4.6: revision and platform need an Activity."""
        about = value["object"].get("objectType", "Activity")
        if about != "StatementRef" and value["verb"]["id"] == VOIDED:
            return ("object",), "voiding-object"
        context = value.get("context")
        if context is None or about == "Activity":
            return None
        for name in ("revision", "platform"):
            if name in context:
                return ("context", name), "activity-only"
        return None


_OBJECTS = {
    "Activity": Activity,
    "Agent": Agent,
    "Group": Group,
    "StatementRef": StatementRef,
}


class SubStatement(_Statement):
    """2.4.4.3: without id, stored, version and authority, and with no SubStatement within."""

    object_type = OneOf("SubStatement", code="object-type", required=True)
    object = ByType(_OBJECTS, default="Activity", code="substatement-object", required=True)
    context = One(Context)


class SubStatement2(SubStatement):
    context = One(Context2)
    timestamp = Timestamp2()


class Statement(_Statement):
    """2.4. `stored` is checked although the store sets it (2.4.8)."""

    id = Uuid()
    object = ByType(
        {**_OBJECTS, "SubStatement": SubStatement},
        default="Activity",
        code="object-type",
        required=True,
    )
    context = One(Context)
    stored: Leaf = Timestamp()
    authority = any_authority()
    version: Leaf = Version1()


class Statement2(Statement):
    object = ByType(
        {**_OBJECTS, "SubStatement": SubStatement2},
        default="Activity",
        code="object-type",
        required=True,
    )
    context = One(Context2)
    timestamp = Timestamp2()
    stored = Timestamp2()
    version = Version2()
