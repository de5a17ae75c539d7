"""A fast validator that is derived once from the marshmallow schemas: it accepts or refuses.

Loading through marshmallow costs several hundred microseconds a statement, although nearly all
statements are valid. So the schemas, which stay the only description, are converted once into
nested functions over the data's own keys. If a schema has a feature that cannot be derived, the
conversion raises TypeError, so that no rule is silently lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema
from marshmallow.fields import Field

from schemas.base import Strict
from schemas.fields import ByType, Many, MapOf, One, OneOrMany
from schemas.leaves import Leaf

Accept = Callable[[object], bool]


def accept_schema(schema: Schema) -> Accept:
    """Whether marshmallow would load a value by `schema`. TypeError if it cannot be derived."""
    if not isinstance(schema, Strict) or _hooks(schema) != _hooks(Strict):
        raise TypeError(f"{type(schema).__name__} has more than can be derived")
    checks = {str(field.data_key): accept_field(field) for field in schema.fields.values()}
    required = tuple(str(field.data_key) for field in schema.fields.values() if field.required)
    rule = None if type(schema).rule is Strict.rule else schema.rule
    find = checks.get

    def accept(value: object) -> bool:
        if type(value) is not dict:
            return False
        for name, held in value.items():
            check = find(name)
            if check is None or not check(held):
                return False
        for name in required:
            if name not in value:
                return False
        return rule is None or rule(value) is None

    return accept


def _hooks(schema: Schema | type[Schema]) -> dict[str, object]:
    return {tag: hooks for tag, hooks in schema._hooks.items() if hooks}


def accept_field(field: Field[Any]) -> Accept:
    """Whether marshmallow would take a value for `field`. TypeError if it cannot be derived."""
    if field.validators or field.allow_none or field.load_only or field.dump_only:
        raise TypeError(f"{type(field).__name__} has more than can be derived")
    match field:
        case Leaf():
            return field.accepts
        case MapOf():
            return _map(field)
        case One():
            return accept_schema(field.schema)
        case ByType():
            return _by_type(field)
        case OneOrMany():
            return _one_or_many(field)
        case Many():
            return _many(field)
        case _:
            raise TypeError(f"{type(field).__name__} is no strict field")


def _map(field: MapOf) -> Accept:
    good_key = field.key.accepts
    good_value = None if field.value is None else field.value.accepts

    def accept(value: object) -> bool:
        if type(value) is not dict:
            return False
        for name, held in value.items():
            if not good_key(name) or (good_value is not None and not good_value(held)):
                return False
        return True

    return accept


def _by_type(field: ByType) -> Accept:
    accepts = {name: accept_schema(schema) for name, schema in field.schemas.items()}
    default = field.default

    def accept(value: object) -> bool:
        if type(value) is not dict:
            return False
        named = value.get("objectType", default)
        check = accepts.get(named) if type(named) is str else None
        return check is not None and check(value)

    return accept


def _many(field: Many) -> Accept:
    check = accept_field(field.element)
    at_least = field.at_least

    def accept(value: object) -> bool:
        if type(value) is not list or len(value) < at_least:
            return False
        for held in value:  # noqa: SIM110 - a generator costs more than the loop
            if not check(held):
                return False
        return True

    return accept


def _one_or_many(field: OneOrMany) -> Accept:
    one, many = accept_field(field.element), _many(field)
    return lambda value: many(value) if type(value) is list else one(value)
