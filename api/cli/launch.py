"""Launch links, which give a module the store's address, a key and the learner.

They follow Rustici's launch convention of Tin Can: the module's address has the parameters
endpoint, auth, actor, registration and activity_id. A space is `%20`, because xapiwrapper does not
decode `+`.
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
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only compared, not listened on
_HERE = ("127.0.0.1", "localhost", "::1")
# Characters that need no encoding in an address (RFC 3986, 2.2 and 2.1).
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class LaunchLink:
    """One visit of one learner to a module."""

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
    """The address with these parameters added after its own and before its fragment."""
    page, hash_, fragment = address.partition("#")
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    joint = "" if page.endswith(("?", "&")) else "&" if "?" in page else "?"
    return f"{page}{joint}{pairs}{hash_}{fragment}"


def learner_of(text: str) -> JsonObject | str:
    """The learner's Agent, or the text itself if it may be a personnel number. Raises ValueError
    with the message for the user.
    """
    text = text.strip()
    if text and not text.startswith("{") and "|" not in text and ":" not in text:
        return text
    return actor_of(text)


def numbered(lrs: Lrs, number: str, by: Credential) -> JsonObject:
    """The representative Agent of the person with this personnel number. Raises ValueError if
    nobody or several people have it.
    """
    try:
        key = lrs.people.numbered(number, by)
    except PersonNotFound:
        raise ValueError(
            f"nobody has this personnel number: give the learner as {ACTOR_FORMS}"
        ) from None
    except InvalidQuery as error:
        raise ValueError(error.detail) from None
    return {"objectType": "Agent", **identifier_of(key)}


def unknown(lrs: Lrs, actor: JsonObject, by: Credential) -> str:
    """A note if no personnel record in the catalogue has the learner's identifier; else empty, also
    if the catalogue has no people.
    """
    key = agent_key(actor) or ""
    with suppress(Unavailable):  # the link is valid without the note
        if not lrs.catalogue.counts(by).get(EntryKind.PERSON):
            return ""
        try:
            person = lrs.people.show(key, by)
        except PersonNotFound:
            person = None
        if person is None or person.record is None:
            return f"no personnel record in the catalogue has {key}: check the spelling."
    return ""


def actor_of(text: str) -> JsonObject:
    """The Agent that the text gives. Raises ValueError with the message for the user."""
    try:
        actor = _read(text)
        check_agent(actor)
    except Invalid as error:
        place = f"{error.pointer}: " if error.pointer else ""
        raise ValueError(place + error.detail) from None
    if actor.get("objectType") == "Group":
        raise ValueError("a launch is for one person: give an Agent, not a Group")
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
        raise ValueError(f"give the learner as {ACTOR_FORMS}") from None


def module_of(text: str) -> str:
    """The module's address, encoded as a browser does. Raises ValueError with the message for the
    user.
    """
    parts = _web_address(text)
    reserved = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} & {*_NAMES}
    if reserved:
        raise ValueError(f"the address has a parameter of the launch already: {min(reserved)}")
    return quote(text, safe=_IN_ADDRESSES)


def endpoint_of(text: str) -> str:
    """The endpoint, with a slash at its end. Raises ValueError with the message for the user."""
    parts = _web_address(text)
    if parts.query or parts.fragment:
        raise ValueError("an endpoint has neither a query nor a fragment")
    return quote(text.rstrip("/"), safe=_IN_ADDRESSES) + "/"


def own_endpoint(settings: Settings) -> str:
    """The store's endpoint by its settings: at LRS_PUBLIC_URL, else where `lrs serve` listens.
    Raises ValueError if the server listens on all addresses.
    """
    if settings.public_url:
        return f"{settings.public_url}/xapi/"
    if settings.host in _EVERYWHERE:
        raise ValueError(
            f"LRS_HOST is {settings.host}, which is not an address for clients: give one, or set "
            "LRS_PUBLIC_URL"
        )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/xapi/"


def warnings(module: str, endpoint: str, settings: Settings) -> list[str]:
    """Reasons, as far as the settings show, why the module in a browser could not use the store."""
    page, store = _origin(module), _origin(endpoint)
    reasons = []
    if page != store and not settings.cors_origins & {page, "*"}:
        reasons.append(f"{page} is not in LRS_CORS_ORIGINS: the module cannot use the store.")
    insecure = store.startswith("http:") and urlsplit(store).hostname not in _HERE
    if page.startswith("https:") and insecure:
        reasons.append("A browser sends no requests over http for a page loaded over https.")
    return reasons


def _web_address(text: str) -> SplitResult:
    parts = urlsplit(text)
    if parts.scheme not in _WEB or not parts.hostname:
        raise ValueError("an address begins with http:// or https:// and a host")
    _ = parts.port  # raises ValueError if the port is not a number
    return parts


def _origin(address: str) -> str:
    """The origin as a browser sends it: in lower case, without the default port of the scheme."""
    parts = urlsplit(address)
    netloc = parts.netloc.rpartition("@")[2].lower()
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{netloc.removesuffix(usual)}"
