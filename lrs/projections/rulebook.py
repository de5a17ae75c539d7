"""What of the catalogue is kept in memory while statements are folded.

It is loaded again whenever something was described since: rarely, beside statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from lrs.domain.agent import JsonObject
from lrs.domain.attempt import Rule
from lrs.domain.catalogue import Kind
from lrs.domain.listings import listings
from lrs.domain.subject import Listings
from lrs.projections import courses, described, people


class Rulebook:
    """Courses, links and offices as known at the last description folded."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Drop everything: the tables are new, or a transaction failed."""
        self._upto = -1
        self.listings: Listings = {}
        self.rules: Mapping[int, Rule] = {}
        """The attempt rule of described courses, by the course's number."""
        self.linked: Mapping[int, int] = {}
        """Whom an identifier stands for where it is not its own person, by numbers."""
        self.offices: Mapping[int, str] = {}
        """Where people work, by the person's number."""

    def refresh(self, connection: Connection) -> None:
        """Bring it up to what stands in the tables."""
        latest = described.latest(connection)
        if latest == self._upto:
            return
        self.listings = listings(standing_courses(connection))
        self.rules = courses.rules(connection)
        self.linked = people.linked(connection)
        self.offices = people.offices(connection)
        self._upto = latest

    def person(self, trainee: int) -> int:
        """The number that stands for this identifier's person."""
        return self.linked.get(trainee, trainee)

    def rule(self, course: int) -> Rule:
        """Which attempt counts in the course."""
        return self.rules.get(course, "best")


def standing_courses(connection: Connection) -> Sequence[JsonObject]:
    """The courses that are described, what was described last at the end."""
    said = described.standing(described.history(connection, [Kind.COURSE]))
    return [one.entry for one in said if one.entry is not None]
