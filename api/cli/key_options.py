"""What `lrs key` reads and shows: when a key ends, what became of it, and who runs the command."""

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
_FORMS = "say its last day, as 2027-06-30, or how long it is good, as 12h, 90d or 26w"


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a key is to end: after its last day, or so long after it is made."""

    day: date | None = None
    lasting: timedelta = timedelta()

    def instant(self, now: int, zone: tzinfo) -> int:
        """In microseconds since the epoch; the day is one in that zone. ValueError where that is
        over already.
        """
        if self.day is None:
            return now + self.lasting // timedelta(microseconds=1)
        end = datetime.combine(self.day + timedelta(days=1), time(), zone)
        if micros(end) <= now:
            raise ValueError("that day is over already")
        return micros(end)


def expiry_of(text: str) -> Expiry:
    """What is meant. ValueError, which says what is wrong."""
    found = _DURATION(text)
    if found:
        lasting = int(found[1]) * _UNITS[found[2]]
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
    """When a key was created, used last and revoked, and when it ends; `used` is 0 for never."""
    return ", ".join(_past_of(record, used))


def _past_of(record: KeyRecord, used: int) -> Iterator[str]:
    past = record.past
    yield f"made {_moment(past.created)}{_by(past.created_by)}"
    yield f"last used {_moment(used)}" if used else "no use known"
    if record.credential.expires:
        yield f"expires {_moment(record.credential.expires)}"
    if past.revoked:
        yield f"revoked {_moment(past.revoked)}{_by(past.revoked_by)}"


def user() -> str:
    """Who runs the command, as the operating system knows them: by name, else by number."""
    try:
        import pwd  # which Windows does not have
    except ImportError:
        return getpass.getuser()
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _moment(instant: int) -> str:
    """To the second, in UTC."""
    return f"{iso(instant)[:19]}Z"


def _by(name: str) -> str:
    return f" by {name}" if name else ""
