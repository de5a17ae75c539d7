"""Activities and their definitions, interactions too (xAPI 1.0.3 part 2, 2.4.4.1; 2.0, 4.2.2.3)."""

from __future__ import annotations

from lrs.domain.xapi.agent import JsonObject
from schemas.base import FieldFault, Strict
from schemas.fields import Extensions, LanguageMap, Many, One
from schemas.leaves import Iri, OneOf, Text

COMPONENT_LISTS = {
    "choice": ("choices",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "true-false": (),
    "fill-in": (),
    "long-fill-in": (),
    "numeric": (),
    "other": (),
}
"""Which lists of interaction components each interactionType has (2.4.4.1)."""

_LISTS = ("choices", "scale", "source", "target", "steps")
_ONLY_INTERACTIONS = frozenset({"correctResponsesPattern", *_LISTS})


class InteractionComponent(Strict):
    id = Text(required=True)
    description = LanguageMap()


class ActivityDefinition(Strict):
    name = LanguageMap()
    description = LanguageMap()
    type = Iri()
    more_info = Iri()
    interaction_type = OneOf(*COMPONENT_LISTS, code="interaction-type")
    correct_responses_pattern = Many(Text())
    choices = Many(One(InteractionComponent))
    scale = Many(One(InteractionComponent))
    source = Many(One(InteractionComponent))
    target = Many(One(InteractionComponent))
    steps = Many(One(InteractionComponent))
    extensions = Extensions()

    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.4.4.1: an interaction says its type, and has only that type's lists, ids distinct."""
        of_interactions = value.keys() & _ONLY_INTERACTIONS
        if not of_interactions:
            return None
        kind = value.get("interactionType")
        if kind is None:
            return (min(of_interactions),), "interaction-type-missing"
        for name in _LISTS:
            if name not in value:
                continue
            if name not in COMPONENT_LISTS[kind]:
                return (name,), "component-list"
            if (index := _repeated(value[name])) is not None:
                return (name, index, "id"), "duplicate-component"
        return None


def _repeated(components: list[JsonObject]) -> int | None:
    """The index of the first component whose id stands before it too."""
    seen: set[str] = set()
    for index, component in enumerate(components):
        if component["id"] in seen:
            return index
        seen.add(component["id"])
    return None


class Activity(Strict):
    object_type = OneOf("Activity", code="object-type")
    id = Iri(required=True)
    definition = One(ActivityDefinition)
