"""The attachments that a statement or its SubStatement declares (xAPI 1.0.3 part 2, 2.4.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from lrs.domain.xapi.agent import JsonObject

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
"""The usageType of a statement's signature (2.6)."""


def attachments(statement: Mapping[str, Any]) -> Iterator[tuple[str, JsonObject]]:
    """Each attachment with its JSON pointer within the statement."""
    for index, attachment in enumerate(statement.get("attachments", ())):
        yield f"/attachments/{index}", attachment
    inner = statement["object"]
    for index, attachment in enumerate(inner.get("attachments", ())):
        yield f"/object/attachments/{index}", attachment


ALGORITHMS: Mapping[int, str] = MappingProxyType({64: "sha256", 96: "sha384", 128: "sha512"})
"""The hash algorithms for an attachment's sha2 (part 3, 1.5.2.s4.b4), by number of hex digits."""


def declared_hash(attachment: JsonObject) -> str:
    """The attachment's sha2 in lower case; its length tells SHA-256, SHA-384 and SHA-512 apart."""
    return str(attachment["sha2"]).lower()


def reference(declared: str, stored: str) -> str:
    """The reference in an event to an attachment whose bytes were sent: the hash that the statement
    declares; if that is not SHA-256, then a colon and the SHA-256 under which they are stored.
    """
    return declared if declared == stored else f"{declared}:{stored}"


def stored_hashes(references: Iterable[str]) -> dict[str, str]:
    """The SHA-256 under which bytes are stored, by the hash that the statement declares."""
    pairs = (text.lower().partition(":") for text in references)
    return {declared: stored or declared for declared, _, stored in pairs}
