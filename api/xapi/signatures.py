"""/api/v1/signatures: whether a statement is signed, by whom, and whether that was checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request

from api.auth import authenticated
from api.rendering import as_json
from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import InvalidAttachments, StatementNotFound
from lrs.domain.xapi.attachment import SIGNATURE, attachments, declared_hash
from lrs.service import LoggedStatement, Lrs
from schemas.parameters import parsed

HEADER = "X-Zachetka-Signature"
PATH = "/api/v1/signatures/<uuid:id>"

NONE = "none"
ELSEWHERE = "elsewhere"
"""The signature is at its fileUrl: the store has not seen it."""
VERIFIED = "verified"
"""The signature was made with the key of the certificate that comes with it."""
NOT_VERIFIED = "not-verified"
"""The signature has no certificate, so its signer is not known."""


def is_signed(row: LoggedStatement) -> bool:
    """Whether the statement may have a signature, told from its bytes."""
    return SIGNATURE.encode() in row.text


class Signatures:
    """Reads the signatures of a store's statements."""

    def __init__(self, lrs: Lrs) -> None:
        self._statements = lrs.statements
        self._trusted = _trust_store(lrs.settings.trusted_certificates)

    def state(self, row: LoggedStatement) -> str:
        """The value of the header of a statement's reply."""
        return str(self.view(row)["signature"])

    def view(self, row: LoggedStatement) -> Mapping[str, Any]:
        """The details of the statement's signature."""
        unknown = {"algorithm": None, "certificate": None, "trusted": None}
        details = {"statement": str(row.id), "signature": NONE, **unknown}
        statement = json.loads(row.text)
        declared = [a for _, a in attachments(statement) if a["usageType"] == SIGNATURE]
        if not declared:
            return details
        content = {a.sha2.lower(): a for a in self._statements.attached([row])}
        token = content.get(declared_hash(declared[0]))
        if token is None:
            return {**details, "signature": ELSEWHERE}
        return {**details, **self._examined(b"".join(token.chunks()), row.stored)}

    def _examined(self, token: bytes, stored: int) -> Mapping[str, Any]:
        from schemas.xapi.signature import examined

        try:
            signature = examined(token)
        except InvalidAttachments:  # accepted by an earlier version, which checked less strictly
            return {"signature": NOT_VERIFIED}
        if not signature.chain:
            return {"signature": NOT_VERIFIED, "algorithm": signature.algorithm}
        at = datetime.fromtimestamp(stored / 1e6, UTC)
        return {
            "signature": VERIFIED,
            "algorithm": signature.algorithm,
            "certificate": _certificate(signature.chain[0]),
            "trusted": None if self._trusted is None else self._trusted.trusts(signature.chain, at),
        }


def blueprint(lrs: Lrs, signatures: Signatures) -> Blueprint:
    """For whoever may read the statement."""
    bp = Blueprint("signatures", __name__)

    @bp.before_request
    def begin() -> None:
        g.credential = authenticated(lrs, request)

    @bp.get(PATH)
    def signature(id: UUID) -> Response:
        """A voided statement's signature, too."""
        parsed(request.query_string, {})
        return as_json(signatures.view(_found(lrs, id, g.credential)))

    return bp


def _trust_store(file: str) -> Any:
    """The trusted certificates, None where none are named. Raises Misconfigured."""
    if not file:
        return None
    from schemas.xapi.signing_certificates import (
        TrustStore,  # imported here, as it loads a cryptographic library that few stores need
    )

    return TrustStore.read(file)


def _found(lrs: Lrs, id: UUID, by: Credential) -> LoggedStatement:
    try:
        return lrs.statements.get(id, by)[0]
    except StatementNotFound:
        return lrs.statements.get_voided(id, by)[0]


def _certificate(one: Any) -> Mapping[str, str]:
    from schemas.xapi.signing_certificates import fingerprint

    return {
        "subject": one.subject.rfc4514_string(),
        "issuer": one.issuer.rfc4514_string(),
        "serial": f"{one.serial_number:x}",
        "sha256": fingerprint(one),
        "valid_from": one.not_valid_before_utc.isoformat().replace("+00:00", "Z"),
        "valid_until": one.not_valid_after_utc.isoformat().replace("+00:00", "Z"),
    }
