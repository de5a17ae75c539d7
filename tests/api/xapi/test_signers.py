"""Whether a statement is signed, by which certificate, and whether that is trusted."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from api.app import create_app
from lrs.domain.aggregates.credential import Scope
from lrs.domain.errors import Misconfigured
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import SIGNATURE
from schemas.xapi.signing_certificates import fingerprint
from tests.api.caller import Caller, fresh, said, voiding
from tests.api.opening import Calling, caller_of, opened
from tests.api.xapi.parts import attachment, posted
from tests.api.xapi.test_bad_bodies import refused
from tests.api.xapi.test_signatures import OCTETS, sent
from tests.conftest import Place
from tests.support.signing import ABSENT, compact, rsa_key, signed, vouched, written

CENTRE, OFFICE, SIGNER, STRANGER = (rsa_key(number) for number in range(2, 6))
ROOT = vouched(CENTRE, CENTRE, ca=True)
BETWEEN = vouched(OFFICE, CENTRE, ca=True)
LEAF = vouched(SIGNER, OFFICE)
CHAINS = {
    "by one between": (SIGNER, [LEAF, BETWEEN], True),
    "by one between, and the root comes along": (SIGNER, [LEAF, BETWEEN, ROOT], True),
    "by the root": (OFFICE, [BETWEEN], True),
    "the one between is missing": (SIGNER, [LEAF], False),
    "by itself": (STRANGER, [vouched(STRANGER, STRANGER)], False),
    "by a stranger": (SIGNER, [vouched(SIGNER, STRANGER), vouched(STRANGER, STRANGER, ca=True)],
                      False),
    "by one that may not": (STRANGER, [vouched(STRANGER, SIGNER), LEAF, BETWEEN], False),
    "but not any more": (SIGNER, [vouched(SIGNER, CENTRE, until=2021)], False),
    "the one between not any more": (
        SIGNER, [LEAF, vouched(OFFICE, CENTRE, ca=True, until=2021)], False),
}  # fmt: skip


@pytest.fixture(scope="module")
def trusting(
    shared_place: Place, client: Caller, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Caller]:
    """A store that trusts the centre's root."""
    file = tmp_path_factory.mktemp("trusted") / "root.pem"
    file.write_bytes(ROOT.public_bytes(Encoding.PEM))
    with opened(shared_place, trusted_certificates=str(file)) as lrs:
        yield caller_of(lrs)


def told(caller: Caller, statement: JsonObject) -> JsonObject:
    """What is known of its signature; the header of the statement says the same."""
    answer = caller.get(f"/api/v1/signatures/{statement['id']}")
    assert answer.status_code == 200
    found: JsonObject = answer.json
    header = caller.get(statementId=statement["id"]).headers.get("X-Zachetka-Signature", "none")
    assert header == found["signature"]
    return found


@pytest.mark.parametrize("case", CHAINS)
def test_who_signed_is_told_and_whether_anybody_trusted_vouches(
    trusting: Caller, client: Caller, case: str
) -> None:
    """A signature of nobody trusted is taken all the same: people judge."""
    key, chain, trusted = CHAINS[case]
    statement = said()
    token = signed(statement, key=key, chain=written(*chain))
    assert sent(trusting, statement, token).status_code == 200
    found = told(trusting, statement)
    assert (found["signature"], found["algorithm"]) == ("verified", "RS256")
    assert found["certificate"]["sha256"] == fingerprint(chain[0])
    assert found["certificate"]["subject"] == chain[0].subject.rfc4514_string()
    assert found["trusted"] is trusted
    assert told(client, statement)["trusted"] is None


def test_without_a_certificate_nothing_is_verified(client: Caller) -> None:
    """Anybody may have made such a signature."""
    statement = said()
    token = signed(statement, chain=ABSENT)
    assert sent(client, statement, token).status_code == 200
    found = told(client, statement)
    assert found == {"statement": statement["id"], "signature": "not-verified",
                     "algorithm": "RS256", "certificate": None, "trusted": None}  # fmt: skip


def test_what_stands_elsewhere_was_not_seen(client: Caller) -> None:
    """Its hash is declared, and its bytes are under a fileUrl."""
    url = "https://example.org/signature"
    signature = attachment(b"x", usageType=SIGNATURE, contentType=OCTETS, fileUrl=url)
    statement = said(attachments=[signature])
    client.store(statement)
    assert told(client, statement)["signature"] == "elsewhere"


def test_most_statements_are_not_signed(client: Caller) -> None:
    """Other attachments do not make a signature."""
    plain, attached = said(), said(attachments=[attachment(b"x")])
    client.store(plain)
    assert posted(client, attached, b"x").status_code == 200
    assert {told(client, one)["signature"] for one in (plain, attached)} == {"none"}


@pytest.mark.parametrize("value", [b"", b"garbage", b"x" * 63, b"x" * 3_000])
def test_what_no_key_makes_is_refused(client: Caller, value: bytes) -> None:
    """An empty signature, and one that is too short or too long for any RSA key."""

    statement = said()
    _, payload, _ = signed(statement).split(b".")

    text = base64.urlsafe_b64decode(payload + b"==")
    token = compact({"alg": "RS256"}, text, value)
    refused(sent(client, statement, token), 400, "signature-no-value")


def test_whoever_may_read_the_statement_may_ask(client: Caller, calling: Calling) -> None:
    """A voided one's, too; to others it is not there."""
    statement = said()
    assert sent(client, statement, signed(statement, chain=ABSENT)).status_code == 200
    client.store(voiding(statement["id"]))
    path = f"/api/v1/signatures/{statement['id']}"
    assert client.get(path).json["signature"] == "not-verified"
    assert calling(Scope.STATEMENTS_READ).get(path).status_code == 200
    assert calling(Scope.STATEMENTS_READ_MINE).get(path).status_code == 404
    assert calling(Scope.STATEMENTS_WRITE).get(path).status_code == 403
    assert client.get(f"/api/v1/signatures/{fresh()}").status_code == 404


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_without_certificates_refuses_the_start(
    shared_place: Place, client: Caller, tmp_path: Path, content: bytes | None
) -> None:
    """Else nothing would be trusted, and nobody would know why."""
    file = tmp_path / "trusted.pem"
    if content is not None:
        file.write_bytes(content)
    with (
        opened(shared_place, trusted_certificates=str(file)) as lrs,
        pytest.raises(Misconfigured, match="LRS_TRUSTED_CERTIFICATES"),
    ):
        create_app(lrs)
