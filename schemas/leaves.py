"""Strict marshmallow fields of values without parts: right as they stand, or refused; nothing is
coerced. `schemas.fields` has those that hold others.

A refusal is a code, worded by `lrs.domain.error_catalogue`; `form` says what to give instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError, fields

from schemas import reasons, rules
from schemas.problem import WordedProblem, one_of

Check = Callable[[object], bool]
Why = Callable[[object], str]


class StrictField(fields.Field[Any], ABC):
    """A field whose own errors are codes."""

    @property
    @abstractmethod
    def wants(self) -> str:
        """What to give, in words that may follow "give"."""

    def make_error(self, key: str, **_: Any) -> ValidationError:
        """For what is missing, and for null."""
        if key == "required":
            return ValidationError(WordedProblem(code="missing-property", wants=self.wants))
        return ValidationError(WordedProblem(code="null", wants=self.wants))


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
    def problem(cls, value: object) -> WordedProblem:
        """Why a value is refused."""
        return WordedProblem(cls.code, why=cls.why(value)) if cls.why else WordedProblem(cls.code)

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


class NumberField(Leaf):
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
        self.words = words
        allowed = frozenset(words)
        self.accepts = lambda value: type(value) is str and value in allowed
        self.code = code
        self.form = one_of([*words])

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if not self.accepts(value):
            raise ValidationError(WordedProblem(self.code, allowed=self.form))
        return value
