"""Who may read and write documents, and what a browser may do with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrs.domain.aggregates.credential import Scope
from tests.api.caller import Caller
from tests.api.opening import Calling, caller_of, opened
from tests.api.xapi.documents import BYTES, JSON, KINDS, document, tag_of
from tests.api.xapi.test_bad_bodies import refused
from tests.conftest import Place

pytestmark = pytest.mark.rules

each_kind = pytest.mark.parametrize("kind", KINDS)

RUNNING = {
    "a page": (b"<script>alert(1)</script>", "text/html; charset=utf-8"),
    "a picture with a script": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "image/svg+xml",
    ),
    "a script": (b"alert(1)", "text/javascript"),
    "what might be taken for a page": (b"<html>", ""),
}


@each_kind
@pytest.mark.parametrize("content", RUNNING)
def test_a_browser_never_runs_a_document(client: Caller, kind: str, content: str) -> None:
    """A document is whatever somebody sent, and this origin's pages hold reports."""
    data, media = RUNNING[content]
    doc = document(client, kind).holding(data, media)
    for response in (doc.get(), doc.send("HEAD"), doc.get(if_none_match=tag_of(data))):
        headers = response.headers
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["Content-Disposition"] == "attachment"
        assert headers["X-Content-Type-Options"] == "nosniff"


SCOPES = {
    Scope.ALL: {"state": "rw", "profile": "rw"},
    Scope.ALL_READ: {"state": "r", "profile": "r"},
    Scope.STATE: {"state": "rw", "profile": ""},
    Scope.PROFILE: {"state": "", "profile": "rw"},
    Scope.STATEMENTS_WRITE: {"state": "", "profile": ""},
    Scope.STATEMENTS_READ: {"state": "", "profile": ""},
    Scope.STATEMENTS_READ_MINE: {"state": "", "profile": ""},
    Scope.DEFINE: {"state": "", "profile": ""},
}


@each_kind
@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_opens_its_own_documents(
    client: Caller, calling: Calling, kind: str, scope: Scope
) -> None:
    """1.0.3 part 3, 4.2: 403 for all else, and nothing is changed. Whoever may write a document
    keeps it; of what others keep tests/api/test_keys.py tells.
    """
    may = SCOPES[scope]["state" if kind == "state" else "profile"]
    asking = calling(scope)
    stored = document(asking if "w" in may else client, kind).holding(b"{}", JSON)
    doc, theirs = stored.asked_by(client), stored.asked_by(asking)
    lists = theirs.by.get(theirs.path, **theirs.around)
    reads = [theirs.get(), theirs.send("HEAD"), lists]
    assert [r.status_code for r in reads] == [200 if "r" in may else 403] * 3
    writes = [theirs.put(b"x", if_match="*"), theirs.delete(), theirs.post(b'{"a":1}')]
    assert [w.status_code for w in writes] == [204 if "w" in may else 403] * 3
    assert doc.holds(b'{"a":1}' if "w" in may else b"{}", JSON)


@each_kind
def test_without_a_key_no_document_is_read_or_written(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 4: 401 on every method."""
    doc = document(client, kind).holding(b"{}", JSON)
    nobody = doc.asked_by(Caller(client.http, None))
    for response in (nobody.get(), nobody.put(b"x"), nobody.post(b"{}"), nobody.delete()):
        refused(response, 401, "no-credentials")
    assert doc.holds(b"{}", JSON)


@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    "media",
    ["text", "/", "text/", "text/html, text/plain", "text/plain; a=\u00e9", "a/" + "b" * 999],
)
def test_a_type_that_cannot_stand_in_an_answer_is_refused(
    client: Caller, kind: str, method: str, media: str
) -> None:
    """RFC 9110, 8.3: 400, as it would come back to every reader in a header."""
    doc = document(client, kind)
    refused(doc.send(method, b"{}", media), 400, "content-type-malformed")
    assert doc.get().status_code == 404


@each_kind
def test_a_folder_that_cannot_be_used_is_told_as_such(
    place: Place, own: Caller, tmp_path: Path, kind: str
) -> None:
    """503, to be tried again: the database is there, the folder of bytes is not."""
    folder = tmp_path / "blobs"
    with opened(place, blob_folder=str(folder)) as lrs:
        doc = document(caller_of(lrs), kind).holding(b"x")
        folder.rename(tmp_path / "away")
        folder.write_text("no folder")
        answer = doc.put(b"y", if_match="*")
        refused(answer, 503, "folder-away")
        assert "Retry-After" in answer.headers
        folder.unlink()
        (tmp_path / "away").rename(folder)
        assert doc.holds(b"x", BYTES)
