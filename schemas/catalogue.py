"""What is said of the things in the catalogue: the one description of each kind of entry.

docs/catalogue.md is written for people. Entries are strict, as statements are: nothing is coerced,
unknown members are refused, and each fault has its pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from lrs.domain.agent import JsonObject
from lrs.domain.catalogue import Kind
from lrs.domain.errors import MOST_FAULTS, InvalidEntry
from schemas import entry_rules
from schemas.accept import Accept, accept_schema
from schemas.check import Load, all_faults, pointer_of
from schemas.entry_fields import AgentKey, Code, Count, Date, Month, Positive, Some
from schemas.entry_rules import Rule
from schemas.fields import Boolean, Iri, LanguageMap, Many, One, OneOf, Scaled, Text
from schemas.strict import Fault, Strict


class _Entry(Strict):
    """Members are written as they are named here, with underscores."""

    rules: ClassVar[Sequence[Rule]] = ()

    def on_bind_field(self, field_name: str, field_obj: object) -> None:
        super().on_bind_field(field_name, field_obj)  # type: ignore[arg-type]
        field_obj.data_key = field_name  # type: ignore[attr-defined]

    @classmethod
    def rule(cls, value: JsonObject) -> Fault | None:
        return next(cls.contradictions(value), None)

    @classmethod
    def contradictions(
        cls, value: JsonObject, wrong: frozenset[str] = frozenset()
    ) -> Iterator[Fault]:
        """What the entry must not say together, as far as it can be told while the members `wrong`
        are wrong by themselves.
        """
        for rule in cls.rules:
            if not rule.reads & wrong:
                yield from rule.faults(value)


class _Titled(_Entry):
    """What has a title, beside which it has no rule."""

    rules = (entry_rules.TITLE,)


class _Lasting(_Entry):
    """What may hold from the day `since` to the day `until`."""

    rules = (entry_rules.DAYS,)


class Course(_Titled):
    """A course, known by the IRI of its activity."""

    id = Iri(required=True)
    title = LanguageMap(required=True)
    kind = OneOf("classroom", "online", "blended", "test", code="course-kind")
    hours = Some()
    attempt_rule = OneOf("best", "last", "first", code="attempt-rule")
    valid_months = Count()
    activities = Many(Iri())
    services = Many(Code())


class Office(_Titled):
    code = Code(required=True)
    title = LanguageMap(required=True)
    address = Text()


class Post(_Titled):
    code = Code(required=True)
    title = LanguageMap(required=True)


class Service(_Titled):
    code = Code(required=True)
    title = LanguageMap(required=True)


class Equivalent(_Entry):
    """A course that is as good as one of the programme's."""

    course = Iri(required=True)
    counts_as = Iri(required=True)


class Programme(_Entry):
    """A programme's rule. With `at_least` so many of its courses are enough, else all are wanted.
    It holds from the day `since`; without, the first version from ever, a later one from the day
    that it was recorded.
    """

    code = Code(required=True)
    title = LanguageMap(required=True)
    since = Date()
    courses = Many(Iri(), at_least=1, required=True)
    equivalents = Many(One(Equivalent))
    at_least = Count()
    min_score = Scaled()
    min_hours = Some()
    valid_months = Count()
    valid_until = Date()
    renewal_days = Count()
    due_days = Positive()
    posts = Many(Code())
    offices = Many(Code())
    newcomers = Boolean()
    everyone = Boolean()
    before_visitors = Boolean()

    rules = entry_rules.PROGRAMME


class Person(_Lasting):
    """A personnel record."""

    agent = AgentKey(required=True)
    name = Text(required=True)
    number = Text()
    office = Code()
    post = Code()
    since = Date()
    until = Date()


class Link(_Entry):
    """The identifier `agent` is the same person as the one known by `person`."""

    agent = AgentKey(required=True)
    person = AgentKey(required=True)
    reason = Text()

    rules = (entry_rules.LINK,)


class Exemption(_Lasting):
    programme = Code(required=True)
    agent = AgentKey(required=True)
    reason = Text(required=True)
    since = Date()
    until = Date()


class Revocation(_Entry):
    programme = Code(required=True)
    agent = AgentKey(required=True)
    on = Date(required=True)
    reason = Text(required=True)


class Visit(_Entry):
    code = Code(required=True)
    on = Date(required=True)
    office = Code(required=True)
    trainer = AgentKey(required=True)
    topic = LanguageMap()
    course = Iri()
    hours = Some()
    people = Many(AgentKey())
    note = Text()


class Rating(_Entry):
    """What visitors pressed at the windows of an office in a month."""

    office = Code(required=True)
    month = Month(required=True)
    likes = Count(required=True)
    dislikes = Count(required=True)


SCHEMAS: Mapping[Kind, type[_Entry]] = {
    Kind.COURSE: Course,
    Kind.OFFICE: Office,
    Kind.POST: Post,
    Kind.SERVICE: Service,
    Kind.PROGRAMME: Programme,
    Kind.PERSON: Person,
    Kind.LINK: Link,
    Kind.EXEMPTION: Exemption,
    Kind.REVOCATION: Revocation,
    Kind.VISIT: Visit,
    Kind.RATING: Rating,
}


@cache
def _checks(kind: Kind) -> tuple[Accept, Load]:
    """What accepts an entry, and what finds the faults of its members without its rules."""
    whole = SCHEMAS[kind]
    members_alone = type(whole.__name__, (whole,), {"rules": ()})
    return accept_schema(whole()), members_alone().load


Checked = tuple[Kind, JsonObject, str]
"""An entry of its kind, and where it stands in the input, as a JSON pointer."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The entries of an input that are right by themselves, the faults of the others, and what is
    right of these others, without their wrong members.
    """

    entries: list[Checked] = field(default_factory=list)
    faults: list[InvalidEntry] = field(default_factory=list)
    remains: list[Checked] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether more faults than these are not told."""
        return len(self.faults) >= MOST_FAULTS

    def checked(self) -> list[Checked]:
        """The entries, if all are right. Raises InvalidEntry with all faults."""
        if self.faults:
            raise InvalidEntry.first_of(self.faults)
        return self.entries

    def _examine(self, kind: Kind, value: object, at: str) -> None:
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
                right = {name: held for name, held in value.items() if name not in names}
                self.remains.append((kind, right, at))
            found = [InvalidEntry(code, pointer=at + pointer) for pointer, code in wrong]
            self.faults.extend(found[: MOST_FAULTS - len(self.faults)])


def examine_entries(kind: Kind, value: object) -> Examined:
    """The entries of one kind: `value` is one, or an array of them."""
    found = Examined()
    if type(value) is list:
        for index, held in enumerate(value):
            found._examine(kind, held, f"/{index}")
    else:
        found._examine(kind, value, "")
    return found


def examine_catalogue(value: object) -> Examined:
    """The entries of an object that holds an array for each of some kinds, in the order of Kind."""
    found = Examined()
    if type(value) is not dict:
        found.faults.append(InvalidEntry("not-an-object", pointer=""))
        return found
    found.faults.extend(_misnamed(value))
    for kind in Kind:
        held = value.get(kind.value)
        if type(held) is list:
            for index, entry in enumerate(held):
                found._examine(kind, entry, f"/{kind.value}/{index}")
    return found


def check_entries(kind: Kind, value: object) -> list[Checked]:
    """The entries of one kind: `value` is one, or an array of them. InvalidEntry otherwise, with
    the pointer, and all faults.
    """
    return examine_entries(kind, value).checked()


def check_catalogue(value: object) -> list[Checked]:
    """The entries of an object that holds an array for each of some kinds, in the order of Kind.
    InvalidEntry otherwise, with the pointer, and all faults.
    """
    return examine_catalogue(value).checked()


_NAMES = [kind.value for kind in Kind]


def _misnamed(value: JsonObject) -> list[InvalidEntry]:
    """The members that are no kind, or hold no array."""
    faults = []
    for name, held in value.items():
        at = pointer_of((name,))
        if name not in _NAMES:
            faults.append(InvalidEntry("unknown-kind", pointer=at, known=", ".join(_NAMES)))
        elif type(held) is not list:
            faults.append(InvalidEntry("not-an-array", pointer=at))
    return faults[:MOST_FAULTS]
