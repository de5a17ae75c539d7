"""The commands `lrs key ...`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import click

from api.cli import context
from api.cli.key_options import Expiry, expiry_of, past_of, user
from api.cli.launch import (
    LaunchLink,
    endpoint_of,
    learner_of,
    module_of,
    numbered,
    own_endpoint,
    unknown,
    warnings,
)
from api.cli.space import limited
from lrs.domain.aggregates.credential import MODULE, Scope
from lrs.domain.time import iso
from lrs.domain.xapi.agent import agent_key
from lrs.service import Lrs
from schemas.rules import is_iri, is_uuid

Callback = Callable[[click.Context, click.Parameter, str | None], object]


def _read_by(read: Callable[[str], object]) -> Callback:
    """For click: what `read` makes of a text; its ValueError, which says what is wrong, is told."""

    def callback(ctx: click.Context, param: click.Parameter, text: str | None) -> object:
        try:
            return None if text is None else read(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}", ctx, param) from None

    return callback


@contextmanager
def _told(option: str) -> Iterator[None]:
    """Has a ValueError told as what is wrong with an option."""
    try:
        yield
    except ValueError as error:
        raise click.BadParameter(f"{error}", param_hint=f"'{option}'") from None


def _activity(text: str) -> str:
    if not is_iri(text):
        raise ValueError("an activity's id is an IRI with a scheme, such as https://example.org/1")
    return text


def _registration(text: str) -> UUID:
    if not is_uuid(text):
        raise ValueError("a registration is a UUID in its canonical form")
    return UUID(text)


@click.group()
def key() -> None:
    """Keys for modules, reports and people."""


@key.command("create")
@click.argument("label")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([s.value for s in Scope]),
    default=[s.value for s in MODULE],
    show_default=True,
    help="What the key is good for; may be given several times.",
)
@click.option(
    "--expires",
    metavar="DATE|DURATION",
    callback=_read_by(expiry_of),
    help="Its last day, as 2027-06-30, or how long it is good: 12h, 90d, 26w.",
)
@click.option(
    "--quota",
    metavar="BYTES",
    type=click.IntRange(1),
    help="How much of documents and attachments it may bring; by default LRS_KEY_QUOTA_BYTES.",
)
@click.option(
    "--continues",
    metavar="KEY",
    help="The key whose place it takes, by name or label: it reaches that key's documents, too.",
)
def create(
    label: str,
    scopes: tuple[str, ...],
    expires: Expiry | None,
    quota: int | None,
    continues: str | None,
) -> None:
    """Create a key. Its secret is shown once and cannot be shown again. No other valid key may have
    the same LABEL.
    """
    with context.store() as lrs:
        lrs.credentials.require_free(label)
        until = 0
        if expires is not None:
            with _told("--expires"):
                until = expires.instant(lrs.credentials.now(), lrs.settings.zone)
        made = lrs.credentials.create(
            label,
            [Scope(s) for s in scopes],
            until=until,
            continues=_continued(lrs, continues),
            quota=quota or 0,
            by=user(),
        )
    click.echo(f"name    {made.name}\nsecret  {made.secret}\nscopes  {', '.join(made.scopes)}")
    if made.expires:
        click.echo(f"expires {iso(made.expires)}")


def _continued(lrs: Lrs, name: str | None) -> tuple[str, ...]:
    """The names of the keys whose place a new one takes."""
    if name is None:
        return ()
    former = lrs.credentials.named(name)
    if former.launch is not None:
        raise click.BadParameter("a launch link's key has no successor", param_hint="'--continues'")
    return former.id.hex, *former.continues


@key.command("launch")
@click.argument("module", metavar="MODULE_URL", callback=_read_by(module_of))
@click.option("--actor", required=True, callback=_read_by(learner_of), help="Who is learning.")
@click.option(
    "--activity", required=True, callback=_read_by(_activity), help="What the module is called."
)
@click.option(
    "--registration",
    callback=_read_by(_registration),
    help="Of an attempt to be resumed; a new one by default.",
)
@click.option(
    "--hours",
    type=click.IntRange(1, 8784),
    default=24,
    show_default=True,
    help="How long the link is good.",
)
@click.option(
    "--endpoint",
    callback=_read_by(endpoint_of),
    help="The store as the learner's browser reaches it; by default LRS_PUBLIC_URL.",
)
@click.option(
    "--quota",
    metavar="BYTES",
    type=click.IntRange(1),
    default=1_000_000_000,
    show_default=True,
    help="How much of documents and attachments the visit may bring.",
)
@click.option("--label", help="What the key is called in `lrs key list`.")
@click.option(
    "--any-activity",
    is_flag=True,
    help="Let the key speak of other activities, too, for a page that leads through several.",
)
def launch(
    module: str,
    actor: dict[str, object] | str,
    activity: str,
    registration: UUID | None,
    hours: int,
    endpoint: str | None,
    quota: int,
    label: str | None,
    any_activity: bool,
) -> None:
    """Create a key for one visit of one learner to the module at MODULE_URL, and print a link that
    contains the key. Treat the link as a secret.

    ACTOR is an Agent as JSON, mailto:ADDRESS, account|HOMEPAGE|NAME, or the personnel number of
    somebody in the catalogue.
    """
    with context.store() as lrs:
        by = lrs.credentials.operator("key launch")
        with _told("--endpoint"):
            endpoint = endpoint or own_endpoint(lrs.settings)
        with _told("--actor"):
            actor = numbered(lrs, actor, by) if isinstance(actor, str) else actor
        what = LaunchLink(module, endpoint, actor, activity, registration or uuid4())
        label = label or f"launch of {activity}"
        made = lrs.credentials.create(
            label,
            MODULE,
            lasting=timedelta(hours=hours),
            learner=agent_key(actor) or "",
            activity=activity,
            any_activity=any_activity,
            quota=quota,
            by=user(),
        )
        notes = warnings(module, endpoint, lrs.settings)
        for note in filter(None, [*notes, unknown(lrs, actor, by)]):
            click.echo(f"Note: {note}", err=True)
    click.echo(f"Key {made.name} is good until {iso(made.expires)}.", err=True)
    click.echo(what.link(made))


@key.command("list")
def list_() -> None:
    """List all keys, oldest first, each with its history on a second line."""
    with context.store() as lrs:
        uses, records = lrs.key_uses.read(), lrs.credentials.records()
        sizes = lrs.space.by_key([record.credential.id.hex for record in records])
        for record in records:
            credential = record.credential
            scopes = ", ".join(sorted(credential.scopes))
            click.echo(f"{credential.id.hex}  {record.status:7}  {scopes}  {credential.label}")
            past = past_of(record, uses.get(credential.id, 0))
            size, quota = sizes.get(credential.id.hex, 0), lrs.quotas.of(credential)
            brought = f", brought {limited(size, quota)}" if size or quota else ""
            click.echo(f"    {past}{brought}")


@key.command("revoke")
@click.argument("name", metavar="KEY")
def revoke(name: str) -> None:
    """Revoke a key for good; servers notice within five seconds. KEY is its name, or its label if
    exactly one valid key has it.
    """
    with context.store() as lrs:
        lrs.credentials.revoke(lrs.credentials.named(name).id, user())
    click.echo("The key is revoked.")
