"""Strict marshmallow fields that hold others: objects, arrays and maps.

`schemas.fast_validator` knows every class here; a field of another class, or one with validators of
its own, cannot be derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.base import Strict
from schemas.leaves import Iri, LanguageTag, Leaf, StrictField, Text
from schemas.problem import WordedProblem, one_of, values_of

Errors = dict[str | int, Any]


class MapOf(StrictField):
    """An object whose keys obey `key` and whose values obey `value`; None lets any value pass."""

    key: type[Leaf]
    value: type[Leaf] | None
    form: str

    @property
    def wants(self) -> str:
        return self.form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if type(value) is not dict:
            raise ValidationError(WordedProblem(code="not-an-object", wants=self.wants))
        errors: Errors = {}
        for name, held in value.items():
            if not self.key.accepts(name):
                errors[name] = [self.key.problem(name)]
            elif self.value is not None and not self.value.accepts(held):
                errors[name] = [self.value.problem(held)]
        if errors:
            raise ValidationError(errors)
        return value


class LanguageMap(MapOf):
    """xAPI 1.0.3 part 2, 4.2."""

    key, value = LanguageTag, Text
    form = 'an object of texts by language tag, such as {"ru-RU": "...", "en": "..."}'


class Extensions(MapOf):
    """xAPI 1.0.3 part 2, 4.1: the keys are IRIs, the values anything, null too."""

    key, value = Iri, None
    form = 'an object of values by IRI, such as {"https://example.org/ext/room": 7}'


class One(StrictField):
    """An object that obeys a schema."""

    def __init__(self, schema: type[Strict], **options: Any) -> None:
        super().__init__(**options)
        self.schema = schema()

    @property
    def wants(self) -> str:
        return self.schema.wants

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return self.schema.load(value)


class ByType(StrictField):
    """An object that obeys the schema which its objectType names, or `default` if it names none."""

    def __init__(
        self, schemas: Mapping[str, type[Strict]], *, default: str, code: str, **options: Any
    ) -> None:
        super().__init__(**options)
        self.schemas = {name: schema() for name, schema in schemas.items()}
        self.default = default
        self.code = code
        self.allowed = f"{one_of([*schemas])}, and {default} where it is left out"

    @property
    def wants(self) -> str:
        return f"an object of the objectType {one_of([*self.schemas])}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if type(value) is not dict:
            raise ValidationError(WordedProblem(code="not-an-object", wants=self.wants))
        named = value.get("objectType", self.default)
        schema = self.schemas.get(named) if type(named) is str else None
        if schema is None:
            raise ValidationError({"objectType": [WordedProblem(self.code, allowed=self.allowed)]})
        try:
            return schema.load(value)
        except ValidationError as error:
            if "objectType" not in value:
                self._mention_types(error.messages_dict)
            raise

    def _mention_types(self, messages: dict[str, Any]) -> None:
        """Say of a property which objectType would have it: it may be that which is forgotten."""
        for name, problems in messages.items():
            others = [type_ for type_, schema in self.schemas.items() if schema.knows(name)]
            if others and problems == ["unknown-property"]:
                known = values_of(problems[0])["known"]
                problems[0] = WordedProblem(
                    problems[0], known=f"{known}; with objectType {one_of(others)} this too"
                )


class Many(StrictField):
    """An array whose elements all obey one field."""

    def __init__(self, element: StrictField, *, at_least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.element = element
        self.at_least = at_least

    @property
    def wants(self) -> str:
        return f"an array, each element {self.element.wants}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if type(value) is not list:
            raise ValidationError(WordedProblem(code="not-an-array", each=self.element.wants))
        if len(value) < self.at_least:
            raise ValidationError("empty-list")
        errors: Errors = {}
        for index, held in enumerate(value):
            try:
                self.element.deserialize(held)
            except ValidationError as error:
                errors[index] = error.messages
        if errors:
            raise ValidationError(errors)
        return value


class OneOrMany(Many):
    """An element, or an array of such (xAPI 1.0.3 part 2, 2.4.6.2)."""

    @property
    def wants(self) -> str:
        return f"{self.element.wants}, or an array of such"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if type(value) is list:
            return super()._deserialize(value, attr, data, **options)
        return self.element.deserialize(value)
