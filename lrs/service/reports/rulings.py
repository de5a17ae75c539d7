"""The verdicts that all people of one post and office share on a day, computed once for all.

The list of an office has tens of thousands of verdicts, and most of them are equal for many people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from lrs.domain.certification.verdict import Employment, Ruling, Span, Verdict
from lrs.projections.training.catalogue_cache import ProgrammeRules

Programmes = Mapping[str, ProgrammeRules]
"""All programmes by code."""

MOST_PLACES = 64
"""The most places in memory; each takes about 50 KB with a hundred programmes."""


class RecordedVerdict(NamedTuple):
    """A person's verdict in one programme."""

    programme: ProgrammeRules
    verdict: Verdict


class Rulings:
    """The rulings of all programmes on a day, and their shared verdicts by place."""

    def __init__(self, programmes: Programmes, on: date) -> None:
        self.on = on
        self.by_code = {code: Ruling(one.versions, on) for code, one in programmes.items()}
        self.programmes = programmes
        self._places: dict[tuple[str | None, str | None] | None, Place] = {}

    def place(self, record: Employment | None) -> Place:
        """The place in the personnel record, if the person is employed on the day; else the place
        of people without one.
        """
        is_employed = record is not None and record.employed.holds(self.on)
        key = (record.post, record.office) if record and is_employed else None
        place = self._places.get(key)
        if place is None:
            if len(self._places) >= MOST_PLACES:
                self._places = {}
            place = self._places[key] = Place(self, record if is_employed else None)
        return place


class Alike(NamedTuple):
    """The verdict in a programme of the people of a place who have no grant in it: `waiting` if
    they have not begun the programme, `begun` if they have. It holds for people who joined no
    later than `joined_by`.
    """

    joined_by: date
    waiting: RecordedVerdict | None
    begun: RecordedVerdict | None


class Place(dict[str, tuple[date, Alike, Alike]]):
    """The shared verdicts of the people of one post at one office, or of people without a post.

    By a programme's code: the day from which people who join count as newcomers, the verdict of
    the others, and that of newcomers. Computed when first used.
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
        """The codes of the programmes that apply to a person of this place who joined then."""
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
        verdicts = self[code] = first or date.max, old, new
        return verdicts

    def _samples(self) -> Iterator[Employment | None]:
        """Two people of this place: one who joined before all others, and one who joins today."""
        for joined in (date.min, self._rulings.on):
            yield self._record and self._record._replace(employed=Span(joined, None))

    def _alike(self, code: str, record: Employment | None) -> Alike:
        ruling, programme = self._rulings.by_code[code], self._rulings.programmes[code]
        joined_by, assigned = ruling.alike_if_joined_by(record), ruling.applies(record)
        verdicts: list[RecordedVerdict | None] = []
        for begun in (None, self._rulings.on):
            verdict = ruling.verdict((), begun, record, assigned)
            if verdict is not None and joined_by != date.max:
                verdict = ruling.later(verdict, joined_by)
            verdicts.append(verdict and RecordedVerdict(programme, verdict))
        return Alike(joined_by, *verdicts)
