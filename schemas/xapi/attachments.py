"""Whether the bytes that came with statements are those that the statements declare.

xAPI 1.0.3 part 2, 2.4.11 and part 3, 1.5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import InvalidAttachments, TooLarge
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import SIGNATURE, attachments, declared_hash
from lrs.domain.xapi.version import Version

SIGNED = 4_000_000
"""Bytes of signatures in one request: each is decoded and read as a statement."""


def check_attachments(
    statements: Sequence[JsonObject],
    carried: Mapping[str, BinaryContent],
    version: Version,
    *,
    batch: bool,
) -> None:
    """Nothing, if each attachment has its bytes or a fileUrl, all the bytes are declared, and
    signatures are what they should be. `carried` is by the hash that a part's header names, in
    lower case.

    InvalidAttachments otherwise, with the pointer of the attachment at fault.
    """
    if not carried and not any(map(_declares, statements)):
        return
    named, signed, spent = set(), set(), 0
    for at, statement, attachment in _declared(statements, batch):
        declared = declared_hash(attachment)
        content = carried.get(declared)
        if content is not None:
            named.add(declared)
        elif "fileUrl" not in attachment:
            raise InvalidAttachments("attachment-missing", pointer=at)
        if attachment["usageType"] == SIGNATURE:
            if id(statement) in signed:
                raise InvalidAttachments("signature-repeated", pointer=at)
            signed.add(id(statement))
            spent += 0 if content is None else content.size
            if spent > SIGNED:
                raise TooLarge("signatures-too-large", limit=SIGNED)
            from schemas.xapi.signature import check_signature  # which needs a library of ciphers

            check_signature(statement, attachment, content, version, at)
    if named != carried.keys():
        raise InvalidAttachments("attachment-orphan")


def _declares(statement: JsonObject) -> bool:
    return "attachments" in statement or "attachments" in statement["object"]


def _declared(
    statements: Sequence[JsonObject], batch: bool
) -> Iterator[tuple[str, JsonObject, JsonObject]]:
    """Each attachment with its pointer and the statement that has it."""
    for index, statement in enumerate(statements):
        for pointer, attachment in attachments(statement):
            yield f"/{index}{pointer}" if batch else pointer, statement, attachment
