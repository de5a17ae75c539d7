"""Who said what the log holds: authorities of statements, and authors of descriptions."""

from __future__ import annotations

from typing import NamedTuple

from lrs.domain.events import CredentialCreated, CredentialRevoked, Described, EntryWithdrawn, Event
from lrs.domain.xapi.agent import JsonObject, authority_key, authority_name


class Author(NamedTuple):
    """Who said it: the name by which reports call an authority, its agent key (empty for a user of
    the operating system), and its display name.
    """

    authority: str
    key: str
    name: str | None = None


def author_of_statement(authority: JsonObject) -> Author:
    """Who vouches for a statement."""
    return Author(authority_name(authority), authority_key(authority), authority.get("name"))


def author_of_event(event: Event | None) -> Author | None:
    """Who described or withdrew an entry, or created or revoked a key; None where that was not
    kept, or the event's content is erased.
    """
    if isinstance(event, CredentialCreated | CredentialRevoked):
        return Author(event.by, "") if event.by else None
    if not isinstance(event, Described | EntryWithdrawn) or not event.by:
        return None
    kind, *_, name = event.by.split("|", 2)
    return Author(name if kind == "account" else event.by, event.by)
