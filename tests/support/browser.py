"""A real Chromium for tests, and pages that come from an origin of their own."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

MISSING = "no Chromium: install Debian's `chromium`, or name one in LRS_TEST_CHROMIUM"


def found() -> str | None:
    """The browser's program: the one that is named, or an installed one."""
    named = os.environ.get("LRS_TEST_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Where there is none the test is skipped, but not in CI."""
    program = found()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    # Chromium's sandbox refuses to work for root, and /dev/shm is small in containers.
    options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Pages:
    """A web site."""

    origin: str
    served: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def serve(self, path: str, content_type: str, content: bytes) -> str:
        """Answer GET and POST of the path with that; its URL."""
        self.served[path] = (content_type, content)
        return self.origin + path


class _Handler(SimpleHTTPRequestHandler):
    """Files of a folder, and what else is served."""

    def __init__(self, served: dict[str, tuple[str, bytes]], *args: object, **more: object) -> None:
        self._served = served
        super().__init__(*args, **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        answer = self._served.get(urlsplit(self.path).path)
        if answer is None:
            super().do_GET()
            return
        content_type, content = answer
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing: tests are quiet."""


@contextmanager
def pages(folder: Path) -> Iterator[Pages]:
    """The files of the folder on a free port."""
    served: dict[str, tuple[str, bytes]] = {}
    handler = partial(_Handler, served, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Pages(f"http://127.0.0.1:{server.server_port}", served)
        server.shutdown()
        thread.join()
