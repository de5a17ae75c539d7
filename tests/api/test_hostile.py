"""Strings made to be read slowly: each is answered in less than a second of computing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any

import pytest

from tests.api.caller import STATEMENTS, Caller, said
from tests.api.xapi.documents import document
from tests.api.xapi.mixed import MIXED, attachment, part, post
from tests.api.xapi.test_bad_bodies import extended, refused

pytestmark = pytest.mark.rules

SIZE = 100_000


def run(text: str) -> str:
    """The text again and again, 100 KB of it."""
    return (text * (SIZE // len(text) + 1))[:SIZE]


@contextmanager
def quick() -> Iterator[None]:
    """Within a second of this process's time; what is quadratic would take minutes."""
    began = process_time()
    yield
    assert process_time() - began < 1


def in_(*path: str, value: Any) -> dict[str, Any]:
    """The parts of a statement that has that value in that place."""
    for name in reversed(path):
        value = {name: value}
    return value  # type: ignore[no-any-return]


def with_scan(**parts: str) -> dict[str, Any]:
    """The parts of a statement with an attachment that is elsewhere."""
    return {"attachments": [attachment(b"x", fileUrl="https://example.org/x", **parts)]}


VERB = said()["verb"]
REFUSED = {
    "an IRI of colons": (in_("verb", "id", value="http://" + run("a:") + "@@"), "iri"),
    "an IRI of escapes": (in_("verb", "id", value="a:" + run("%41") + "%"), "iri"),
    "an IRI of slashes": (in_("object", "id", value="http://v/" + run("é/") + " "), "iri"),
    "an IRI of brackets": (in_("object", "id", value="http://[" + run("::")), "iri"),
    "an IRI of hashes": (in_("object", "id", value="a:?" + run("#?")), "iri"),
    "a scheme alone": (in_("verb", "id", value=run("a+")), "iri"),
    "an address of dots": (in_("actor", "mbox", value="mailto:a@" + run("a.")), "mbox"),
    "an address of ats": (in_("actor", "mbox", value="mailto:" + run("a@")), "mbox"),
    "an address of escapes": (in_("actor", "mbox", value="mailto:" + run("%41")), "mbox"),
    "a duration of digits": (in_("result", "duration", value="PT" + run("1")), "duration"),
    "a duration of years": (in_("result", "duration", value="P" + run("1Y")), "duration"),
    "a duration of points": (in_("result", "duration", value="P" + run("1.")), "duration"),
    "a tag of variants": (in_("verb", value={**VERB, "display": {"en" + run("-abcde"): ""}}),
                          "language-tag"),
    "a tag of singletons": (in_("verb", value={**VERB, "display": {"en" + run("-a-bb"): ""}}),
                            "language-tag"),
    "a language": (in_("context", "language", value="en" + run("-a")), "language-tag"),
    "a timestamp of digits": (in_("timestamp", value="2026-03-01T09:30:00." + run("1") + "x"),
                              "timestamp"),
    "a timestamp of zones": (in_("timestamp", value="2026-03-01T09:30:00" + run("+01:00")),
                             "timestamp"),
    "an id of digits": (in_("id", value=run("0123-")), "uuid"),
    "a content type": (with_scan(contentType="a/b" + run(" ;") + "\x7f"), "content-type"),
    "a hash": (with_scan(sha2=run("0")), "sha2"),
    "a version": (in_("version", value="1.0." + run("1") + "!"), "version"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_value_is_refused_in_linear_time(client: Caller, case: str) -> None:
    """1.0.3 part 2, 4: by the form of the value, whatever it is made of."""
    parts, code = REFUSED[case]
    with quick():
        answer = client.post([said(**parts)])
    refused(answer, 400, code)


PARAMETERS = {
    "verb": "http://" + run("a:") + "@@",
    "activity": "a:" + run("%41") + "%",
    "agent": '{"mbox":"mailto:a@' + run("a.") + '"}',
    "registration": run("0123-"),
    "since": "2026-03-01T09:30:00." + run("1") + "x",
    "limit": run("9"),
    "ascending": run("true"),
    run("x"): "1",
}


@pytest.mark.parametrize("name", PARAMETERS, ids=lambda name: name[:12])
def test_a_hostile_parameter_is_refused_in_linear_time(client: Caller, name: str) -> None:
    """1.0.3 part 3, 2.1.3: a query string may be as long as a server lets it."""
    with quick():
        answer = client.get(**{name: PARAMETERS[name]})
    refused(answer, 400)


HEADERS = {
    "a language of hyphens": ("Accept-Language", "-" * SIZE),
    "a language of subtags": ("Accept-Language", run("a-")),
    "many languages": ("Accept-Language", run("ru-RU,")),
    "many qualities": ("Accept-Language", run("a;q=0.001,")),
    "an ETag of quotes": ("If-Match", '"' * SIZE),
    "an ETag of commas": ("If-None-Match", run(',"a"')),
    "an ETag of weak ones": ("If-Match", run("W/")),
    "a type of parameters": ("Content-Type", "application/json" + run(';a="')),
    "a type of backslashes": ("Content-Type", 'application/json;a="' + run("\\")),
    "a type in pieces": ("Content-Type", "application/json" + run(";a*0*=''")),
    "a boundary": ("Content-Type", "multipart/mixed; boundary=" + run("-")),
    "a key": ("Authorization", "Basic " + run("AAAA")),
    "a version": ("X-Experience-API-Version", "1.0." + run("1") + "x"),
    "codings": ("Content-Encoding", run("gzip,")),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_hostile_header_is_read_in_linear_time(client: Caller, case: str) -> None:
    """By every resource that looks at it."""
    name, value = HEADERS[case]
    display = {f"{a}{b}-Latn": "x" for a in "abcdefghij" for b in "klmnopqrst"}
    (id,) = client.store(said(verb={**VERB, "display": display}))
    doc = document(client, "activity-profile")
    with quick():
        answers = [
            client.send("GET", f"{STATEMENTS}?statementId={id}&format=canonical",
                        headers={name: value}),
            client.send("POST", STATEMENTS, data=b"{", headers={name: value}),
            client.send("GET", "/api/v1/courses", headers={name: value}),
            doc.send("PUT", b"{}", **{name: value}),
        ]  # fmt: skip
    assert max(a.status_code for a in answers) < 500


BODIES = {
    "a string without end": b'"' + b"a" * SIZE,
    "escapes without end": b'{"' + b"\\" * SIZE,
    "half pairs": b'{"a":"' + b"\\ud83d" * (SIZE // 6),
    "brackets": b"[" * SIZE,
    "objects": b'{"a":' * (SIZE // 5),
    "spaces": b" " * SIZE + b"{",
    "digits": b"9" * SIZE,
    "a fraction": b"0." + b"9" * SIZE + b"e",
    "an exponent": b"1e" + b"9" * SIZE,
    "commas": b"[" + b"," * SIZE,
}


@pytest.mark.parametrize("case", BODIES)
def test_a_hostile_text_is_refused_in_linear_time(client: Caller, case: str) -> None:
    """RFC 8259: alone, as a value, in a part, in a document and in a parameter."""
    text = BODIES[case]
    with quick():
        for answer in (
            client.post(text),
            client.post(extended(text.decode())),
            post(client, text),
            document(client, "activity-profile").post(text),
            client.get(agent=text.decode()),
        ):
            refused(answer, 400)


MULTIPARTS = {
    "no boundary": b"a" * SIZE,
    "line ends": b"\r\n" * (SIZE // 2),
    "hyphens": b"--parts" + b"-" * SIZE,
    "nearly boundaries": b"\r\n--part" * (SIZE // 8),
    "carriage returns": b"\r" * SIZE,
    "a header's name": b"--parts\r\n" + b"a" * SIZE,
    "a header's value": b"--parts\r\nContent-Type: " + b"a" * SIZE,
    "headers": b"--parts\r\n" + b"A: b\r\n" * (SIZE // 6),
    "parts": b"--parts\r\n\r\n" * (SIZE // 11),
}


@pytest.mark.parametrize("case", MULTIPARTS)
def test_a_hostile_multipart_is_refused_in_linear_time(client: Caller, case: str) -> None:
    """RFC 2046, 5.1: at the beginning, and as the bytes of an attachment."""
    data = MULTIPARTS[case]
    with quick():
        refused(client.post(data, content_type=MIXED), 400)
        good = post(client, said(attachments=[attachment(b"x" + data)]), part(b"x" + data))
    assert good.status_code in (200, 400)


def test_a_long_name_is_stored_and_read_like_any_other(client: Caller) -> None:
    """What is valid may be long: no index is too narrow for it, on either backend."""
    text = "".join(f"{number:x}" for number in range(30_000))[:SIZE]
    account = {"homePage": f"https://example.org/{text}", "name": text}
    statement = said(
        actor={"account": account, "name": text},
        verb={"id": "http://adlnet.gov/expapi/verbs/completed"},
        object={"id": f"urn:{text}", "definition": {"name": {"ru": text}}},
    )
    with quick():
        client.store(statement)
        assert client.found(agent={"account": account}) == [statement["id"]]
        assert client.found(activity=f"urn:{text}") == [statement["id"]]
        person = client.get("/xapi/agents", agent=json.dumps({"account": account})).json
        assert person["name"] == [text]
        (trainee,) = client.get("/api/v1/transcripts", q=text[-200:]).json["trainees"]
        assert trainee["name"] == text
        assert client.get(f"/api/v1/transcripts/{text}").status_code == 200
    assert client.get("/health").json["quarantined"] == 0
    too_long = client.get("/api/v1/transcripts", q=text[-201:])
    assert (too_long.status_code, too_long.json["code"]) == (400, "invalid-parameter")
