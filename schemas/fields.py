"""Strict marshmallow fields: what is sent is right as it stands, or refused; nothing is coerced.

The errors of these fields are codes, worded by `lrs.domain.problems`. `schemas.accept` knows every
class here; a field of another class, or one with validators of its own, cannot be derived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from schemas import reasons, rules
from schemas.problem import Problem, one_of, values_of
from schemas.strict import Strict

Check = Callable[[object], bool]
Why = Callable[[object], str]
Errors = dict[str | int, Any]


class StrictField(fields.Field[Any]):
    """A field whose own errors are codes."""

    @property
    def wants(self) -> str:
        """What to give, in words that may follow "give"."""
        raise NotImplementedError

    def make_error(self, key: str, **_: Any) -> ValidationError:
        """For what is missing, and for null."""
        if key == "required":
            return ValidationError(Problem(code="missing-property", wants=self.wants))
        return ValidationError(Problem(code="null", wants=self.wants))


class Leaf(StrictField):
    """A value without parts: right if `accepts` says so, else refused with `code`; where its
    sentence says why, `why` finds that out.
    """

    accepts: Check
    code: str
    form: str
    why: Why | None = None

    @property
    def wants(self) -> str:
        return self.form

    @classmethod
    def problem(cls, value: object) -> Problem:
        """Why a value is refused."""
        return Problem(cls.code, why=cls.why(value)) if cls.why else Problem(cls.code)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if not self.accepts(value):
            raise ValidationError(self.problem(value))
        return value


class Text(Leaf):
    accepts, code = staticmethod(rules.is_string), "not-a-string"
    form = "a string"


class Boolean(Leaf):
    accepts, code = staticmethod(rules.is_boolean), "not-a-boolean"
    form = "true or false"


class Number(Leaf):
    accepts, code = staticmethod(rules.is_number), "not-a-number"
    form = "a number"


class Scaled(Leaf):
    accepts, code = staticmethod(rules.is_scaled), "scaled"
    form = "a number from -1 to 1"


class Octets(Leaf):
    accepts, code = staticmethod(rules.is_length), "length"
    form = "a number of octets"


class Iri(Leaf):
    accepts, code = staticmethod(rules.is_iri), "iri"
    form, why = "an IRI such as https://example.org/course/1", staticmethod(reasons.why_no_iri)


class Uri(Leaf):
    accepts, code = staticmethod(rules.is_uri), "uri"
    form, why = "a URI such as https://anna.example.org/", staticmethod(reasons.why_no_uri)


class Mbox(Leaf):
    accepts, code = staticmethod(rules.is_mbox), "mbox"
    form, why = "an address such as mailto:anna@example.org", staticmethod(reasons.why_no_mbox)


class AccountName(Leaf):
    accepts, code = staticmethod(rules.is_account_name), "account-name"
    form = "the login id as a string"


class Uuid(Leaf):
    accepts, code = staticmethod(rules.is_uuid), "uuid"
    form = "a UUID"


class Sha1(Leaf):
    accepts, code = staticmethod(rules.is_sha1), "sha1"
    form = "40 hex digits"


class Sha2(Leaf):
    accepts, code = staticmethod(rules.is_sha2), "sha2"
    form = "the attachment's SHA-256 in 64 hex digits, or its SHA-384 or SHA-512"


class ContentType(Leaf):
    accepts, code = staticmethod(rules.is_content_type), "content-type"
    form = "a media type such as application/pdf"


class Timestamp(Leaf):
    accepts, code = staticmethod(rules.is_timestamp), "timestamp"
    form = "a timestamp such as 2026-03-01T09:30:00.000Z"
    why = staticmethod(reasons.why_no_timestamp)


class Timestamp2(Timestamp):
    accepts, code = staticmethod(rules.is_timestamp_2), "timestamp"
    why = staticmethod(reasons.why_no_timestamp_2)


class Duration(Leaf):
    accepts, code = staticmethod(rules.is_duration), "duration"
    form = "a duration such as PT1H30M"


class LanguageTag(Leaf):
    accepts, code = staticmethod(rules.is_language_tag), "language-tag"
    form = "a language tag such as ru"


class Version1(Leaf):
    accepts, code = staticmethod(rules.is_version_1), "version"
    form = "1.0.0"


class Version2(Leaf):
    accepts, code = staticmethod(rules.is_version_2), "version"
    form = "2.0.0"


class OneOf(Leaf):
    """One of a few words, in exactly this case (xAPI 1.0.3 part 2, 2.2)."""

    def __init__(self, *words: str, code: str, **options: Any) -> None:
        super().__init__(**options)
        allowed = frozenset(words)
        self.accepts = lambda value: type(value) is str and value in allowed
        self.code = code
        self.form = one_of([*words])

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if not self.accepts(value):
            raise ValidationError(Problem(self.code, allowed=self.form))
        return value


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
            raise ValidationError(Problem(code="not-an-object", wants=self.wants))
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
            raise ValidationError(Problem(code="not-an-object", wants=self.wants))
        named = value.get("objectType", self.default)
        schema = self.schemas.get(named) if type(named) is str else None
        if schema is None:
            raise ValidationError({"objectType": [Problem(self.code, allowed=self.allowed)]})
        try:
            return schema.load(value)
        except ValidationError as error:
            if "objectType" not in value:
                self._mention_types(error.messages_dict)
            raise

    def _mention_types(self, messages: dict[str, Any]) -> None:
        """Say of a property which objectType would have it: it may be that which is forgotten."""
        for name, told in messages.items():
            others = [type_ for type_, schema in self.schemas.items() if schema.knows(name)]
            if others and told == ["unknown-property"]:
                known = values_of(told[0])["known"]
                told[0] = Problem(
                    told[0], known=f"{known}; with objectType {one_of(others)} this too"
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
            raise ValidationError(Problem(code="not-an-array", each=self.element.wants))
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
