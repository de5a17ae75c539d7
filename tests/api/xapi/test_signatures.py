"""Signed statements (xAPI 1.0.3 part 2, 2.6; RFC 7515)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import SIGNATURE
from tests.api.caller import STATEMENTS, Answer, Caller, fresh, said
from tests.api.xapi.parts import (
    attached,
    attachment,
    carrying,
    digest,
    first,
    multipart,
    part,
    posted,
)
from tests.api.xapi.test_bad_bodies import head, refused
from tests.support.signing import ABSENT, compact, ec_key, rsa_key, signed, unheard_of, x5c

pytestmark = pytest.mark.rules

OCTETS = "application/octet-stream"
APPENDIX_D = Path(__file__).parents[2] / "support" / "appendix_d.jws"
each_version = pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])


def with_signature(statement: JsonObject, token: bytes, **others: Any) -> JsonObject:
    """The statement with a token declared as its signature."""
    signature = attachment(token, usageType=SIGNATURE, contentType=OCTETS, **others)
    return {**statement, "attachments": [*statement.get("attachments", ()), signature]}


def sent(caller: Caller, statement: JsonObject, token: bytes, **others: Any) -> Answer:
    return posted(caller, with_signature(statement, token, **others), token)


@each_version
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
@pytest.mark.parametrize("certified", [False, True])
def test_a_good_signature_is_kept_with_its_statement(
    client: Caller, version: str, algorithm: str, certified: bool
) -> None:
    """2.6.s4: with any of the three algorithms, with a certificate and without."""
    caller, statement = client.speaking(version), said()
    chain = x5c(rsa_key(), rsa_key(1)) if certified else ABSENT
    token = signed(statement, algorithm=algorithm, chain=chain)
    assert sent(caller, statement, token).json == [statement["id"]]
    answer = caller.get(statementId=statement["id"], attachments="true")
    assert attached(answer)[1] == {digest(token): token}


def test_the_example_of_the_standard_is_taken(client: Caller) -> None:
    """1.0.3 part 2, appendix D: laid out over many lines, with a certificate of 1,024 bits that
    has expired: who vouches for it, and how well, is for people to judge.
    """
    token = APPENDIX_D.read_bytes().strip()
    _, payload, _ = token.split(b".")
    statement = json.loads(base64.urlsafe_b64decode(payload + b"=="))
    assert sent(client.speaking("1.0.3"), statement, token).json == [statement["id"]]
    spoiled = token[:-8] + b"AAAAAAAA"
    refused(sent(client, {**statement, "id": fresh()}, spoiled), 400)


EQUAL: dict[str, Any] = {
    "written otherwise": lambda s: json.dumps(s, indent=4, sort_keys=True).encode(),
    "without what the store assigns": lambda s: {k: v for k, v in s.items() if k != "id"},
    "with what the store assigns": lambda s: {**s, "version": "1.0.0"},
    "with another display of the verb": lambda s: {
        **s,
        "verb": {**s["verb"], "display": {"en": "did"}},
    },
    "with a definition": lambda s: {
        **s,
        "object": {**s["object"], "definition": {"name": {"en": "It"}}},
    },
    "in another time zone": lambda s: {**s, "timestamp": "2026-03-01T12:00:00+03:00"},
    "before another attachment": lambda s: {
        **s,
        "attachments": [attachment(b"a", fileUrl="https://a.b/c")],
    },
}


@each_version
@pytest.mark.parametrize("case", EQUAL)
def test_a_payload_that_says_the_same_is_good(client: Caller, version: str, case: str) -> None:
    """2.6.s5.b3.b2: equivalent as statements are compared (2.3.1), not to the byte."""
    statement = said(timestamp="2026-03-01T09:00:00Z")
    token = signed(EQUAL[case](statement), chain=x5c(rsa_key()))
    assert sent(client.speaking(version), statement, token).json == [statement["id"]]


OTHER: dict[str, Any] = {
    "another id": lambda s: {**s, "id": fresh()},
    "another actor": lambda s: {**s, "actor": {"mbox": "mailto:boris@example.org"}},
    "another verb": lambda s: {**s, "verb": {"id": "https://example.org/verbs/failed"}},
    "another result": lambda s: {**s, "result": {"success": True}},
    "another time": lambda s: {**s, "timestamp": "2026-03-01T09:00:01Z"},
    "less": lambda s: {k: v for k, v in s.items() if k != "result"},
    "no statement": lambda _: {"some": "object"},
    "no object": lambda s: json.dumps([s]).encode(),
    "no JSON": lambda s: json.dumps(s).replace('"', "'", 1).encode(),
    "nothing": lambda _: b"",
    "a key twice": lambda s: json.dumps(s)[:-1].encode() + b',"id":"x"}',
    "no UTF-8": lambda s: json.dumps(s).encode("utf-16"),
}


@each_version
@pytest.mark.parametrize("certified", [False, True])
@pytest.mark.parametrize("case", OTHER)
def test_a_payload_that_says_something_else_is_refused(
    client: Caller, version: str, case: str, certified: bool
) -> None:
    """2.6.s5: 400, however good the signature itself; and nothing is stored."""
    statement = said(timestamp="2026-03-01T09:00:00Z", result={"success": False})
    before, chain = head(client), x5c(rsa_key()) if certified else ABSENT
    token = signed(OTHER[case](statement), chain=chain)
    answer = sent(client.speaking(version), statement, token)
    refused(answer, 400, "signature-payload", "/attachments/0")
    assert head(client) == before
    good = signed(statement)
    assert sent(client, statement, good).json == [statement["id"]]


FORGED: dict[str, tuple[Any, str]] = {
    "HS256": (lambda p: signed(p, algorithm="HS256", key=b"k" * 64), "signature-algorithm"),
    "PS256": (lambda p: signed(p, algorithm="PS256"), "signature-algorithm"),
    "none": (lambda p: compact({"alg": "none"}, p, b""), "signature-algorithm"),
    "an algorithm in lower case": (lambda p: compact({"alg": "rs256"}, p), "signature-algorithm"),
    "no algorithm": (lambda p: compact({"typ": "JWT"}, p), "signature-algorithm"),
    "an algorithm that is no text": (lambda p: compact({"alg": 256}, p), "signature-algorithm"),
    "a list for an algorithm": (lambda p: compact({"alg": ["RS256"]}, p), "signature-algorithm"),
    "a header that is no object": (lambda p: compact([], p), "signature-malformed"),
    "a header that is no JSON": (lambda p: compact(b"{alg", p), "signature-malformed"),
    "a header of many levels": (lambda p: compact(b"[" * 200_000, p), "signature-malformed"),
    "two parts": (lambda p: signed(p).rpartition(b".")[0], "signature-malformed"),
    "four parts": (lambda p: signed(p) + b".x", "signature-malformed"),
    "no base64": (lambda p: b"!" + signed(p), "signature-malformed"),
    "JSON serialization": (lambda p: json.dumps({"payload": p.decode()}).encode(),
                           "signature-malformed"),
    "nothing": (lambda _: b"", "signature-malformed"),
    "bytes": (lambda _: bytes(range(256)), "signature-malformed"),
    "far too long": (lambda p: signed(p) + b"A" * 1_000_000, "signature-malformed"),
    "the signature of another key": (lambda p: signed(p, key=rsa_key(1), chain=x5c(rsa_key())),
                                     "signature-wrong"),
    "a spoiled signature": (lambda p: signed(p, chain=x5c(rsa_key()))[:-8] + b"AAAAAAAA",
                            "signature-wrong"),
    "the second certificate's key": (
        lambda p: signed(p, chain=x5c(rsa_key(1), rsa_key())), "signature-wrong"),
    "a certificate of another kind of key": (lambda p: signed(p, chain=x5c(ec_key())),
                                             "signature-certificate"),
    "a certificate of an unknown kind of key": (lambda p: signed(p, chain=unheard_of()),
                                                "signature-certificate"),
    "a certificate that is none": (lambda p: signed(p, chain=["AAAA"]), "signature-certificate"),
    "a certificate that is no base64": (lambda p: signed(p, chain=["***"]),
                                        "signature-certificate"),
    "a certificate with the end of a line": (lambda p: signed(p, chain=[x5c(rsa_key())[0] + "\n"]),
                                             "signature-certificate"),
    "a certificate that is a number": (lambda p: signed(p, chain=[5]), "signature-certificate"),
    "no certificate in the list": (lambda p: signed(p, chain=[]), "signature-certificate"),
    "a certificate outside a list": (lambda p: signed(p, chain=x5c(rsa_key())[0]),
                                     "signature-certificate"),
    "null for certificates": (lambda p: signed(p, chain=None), "signature-certificate"),
}  # fmt: skip


@each_version
@pytest.mark.parametrize("case", FORGED)
def test_a_signature_that_is_none_is_refused(client: Caller, version: str, case: str) -> None:
    """2.6.s4 and s5: 400, with its place; where a certificate comes along, it must be right."""
    make, code = FORGED[case]
    statement, before = said(), head(client)
    token = make(json.dumps(statement).encode())
    refused(sent(client.speaking(version), statement, token), 400, code, "/attachments/0")
    assert head(client) == before


@each_version
@pytest.mark.parametrize("media", ["text/plain; charset=ascii", "application/jose", "x/y"])
def test_a_signature_has_one_content_type(client: Caller, version: str, media: str) -> None:
    """2.6.s4.b1: its usageType alone makes it a signature."""
    caller, statement = client.speaking(version), said()
    token = signed(statement)
    declared = with_signature(statement, token)
    declared["attachments"][0]["contentType"] = media
    body = multipart(first(declared), part(token, Content_Type=media))
    answer = caller.send("POST", STATEMENTS, **body)
    refused(answer, 400, "signature-content-type", "/attachments/0/contentType")
    declared["attachments"][0]["usageType"] = "https://example.org/usage/other"
    body = multipart(first(declared), part(token, Content_Type=media))
    assert caller.send("POST", STATEMENTS, **body).status_code == 200


@pytest.mark.parametrize(
    ("version", "status"), [("1.0.3", 400), ("2.0.0", 200)], ids=["1.0.3", "2.0.0"]
)
def test_durations_are_compared_as_the_version_does(
    client: Caller, version: str, status: int
) -> None:
    """2.0, 4.2.7: to 0.01 s, cut and not rounded; 1.0.3 part 2, 2.3.1: as text."""
    statement, caller = said(result={"duration": "P1DT12H36M0.12S"}), client.speaking(version)
    token = signed(statement)
    finer = {**statement, "result": {"duration": "P1DT12H36M0.1297S"}}
    assert sent(caller, finer, token).status_code == status
    other = {**statement, "id": fresh(), "result": {"duration": "P1DT12H36M0.13S"}}
    refused(sent(caller, other, token), 400, "signature-payload")


def test_each_of_a_batch_has_its_own_signature(client: Caller) -> None:
    """2.6: on POST of several, and on PUT; a signature of another one is none."""
    one, two, three = said(), said(), said()
    tokens = [signed(s) for s in (one, two)]
    batch = [three, with_signature(one, tokens[0]), with_signature(two, tokens[1])]
    swapped = [three, with_signature(one, tokens[1]), with_signature(two, tokens[0])]
    refused(posted(client, swapped, *tokens), 400, "signature-payload", "/1/attachments/0")
    assert client.get(statementId=three["id"]).status_code == 404
    assert posted(client, batch, *tokens).json == [s["id"] for s in batch]


@each_version
def test_a_put_is_held_to_the_same(client: Caller, version: str) -> None:
    """2.6.s5: requests to store, whichever they are."""
    statement, caller = said(), client.speaking(version)
    token = signed(statement, chain=x5c(rsa_key()))
    bad = signed({**statement, "result": {"success": True}})
    query = {"statementId": statement["id"]}
    answers = [
        caller.send(
            "PUT", STATEMENTS, query_string=query, **carrying(with_signature(statement, t), t)
        )
        for t in (bad, token)
    ]
    refused(answers[0], 400, "signature-payload", "/attachments/0")
    assert answers[1].status_code == 204


def test_a_signature_that_stands_elsewhere_is_not_looked_at(client: Caller) -> None:
    """2.6: with a fileUrl and no bytes there is nothing to compare; with neither it is missing."""
    statement, token = said(), signed(said())
    elsewhere = with_signature(statement, token, fileUrl="https://example.org/signature")
    assert client.post(elsewhere).json == [statement["id"]]
    answer = client.post(with_signature(said(), token))
    refused(answer, 400, "attachment-missing", "/attachments/0")
