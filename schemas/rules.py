"""What a single value must look like: predicates that take anything and answer in linear time.

Every pattern is anchored and made of possessive runs, so no input makes it try twice what it has
already read. `\\d` and `\\w` are never used: they match digits of all alphabets.
"""

from __future__ import annotations

import re
from datetime import UTC, date
from ipaddress import AddressValueError, IPv6Address

from lrs.domain.time import is_rfc_3339, parse_timestamp
from lrs.domain.xapi.agent import identifier_of
from lrs.domain.xapi.version import Version, version_of

__all__ = [
    "is_account_name",
    "is_agent_key",
    "is_amount",
    "is_boolean",
    "is_code",
    "is_content_type",
    "is_count",
    "is_date",
    "is_duration",
    "is_integer",
    "is_iri",
    "is_language_tag",
    "is_length",
    "is_mbox",
    "is_month",
    "is_number",
    "is_positive",
    "is_scaled",
    "is_sha1",
    "is_sha2",
    "is_string",
    "is_timestamp",
    "is_timestamp_2",
    "is_uri",
    "is_uuid",
    "is_version_1",
    "is_version_2",
]

# RFC 3987, 2.2: ucschar and iprivate, without the marks of direction that 4.1 forbids.
_UCS = "\u00a0-\u200d\u2010-\u2029\u202f-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr((plane << 16) + (0x1000 if plane == 14 else 0))}-{chr((plane << 16) + 0xFFFD)}"
    for plane in range(1, 15)
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_ESCAPED = "%[0-9A-Fa-f]{2}"
_IP_FUTURE = r"[vV][0-9A-Fa-f]++\.[A-Za-z0-9\-._~!$&'()*+,;=:]++"


def _run(more: str = "") -> str:
    """Any number of iunreserved, sub-delims, percent-escapes and the characters of `more`."""
    return rf"(?:[A-Za-z0-9\-._~!$&'()*+,;={_UCS}{more}]++|{_ESCAPED})*+"


_IRI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*+:"
    rf"(?://(?:{_run(':')}@)?"
    rf"(?P<host>\[(?:(?P<ipv6>[0-9A-Fa-f:.]{{2,45}})|{_IP_FUTURE})\]|{_run()})(?::[0-9]*+)?"
    rf"(?:/{_run(':@/')})?"
    rf"|(?!//){_run(':@/')})"
    rf"(?:\?{_run(':@/?' + _PRIVATE)})?(?:#{_run(':@/?')})?"
).fullmatch
_WEB = re.compile("https?:", re.IGNORECASE).match

_MBOX = re.compile(
    rf"mailto:(?:[A-Za-z0-9\-._~!$&'*+/={_UCS}]++|{_ESCAPED})++"
    rf"@[A-Za-z0-9_\-{_UCS}]++(?:\.[A-Za-z0-9_\-{_UCS}]++)*+"
).fullmatch

# Letters of any alphabet: codes are the centre's own, and often Russian.
_CODE = re.compile(r"[^\W_][\w.-]{0,63}").fullmatch
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}").fullmatch
_SHA1 = re.compile(r"[0-9a-fA-F]{40}").fullmatch
_SHA2 = re.compile(r"[0-9a-fA-F]{64}(?:[0-9a-fA-F]{32}){0,2}").fullmatch

# RFC 2045, 5.1: type "/" subtype, both tokens, then parameters.
_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_CONTENT_TYPE = re.compile(rf"{_WORD}/{_WORD}(?:[ \t]*+;[^\x00-\x08\x0a-\x1f\x7f]*+)?").fullmatch

# ISO 8601:2004, 4.4.3.2: weeks alone, or the other parts in order, at least one, at least one
# after T; only the last number may have a fraction.
_NUMBER = r"[0-9]++(?:[.,][0-9]++)?"
_DURATION = re.compile(
    r"(?=[^.,]*+(?:[.,][0-9]++[A-Z])?\Z)"
    rf"P(?:{_NUMBER}W|(?=[0-9T])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
).fullmatch

# RFC 5646, 2.1: langtag, privateuse, and the irregular ones of grandfathered.
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*+)"
    r"(?P<extensions>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})++)*+)"
    r"(?:-x(?:-[a-z0-9]{1,8})++)?"
    r"|x(?:-[a-z0-9]{1,8})++"
    r"|en-gb-oed|sgn-(?:be-fr|be-nl|ch-de)"
    r"|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)",
    re.IGNORECASE | re.ASCII,
).fullmatch


def is_string(value: object) -> bool:
    return type(value) is str


def is_boolean(value: object) -> bool:
    return type(value) is bool


def is_integer(value: object) -> bool:
    """Whether it is a whole number; Python's True is none."""
    return type(value) is int


def is_number(value: object) -> bool:
    return type(value) is int or type(value) is float


def is_scaled(value: object) -> bool:
    """xAPI 1.0.3 part 2, 2.4.5.1: between -1 and 1, inclusive."""
    return (type(value) is int or type(value) is float) and -1 <= value <= 1


def is_length(value: object) -> bool:
    """xAPI 1.0.3 part 2, 2.4.11: a number of octets."""
    return type(value) is int and value >= 0


def is_iri(value: object) -> bool:
    """RFC 3987, with a scheme (xAPI 1.0.3 part 2, 2.2 and 4.3); http and https need a host
    (RFC 9110, 4.2.1 and 4.2.2).
    """
    if type(value) is not str or (match := _IRI(value)) is None:
        return False
    if not match["host"] and _WEB(value):
        return False
    return match["ipv6"] is None or _is_ipv6(match["ipv6"])


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def is_uri(value: object) -> bool:
    """RFC 3986: an IRI in ASCII."""
    return type(value) is str and value.isascii() and is_iri(value)


def is_mbox(value: object) -> bool:
    """xAPI 1.0.3 part 2, 2.4.2.3: `mailto:` and one address, in an IRI's characters."""
    return type(value) is str and _MBOX(value) is not None


def is_code(value: object) -> bool:
    """A short name of the centre's own: letters, digits and . _ -, 64 at most."""
    return type(value) is str and _CODE(value) is not None


def is_agent_key(value: object) -> bool:
    """An agent's identifier as the store writes it: `account|https://hr.example|0417`."""
    if type(value) is not str:
        return False
    try:
        identifier = identifier_of(value)
    except ValueError:
        return False
    match identifier:
        case {"account": {"homePage": home, "name": name}}:
            return is_iri(home) and is_account_name(name)
        case {"mbox": mbox}:
            return is_mbox(mbox)
        case {"mbox_sha1sum": digest}:
            return is_sha1(digest)
        case _:
            return is_uri(identifier["openid"])


def is_date(value: object) -> bool:
    """A calendar day, 2026-03-31."""
    if type(value) is not str or _DATE(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_month(value: object) -> bool:
    """A calendar month, 2026-03."""
    return type(value) is str and len(value) == 7 and is_date(f"{value}-01")


def is_amount(value: object) -> bool:
    """A number above zero, a million at most: hours, not nanoseconds."""
    return (type(value) is int or type(value) is float) and 0 < value <= 1_000_000


def is_count(value: object) -> bool:
    """A whole number, a thousand million at most."""
    return type(value) is int and 0 <= value <= 1_000_000_000


def is_positive(value: object) -> bool:
    """A whole number from 1, a thousand million at most."""
    return is_count(value) and value != 0


def is_account_name(value: object) -> bool:
    """xAPI 1.0.3 part 2, 2.4.2.4: what is used to log in; nothing identifies nobody."""
    return type(value) is str and value != ""


def is_uuid(value: object) -> bool:
    """xAPI 1.0.3 part 2, 4.4: the standard string form only, hex digits of either case."""
    return type(value) is str and _UUID(value) is not None


def is_sha1(value: object) -> bool:
    """Forty hex digits."""
    return type(value) is str and _SHA1(value) is not None


def is_sha2(value: object) -> bool:
    """64, 96 or 128 hex digits: SHA-256, SHA-384 or SHA-512 (xAPI 1.0.3 part 3, 1.5.2.s4.b4)."""
    return type(value) is str and _SHA2(value) is not None


def is_content_type(value: object) -> bool:
    """An Internet media type, with or without parameters."""
    return type(value) is str and _CONTENT_TYPE(value) is not None


def is_timestamp(value: object) -> bool:
    """xAPI 1.0.3 part 2, 4.5: what the clock of the domain can read, and write in UTC."""
    if type(value) is not str:
        return False
    try:
        parse_timestamp(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def is_timestamp_2(value: object) -> bool:
    """xAPI 2.0, 4.2.2: a timestamp in the form of RFC 3339."""
    return type(value) is str and is_rfc_3339(value) and is_timestamp(value)


def is_duration(value: object) -> bool:
    """xAPI 1.0.3 part 2, 4.6."""
    return type(value) is str and _DURATION(value) is not None


def is_language_tag(value: object) -> bool:
    """RFC 5646, 2.2.9: well-formed, and no variant and no singleton twice."""
    if type(value) is not str or (match := _LANGUAGE(value)) is None:
        return False
    variants, extensions = match["variants"], match["extensions"]
    return not (variants or extensions) or _is_distinct(variants, extensions)


def _is_distinct(variants: str, extensions: str) -> bool:
    subtags = variants.lower().split("-")[1:]
    singletons = [part for part in extensions.lower().split("-")[1:] if len(part) == 1]
    return len(set(subtags)) == len(subtags) and len(set(singletons)) == len(singletons)


def is_version_1(value: object) -> bool:
    """xAPI 1.0.3 part 2, 2.4.10: `1.0`, or anything that begins with `1.0.`."""
    return type(value) is str and version_of(value) is Version.V1_0_3


def is_version_2(value: object) -> bool:
    """xAPI 2.0, 4.1.7 and 4.2.4.3: `2.0` and `2.0.x` too."""
    return type(value) is str and version_of(value) is not None
