"""What commands print at their start: where the store is, and where it answers."""

from __future__ import annotations

from ipaddress import ip_address

from lrs import address
from lrs.database import file_of
from lrs.settings import DEFAULT_LEDGER, Settings


def store_made(settings: Settings) -> str:
    """That the store is made, and where: it may have been meant to be somewhere else."""
    where = f"The store is made: {place(settings.ledger_url)}."
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


def place(url: str) -> str:
    """Where a database is: its file from the root, or its URL without the password."""
    return str(file_of(url) or address.shown(address.read(url)))


def _in_url(host: str) -> str:
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        return host
