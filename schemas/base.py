"""The base class of all input schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from marshmallow.fields import Field

from lrs.domain.xapi.agent import JsonObject
from schemas.problem import WordedProblem, all_of

FieldFault = tuple[tuple[str | int, ...], str]
"""The path of keys and indexes from the object to the error, and the error's code."""


class Strict(Schema):
    """Properties are written in camel case, unknown ones refused, errors are codes.

    A subclass may have one `rule` about several fields. It gets the object after all its fields
    were accepted, and returns the first error or None.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = ", ".join(sorted(str(field.data_key) for field in self.fields.values()))
        self.error_messages["unknown"] = WordedProblem(code="unknown-property", known=known)
        self.error_messages["type"] = WordedProblem(code="not-an-object", wants=self.wants)

    @property
    def wants(self) -> str:
        """What to give for such an object: its required properties, then the others."""
        fields = self.fields.values()
        required = [str(field.data_key) for field in fields if field.required]
        others = [str(field.data_key) for field in fields if not field.required]
        if not required:
            return f"an object that may have {all_of(others)}"
        more = f", which may have {all_of(others)} too" if others else ""
        return f"an object with {all_of(required)}{more}"

    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        return None

    def knows(self, name: str) -> bool:
        """Whether the object may have a property of this name."""
        return any(field.data_key == name for field in self.fields.values())

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        if field_obj.data_key is None:
            first, *others = field_name.split("_")
            field_obj.data_key = first + "".join(word.title() for word in others)

    @validates_schema(pass_original=True, skip_on_field_errors=True)
    def _obey_rule(self, data: Any, original: JsonObject, **_: Any) -> None:
        fault = self.rule(original)
        if fault is not None:
            path, code = fault
            message: Any = [code]
            for key in reversed(path):
                message = {key: message}
            raise ValidationError(message)
