"""Signed statements: a JSON Web Signature as an attachment (xAPI 1.0.3 part 2, 2.6; RFC 7515)."""

from __future__ import annotations

import base64
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from lrs.domain.agent import JsonObject
from lrs.domain.errors import InvalidAttachments, InvalidStatement, MalformedJson
from lrs.domain.statement import centiseconds, same
from lrs.domain.version import Version
from lrs.ledger import Bytes
from schemas.check import check_statement
from schemas.json_text import parse_json

ALGORITHMS = ("RS256", "RS384", "RS512")
_CONTENT_TYPE = "application/octet-stream"
_LONGEST = 500_000
"""Bytes of a signature: it is decoded in memory."""


def check_signature(
    statement: JsonObject,
    attachment: JsonObject,
    content: Bytes | None,
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
    token = b"".join(content.chunks())
    payload = _verified(token, at)
    if not _says(payload, statement, version):
        raise InvalidAttachments("signature-payload", pointer=at)


def _verified(token: bytes, at: str) -> bytes:
    """The payload of a signature; the signature itself is checked where it brings a certificate."""
    try:
        header = jwt.get_unverified_header(token)
        loose: dict[str, Any] = jwt.api_jws.decode_complete(
            token, options={"verify_signature": False}
        )
    except (jwt.InvalidTokenError, ValueError):
        raise InvalidAttachments("signature-malformed", pointer=at) from None
    if header.get("alg") not in ALGORITHMS:
        raise InvalidAttachments("signature-algorithm", pointer=at)
    if "x5c" in header:
        key, signed = _key_of(header["x5c"], at), token.rpartition(b".")[0]
        # Past PyJWT's own decoding, which warns of short keys; the standard's example has one.
        if not jwt.api_jws.get_algorithm_by_name(header["alg"]).verify(
            signed, key, loose["signature"]
        ):
            raise InvalidAttachments("signature-wrong", pointer=at)
    payload: bytes = loose["payload"]
    return payload


def _key_of(chain: object, at: str) -> RSAPublicKey:
    """The public key of the first certificate of a chain, which is that of the signer (RFC 7515,
    4.1.6). Who vouches for the signer is for people to judge.
    """
    try:
        if not isinstance(chain, list) or not isinstance(chain[0], str):
            raise ValueError("x5c")
        key = load_der_x509_certificate(base64.b64decode(chain[0], validate=True)).public_key()
    except (ValueError, IndexError, InvalidVersion, UnsupportedAlgorithm):
        raise InvalidAttachments("signature-certificate", pointer=at) from None
    if not isinstance(key, RSAPublicKey):
        raise InvalidAttachments("signature-certificate", pointer=at)
    return key


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
