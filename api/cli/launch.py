"""Launch links: how a module gets to know where the store is, its key, and who is learning.

The convention is Rustici's "Launch" of Tin Can: the module's address with the parameters endpoint,
auth, actor, registration and activity_id. Spaces are `%20`: xapiwrapper does not decode `+`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit
from uuid import UUID

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import Invalid, InvalidQuery, PersonNotFound, Unavailable
from lrs.domain.xapi.agent import JsonObject, agent_key, identifier_of
from lrs.service import Lrs, NewKey
from lrs.settings import Settings
from schemas import check_agent, parse_json

ACTOR_FORMS = (
    'an Agent as JSON, "mailto:anna@example.org", "account|https://hr.example.org|0417", or by the '
    "personnel number of somebody in the catalogue"
)

_WEB = ("http", "https")
_NAMES = ("endpoint", "auth", "actor", "registration", "activity_id")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - told apart, not listened on
_HERE = ("127.0.0.1", "localhost", "::1")
# RFC 3986, 2.2 and 2.1: what an address may hold as it is.
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class LaunchLink:
    """One learner's one visit to a module."""

    module: str
    endpoint: str
    actor: JsonObject
    activity: str
    registration: UUID

    def link(self, key: NewKey) -> str:
        """The address to open in the learner's browser."""
        login = b64encode(f"{key.name}:{key.secret}".encode()).decode()
        return with_parameters(
            self.module,
            {
                "endpoint": self.endpoint,
                "auth": f"Basic {login}",
                "actor": json.dumps(self.actor, ensure_ascii=False, separators=(",", ":")),
                "registration": str(self.registration),
                "activity_id": self.activity,
            },
        )


def with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    """The address with these parameters after its own, and before its fragment."""
    page, hash_, fragment = address.partition("#")
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    joint = "" if page.endswith(("?", "&")) else "&" if "?" in page else "?"
    return f"{page}{joint}{pairs}{hash_}{fragment}"


def learner_of(text: str) -> JsonObject | str:
    """The Agent that is meant, or the text, which may be a personnel number. ValueError, which says
    what is wrong with it.
    """
    text = text.strip()
    if text and not text.startswith("{") and "|" not in text and ":" not in text:
        return text
    return actor_of(text)


def numbered(lrs: Lrs, number: str, by: Credential) -> JsonObject:
    """The Agent that stands for whoever has the personnel number. ValueError where nobody has it,
    or several people.
    """
    try:
        key = lrs.people.numbered(number, by)
    except PersonNotFound:
        raise ValueError(
            f"nobody has this personnel number: say who is learning as {ACTOR_FORMS}"
        ) from None
    except InvalidQuery as error:
        raise ValueError(error.detail) from None
    return {"objectType": "Agent", **identifier_of(key)}


def unknown(lrs: Lrs, actor: JsonObject, by: Credential) -> str:
    """What to point out where nobody in the catalogue has the identifier; empty where somebody has,
    and where the catalogue has no people.
    """
    key = agent_key(actor) or ""
    with suppress(Unavailable):  # the link is good without
        if not lrs.catalogue.counts(by).get(EntryKind.PERSON):
            return ""
        try:
            found = lrs.people.show(key, by)
        except PersonNotFound:
            found = None
        if found is None or found.record is None:
            return f"nobody's personnel record in the catalogue has {key}: is it written right?"
    return ""


def actor_of(text: str) -> JsonObject:
    """The Agent that is meant. ValueError, which says what is wrong with it."""
    try:
        actor = _read(text)
        check_agent(actor)
    except Invalid as error:
        place = f"{error.pointer}: " if error.pointer else ""
        raise ValueError(place + error.detail) from None
    if actor.get("objectType") == "Group":
        raise ValueError("a launch is for one person, an Agent, and not for a Group")
    return actor


def _read(text: str) -> JsonObject:
    if text.startswith("{"):
        actor: JsonObject = parse_json(text)
        return actor
    if text.lower().startswith("mailto:"):
        return {"objectType": "Agent", "mbox": f"mailto:{text[7:]}"}
    try:
        return {"objectType": "Agent", **identifier_of(text)}
    except ValueError:
        raise ValueError(f"say who is learning as {ACTOR_FORMS}") from None


def module_of(text: str) -> str:
    """The module's address as a browser asks for it. ValueError, which says what is wrong."""
    parts = _web_address(text)
    taken = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} & {*_NAMES}
    if taken:
        raise ValueError(f"the address has a parameter of the launch already: {min(taken)}")
    return quote(text, safe=_IN_ADDRESSES)


def endpoint_of(text: str) -> str:
    """The endpoint, with a slash at its end. ValueError, which says what is wrong."""
    parts = _web_address(text)
    if parts.query or parts.fragment:
        raise ValueError("an endpoint has neither a query nor a fragment")
    return quote(text.rstrip("/"), safe=_IN_ADDRESSES) + "/"


def own_endpoint(settings: Settings) -> str:
    """Where the store's clients reach it: at LRS_PUBLIC_URL, else where `lrs serve` listens.
    ValueError where that is no one address.
    """
    if settings.public_url:
        return f"{settings.public_url}/xapi/"
    if settings.host in _EVERYWHERE:
        raise ValueError(
            f"LRS_HOST is {settings.host}, which is no address to ask: say which is, or set "
            "LRS_PUBLIC_URL"
        )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/xapi/"


def warnings(module: str, endpoint: str, settings: Settings) -> list[str]:
    """Why the module's browser would not reach the store, as far as these settings tell."""
    page, store = _origin(module), _origin(endpoint)
    found = []
    if page != store and not settings.cors_origins & {page, "*"}:
        found.append(f"{page} is not among LRS_CORS_ORIGINS: the module cannot ask the store.")
    insecure = store.startswith("http:") and urlsplit(store).hostname not in _HERE
    if page.startswith("https:") and insecure:
        found.append("A browser asks nothing over http for a page that came over https.")
    return found


def _web_address(text: str) -> SplitResult:
    parts = urlsplit(text)
    if parts.scheme not in _WEB or not parts.hostname:
        raise ValueError("an address begins with http:// or https:// and a host")
    _ = parts.port  # which is read only now, and may be no number
    return parts


def _origin(address: str) -> str:
    """As a browser writes it: in lower case, without the port that is the scheme's own."""
    parts = urlsplit(address)
    netloc = parts.netloc.rpartition("@")[2].lower()
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{netloc.removesuffix(usual)}"
