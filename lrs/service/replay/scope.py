"""What an explanation is about: a person as a whole, or as far as a course or programme goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.courses import Course
from lrs.service.replay.facts import LineChange, ReportChange, VerdictChange
from replay.touches import Touch, TouchKind

_EXCEPTIONS = (TouchKind.EXEMPTION, TouchKind.REVOCATION)


@dataclass(frozen=True, slots=True)
class ExplanationScope:
    """The course or the programme that is asked about; everything where neither is. `iris` are
    those of the courses, `codes` those of the programmes that it takes in. `kind` limits it to
    changes of that kind.
    """

    course: Course | None = None
    programme: ProgrammeRules | None = None
    iris: Collection[str] = ()
    codes: Collection[str] = ()
    kind: type[ReportChange] | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.course is None and self.programme is None

    def takes_in(self, code: str) -> bool:
        """Whether the programme belongs to it."""
        return self.is_all or code in self.codes

    def of(self, changes: Iterable[ReportChange]) -> list[ReportChange]:
        """Those of the changes that belong to it. Whether somebody may serve visitors is a question
        of all programmes together.
        """
        return [one for one in changes if self._holds(one)]

    def names(self, touch: Touch, courses: Collection[str]) -> bool:
        """Whether an event belongs to it that is about these courses, whatever it changed."""
        if self.is_all:
            return True
        if touch.kind in _EXCEPTIONS and self.programme is not None:
            return (touch.about or {}).get("programme") == self.programme.code
        return not set(courses).isdisjoint(self.iris)

    def _holds(self, change: ReportChange) -> bool:
        if self.kind is not None and not isinstance(change, self.kind):
            return False
        if self.is_all:
            return True
        if isinstance(change, LineChange):
            return change.course.iri in self.iris
        return isinstance(change, VerdictChange) and change.programme.code in self.codes


def scope_of(
    course: Course | None,
    programme: ProgrammeRules | None,
    programmes: Mapping[str, ProgrammeRules],
) -> ExplanationScope:
    """What belongs to a course: its line, and the programmes in which it counts; what belongs to a
    programme: its verdict, and the lines of all courses that count in it.
    """
    if programme is not None:
        return ExplanationScope(
            None, programme, frozenset(programme.courses.values()), frozenset({programme.code})
        )
    if course is None:
        return ExplanationScope()
    codes = {code for code, one in programmes.items() if course.iri in one.courses.values()}
    return ExplanationScope(course, None, frozenset({course.iri}), frozenset(codes))
