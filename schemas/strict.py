"""The base of every schema of what comes in."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from marshmallow.fields import Field

from lrs.domain.agent import JsonObject

Fault = tuple[tuple[str | int, ...], str]
"""Where, as the path of keys and indexes from the object on, and which code."""


class Strict(Schema):
    """Properties are written in camel case, unknown ones refused, errors are codes.

    A subclass states what single fields cannot in one `rule`, which sees the object once all its
    fields are right, and returns the first fault or None.
    """

    error_messages = {  # noqa: RUF012 - marshmallow types it as an instance's
        "unknown": "unknown-property",
        "type": "not-an-object",
    }

    @staticmethod
    def rule(value: JsonObject) -> Fault | None:
        return None

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
