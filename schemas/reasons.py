"""What is missing from a value that a rule refuses, in words that never repeat the value.

Each function takes what its rule refuses, whatever that is, and answers in linear time.
"""

from __future__ import annotations

import re

from lrs.domain.time import parse_timestamp
from schemas.rules import is_iri

__all__ = ["why_no_iri", "why_no_mbox", "why_no_timestamp", "why_no_timestamp_2", "why_no_uri"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+:").match
_HOSTLESS = re.compile(r"https?:(?!//(?:[^/?#@]*+@)?[^/?#:@])", re.IGNORECASE).match
_UNENCODED = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]').search
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})").search
_DAY_ALONE = re.compile(r"[0-9W\-]++").fullmatch
_OFFSET = re.compile(r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\Z").search
_UNKNOWN_OFFSET = re.compile(r"[0-9]-00(?::?00)?\Z").search
_TO_THE_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}").match

_STRING = "it must be a string"


def why_no_iri(value: object) -> str:
    """Why `is_iri` refuses it."""
    if not isinstance(value, str):
        return _STRING
    if value != value.strip():
        return "it must have no spaces around it"
    if _SCHEME(value) is None:
        return "it must begin with a scheme, such as https:"
    if _UNENCODED(value):
        return 'spaces and the characters " < > \\ ^ ` { | } must be percent-encoded, as %20'
    if _BARE_PERCENT(value):
        return "after each % must come two hex digits; a percent sign itself is %25"
    if _HOSTLESS(value):
        return "after http: and https: must come // and a host"
    return "it must have only the characters, host and port that RFC 3987 allows"


def why_no_uri(value: object) -> str:
    """Why `is_uri` refuses it."""
    if is_iri(value):
        return "it must be in ASCII: percent-encode other letters, a host takes its xn-- form"
    return why_no_iri(value)


def why_no_mbox(value: object) -> str:
    """Why `is_mbox` refuses it."""
    if not isinstance(value, str):
        return _STRING
    if not value.startswith("mailto:"):
        return "it must begin with mailto:, in lower case"
    name, at, host = value.removeprefix("mailto:").partition("@")
    if not at:
        return "it must have an @ between a name and a host"
    if not name:
        return "it must have a name before the @"
    if not host:
        return "it must have a host after the @"
    if "@" in host:
        return "it must have one @ only, and one address"
    return "it must have no characters that an address cannot hold, such as spaces, commas, ? and #"


def why_no_timestamp(value: object) -> str:
    """Why `is_timestamp` refuses it."""
    if not isinstance(value, str):
        return _STRING
    if _DAY_ALONE(value):
        return "it must have a time of day after the day, with a T between them"
    if _UNKNOWN_OFFSET(value[-7:]):
        return "the offset must be known; -00:00 says that it is not"
    return "it must be a day and a time that there are, in a form of ISO 8601"


def why_no_timestamp_2(value: object) -> str:
    """Why `is_timestamp_2` refuses it."""
    if not isinstance(value, str):
        return _STRING
    try:
        parse_timestamp(value)
    except ValueError:
        return why_no_timestamp(value).replace("ISO 8601", "RFC 3339")
    if _TO_THE_SECOND(value) and not _OFFSET(value):
        return "it must end in an offset, Z or one such as +03:00"
    return "it must have the form of RFC 3339, with hyphens, colons, seconds and an offset"
