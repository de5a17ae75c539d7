"""Signed statements: a JSON Web Signature as an attachment (xAPI 1.0.3 part 2, 2.6; RFC 7515)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate

from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import InvalidAttachments, InvalidStatement, MalformedJson
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import centiseconds, same
from lrs.domain.xapi.version import Version
from schemas.json_text import parse_json
from schemas.validate import check_statement
from schemas.xapi.signing_certificates import certificate_of

ALGORITHMS = ("RS256", "RS384", "RS512")
_CONTENT_TYPE = "application/octet-stream"
_LONGEST = 500_000
"""Bytes of a signature: it is decoded in memory."""

_SHORTEST, _LONGEST_VALUE = 64, 2_048
"""Bytes of what an RSA key makes, of 512 bits to 16,384: what is shorter or longer is no signature
of any of the algorithms (RFC 7518, 3.3; RFC 8017, 8.2).
"""


def check_signature(
    statement: JsonObject,
    attachment: JsonObject,
    content: BinaryContent | None,
    version: Version,
    at: str,
) -> None:
    """Nothing, if the attachment is a signature of the statement. InvalidAttachments otherwise.

    `content` is None for one that stands elsewhere, under its fileUrl: it is not looked at.
    """
    if attachment["contentType"] != _CONTENT_TYPE:
        raise InvalidAttachments("signature-content-type", pointer=f"{at}/contentType")
    if content is None:
        return
    if content.size > _LONGEST:
        raise InvalidAttachments("signature-malformed", pointer=at)
    try:
        signature = examined(b"".join(content.chunks()))
        if not _says(signature.payload, statement, version):
            raise InvalidAttachments("signature-payload")
    except InvalidAttachments as error:
        error.pointer = at
        raise


class Signature(NamedTuple):
    """A signature that is well formed; and that is right, where it brings certificates."""

    algorithm: str
    payload: bytes
    chain: Sequence[Certificate]
    """The signer's certificate, then those that vouch for it; empty where it brings none, and
    nobody can tell whose it is.
    """


def examined(token: bytes) -> Signature:
    """The signature, checked with the key of its first certificate. Raises InvalidAttachments."""
    try:
        header = jwt.get_unverified_header(token)
        loose: dict[str, Any] = jwt.api_jws.decode_complete(
            token, options={"verify_signature": False}
        )
    except (jwt.InvalidTokenError, ValueError):
        raise InvalidAttachments("signature-malformed") from None
    algorithm, value = header.get("alg"), loose["signature"]
    if algorithm not in ALGORITHMS:
        raise InvalidAttachments("signature-algorithm")
    if not _SHORTEST <= len(value) <= _LONGEST_VALUE:
        raise InvalidAttachments("signature-no-value")
    chain = _chain(header["x5c"]) if "x5c" in header else []
    if chain:
        signed = token.rpartition(b".")[0]
        # Past PyJWT's own decoding, which warns of short keys; the standard's example has one.
        rsa = jwt.api_jws.get_algorithm_by_name(algorithm)
        if not rsa.verify(signed, chain[0].public_key(), value):
            raise InvalidAttachments("signature-wrong")
    return Signature(algorithm, loose["payload"], chain)


def _chain(texts: object) -> list[Certificate]:
    """The certificates of x5c, of which the first is the signer's (RFC 7515, 4.1.6). Who vouches
    for the signer is told where somebody asks (`schemas.xapi.signing_certificates`), and refused by
    nobody.
    """
    try:
        if not isinstance(texts, list) or not texts or not isinstance(texts[0], str):
            raise ValueError("x5c")
        chain = [certificate_of(texts[0])]
        if not isinstance(chain[0].public_key(), RSAPublicKey):
            raise ValueError("x5c")
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidAttachments("signature-certificate") from None
    for text in texts[1:]:
        with suppress(ValueError, TypeError):  # one that vouches for nobody is no fault
            chain.append(certificate_of(text))
    return chain


def _says(payload: bytes, statement: JsonObject, version: Version) -> bool:
    """Whether the payload is the statement, as the standard compares statements."""
    try:
        signed = parse_json(payload)
        check_statement(signed, version)
    except (MalformedJson, InvalidStatement):
        return False
    if any(name in signed and name not in statement for name in ("id", "timestamp")):
        return False  # or a signature could be sent again, each time as another statement's
    return same(signed, statement, durations=centiseconds if version is Version.V2_0_0 else str)
