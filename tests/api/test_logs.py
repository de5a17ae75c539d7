"""Log entries: whose they are, and what happens when they cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.logs import Forgiving, with_request_id
from tests.api.caller import Caller

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_an_entry_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    """A full disk must not turn a request that was answered into an error."""
    with FULL.open("wb", buffering=0) as file:
        log = Forgiving(file)
        assert log.write(b"entry\n") == 6
        log.flush()


def test_an_entry_that_can_be_written_is(tmp_path: Path) -> None:
    """Forgiving is not forgetting."""
    with (tmp_path / "log").open("wb") as file:
        Forgiving(file).write(b"entry\n")
    assert (tmp_path / "log").read_bytes() == b"entry\n"


def test_a_refusal_is_logged_under_the_id_that_the_client_was_told(client: Caller) -> None:
    """Whoever sends an error's request id finds its entry."""
    with capture_logs(processors=[with_request_id]) as entries:
        answer = client.get(statementId="no-uuid")
    (entry,) = [e for e in entries if e["event"] == "request"]
    assert answer.status_code == entry["status"] == 400
    assert entry["request_id"] == answer.headers["X-Request-ID"] == answer.json["request_id"]


@pytest.mark.parametrize(
    ("given", "kept"), [("a-proxy-s-id-17", True), ("short", False), ("x" * 65, False)]
)
def test_a_sensible_id_of_a_proxy_is_taken_over(client: Caller, given: str, kept: bool) -> None:
    """So that its log and ours speak of the same request."""
    answer = client.send("GET", "/health", headers={"X-Request-ID": given})
    request_id = answer.headers["X-Request-ID"]
    assert (request_id == given) is kept
