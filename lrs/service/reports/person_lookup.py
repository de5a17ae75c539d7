"""Finds the person of a report, by agent key or personnel number, and people's names."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from lrs.domain.errors import InvalidQuery
from lrs.domain.xapi.agent import identifier_of
from lrs.projections.statements import index
from lrs.projections.training import people, staff


def key_of(connection: Connection, trainee: str) -> str:
    """The agent key of the trainee: the text itself, unless it is somebody's personnel number.
    Raises InvalidQuery for a number that several people have.
    """
    if is_key(trainee) or "\0" in trainee:
        return trainee
    numbered = people.people_numbered(connection, trainee)
    if len(numbered) > 1:
        raise InvalidQuery("ambiguous-trainee")
    return numbered[0].key if numbered else trainee


def is_key(text: str) -> bool:
    """Whether the text is an agent key."""
    try:
        identifier_of(text)
    except ValueError:
        return False
    return True


def names_of(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """The names of these agents by key: those of their transcripts, else those of statements.
    Agents without a name are left out.
    """
    trainees = {key: one.name for key, one in staff.known_by(connection, keys).items() if one.name}
    others = index.agents_called(connection, [key for key in keys if key not in trainees])
    return trainees | others
