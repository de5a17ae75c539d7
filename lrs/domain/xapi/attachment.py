"""The attachments a statement declares (xAPI 1.0.3 part 2, 2.4.11), its SubStatement's too."""

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
"""The hashes that an attachment may be named by (part 3, 1.5.2.s4.b4), by their hex digits."""


def declared_hash(attachment: JsonObject) -> str:
    """The attachment's sha2, in lower case: SHA-256, SHA-384 or SHA-512, as its length says."""
    return str(attachment["sha2"]).lower()


def reference(declared: str, kept: str) -> str:
    """What an event says of an attachment whose bytes came along: the hash that the statement
    declares, and after a colon the SHA-256 that the bytes are kept under, where that is another.
    """
    return declared if declared == kept else f"{declared}:{kept}"


def stored_hashes(references: Iterable[str]) -> dict[str, str]:
    """The SHA-256 that bytes are kept under, by the hash that the statement declares."""
    pairs = (text.lower().partition(":") for text in references)
    return {declared: kept or declared for declared, _, kept in pairs}
