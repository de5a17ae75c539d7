"""The attachments a statement declares (xAPI 1.0.3 part 2, 2.4.11), its SubStatement's too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lrs.domain.agent import JsonObject

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
"""The usageType of a statement's signature (2.6)."""


def attachments(statement: Mapping[str, Any]) -> Iterator[tuple[str, JsonObject]]:
    """Each attachment with its JSON pointer within the statement."""
    for index, attachment in enumerate(statement.get("attachments", ())):
        yield f"/attachments/{index}", attachment
    inner = statement["object"]
    for index, attachment in enumerate(inner.get("attachments", ())):
        yield f"/object/attachments/{index}", attachment


def address(attachment: JsonObject) -> str:
    """The attachment's sha2 as its bytes are kept under: in lower case."""
    return str(attachment["sha2"]).lower()
