"""What programmes say on a day of those of one post and office: found out once for all of them.

A list of an office holds tens of thousands of verdicts, most of which say the same of many people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from lrs.domain.certification.verdict import Employment, Ruling, Span, Verdict
from lrs.projections.training.catalogue_cache import ProgrammeRules

Programmes = Mapping[str, ProgrammeRules]
"""By code."""

MOST_PLACES = 64
"""Places that are kept in memory, each some 50 KB with a hundred programmes."""


class RecordedVerdict(NamedTuple):
    """A person's verdict in one programme."""

    programme: ProgrammeRules
    verdict: Verdict


class Rulings:
    """All programmes on a day, and what they say of those of one post and office."""

    def __init__(self, programmes: Programmes, on: date) -> None:
        self.on = on
        self.by_code = {code: Ruling(one.versions, on) for code, one in programmes.items()}
        self.programmes = programmes
        self._places: dict[tuple[str | None, str | None] | None, Place] = {}

    def place(self, record: Employment | None) -> Place:
        """Where the record says that somebody belongs, if it holds on the day."""
        belongs = record is not None and record.employed.holds(self.on)
        key = (record.post, record.office) if record and belongs else None
        found = self._places.get(key)
        if found is None:
            if len(self._places) >= MOST_PLACES:
                self._places = {}
            found = self._places[key] = Place(self, record if belongs else None)
        return found


class Alike(NamedTuple):
    """What a programme says of those of a place who have nothing in it but, at most, a beginning,
    if they joined by that day.
    """

    joined_by: date
    waiting: RecordedVerdict | None
    begun: RecordedVerdict | None


class Place(dict[str, tuple[date, Alike, Alike]]):
    """A post at an office, or, without a record, nowhere: what is said there of whom, once for all
    of whom it is the same. By the programme's code the day from which on somebody who joins is a
    newcomer, and what is said of the others and of newcomers. A list may hold tens of thousands.
    """

    def __init__(self, rulings: Rulings, record: Employment | None) -> None:
        self._rulings = rulings
        self._record = record
        self._always: set[str] = set()
        self._divided: list[tuple[date, str, bool, bool]] = []
        for code, ruling in rulings.by_code.items() if record else ():
            first = ruling.newcomers_from
            old, new = (ruling.applies(one) for one in self._samples())
            if first is not None and old != new:
                self._divided.append((first, code, old, new))
            elif old:
                self._always.add(code)

    def assigned(self, joined: date) -> set[str]:
        """The codes of the programmes that apply to one who belongs here."""
        if not self._divided:
            return self._always
        more = {
            code for first, code, old, new in self._divided if (new if joined >= first else old)
        }
        return self._always | more

    def __missing__(self, code: str) -> tuple[date, Alike, Alike]:
        first = self._rulings.by_code[code].newcomers_from
        before, newcomer = self._samples()
        old = self._alike(code, before)
        new = old if first is None else self._alike(code, newcomer)
        found = self[code] = first or date.max, old, new
        return found

    def _samples(self) -> Iterator[Employment | None]:
        """Of those who belong here one who joined before all others, and one who joins today."""
        for joined in (date.min, self._rulings.on):
            yield self._record and self._record._replace(employed=Span(joined, None))

    def _alike(self, code: str, record: Employment | None) -> Alike:
        ruling, programme = self._rulings.by_code[code], self._rulings.programmes[code]
        joined_by, assigned = ruling.alike_if_joined_by(record), ruling.applies(record)
        found: list[RecordedVerdict | None] = []
        for begun in (None, self._rulings.on):
            verdict = ruling.verdict((), begun, record, assigned)
            if verdict is not None and joined_by != date.max:
                verdict = ruling.later(verdict, joined_by)
            found.append(verdict and RecordedVerdict(programme, verdict))
        return Alike(joined_by, *found)
