"""Parts of `lrs key`: the expiry of a key, its history, and the user who runs the command."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from lrs.domain.time import iso, micros
from lrs.service import KeyRecord

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DURATION = re.compile(r"([1-9][0-9]{0,4})([hdw])").fullmatch
_LONGEST = timedelta(days=36_525)
_FORMS = "give the last day, as 2027-06-30, or the duration, as 12h, 90d or 26w"


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a key expires: after its last day, or a duration after its creation."""

    day: date | None = None
    lasting: timedelta = timedelta()

    def instant(self, now: int, zone: tzinfo) -> int:
        """The end in microseconds since the epoch; the day is one in that zone. Raises ValueError
        for a day that has already ended.
        """
        if self.day is None:
            return now + self.lasting // timedelta(microseconds=1)
        end = datetime.combine(self.day + timedelta(days=1), time(), zone)
        if micros(end) <= now:
            raise ValueError("that day has already ended")
        return micros(end)


def expiry_of(text: str) -> Expiry:
    """The expiry that the text gives. Raises ValueError with the message for the user."""
    duration = _DURATION(text)
    if duration:
        lasting = int(duration[1]) * _UNITS[duration[2]]
        if lasting > _LONGEST:
            raise ValueError("that is more than a hundred years")
        return Expiry(lasting=lasting)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(_FORMS) from None
    if len(text) != len("2027-06-30") or day.year > 9_000:
        raise ValueError(_FORMS)
    return Expiry(day)


def past_of(record: KeyRecord, used: int) -> str:
    """When a key was created, last used and revoked, and when it expires; `used` is 0 for never."""
    return ", ".join(_past_of(record, used))


def _past_of(record: KeyRecord, used: int) -> Iterator[str]:
    past = record.past
    yield f"created {_moment(past.created)}{_by(past.created_by)}"
    yield f"last used {_moment(used)}" if used else "no use recorded"
    if record.credential.expires:
        yield f"expires {_moment(record.credential.expires)}"
    if past.revoked:
        yield f"revoked {_moment(past.revoked)}{_by(past.revoked_by)}"


def user() -> str:
    """The operating system's user who runs the command: the name, else the number."""
    try:
        import pwd  # here, because Windows does not have it
    except ImportError:
        return getpass.getuser()
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _moment(instant: int) -> str:
    """The time in UTC, to the second."""
    return f"{iso(instant)[:19]}Z"


def _by(name: str) -> str:
    return f" by {name}" if name else ""
