"""Keys, certificates and JSON Web Signatures (RFC 7515) for tests of signed statements."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from lrs.domain.xapi.agent import JsonObject

ABSENT = object()
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key; another one for each number."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def x5c(*keys: PrivateKey) -> list[str]:
    """A certificate for each key, as the JWS header holds them (RFC 7515, 4.1.6)."""
    return [base64.b64encode(_certificate(key)).decode() for key in keys]


def _certificate(key: PrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.DER)


def vouched(
    key: rsa.RSAPrivateKey, issuer: rsa.RSAPrivateKey, *, ca: bool = False, until: int = 2040
) -> x509.Certificate:
    """A certificate for the key, named by its number, which the issuer vouches for."""

    def name(of: rsa.RSAPrivateKey) -> x509.Name:
        told = f"{of.public_key().public_numbers().n % 10_000:04}"
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told)])

    return (
        x509.CertificateBuilder()
        .subject_name(name(key))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer, SHA256())
    )


def written(*certificates: x509.Certificate) -> list[str]:
    """As the JWS header holds them."""
    return [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]


RSA, UNHEARD_OF = (bytes.fromhex(f"06092a864886f70d0101{last}") for last in ("01", "7f"))


def unheard_of() -> list[str]:
    """A certificate of a kind of key that nobody knows."""
    made = _certificate(rsa_key())
    assert made.count(RSA) == 1
    return [base64.b64encode(made.replace(RSA, UNHEARD_OF)).decode()]


def signed(
    payload: JsonObject | bytes,
    *,
    algorithm: str = "RS256",
    key: rsa.RSAPrivateKey | bytes | None = None,
    chain: Any = ABSENT,
) -> bytes:
    """The payload as a JWS in compact serialization; `chain` is the header's x5c."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    header = {} if chain is ABSENT else {"x5c": chain}
    return jwt.api_jws.encode(data, key or rsa_key(), algorithm, headers=header).encode()


def compact(header: Any, payload: bytes, signature: bytes = b"signature") -> bytes:
    """What looks like a JWS, of any header and signature."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=") for part in (text, payload, signature)
    )
