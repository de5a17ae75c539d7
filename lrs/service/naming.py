"""Whom a report is asked about: an agent key, or a personnel number."""

from __future__ import annotations

from sqlalchemy import Connection

from lrs.domain.agent import identifier_of
from lrs.domain.errors import InvalidQuery
from lrs.projections import people


def key_of(connection: Connection, trainee: str) -> str:
    """The agent key meant; the text itself where nobody has it as a personnel number. Raises
    InvalidQuery for a number that several people have.
    """
    if _is_key(trainee) or "\0" in trainee:
        return trainee
    numbered = people.people_numbered(connection, trainee)
    if len(numbered) > 1:
        raise InvalidQuery("ambiguous-trainee")
    return numbered[0].key if numbered else trainee


def _is_key(text: str) -> bool:
    try:
        identifier_of(text)
    except ValueError:
        return False
    return True
