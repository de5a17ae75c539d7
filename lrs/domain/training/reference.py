"""References to the statements that a line rests on, and order-independent choices among them."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeVar

from lrs.domain.time import Moment, day_of


class Reference(NamedTuple):
    """A reference to a statement. References are ordered by timestamp, then by position.

    `instant` is the timestamp in microseconds since the epoch, `offset` its UTC offset in minutes.
    The position identifies the statement, since its id is ten times as long.
    """

    instant: int
    position: int
    offset: int

    @property
    def day(self) -> int:
        """The local day, in days since 1970-01-01."""
        return day_of(self.instant, self.offset)

    @property
    def moment(self) -> Moment:
        """The instant with its offset."""
        return Moment(self.instant, self.offset)


class Referring(Protocol):
    """A record from a statement, with the reference to the statement."""

    @property
    def reference(self) -> Reference: ...


T = TypeVar("T", bound=Referring)


class FirstAndLast(NamedTuple):
    """The first and the last of several references."""

    first: Reference
    last: Reference


def later(known: Reference | None, new: Reference) -> Reference:
    """The later of two references."""
    return new if known is None or known < new else known


def latest(known: T | None, new: T) -> T:
    """The record of the later statement; `known` if both are of one statement."""
    return new if known is None or known.reference < new.reference else known


def spanned(known: FirstAndLast | None, new: Reference) -> FirstAndLast:
    """The span that includes one more reference."""
    if known is None:
        return FirstAndLast(new, new)
    return FirstAndLast(min(known.first, new), max(known.last, new))


def greatest(known: int | None, new: int | None) -> int | None:
    """The greater of two numbers that may be missing."""
    if known is None or new is None:
        return new if known is None else known
    return max(known, new)
