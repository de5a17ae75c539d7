"""multipart/mixed as it may be written, and as it may not (1.0.3 part 3, 1.5.2; RFC 2046, 5.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.caller import STATEMENTS, Caller, said
from tests.api.xapi.parts import (
    BOUNDARY,
    attached,
    attachment,
    carrying,
    digest,
    first,
    joined,
    multipart,
    part,
)
from tests.api.xapi.test_bad_bodies import SECRET, head, refused

pytestmark = pytest.mark.rules

DATA, OTHER = b"here is a simple attachment", f"another of {SECRET}".encode()
FILE = "https://files.example.org/1"
LINE = f"--{BOUNDARY}\r\n".encode()
TYPE = f"multipart/mixed; boundary={BOUNDARY}"


def statement(*contents: bytes) -> dict[str, Any]:
    """A statement that declares these bytes as its attachments."""
    return said(attachments=[attachment(data) for data in contents])


WRITINGS = {
    "a line before it": lambda s: {
        **carrying(s, DATA),
        "data": b"\r\n" + carrying(s, DATA)["data"],
    },
    "no line after it": lambda s: {**carrying(s, DATA), "data": carrying(s, DATA)["data"][:-2]},
    "an epilogue": lambda s: {
        **carrying(s, DATA),
        "data": carrying(s, DATA)["data"] + b"whatever --x\r\n",
    },
    "the standard's own boundary": lambda s: multipart(
        first(s), part(DATA), boundary="abcABC0123'()+_,-./:=?", quoted=True
    ),
    "the longest boundary": lambda s: multipart(first(s), part(DATA), boundary="b" * 70),
    "a disposition on the first part": lambda s: multipart(
        first(s, Content_Disposition='form-data; name="statements"'), part(DATA)
    ),
    "a charset on the first part": lambda s: multipart(
        first(s, Content_Type="application/json; charset=UTF-8"), part(DATA)
    ),
    "no space after colons": lambda s: {
        **carrying(s, DATA),
        "data": carrying(s, DATA)["data"].replace(b"e: ", b"e:").replace(b"h: ", b"h:"),
    },
    "header names in capitals": lambda s: {
        **carrying(s, DATA),
        "data": carrying(s, DATA)["data"]
        .replace(b"Content-Type", b"CONTENT-TYPE")
        .replace(b"X-Experience-API-Hash", b"x-experience-api-hash"),
    },
    "headers of no meaning": lambda s: multipart(
        first(s), part(DATA, Content_Length="27", Content_Disposition="attachment", X_More="")
    ),
    "an encoding in capitals": lambda s: multipart(
        first(s), part(DATA, Content_Transfer_Encoding="BINARY")
    ),
    "a hash in capitals": lambda s: multipart(
        first(s), part(DATA, X_Experience_API_Hash=digest(DATA).upper())
    ),
    "spaces after a boundary": lambda s: {
        **carrying(s, DATA),
        "data": carrying(s, DATA)["data"].replace(b"\r\n" + LINE, b"\r\n" + LINE[:-2] + b" \t\r\n"),
    },
    "a part that comes twice": lambda s: multipart(first(s), part(DATA), part(DATA)),
    "the type in capitals": lambda s: {
        **carrying(s, DATA),
        "content_type": TYPE.replace("multipart/mixed", "Multipart/MIXED"),
    },
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_what_means_the_same_is_taken(client: Caller, writing: str) -> None:
    """RFC 2046, 5.1.1: real clients write the same thing in many ways."""
    one = statement(DATA)
    answer = client.send("POST", STATEMENTS, **WRITINGS[writing](one))
    assert answer.json == [one["id"]]
    stored_answer = client.get(statementId=one["id"], attachments="true")
    assert attached(stored_answer)[1] == {digest(DATA): DATA}


def raw(body: bytes, content_type: str = TYPE) -> dict[str, Any]:
    return {"data": body, "content_type": content_type}


ONE = part(DATA)
BAD: dict[str, tuple[Any, str, str | None]] = {
    "no boundary": (lambda s: raw(joined([first(s), ONE]), "multipart/mixed;"),
                    "multipart-boundary", None),
    "an empty boundary": (lambda s: raw(joined([first(s), ONE]), 'multipart/mixed; boundary=""'),
                          "multipart-boundary", None),
    "another boundary": (lambda s: raw(joined([first(s), ONE], "other")),
                         "multipart-malformed", None),
    "nothing": (lambda _: raw(b""), "multipart-malformed", None),
    "no parts": (lambda _: raw(f"--{BOUNDARY}--\r\n".encode()), "multipart-malformed", None),
    "JSON alone": (lambda s: raw(json.dumps(s).encode()), "multipart-malformed", None),
    "JSON before the first boundary": (lambda s: raw(json.dumps(s).encode() + joined([ONE])),
                                       "multipart-malformed", None),
    "no boundary between parts": (lambda s: raw(joined([first(s) + b"\r\n" + ONE])),
                                  "malformed-json", None),
    "no end": (lambda s: raw(joined([first(s), ONE])[:-6]), "multipart-malformed", None),
    "an end within headers": (lambda s: raw(joined([first(s)])[: -len(BOUNDARY) - 6] + LINE + b"A"),
                              "multipart-malformed", None),
    "ends of lines without CR": (lambda s: raw(joined([first(s), ONE]).replace(b"\r\n", b"\n")),
                                 "multipart-malformed", None),
    "a header without a colon": (lambda s: raw(joined([first(s), b"Nonsense\r\n" + ONE])),
                                 "multipart-malformed", None),
    "a header twice": (lambda s: raw(joined([first(s), b"Content-Type: a/b\r\n" + ONE])),
                       "multipart-malformed", None),
    "a header without an end": (lambda s: multipart(first(s), part(DATA, X_Long="x" * 10_000)),
                                "multipart-malformed", None),
    "too many headers": (
        lambda s: multipart(first(s), part(DATA, **{f"X_{n}": "x" for n in range(40)})),
        "multipart-malformed", None),
    "a first part that is no JSON": (lambda s: multipart(first(s, Content_Type="text/plain"), ONE),
                                     "multipart-first-part", None),
    "a first part of no type": (lambda s: multipart(first(s, Content_Type=None), ONE),
                                "multipart-first-part", None),
    "an attachment first": (lambda s: multipart(ONE, first(s)), "multipart-first-part", None),
    "a first part with broken JSON": (lambda _: multipart(first(b'{"id":'), ONE),
                                      "malformed-json", None),
    "an empty first part": (lambda _: multipart(first(b""), ONE), "malformed-json", None),
    "a statement that is none": (lambda s: carrying({**s, "verb": SECRET}, DATA),
                                 "not-an-object", "/verb"),
    "the statement twice": (lambda s: multipart(first(s), first(s)), "attachment-header", None),
    "no hash": (lambda s: multipart(first(s), part(DATA, X_Experience_API_Hash=None)),
                "attachment-header", None),
    "no type": (lambda s: multipart(first(s), part(DATA, Content_Type=None)),
                "attachment-header", None),
    "no encoding": (lambda s: multipart(first(s), part(DATA, Content_Transfer_Encoding=None)),
                    "attachment-header", None),
    "base64": (lambda s: multipart(first(s), part(DATA, Content_Transfer_Encoding="base64")),
               "attachment-header", None),
    "a hash of other bytes": (
        lambda s: multipart(first(s), part(OTHER, X_Experience_API_Hash=digest(DATA))),
        "attachment-hash", None),
    "a hash that is none": (lambda s: multipart(first(s), part(DATA, X_Experience_API_Hash=SECRET)),
                            "attachment-hash", None),
    "a part too many": (lambda s: carrying(s, DATA, OTHER), "attachment-orphan", None),
    "a part for no attachment": (
        lambda s: carrying({k: v for k, v in s.items() if k != "attachments"}, DATA),
        "attachment-orphan", None),
    "other bytes than are declared": (lambda s: carrying(s, OTHER),
                                      "attachment-missing", "/attachments/0"),
    "other bytes beside a fileUrl": (
        lambda s: carrying({**s, "attachments": [attachment(DATA, fileUrl=FILE)]}, OTHER),
        "attachment-orphan", None),
    "a part too few": (
        lambda s: carrying({**s, "attachments": [attachment(DATA), attachment(OTHER)]}, DATA),
        "attachment-missing", "/attachments/1"),
    "a part too few of a batch": (lambda s: carrying([said(), s, statement(OTHER)], DATA),
                                  "attachment-missing", "/2/attachments/0"),
    "a form with a good body": (
        lambda s: raw(joined([first(s), ONE]), TYPE.replace("mixed", "form-data")),
        "content-type-not-json", None),
    "another multipart": (
        lambda s: raw(joined([first(s), ONE]), TYPE.replace("mixed", "related")),
        "content-type-not-json", None),
    "plain JSON without a fileUrl": (lambda s: raw(json.dumps(s).encode(), "application/json"),
                                     "attachment-missing", "/attachments/0"),
    "a plain batch without a fileUrl": (
        lambda s: raw(json.dumps([said(), s]).encode(), "application/json"),
        "attachment-missing", "/1/attachments/0"),
}  # fmt: skip


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_together_is_refused(client: Caller, case: str, version: str) -> None:
    """1.0.3 part 3, 1.5.2: 400, also where the store holds such bytes already; nothing is stored,
    and the id is as free as before.
    """
    make, code, pointer = BAD[case]
    caller, one = client.speaking(version), statement(DATA)
    assert client.send("POST", STATEMENTS, **carrying(statement(DATA, OTHER), DATA, OTHER)).json
    before = head(client)
    answer = caller.send("POST", STATEMENTS, **make(one))
    refused(answer, 400, code, pointer)
    assert answer.json.get("pointer", "") == (pointer or "")
    assert head(client) == before
    assert caller.get(statementId=one["id"]).status_code == 404
    assert caller.send("POST", STATEMENTS, **carrying(one, DATA)).json == [one["id"]]


@pytest.mark.parametrize("case", ["a part too many", "a part too few", "no hash", "no end"])
def test_put_refuses_the_same(client: Caller, case: str) -> None:
    """1.0.3 part 3, 1.5.2.s2.b2.b2."""
    make, code, pointer = BAD[case]
    one, before = statement(DATA), head(client)
    query = {"statementId": one["id"]}
    refused(client.send("PUT", STATEMENTS, query_string=query, **make(one)), 400, code, pointer)
    assert head(client) == before


def test_a_compressed_body_is_not_taken(client: Caller) -> None:
    """415, as for JSON."""
    headers = {"Content-Encoding": "gzip"}
    answer = client.send("POST", STATEMENTS, headers=headers, **carrying(statement(DATA), DATA))
    refused(answer, 415, "unsupported-content-encoding")


def run_together(
    statement: dict[str, Any], *contents: bytes, algorithm: str = "sha256"
) -> dict[str, Any]:
    """As @xapi/xapi, tincanjs and xapiwrapper write it: no line's end after an attachment."""
    hashed = [(data, digest(data, algorithm)) for data in contents]
    parts = LINE.join(part(data, X_Experience_API_Hash=sha2) for data, sha2 in hashed)
    body = LINE + first(statement) + b"\r\n" + LINE + parts + b"\r\n" + LINE[:-2] + b"--\r\n"
    return {"data": body, "content_type": TYPE}


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_attachments_that_run_together_are_told_apart_by_their_hashes(
    client: Caller, algorithm: str
) -> None:
    """Three JavaScript clients write nothing between an attachment and the next boundary."""
    line = b"a text file\r\n"
    contents = [DATA, b"", bytes(300_000) + b"--" + BOUNDARY.encode(), line, line * 2, OTHER]
    stated = statement(*contents)
    for described, data in zip(stated["attachments"], contents, strict=True):
        described["sha2"] = digest(data, algorithm)
    sent = run_together(stated, *contents, algorithm=algorithm)
    assert client.send("POST", STATEMENTS, **sent).status_code == 200
    _, found = attached(client.get(statementId=stated["id"], attachments="true"))
    assert sorted(found.values()) == sorted(contents)


@pytest.mark.parametrize("spoilt", [b"binary", digest(OTHER).encode(), b"X-Experience-API-Hash: "])
def test_attachments_that_run_together_are_refused_as_others_are(
    client: Caller, spoilt: bytes
) -> None:
    """Each part has its headers, and the bytes of its own hash."""
    stated = statement(DATA, OTHER)
    sent = run_together(stated, DATA, OTHER)
    head, _, tail = sent["data"].rpartition(spoilt)
    sent["data"] = head + b"?" * len(spoilt) + tail
    refused(client.send("POST", STATEMENTS, **sent), 400)
    assert client.get(statementId=stated["id"]).status_code == 404
