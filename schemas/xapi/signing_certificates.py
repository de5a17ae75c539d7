"""Certificates that signatures bring (RFC 7515, 4.1.6; RFC 5280), and who vouches for them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    ExtensionNotFound,
    InvalidVersion,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)

from lrs.domain.errors import Misconfigured

_LONGEST_CHAIN = 8
_UNREADABLE = (ValueError, InvalidVersion, UnsupportedAlgorithm)


class TrustStore:
    """The certificates that an installation trusts: of signers, or of those who vouch for them."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        self._certificates = certificates
        self._known = {fingerprint(one) for one in certificates}

    @classmethod
    def read(cls, file: str) -> TrustStore:
        """Those of a PEM file. Raises Misconfigured."""
        try:
            return cls(load_pem_x509_certificates(Path(file).read_bytes()))
        except (OSError, *_UNREADABLE) as error:
            raise Misconfigured(
                f"LRS_TRUSTED_CERTIFICATES: {file} cannot be read as certificates in PEM: {error}"
            ) from error

    def trusts(self, chain: Sequence[Certificate], at: datetime) -> bool:
        """Whether the first certificate of the chain was valid then, and is one of the trusted or
        vouched for by one, through others of the chain that were valid then.
        """
        return any(fingerprint(one) in self._known for one in self._path(chain, at))

    def _path(self, chain: Sequence[Certificate], at: datetime) -> Iterator[Certificate]:
        """The signer's certificate, that of its issuer, and so on, as long as they are valid."""
        one: Certificate | None = chain[0]
        for _ in range(_LONGEST_CHAIN):
            if one is None or not _is_valid(one, at):
                return
            yield one
            candidates = [*self._certificates, *chain[1:]]
            one = next((c for c in candidates if c != one and _has_issued(c, one)), None)


def certificate_of(text: str) -> Certificate:
    """The certificate of an entry of x5c. Raises ValueError."""
    try:
        return load_der_x509_certificate(base64.b64decode(text, validate=True))
    except _UNREADABLE as error:
        raise ValueError("certificate") from error


def fingerprint(certificate: Certificate) -> str:
    """Its SHA-256, in hexadecimal digits."""
    return certificate.fingerprint(SHA256()).hex()


def _is_valid(certificate: Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _has_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether the one vouches for the other, and may."""
    with suppress(ExtensionNotFound, InvalidSignature, TypeError, *_UNREADABLE):
        constraints = issuer.extensions.get_extension_for_class(BasicConstraints).value
        certificate.verify_directly_issued_by(issuer)
        return constraints.ca
    return False
