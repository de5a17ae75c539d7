"""What is sent comes back in no error and stands in no log entry: it may be anybody's secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from structlog.testing import capture_logs

from lrs.domain.aggregates.credential import Scope
from tests.api.caller import STATEMENTS, Answer, Caller, basic, fresh, said, voiding
from tests.api.opening import Calling
from tests.api.scopes import PLACES
from tests.api.xapi.documents import JSON, KINDS, document
from tests.api.xapi.mixed import BOUNDARY, MIXED, attachment, body, part, post
from tests.conftest import Place
from tests.support.served import installed

pytestmark = pytest.mark.rules

MARK = "Zaphod4711"
FORM = "application/x-www-form-urlencoded"


@contextmanager
def unsaid(caplog: pytest.LogCaptureFixture) -> Iterator[list[Answer]]:
    """Collects answers: each an error that shows the mark neither itself nor in the log."""
    answers: list[Answer] = []
    with capture_logs() as entries:
        yield answers
    assert answers
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.mimetype == "application/problem+json"
        assert answer.json["code"]
        assert MARK.lower() not in f"{answer.text}{answer.headers}".lower()
    assert len(entries) >= len(answers)
    assert MARK.lower() not in f"{entries}{caplog.text}".lower()


VALUES: dict[str, Any] = {
    "an actor": {"actor": MARK},
    "an address": {"actor": {"mbox": MARK}},
    "an account": {"actor": {"account": {"name": MARK}}},
    "a second identifier": {"actor": {"mbox": f"mailto:{MARK}@b.org", "openid": f"urn:{MARK}"}},
    "an objectType": {"actor": {"mbox": "mailto:a@b.org", "objectType": MARK}},
    "a verb": {"verb": {"id": MARK}},
    "a language map": {"verb": {"id": "urn:x", "display": MARK}},
    "an activity": {"object": {"id": MARK}},
    "an object": {"object": {"objectType": MARK, "id": MARK}},
    "a score": {"result": {"score": {"raw": MARK}}},
    "a duration": {"result": {"duration": MARK}},
    "a registration": {"context": {"registration": MARK}},
    "a language": {"context": {"language": f"{MARK}-{MARK}"}},
    "a platform": {"context": {"platform": {"name": MARK}}},
    "a timestamp": {"timestamp": MARK},
    "an id": {"id": MARK},
    "a version": {"version": MARK},
    "an authority": {"authority": {"name": MARK}},
    "attachments": {"attachments": [{"usageType": MARK, "sha2": MARK}]},
    "a good value beside a bad one": {"result": {"response": MARK, "success": "yes"}},
}


@pytest.mark.parametrize("place", VALUES)
def test_no_value_of_a_statement_is_told(
    client: Caller, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    """RFC 9457, 5: the code and the pointer say what is wrong and where."""
    statement = said(**VALUES[place])
    with unsaid(caplog) as answers:
        answers += [client.post(statement), client.post([said(), statement])]
        answers.append(post(client, statement))
        answers.append(client.speaking("1.0.3").post(statement))
        assert all("pointer" in answer.json for answer in answers)


def test_nothing_of_a_broken_text_is_told(client: Caller, caplog: pytest.LogCaptureFixture) -> None:
    """The scanner's own errors hold the whole text."""
    texts = [f'{{"a":"{MARK}"', f'{{"{MARK}":1,"{MARK}":1}}', f'"{MARK}\\u0000"', f"[{MARK}]"]
    texts += [f'{{"a":"{MARK}","b":{bad}}}' for bad in ("NaN", "1e999", "[" * 99, '"\\ud800"')]
    with unsaid(caplog) as answers:
        for text in texts:
            answers += [client.post(text.encode()), post(client, text.encode())]
            answers += [document(client, kind).post(text.encode()) for kind in KINDS]
            answers.append(client.get(agent=text))
        answers.append(client.post(f"{MARK}é".encode("latin-1")))


QUERIES = [f"{MARK}=1", f"statementId={MARK}", f"agent={MARK}", f"verb={MARK}", f"since={MARK}",
           f"limit={MARK}", f"format={MARK}", f"registration={MARK}", f"ascending={MARK}",
           f"verb={MARK}%ff", f"limit=1&limit={MARK}"]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_no_parameter_is_told(client: Caller, caplog: pytest.LogCaptureFixture, query: str) -> None:
    """Its name is, where it is one of the store's own."""
    with unsaid(caplog) as answers:
        for path in (STATEMENTS, "/xapi/agents", "/xapi/activities", "/xapi/activities/state",
                     "/xapi/about", "/api/v1/transcripts", "/api/v1/courses"):  # fmt: skip
            answers.append(client.send("GET", path, query_string=query))


PATHS = [f"/{MARK}", f"/xapi/{MARK}", f"/xapi//{MARK}", f"/xapi/statements/{MARK}",
         f"/xapi/more/{MARK}", f"/api/v1/{MARK}", f"/api/v1/transcripts/{MARK}",
         f"/api/v1/transcripts/account%7Chttps://example.org%7C{MARK}",
         f"/api/v1/courses/{MARK}/statistics", "/a" * 50 + MARK]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_is_told(
    client: Caller, calling: Calling, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """A report's path names a person; whoever may not see it leaves no name in the log either."""
    callers = [client, calling(Scope.STATE), replace(client, key=None)]
    with unsaid(caplog) as answers:
        answers += [caller.send("GET", path) for caller in callers]
        answers.append(client.send("DELETE", path))


def test_the_log_says_which_resource_it_was(client: Caller) -> None:
    """All but what a client put into the path stands there."""
    for path in PLACES.values():
        with capture_logs() as entries:
            assert client.send("PATCH", path).status_code == 405
        assert entries[-1]["path"] == re.sub(r"/x(?=/|$)", "/?", path)


HEADERS = {
    "Authorization": [MARK, f"Basic {MARK}", f"Bearer {MARK}", basic(MARK, MARK),
                      basic(fresh(), MARK)],
    "X-Experience-API-Version": [MARK, f"1.0.{MARK}"],
    "Content-Type": [MARK, f"text/{MARK}", f"multipart/mixed; boundary={MARK}"],
    "Content-Encoding": [MARK],
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_is_told(client: Caller, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """Least of all a key."""
    others = dict.fromkeys(("Cookie", "Referer", "User-Agent", "Origin", "If-Match"), MARK)
    with unsaid(caplog) as answers:
        for value in HEADERS[name]:
            headers = {**others, name: value}
            answers.append(client.send("POST", STATEMENTS, data=b"{}", headers=headers))


def test_no_part_and_no_field_is_told(client: Caller, caplog: pytest.LogCaptureFixture) -> None:
    """Of a multipart body, and of a form."""
    scan, mark = attachment(b"x"), MARK.encode()
    good, lead = said(attachments=[scan]), f"--{BOUNDARY}\r\n".encode()
    multiparts = [
        mark,
        lead + mark,
        lead + b"Content-Type: " + mark + b"\r\n\r\n{}",
        lead + mark + b": " + mark + b"\r\n\r\n{}\r\n",
        lead + mark + b"\0: x\r\n\r\n{}\r\n",
        body(good, [part(mark, scan["sha2"])]),
        body(said(), [part(mark)]),
        body(said(attachments=[attachment(b"x", display={"ru": MARK})])),
        body(good, [part(b"x"), part(b"x").replace(b"binary", mark)]),
        body(good, [part(b"x", MARK)]),
    ]
    forms = [f"{MARK}", f"{MARK}=1", f"content={MARK}", f"content=%ff{MARK}",
             f"content={{}}&Authorization={MARK}", f"content={{}}&Content-Type={MARK}",
             f"a={MARK}&a={MARK}", f"statementId={MARK}&content={{}}"]  # fmt: skip
    old = client.speaking("1.0.3")
    with unsaid(caplog) as answers:
        answers += [client.post(data, content_type=MIXED) for data in multiparts]
        for method in ("PUT", MARK):
            for data in forms:
                options: Any = {"query_string": {"method": method}, "content_type": FORM}
                answers.append(old.send("POST", STATEMENTS, data=data, **options))


def test_nothing_of_what_is_stored_is_told(
    client: Caller, calling: Calling, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither of the statement or document that stands there, nor of the one that conflicts."""
    actor = {"mbox": f"mailto:{MARK}@example.org", "name": MARK}
    statement, trusted = said(actor=actor), calling(Scope.STATEMENTS_WRITE)
    client.store(statement)
    other = {**statement, "result": {"response": MARK}}
    docs = [document(client, kind).named(MARK) for kind in KINDS]
    with unsaid(caplog) as answers:
        answers += [client.post(other), client.put(other, statementId=statement["id"])]
        answers.append(client.speaking("1.0.3").post([said(), other, said()]))
        answers.append(trusted.post([said(actor=actor), voiding(statement)]))
        answers.append(client.get(voidedStatementId=statement["id"]))
        for doc in docs:
            answers.append(doc.get())
            assert doc.put(MARK.encode(), f"text/{MARK}").status_code == 204
            answers += [doc.put(b"x"), doc.put(b"x", if_match='"x"'), doc.post(b"{}")]
            answers.append(doc.post(MARK.encode(), JSON))


def test_the_servers_log_is_json_and_holds_nothing_that_was_sent(
    place: Place, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """As it is run: with all that the libraries would say by themselves."""
    urls = {"ledger_url": place.ledger_url, "views_url": place.views_url}
    with installed(tmp_path, log_level="debug", **urls) as store:
        headers = {"Authorization": basic(*store.key("all")), "Content-Type": MIXED}
        for path in ("xapi/statements", f"xapi/statements?a={MARK}", MARK):
            for data in (MARK, f"--{BOUNDARY}\r\n{MARK}", f"--{BOUNDARY}\r\n{MARK}\0:{MARK}\r\n"):
                url = f"http://127.0.0.1:{store.port}/{path}"
                sent = Request(url, data.encode(), {**headers, "X-Experience-API-Version": "2.0.0"})
                with pytest.raises(OSError, match="40"):
                    urlopen(sent)
    written = capfd.readouterr()
    lines = [json.loads(line) for line in written.err.splitlines()]
    assert sum(line["event"] == "request" for line in lines) == 9
    assert MARK not in written.err + written.out
