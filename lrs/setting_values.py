"""The types of settings: each function reads a setting's text, or raises ValueError.

The message of the ValueError completes the sentence "LRS_NAME must be ...".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from lrs.db import address


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A number of seconds from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not low <= value <= high:
            raise ValueError(f"a number of seconds from {low} to {high}")
        return value

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text

    return parse


def truth(text: str) -> bool:
    """true or false, in lower or upper case."""
    if text.lower() not in ("true", "false"):
        raise ValueError("true or false")
    return text.lower() == "true"


def database_url(text: str) -> str:
    """The URL of a database. Raises BadAddress, a ValueError whose message stands by itself."""
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError(address.FORMS)
    address.read(text)
    return text


def some_text(text: str) -> str:
    """A text that is not empty."""
    if not text:
        raise ValueError("a text that is not empty")
    return text


def web_address(text: str) -> str:
    """An http or https address."""
    if not text.startswith(("http://", "https://")):
        raise ValueError("an http or https address")
    return text


_ORIGIN = re.compile(r"https?://[^\s/?#@,]+", re.ASCII)
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+)*")


def public_address(text: str) -> str:
    """The store's public address, without slashes at the end and with its path percent-encoded."""
    text = text.rstrip("/")
    parts = urlsplit(text)  # raises ValueError for an unmatched bracket
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    is_valid = (
        _ORIGIN.fullmatch(f"{parts.scheme}://{parts.netloc}")
        and parts.hostname
        and (parts.port is None or parts.port > 0)
        and _PATH.fullmatch(path)
        and not path.lower().endswith("/xapi")
        and not (parts.query or parts.fragment)
    )
    if not is_valid:
        raise ValueError(
            "an http or https address such as https://portal.example.org/lrs, without /xapi, "
            "name, query and fragment"
        )
    return f"{parts.scheme}://{parts.netloc}{path}"


def zone_name(text: str) -> str:
    """The name of a time zone."""
    try:
        zone_of(text)
    except (LookupError, ValueError, OSError):
        raise ValueError("the name of a time zone, such as Europe/Moscow") from None
    return text


def zone_of(name: str) -> tzinfo:
    """The time zone with that name. Raises LookupError, ValueError or OSError."""
    # UTC does not need the time zone database
    return UTC if name == "UTC" else ZoneInfo(name)


def origins(text: str) -> frozenset[str]:
    """Origins of browser pages, separated by commas, in lower case; or *."""
    parts = [part.strip().lower() for part in text.split(",") if part.strip()]
    if not all(part == "*" or _ORIGIN.fullmatch(part) for part in parts):
        raise ValueError("origins such as https://courses.example.org, with commas between, or *")
    return frozenset(parts)
