"""PostgreSQL URLs: what libpq would refuse, and what would lead the store to a standby.

A standby is behind its primary: a store that reads it would take what the standby has not got yet
for lost. So libpq is asked for a server that can be written to (`target_session_attrs`), and a URL
with several hosts must say so. libpq itself checks names and values of the other parameters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from psycopg.conninfo import make_conninfo
from psycopg.errors import Error
from psycopg.pq import Conninfo, ConnStatus, PGconn
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from lrs.db.address import SEVERAL, BadAddress

WRITABLE = ("read-write", "primary")
"""The values of target_session_attrs with which libpq passes standbys over."""

MANY = f"; of several hosts, write them as {SEVERAL}"


def checked(url: URL) -> URL:
    """The URL, if libpq takes all of it. Raises BadAddress."""
    _require_known(url)
    options = _options(url)
    hosts = _each(options, "host")
    _require_hosts(url, hosts)
    if len(_each(options, "hostaddr")) not in (0, len(hosts) or 1):
        raise BadAddress("must have as many values of hostaddr as of host")
    ports = [port for port in _each(options, "port") if port]
    if url.port == 0 or not all(1 <= int(port) <= 65535 for port in ports):
        raise BadAddress("must have a port from 1 to 65535")
    _require_writable(options, len(hosts))
    _require_taken(options)
    return url


def count_hosts(url: URL) -> int:
    """How many servers libpq may have to try, one after the other."""
    return max(1, len(_each(_options(url), "host")))


def _require_known(url: URL) -> None:
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"replication"}
    for name, value in url.query.items():
        if name not in known:
            raise BadAddress(f"has a parameter that PostgreSQL's libpq does not know: {name!r}")
        if name != "host" and not isinstance(value, str):
            raise BadAddress(f"has the parameter {name} twice")


def _options(url: URL) -> dict[str, Any]:
    """What the driver is to be called with, and what the URL leaves to variables such as PGHOST."""
    try:
        _, options = url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError) as error:
        raise BadAddress("has hosts and ports that do not fit together" + MANY) from error
    return {**_from_environment(), **options, "context": None}


def _from_environment() -> dict[str, str]:
    """Which servers variables such as PGHOST name, where they differ from what libpq does alone."""
    named = {b"host", b"hostaddr", b"target_session_attrs"}
    set_ = [o for o in Conninfo.get_defaults() if o.keyword in named and o.val != o.compiled]
    return {o.keyword.decode(): o.val.decode() for o in set_ if o.val}


def _each(options: dict[str, Any], name: str) -> list[str]:
    """The values of a list; none where there is no list."""
    return str(options[name]).split(",") if options.get(name) else []


def _require_hosts(url: URL, hosts: Sequence[str]) -> None:
    repeated = url.query.get("host", ())
    if "," in (url.host or "") or (isinstance(repeated, tuple) and any(map(_is_odd, repeated))):
        raise BadAddress(
            f"names several hosts in a form that is not taken; write them as {SEVERAL}"
        )
    if "@" in (url.host or ""):
        raise BadAddress("must have %40 for an @ in the user's name or password")
    for host in hosts:
        if not _is_host(host):
            hint = MANY if ":" in host or not host else ""
            raise BadAddress("has a host that is neither a name nor an address" + hint)


def _is_odd(host: str) -> bool:
    return "," in host or host.count(":") > 1


def _is_host(text: str) -> bool:
    """Whether that is a name, an IP address, or a folder of Unix sockets."""
    if text.startswith(("/", "@")) or re.fullmatch(r"[\w.-]+", text):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _require_writable(options: dict[str, Any], hosts: int) -> None:
    wanted = options.get("target_session_attrs")
    if wanted is None and hosts > 1:
        raise BadAddress(
            "names several hosts, one of which may be a standby: add "
            "target_session_attrs=read-write, so that the store uses the primary"
        )
    if wanted is not None and wanted not in WRITABLE:
        raise BadAddress(
            "must have target_session_attrs=read-write (or primary): a standby cannot be written "
            "to, and is behind"
        )


def _require_taken(options: dict[str, Any]) -> None:
    """Have libpq check the parameters: it does so before it connects, here to nowhere."""
    nowhere = {"host": "127.0.0.1", "hostaddr": "127.0.0.1", "port": 1}
    try:
        text = make_conninfo(**{**options, **nowhere}).encode()
    except (Error, UnicodeEncodeError) as error:
        raise BadAddress(f"cannot be taken by PostgreSQL's libpq: {_line(str(error))}") from error
    attempt = PGconn.connect_start(text)
    said = attempt.error_message.decode("utf-8", "replace")
    refused = attempt.status == ConnStatus.BAD
    attempt.finish()
    if refused and (not said.startswith("connection to server") or ": invalid " in said):
        raise BadAddress(f"cannot be taken by PostgreSQL's libpq: {_line(said)}")


def _line(text: str) -> str:
    """The reason alone, in one line."""
    return " ".join(text.rpartition(" failed: ")[2].split())
