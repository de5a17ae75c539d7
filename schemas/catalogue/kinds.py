"""The schemas of the entries of the catalogue, a class for each kind of thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject
from schemas.base import FieldFault, Strict
from schemas.catalogue import rules
from schemas.catalogue.fields import (
    AgentKey,
    CodeField,
    CountField,
    Date,
    MonthField,
    Positive,
    Some,
)
from schemas.catalogue.rules import EntryRule
from schemas.fields import LanguageMap, Many, One
from schemas.leaves import Boolean, Iri, OneOf, Scaled, Text


class EntrySchema(Strict):
    """Members are written as they are named here, with underscores."""

    rules: ClassVar[Sequence[EntryRule]] = ()

    def on_bind_field(self, field_name: str, field_obj: object) -> None:
        super().on_bind_field(field_name, field_obj)  # type: ignore[arg-type]
        field_obj.data_key = field_name  # type: ignore[attr-defined]

    @classmethod
    def rule(cls, value: JsonObject) -> FieldFault | None:
        return next(cls.contradictions(value), None)

    @classmethod
    def contradictions(
        cls, value: JsonObject, wrong: frozenset[str] = frozenset()
    ) -> Iterator[FieldFault]:
        """The contradictions in the entry that can be found while the members `wrong` are invalid
        by themselves.
        """
        for rule in cls.rules:
            if not rule.reads & wrong:
                yield from rule.faults(value)


class _Titled(EntrySchema):
    """What has a title, beside which it has no rule."""

    rules = (rules.TITLE,)


class _Lasting(EntrySchema):
    """What may hold from the day `since` to the day `until`."""

    rules = (rules.DAYS,)


class CourseSchema(_Titled):
    """A course, known by the IRI of its activity."""

    id = Iri(required=True)
    title = LanguageMap(required=True)
    kind = OneOf("classroom", "online", "blended", "test", code="course-kind")
    hours = Some()
    attempt_rule = OneOf("best", "last", "first", code="attempt-rule")
    valid_months = CountField()
    activities = Many(Iri())
    services = Many(CodeField())


class OfficeSchema(_Titled):
    code = CodeField(required=True)
    title = LanguageMap(required=True)
    address = Text()


class Post(_Titled):
    code = CodeField(required=True)
    title = LanguageMap(required=True)


class Service(_Titled):
    code = CodeField(required=True)
    title = LanguageMap(required=True)


class Equivalent(EntrySchema):
    """A course that is as good as one of the programme's."""

    course = Iri(required=True)
    counts_as = Iri(required=True)


class ProgrammeSchema(EntrySchema):
    """A programme's rule. With `at_least` so many of its courses are enough, else all are wanted.
    It holds from the day `since`; without, the first version from ever, a later one from the day
    that it was recorded. Where `authorities` are named, their statements alone count.
    """

    code = CodeField(required=True)
    title = LanguageMap(required=True)
    since = Date()
    courses = Many(Iri(), at_least=1, required=True)
    equivalents = Many(One(Equivalent))
    at_least = CountField()
    min_score = Scaled()
    min_hours = Some()
    valid_months = CountField()
    valid_until = Date()
    renewal_days = CountField()
    due_days = Positive()
    posts = Many(CodeField())
    offices = Many(CodeField())
    newcomers = Boolean()
    everyone = Boolean()
    before_visitors = Boolean()
    authorities = Many(Text(), at_least=1)

    rules = rules.PROGRAMME


class PersonSchema(_Lasting):
    """A personnel record."""

    agent = AgentKey(required=True)
    name = Text(required=True)
    number = Text()
    office = CodeField()
    post = CodeField()
    since = Date()
    until = Date()


class LinkSchema(EntrySchema):
    """The identifier `agent` is the same person as the one known by `person`."""

    agent = AgentKey(required=True)
    person = AgentKey(required=True)
    reason = Text()

    rules = (rules.LINK,)


class Exemption(_Lasting):
    programme = CodeField(required=True)
    agent = AgentKey(required=True)
    reason = Text(required=True)
    since = Date()
    until = Date()


class Revocation(EntrySchema):
    programme = CodeField(required=True)
    agent = AgentKey(required=True)
    on = Date(required=True)
    reason = Text(required=True)


class Visit(EntrySchema):
    code = CodeField(required=True)
    on = Date(required=True)
    office = CodeField(required=True)
    trainer = AgentKey(required=True)
    topic = LanguageMap()
    course = Iri()
    hours = Some()
    people = Many(AgentKey())
    note = Text()


class Rating(EntrySchema):
    """Visitors' ratings at the windows of an office in a month."""

    office = CodeField(required=True)
    month = MonthField(required=True)
    likes = CountField(required=True)
    dislikes = CountField(required=True)


SCHEMAS: Mapping[EntryKind, type[EntrySchema]] = {
    EntryKind.COURSE: CourseSchema,
    EntryKind.OFFICE: OfficeSchema,
    EntryKind.POST: Post,
    EntryKind.SERVICE: Service,
    EntryKind.PROGRAMME: ProgrammeSchema,
    EntryKind.PERSON: PersonSchema,
    EntryKind.LINK: LinkSchema,
    EntryKind.EXEMPTION: Exemption,
    EntryKind.REVOCATION: Revocation,
    EntryKind.VISIT: Visit,
    EntryKind.RATING: Rating,
}
