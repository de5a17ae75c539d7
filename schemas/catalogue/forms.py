"""The types of entries' members, for files whose cells hold only texts, numbers and days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from marshmallow.fields import Field

from lrs.domain.aggregates.catalogue_entry import EntryKind
from schemas.catalogue.fields import CountField, Date, MonthField, Positive, Some
from schemas.catalogue.kinds import SCHEMAS
from schemas.fields import Many, MapOf, One
from schemas.leaves import Boolean, Leaf, OneOf, Scaled


class Sort(Enum):
    """The type of a member's value."""

    TEXT = auto()
    WORD = auto()
    """One of a fixed set of words."""
    TITLE = auto()
    """A text for each language."""
    NUMBER = auto()
    DAY = auto()
    MONTH = auto()
    TRUTH = auto()
    TEXTS = auto()
    OBJECTS = auto()
    """Several objects, whose members are texts."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a member is. `names` are the words that it may be, or the members of its objects."""

    sort: Sort
    required: bool
    names: tuple[str, ...] = ()

    def headings(self, name: str) -> tuple[str, ...]:
        """What columns for a member of this name may be called; other languages may follow."""
        return (f"{name}.ru", f"{name}.en") if self.sort is Sort.TITLE else (name,)


@cache
def forms(kind: EntryKind) -> Mapping[str, Form]:
    """The members of entries of this kind, by name, in the order of docs/catalogue.md."""
    fields = SCHEMAS[kind]().fields
    return {name: Form(*_sort(field, bool(field.required))) for name, field in fields.items()}


def _sort(field: Field[object], required: bool) -> tuple[Sort, bool, tuple[str, ...]]:
    match field:
        case Many(element=One() as one):
            return Sort.OBJECTS, required, tuple(one.schema.fields)
        case Many():
            return Sort.TEXTS, required, ()
        case OneOf():
            return Sort.WORD, required, field.words
        case MapOf():
            return Sort.TITLE, required, ()
        case CountField() | Positive() | Some() | Scaled():
            return Sort.NUMBER, required, ()
        case Date():
            return Sort.DAY, required, ()
        case MonthField():
            return Sort.MONTH, required, ()
        case Boolean():
            return Sort.TRUTH, required, ()
        case Leaf():
            return Sort.TEXT, required, ()
        case _:
            raise TypeError(f"a cell cannot hold {type(field).__name__}")
