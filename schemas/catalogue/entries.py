"""Checks catalogue entries by the schemas of their kinds.

docs/catalogue.md is written for people. Entries are strict, as statements are: nothing is coerced,
unknown members are refused, and each fault has its pointer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import MOST_FAULTS, InvalidEntry
from lrs.domain.xapi.agent import JsonObject
from schemas.catalogue.kinds import SCHEMAS
from schemas.fast_validator import Accept, accept_schema
from schemas.problem import all_of, values_of
from schemas.validate import Load, all_faults, pointer_of


@cache
def _checks(kind: EntryKind) -> tuple[Accept, Load]:
    """The fast check of an entry, and the schema that finds the errors of its members without its
    rules.
    """
    whole = SCHEMAS[kind]
    members_alone = type(whole.__name__, (whole,), {"rules": ()})
    return accept_schema(whole()), members_alone().load


Checked = tuple[EntryKind, JsonObject, str]
"""An entry of its kind, and where it stands in the input, as a JSON pointer."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The valid entries of an input, the errors of the others, and these others without their
    invalid members.
    """

    entries: list[Checked] = field(default_factory=list)
    faults: list[InvalidEntry] = field(default_factory=list)
    remains: list[Checked] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether there are further errors that are not reported."""
        return len(self.faults) >= MOST_FAULTS

    def checked(self) -> list[Checked]:
        """The entries, if all are valid. Raises InvalidEntry with all errors."""
        if self.faults:
            raise InvalidEntry.first_of(self.faults)
        return self.entries

    def _examine(self, kind: EntryKind, value: object, at: str) -> None:
        accept, load = _checks(kind)
        if accept(value):
            assert isinstance(value, dict)
            self.entries.append((kind, value, at))
        elif not self.is_full:
            wrong = all_faults(load, value)
            if isinstance(value, dict):
                names = frozenset(pointer.split("/")[1] for pointer, _ in wrong if pointer)
                rules = SCHEMAS[kind].contradictions(value, names)
                wrong += [(pointer_of(path), code) for path, code in rules]
                right = {name: member for name, member in value.items() if name not in names}
                self.remains.append((kind, right, at))
            errors = [
                InvalidEntry(str(code), pointer=at + pointer, **values_of(code))
                for pointer, code in wrong
            ]
            self.faults.extend(errors[: MOST_FAULTS - len(self.faults)])


def examine_entries(kind: EntryKind, value: object) -> Examined:
    """The entries of one kind: `value` is one, or an array of them."""
    examined = Examined()
    if type(value) is list:
        for index, entry in enumerate(value):
            examined._examine(kind, entry, f"/{index}")
    else:
        examined._examine(kind, value, "")
    return examined


def examine_catalogue(value: object) -> Examined:
    """The entries of an object that holds an array for each of some kinds, in the order of Kind."""
    examined = Examined()
    if type(value) is not dict:
        wants = f"an object with arrays of {all_of(_NAMES)}"
        examined.faults.append(InvalidEntry("not-an-object", pointer="", wants=wants))
        return examined
    examined.faults.extend(_misnamed(value))
    for kind in EntryKind:
        entries = value.get(kind.value)
        if type(entries) is list:
            for index, entry in enumerate(entries):
                examined._examine(kind, entry, f"/{kind.value}/{index}")
    return examined


def check_entries(kind: EntryKind, value: object) -> list[Checked]:
    """The entries of one kind: `value` is one, or an array of them. InvalidEntry otherwise, with
    the pointer, and all faults.
    """
    return examine_entries(kind, value).checked()


def check_catalogue(value: object) -> list[Checked]:
    """The entries of an object that holds an array for each of some kinds, in the order of Kind.
    InvalidEntry otherwise, with the pointer, and all faults.
    """
    return examine_catalogue(value).checked()


_NAMES = [kind.value for kind in EntryKind]


def _misnamed(value: JsonObject) -> list[InvalidEntry]:
    """The members that are no kind, or hold no array."""
    faults = []
    for name, held in value.items():
        at = pointer_of((name,))
        if name not in _NAMES:
            faults.append(InvalidEntry("unknown-kind", pointer=at, known=", ".join(_NAMES)))
        elif type(held) is not list:
            faults.append(InvalidEntry("not-an-array", pointer=at, each="an entry"))
    return faults[:MOST_FAULTS]
