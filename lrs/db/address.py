"""Database URLs of settings, parsed and checked before anything connects.

`sqlite:///FILE` has neither a host nor parameters. The parameters of a `postgresql://` URL are
libpq's; with several hosts (`SEVERAL`) the store uses the one that is the primary.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

FORMS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"

SEVERAL = (
    "postgresql://USER@/NAME?host=HOST1:PORT1&host=HOST2:PORT2&target_session_attrs=read-write"
)


class BadAddress(ValueError):
    """The rest of a sentence that begins with the setting's name: what is wrong with its URL and
    which form is right. It never holds a password.
    """


def read(url: str) -> URL:
    """The URL with its driver. Raises BadAddress for all that the store or the driver cannot take;
    so does SQLite in memory, which would lose the record.
    """
    try:
        unquote(url, errors="strict").encode()
        parsed = make_url(url)
    except UnicodeError:
        raise BadAddress("must be UTF-8, percent escapes (%XX) included") from None
    except (ArgumentError, ValueError) as error:
        raise BadAddress(_unreadable(url)) from error
    if "\0" in unquote(url):
        raise BadAddress("must not hold %00")
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql" | "postgres":
            from lrs.db import conninfo  # which needs psycopg, as SQLite does not

            return conninfo.checked(parsed.set(drivername="postgresql+psycopg"))
        case _:
            raise BadAddress(f"must be {FORMS}")


def _unreadable(url: str) -> str:
    """Why SQLAlchemy cannot read it."""
    found = _AUTHORITY.match(url)
    host = found[1] if found else ""
    if "," in host:
        return f"names several hosts; write them as {SEVERAL}"
    if host.count(":") > 1:
        return "has an IPv6 address; write it in brackets, as in postgresql://USER@[::1]:5432/NAME"
    if ":" in host:
        return "must have a port from 1 to 65535 after the colon"
    return f"must be {FORMS}"


_AUTHORITY = re.compile(r"[\w+]+://(?:[^:/]*(?::[^@]*)?@)?([^/?]*)")
"""The host and port of a URL, past the user's name and password, as SQLAlchemy divides them."""


def _sqlite(url: URL) -> URL:
    if url.host or url.port or url.username:
        raise BadAddress("must have three slashes before the file: sqlite:///FILE")
    if not url.database or url.database == ":memory:":
        raise BadAddress("must name a file, sqlite:///FILE: in memory the record would be lost")
    if url.query:
        raise BadAddress("must be sqlite:///FILE, without parameters after a question mark")
    return url.set(drivername="sqlite+pysqlite")


def shown(url: URL) -> str:
    """The URL for display: without the driver and the password."""
    plain = url.set(drivername=url.get_backend_name())
    secrets = {name: "***" for name in ("password", "sslpassword") if name in url.query}
    return plain.update_query_dict(secrets).render_as_string(hide_password=True)
