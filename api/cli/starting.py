"""What commands print at their start: the places of the store's databases and its addresses."""

from __future__ import annotations

from ipaddress import ip_address

from lrs.db import address
from lrs.db.engine import file_of
from lrs.settings import DEFAULT_LEDGER, Settings


def store_created_message(settings: Settings) -> str:
    """The message that the store is created, with its place: another one may have been meant."""
    where = f"The store is created: {place(settings.ledger_url)}."
    if settings.ledger_url != DEFAULT_LEDGER:
        return where
    return f"{where} LRS_LEDGER_URL is not set, so it is in the folder where you ran this command."


def serving(settings: Settings) -> str:
    """The endpoint for modules, the databases without their passwords, the server's processes."""
    listening = f"http://{_in_url(settings.host)}:{settings.port}"
    public = settings.public_url and f", for clients {settings.public_url}/xapi/"
    number = settings.workers
    return (
        f"Serving {listening}/xapi/{public} from {number} process{'es' if number > 1 else ''}; "
        f"log {place(settings.ledger_url)}, read models {place(settings.views_url)}."
    )


def exposure(settings: Settings) -> str:
    """A warning if keys and statements would cross a network without encryption; else empty."""
    if _is_loopback(settings.host) or settings.public_url.startswith("https://"):
        return ""
    return (
        f"LRS_HOST is {settings.host}, so other machines reach the store without TLS, and keys and "
        "statements can be intercepted. Put a proxy that terminates https in front "
        "(deploy/nginx.conf, deploy/Caddyfile), set LRS_PUBLIC_URL to its https:// address, and "
        "leave LRS_HOST at 127.0.0.1 if the proxy is on this machine."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def place(url: str) -> str:
    """The place of a database: the absolute path of its file, or its URL without the password."""
    return str(file_of(url) or address.shown(address.read(url)))


def _in_url(host: str) -> str:
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        return host
