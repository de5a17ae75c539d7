"""The commands `lrs person ...`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from api.cli.context import store
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import Credential
from lrs.domain.error_catalogue import PROBLEMS
from lrs.domain.time import iso
from lrs.service import Lrs
from lrs.service.catalogue import Change, Stated
from lrs.service.people import PersonEntry, PersonEntryKind, PersonHistory
from schemas.catalogue.entries import check_entries
from schemas.rules import is_agent_key

SAME = "This is already recorded: nothing is changed."

_AGENT_KEY = PROBLEMS["InvalidEntry"].sentences["agent-key"]


def recordable(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A callback for click: a text in UTF-8 that is not blank."""
    if value is None:
        return None
    if not value.strip():
        raise click.BadParameter("Give a text that is not blank.", ctx, param)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("Write it in UTF-8.", ctx, param) from None
    return value


def recordable_all(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """The same of several texts."""
    for text in value:
        recordable(ctx, param, text)
    return value


def _identifier(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """A callback for click: an agent key."""
    recordable(ctx, param, value)
    if not is_agent_key(value):
        raise click.BadParameter(_AGENT_KEY, ctx, param)
    return value


def _person(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """A callback for click: an agent key, or a possible personnel number."""
    recordable(ctx, param, value)
    return _identifier(ctx, param, value) if "|" in value else value


@click.group()
def person() -> None:
    """People: their identifiers and names.

    IDENTIFIER is an agent key: account|HOMEPAGE|NAME, mbox|mailto:ADDRESS, mbox_sha1sum|HEX or
    openid|URI. PERSON is an agent key, or a personnel number that only one person has.
    """


@person.command("link")
@click.argument("identifier", callback=_identifier)
@click.argument("person", callback=_person)
@click.option("--reason", callback=recordable, help="How this is known; the log keeps it.")
def link(identifier: str, person: str, reason: str | None) -> None:
    """Link IDENTIFIER to PERSON: both are the same person."""
    with store() as lrs:
        by = lrs.credentials.operator("person link")
        key = _key(lrs, person, by)
        entry = {"agent": identifier, "person": key} | ({"reason": reason} if reason else {})
        stated = [Stated(*checked) for checked in check_entries(EntryKind.LINK, entry)]
        (step,) = lrs.catalogue.describe(stated, by)
    is_same = step.change is Change.SAME
    click.echo(SAME if is_same else f"{identifier} is the person known by {key}.")


@person.command("unlink")
@click.argument("identifier", callback=_identifier)
@click.option("--reason", callback=recordable, required=True, help="The reason; the log keeps it.")
def unlink(identifier: str, reason: str) -> None:
    """Withdraw the link of IDENTIFIER."""
    with store() as lrs:
        lrs.people.unlink(identifier, reason, lrs.credentials.operator("person unlink"))
    click.echo(f"{identifier} is no longer linked to a person.")


@person.command("rename")
@click.argument("person", callback=_person)
@click.argument("name", callback=recordable)
def rename(person: str, name: str) -> None:
    """Rename PERSON to NAME. Earlier names stay in the history."""
    with store() as lrs:
        by = lrs.credentials.operator("person rename")
        key = _key(lrs, person, by)
        change = lrs.people.rename(key, name, by)
    click.echo(SAME if change is Change.SAME else f"{key} is called {name} from now on.")


@person.command("show")
@click.argument("person", callback=_person)
def show(person: str) -> None:
    """Show PERSON: all identifiers, the personnel record, and the history of both."""
    with store() as lrs:
        by = lrs.credentials.operator("person show")
        history = lrs.people.show(_key(lrs, person, by), by)
    for line in _lines(history):
        click.echo(line)


def _key(lrs: Lrs, person: str, by: Credential) -> str:
    return person if is_agent_key(person) else lrs.people.numbered(person, by)


def _lines(person: PersonHistory) -> Iterator[str]:
    yield _line("person", person.representative)
    for identifier in person.identifiers:
        if identifier != person.representative:
            yield _line("also", identifier)
    record = person.record
    for name, text in record.entry.items() if record else ():
        if name != "agent":
            yield _line(name, text)
    if not record:
        yield "There is no personnel record."
    for change in person.history:
        by = change.version.by or "nobody"
        place = f"{change.version.position:>8}  {iso(change.version.stored)}"
        yield plain(f"{place}  {change.what:9}  {_what(change)}, by {by}")


def _what(change: PersonEntry) -> str:
    """The change in a line: the person of a link, the members of a record, a reason."""
    entry, reason = change.version.entry, change.version.reason
    if entry is None:
        return f"{change.identifier}: {reason}" if reason else change.identifier
    if change.what is PersonEntryKind.LINKED:
        because = f": {entry['reason']}" if "reason" in entry else ""
        return f"{change.identifier} to {entry['person']}{because}"
    others = (text for name, text in entry.items() if name != "agent")
    return f"{change.identifier}: {', '.join(others)}"


def _line(name: str, text: str) -> str:
    return plain(f"{name:11}{text}")


def plain(text: str) -> str:
    """The text as one line of printable characters, because a name from a file may hold any."""
    return "".join(c if c.isprintable() else " " for c in text)
