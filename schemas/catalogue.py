"""What is said of the things in the catalogue: the one description of each kind of entry.

docs/catalogue.md is written for people. Entries are strict, as statements are: nothing is coerced,
unknown members are refused, and each fault has its pointer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from lrs.domain.agent import JsonObject
from lrs.domain.catalogue import Kind
from lrs.domain.errors import InvalidEntry
from schemas.accept import Accept, accept_schema
from schemas.check import Load, first_fault
from schemas.entry_fields import AgentKey, Code, Count, Date, Month, Positive, Some
from schemas.entry_rules import miscounted, misdated, reversed_days, unequal, untitled
from schemas.fields import LanguageMap, Many, One
from schemas.leaves import Boolean, Iri, OneOf, Scaled, StrictField, Text
from schemas.problem import all_of, values_of
from schemas.strict import Fault, Strict


class _Entry(Strict):
    """Members are written as they are named here, with underscores."""

    def on_bind_field(self, field_name: str, field_obj: object) -> None:
        super().on_bind_field(field_name, field_obj)  # type: ignore[arg-type]
        field_obj.data_key = field_name  # type: ignore[attr-defined]


class _Titled(_Entry):
    """What has a title, beside which it has no rule."""

    @staticmethod
    def rule(value: JsonObject) -> Fault | None:
        return untitled(value)


class _Lasting(_Entry):
    """What may hold from the day `since` to the day `until`."""

    @staticmethod
    def rule(value: JsonObject) -> Fault | None:
        return reversed_days(value)


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

    @staticmethod
    def rule(value: JsonObject) -> Fault | None:
        return untitled(value) or miscounted(value) or misdated(value) or unequal(value)


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

    @staticmethod
    def rule(value: JsonObject) -> Fault | None:
        """An identifier is its own person's without being told."""
        return (("person",), "link-to-itself") if value["agent"] == value["person"] else None


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


_SCHEMAS: Mapping[Kind, type[Strict]] = {
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
    schema = _SCHEMAS[kind]()
    return accept_schema(schema), schema.load


def members(kind: Kind) -> list[str]:
    """The names of all that can be said of a thing of this kind."""
    return list(_SCHEMAS[kind]().fields)


def lists(kind: Kind) -> set[str]:
    """The names of those that are arrays of texts."""
    return _of_type(kind, Many) - set(objects(kind))


def objects(kind: Kind) -> dict[str, list[str]]:
    """The names of those that are arrays of objects, each with the names of its members."""
    many = {name: f for name, f in _SCHEMAS[kind]().fields.items() if isinstance(f, Many)}
    return {n: list(f.element.schema.fields) for n, f in many.items() if isinstance(f.element, One)}


def months(kind: Kind) -> set[str]:
    """The names of those that are calendar months."""
    return _of_type(kind, Month)


def _of_type(kind: Kind, wanted: type[StrictField]) -> set[str]:
    return {name for name, field in _SCHEMAS[kind]().fields.items() if isinstance(field, wanted)}


Checked = tuple[Kind, JsonObject, str]
"""An entry of its kind, and where it stands in the input, as a JSON pointer."""


def check_entries(kind: Kind, value: object) -> list[Checked]:
    """The entries of one kind: `value` is one, or an array of them. InvalidEntry otherwise."""
    if type(value) is list:
        return [_checked(kind, held, f"/{index}") for index, held in enumerate(value)]
    return [_checked(kind, value, "")]


def check_catalogue(value: object) -> list[Checked]:
    """The entries of an object that holds an array for each of some kinds, in the order of Kind.
    InvalidEntry otherwise, with the pointer.
    """
    if type(value) is not dict:
        raise InvalidEntry("not-an-object", pointer="", wants=f"an object of {all_of(_NAMES)}")
    for name, held in value.items():
        if name not in _NAMES:
            raise InvalidEntry("unknown-kind", pointer=f"/{name}", known=", ".join(_NAMES))
        if type(held) is not list:
            raise InvalidEntry("not-an-array", pointer=f"/{name}", each="an entry")
    return [
        _checked(kind, entry, f"/{kind.value}/{index}")
        for kind in Kind
        for index, entry in enumerate(value.get(kind.value, ()))
    ]


_NAMES = [kind.value for kind in Kind]


def _checked(kind: Kind, value: object, at: str) -> Checked:
    accept, load = _checks(kind)
    fault = None if accept(value) else first_fault(load, value)
    if fault is not None:
        pointer, code = fault
        raise InvalidEntry(str(code), pointer=at + pointer, **values_of(code))
    assert isinstance(value, dict)
    return kind, value, at
