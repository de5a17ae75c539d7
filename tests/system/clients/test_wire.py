"""What JavaScript clients were seen to send, byte for byte, and what they can read.

`make clients` runs the clients themselves; this holds what they need without npm and a browser.
"""

from __future__ import annotations

import json
import re
from hashlib import sha1, sha256
from urllib.parse import quote

import pytest

from lrs.domain.aggregates.credential import MODULE
from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Answer, Caller, fresh, said, someone
from tests.api.opening import caller_of

BOUNDARY = "4e6bd9a1c0f34d7e8a5b2c1d0e9f8a7b"
SUPPORTING = "http://id.tincanapi.com/attachment/supporting_media"
FORM_DATA = 'Content-Disposition: form-data; name="statement"\r\n'


@pytest.fixture
def module(lrs: Lrs) -> Caller:
    """A client with the scopes of a module, of the version that old clients name."""
    return caller_of(lrs, *MODULE).speaking("1.0.2")


def attached(*texts: str) -> dict[str, object]:
    """A statement with these texts as attachments."""
    attachments = [
        {
            "usageType": SUPPORTING,
            "display": {"ru-RU": "Приложение"},
            "contentType": "text/plain; charset=utf-8",
            "length": len(text.encode()),
            "sha2": sha256(text.encode()).hexdigest(),
        }
        for text in texts
    ]
    return said(attachments=attachments)


def sent(caller: Caller, statement: dict[str, object], *texts: str, first: str = "") -> Answer:
    """The body as @xapi/xapi, tincanjs and xapiwrapper all write it: nothing stands between the end
    of an attachment and the next boundary but at the very end.
    """
    head = f"--{BOUNDARY}\r\nContent-Type: application/json\r\n{first}\r\n"
    body = f"{head}{json.dumps(statement)}\r\n".encode()
    for text in texts:
        digest = sha256(text.encode()).hexdigest()
        body += (
            f"--{BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {digest}\r\n\r\n{text}"
        ).encode()
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    return caller.post(body, content_type=f"multipart/mixed; boundary={BOUNDARY}")


@pytest.mark.parametrize("first", ["", FORM_DATA], ids=["tincanjs", "xapiwrapper and @xapi/xapi"])
def test_an_attachment_is_taken_and_given_back(module: Caller, first: str) -> None:
    """1.0.3 part 3, 1.5.2. tincanjs takes quotation marks for a part of the boundary."""
    text = "Приложение: ёлка.\r\n"
    statement = attached(text)
    assert sent(module, statement, text, first=first).status_code == 200
    back = module.get(statementId=statement["id"], attachments="true")
    match = re.fullmatch(r"multipart/mixed; boundary=([0-9a-f]+)", back.headers["Content-Type"])
    assert match is not None
    *_, last, end = back.text.split(f"--{match[1]}")
    assert last.partition("\r\n\r\n")[2] == f"{text}\r\n"
    assert end == "--\r\n"


def test_two_attachments_that_run_into_each_other_are_told_apart(module: Caller) -> None:
    """RFC 2046, 5.1.1: a boundary begins a line, which these clients do not see to."""
    statement = attached("Первое", "Второе")
    assert sent(module, statement, "Первое", "Второе").status_code == 200


def test_a_request_too_long_for_an_address_comes_as_a_form(module: Caller) -> None:
    """As tincanjs writes it, with what is percent-encoded twice as long: agent, headers, query."""
    actor = someone() | {"name": "Ёж" * 300}
    statement = said(actor=actor)
    module.store(statement)
    assert module.key is not None
    fields = {"X-Experience-API-Version": "1.0.2", "agent": json.dumps(actor), "limit": "1"}
    form = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    found = module.send(
        "POST",
        f"{STATEMENTS}?method=GET",
        data=form,
        content_type="application/x-www-form-urlencoded",
    )
    assert [s["id"] for s in found.json["statements"]] == [statement["id"]]


def test_the_hash_that_a_client_makes_itself_is_the_etag(module: Caller) -> None:
    """The SHA-1 of what it has read, which tincanjs sends without quotation marks."""
    place = {"activityId": "https://example.org/курс", "agent": json.dumps(someone())}
    where = {**place, "stateId": f"закладка & 100% + {fresh()}"}

    def put(content: str, **headers: str) -> int:
        options = {"query_string": where, "data": content.encode(), "headers": headers}
        answer = module.send(
            "PUT", "/xapi/activities/state", content_type="application/json", **options
        )
        return answer.status_code

    assert put('{"страница":7}') == 204
    read = module.get("/xapi/activities/state", **where)
    digest = sha1(read.data).hexdigest()
    assert read.headers["ETag"] == f'"{digest}"'
    assert put('{"страница":8}', **{"If-Match": digest}) == 204
    assert put('{"страница":9}', **{"If-Match": f'"{digest}"'}) == 412
