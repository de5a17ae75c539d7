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
    """A callback for click that reads a text with `read` and reports its ValueError."""

    def callback(ctx: click.Context, param: click.Parameter, text: str | None) -> object:
        try:
            return None if text is None else read(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}", ctx, param) from None

    return callback


@contextmanager
def _reported(option: str) -> Iterator[None]:
    """Report a ValueError as an error in the option."""
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
    help="A right of the key; may be repeated.",
)
@click.option(
    "--expires",
    metavar="DATE|DURATION",
    callback=_read_by(expiry_of),
    help="The last day on which it is valid, as 2027-06-30, or the duration: 12h, 90d, 26w.",
)
@click.option(
    "--quota",
    metavar="BYTES",
    type=click.IntRange(1),
    help="The limit on its documents and attachments; by default LRS_KEY_QUOTA_BYTES.",
)
@click.option(
    "--continues",
    metavar="KEY",
    help="The key that it replaces, by name or label: it can also use that key's documents.",
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
            with _reported("--expires"):
                until = expires.instant(lrs.credentials.now(), lrs.settings.zone)
        new = lrs.credentials.create(
            label,
            [Scope(s) for s in scopes],
            until=until,
            continues=_continued(lrs, continues),
            quota=quota or 0,
            by=user(),
        )
    click.echo(f"name    {new.name}\nsecret  {new.secret}\nscopes  {', '.join(new.scopes)}")
    if new.expires:
        click.echo(f"expires {iso(new.expires)}")


def _continued(lrs: Lrs, name: str | None) -> tuple[str, ...]:
    """The names of the keys that a new one replaces."""
    if name is None:
        return ()
    former = lrs.credentials.named(name)
    if former.launch is not None:
        raise click.BadParameter(
            "the key of a launch link cannot be replaced", param_hint="'--continues'"
        )
    return former.id.hex, *former.continues


@key.command("launch")
@click.argument("module", metavar="MODULE_URL", callback=_read_by(module_of))
@click.option("--actor", required=True, callback=_read_by(learner_of), help="The learner.")
@click.option(
    "--activity", required=True, callback=_read_by(_activity), help="The module's activity id."
)
@click.option(
    "--registration",
    callback=_read_by(_registration),
    help="The registration of an attempt to resume; by default a new one.",
)
@click.option(
    "--hours",
    type=click.IntRange(1, 8784),
    default=24,
    show_default=True,
    help="How many hours the link is valid.",
)
@click.option(
    "--endpoint",
    callback=_read_by(endpoint_of),
    help="The store's address for the learner's browser; by default LRS_PUBLIC_URL.",
)
@click.option(
    "--quota",
    metavar="BYTES",
    type=click.IntRange(1),
    default=1_000_000_000,
    show_default=True,
    help="The limit on the visit's documents and attachments.",
)
@click.option("--label", help="The key's label in `lrs key list`.")
@click.option(
    "--any-activity",
    is_flag=True,
    help="Allow statements about other activities too, for a page that leads through several.",
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
        with _reported("--endpoint"):
            endpoint = endpoint or own_endpoint(lrs.settings)
        with _reported("--actor"):
            actor = numbered(lrs, actor, by) if isinstance(actor, str) else actor
        link = LaunchLink(module, endpoint, actor, activity, registration or uuid4())
        label = label or f"launch of {activity}"
        new = lrs.credentials.create(
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
    click.echo(f"Key {new.name} is valid until {iso(new.expires)}.", err=True)
    click.echo(link.link(new))


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
            sent = f", sent {limited(size, quota)}" if size or quota else ""
            click.echo(f"    {past}{sent}")


@key.command("revoke")
@click.argument("name", metavar="KEY")
def revoke(name: str) -> None:
    """Revoke a key for ever; servers notice within five seconds. KEY is its name, or its label if
    exactly one valid key has it.
    """
    with context.store() as lrs:
        lrs.credentials.revoke(lrs.credentials.named(name).id, user())
    click.echo("The key is revoked.")
