"""Strict marshmallow fields: what is sent is right as it stands, or refused; nothing is coerced.

The errors of these fields are codes, worded by `lrs.domain.problems`. `schemas.accept` knows every
class here; a field of another class, or one with validators of its own, cannot be derived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schemas import rules

Check = Callable[[object], bool]
Errors = dict[str | int, Any]


class StrictField(fields.Field[Any]):
    """A field whose own errors are codes."""

    default_error_messages = {  # noqa: RUF012 - marshmallow types it as an instance's
        "required": "missing-property",
        "null": "null",
    }


class Leaf(StrictField):
    """A value without parts: right if `accepts` says so, else refused with `code`."""

    accepts: Check
    code: str

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if not self.accepts(value):
            raise ValidationError(self.code)
        return value


class Text(Leaf):
    accepts, code = staticmethod(rules.is_string), "not-a-string"


class Boolean(Leaf):
    accepts, code = staticmethod(rules.is_boolean), "not-a-boolean"


class Number(Leaf):
    accepts, code = staticmethod(rules.is_number), "not-a-number"


class Scaled(Leaf):
    accepts, code = staticmethod(rules.is_scaled), "scaled"


class Octets(Leaf):
    accepts, code = staticmethod(rules.is_length), "length"


class Iri(Leaf):
    accepts, code = staticmethod(rules.is_iri), "iri"


class Uri(Leaf):
    accepts, code = staticmethod(rules.is_uri), "uri"


class Mbox(Leaf):
    accepts, code = staticmethod(rules.is_mbox), "mbox"


class AccountName(Leaf):
    accepts, code = staticmethod(rules.is_account_name), "account-name"


class Uuid(Leaf):
    accepts, code = staticmethod(rules.is_uuid), "uuid"


class Sha1(Leaf):
    accepts, code = staticmethod(rules.is_sha1), "sha1"


class Sha2(Leaf):
    accepts, code = staticmethod(rules.is_sha2), "sha2"


class ContentType(Leaf):
    accepts, code = staticmethod(rules.is_content_type), "content-type"


class Timestamp(Leaf):
    accepts, code = staticmethod(rules.is_timestamp), "timestamp"


class Timestamp2(Leaf):
    accepts, code = staticmethod(rules.is_timestamp_2), "timestamp"


class Duration(Leaf):
    accepts, code = staticmethod(rules.is_duration), "duration"


class LanguageTag(Leaf):
    accepts, code = staticmethod(rules.is_language_tag), "language-tag"


class Version1(Leaf):
    accepts, code = staticmethod(rules.is_version_1), "version"


class Version2(Leaf):
    accepts, code = staticmethod(rules.is_version_2), "version"


class OneOf(Leaf):
    """One of a few words, in exactly this case (xAPI 1.0.3 part 2, 2.2)."""

    def __init__(self, *words: str, code: str, **options: Any) -> None:
        super().__init__(**options)
        allowed = frozenset(words)
        self.accepts = lambda value: type(value) is str and value in allowed
        self.code = code


class MapOf(StrictField):
    """An object whose keys obey `key` and whose values obey `value`; None lets any value pass."""

    key: type[Leaf]
    value: type[Leaf] | None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if type(value) is not dict:
            raise ValidationError("not-an-object")
        errors: Errors = {}
        for name, held in value.items():
            if not self.key.accepts(name):
                errors[name] = [self.key.code]
            elif self.value is not None and not self.value.accepts(held):
                errors[name] = [self.value.code]
        if errors:
            raise ValidationError(errors)
        return value


class LanguageMap(MapOf):
    """xAPI 1.0.3 part 2, 4.2."""

    key, value = LanguageTag, Text


class Extensions(MapOf):
    """xAPI 1.0.3 part 2, 4.1: the keys are IRIs, the values anything, null too."""

    key, value = Iri, None


class One(StrictField):
    """An object that obeys a schema."""

    def __init__(self, schema: type[Schema], **options: Any) -> None:
        super().__init__(**options)
        self.schema = schema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return self.schema.load(value)


class ByType(StrictField):
    """An object that obeys the schema which its objectType names, or `default` if it names none."""

    def __init__(
        self, schemas: Mapping[str, type[Schema]], *, default: str, code: str, **options: Any
    ) -> None:
        super().__init__(**options)
        self.schemas = {name: schema() for name, schema in schemas.items()}
        self.default = default
        self.code = code

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if type(value) is not dict:
            raise ValidationError("not-an-object")
        named = value.get("objectType", self.default)
        schema = self.schemas.get(named) if type(named) is str else None
        if schema is None:
            raise ValidationError({"objectType": [self.code]})
        return schema.load(value)


class Many(StrictField):
    """An array whose elements all obey one field."""

    def __init__(self, element: StrictField, *, at_least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.element = element
        self.at_least = at_least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if type(value) is not list:
            raise ValidationError("not-an-array")
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

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if type(value) is list:
            return super()._deserialize(value, attr, data, **options)
        return self.element.deserialize(value)
