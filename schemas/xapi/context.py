"""Result, context and attachments (xAPI 1.0.3 part 2, 2.4.5, 2.4.6, 2.4.11; 2.0, 4.2.2.4 to .6)."""

from __future__ import annotations

from lrs.domain.xapi.agent import JsonObject
from schemas.base import FieldFault, Strict
from schemas.fields import Extensions, LanguageMap, Many, One, OneOrMany
from schemas.leaves import (
    Boolean,
    ContentType,
    Duration,
    Iri,
    LanguageTag,
    NumberField,
    Octets,
    OneOf,
    Scaled,
    Sha2,
    Text,
    Uuid,
)
from schemas.xapi.activity import Activity
from schemas.xapi.actor import Agent, Group, any_actor


class Score(Strict):
    scaled = Scaled()
    raw = NumberField()
    min = NumberField()
    max = NumberField()

    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.4.5.1: raw lies between min and max; equal ends are what an ungraded test reports."""
        low, raw, high = value.get("min"), value.get("raw"), value.get("max")
        if low is not None and high is not None and low > high:
            return ("min",), "score-range"
        if raw is None:
            return None
        if (low is not None and raw < low) or (high is not None and raw > high):
            return ("raw",), "score-range"
        return None


class Result(Strict):
    score = One(Score)
    success = Boolean()
    completion = Boolean()
    response = Text()
    duration = Duration()
    extensions = Extensions()


class StatementRef(Strict):
    """2.4.4.3: whether the statement exists is not asked."""

    object_type = OneOf("StatementRef", code="object-type", required=True)
    id = Uuid(required=True)


class ContextActivities(Strict):
    """2.4.6.2: a single Activity is as good as an array of one."""

    parent = OneOrMany(One(Activity))
    grouping = OneOrMany(One(Activity))
    category = OneOrMany(One(Activity))
    other = OneOrMany(One(Activity))


class Context(Strict):
    registration = Uuid()
    instructor = any_actor()
    team = One(Group)
    context_activities = One(ContextActivities)
    revision = Text()
    platform = Text()
    language = LanguageTag()
    statement = One(StatementRef)
    extensions = Extensions()


class ContextAgent(Strict):
    object_type = OneOf("contextAgent", code="object-type", required=True)
    agent = One(Agent, required=True)
    relevant_types = Many(Iri(), at_least=1)


class ContextGroup(Strict):
    object_type = OneOf("contextGroup", code="object-type", required=True)
    group = One(Group, required=True)
    relevant_types = Many(Iri(), at_least=1)


class Context2(Context):
    """2.0, 4.2.2.5: the people and groups around the statement, each in its role."""

    context_agents = Many(One(ContextAgent))
    context_groups = Many(One(ContextGroup))


class Attachment(Strict):
    usage_type = Iri(required=True)
    display = LanguageMap(required=True)
    description = LanguageMap()
    content_type = ContentType(required=True)
    length = Octets(required=True)
    sha2 = Sha2(required=True)
    file_url = Iri()
