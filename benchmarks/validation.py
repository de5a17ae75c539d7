"""What it costs to know that a statement is one, beside marshmallow alone and a whole POST.

Microseconds of CPU in this process, of statements of 1.1 KB; no server and no load. The POST goes
through the application as a server calls it, and into the database.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import process_time
from typing import Any
from uuid import uuid4

from api.app import create_app
from benchmarks.bench import Bench
from benchmarks.report import Row, ratio
from benchmarks.synthetic import bodies
from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.version import Version
from lrs.runtime import tune_memory
from lrs.settings import Settings
from schemas import check_statement, parse_statements
from schemas.xapi.statement import Statement

COUNT = 1_000
"""Statements in a round of one part."""
LIMIT = 80.0


def validation(bench: Bench) -> Iterator[Row]:
    """Rounds of each part in turn, so that all see the same machine."""
    texts = [body.under(str(uuid4())) for body in bodies(COUNT)]
    values = [parse_statements(text)[0][0].value for text in texts]
    schema = Statement()
    with _posting(bench) as post:
        parts: dict[str, Callable[[], object]] = {
            "parse": partial(_each, parse_statements, texts),
            "check": partial(_each, partial(check_statement, version=Version.V1_0_3), values),
            "both": partial(_each, _accepted, texts),
            "marshmallow": partial(_each, schema.load, values),
            "post": lambda: _each(post, [body.under(str(uuid4())) for body in bodies(COUNT)]),
        }
        took: dict[str, list[float]] = {name: [] for name in parts}
        for _ in range(bench.plan.rounds):
            for name, part in parts.items():
                took[name].append(_microseconds(part))
    yield _row("parse a statement strictly", took["parse"], (), "")
    yield _row("check it, beside marshmallow alone", took["check"], took["marshmallow"], "")
    both = median(took["both"])
    yield Row("parse and check it", f"{both:.0f} us", "", "", f"< {LIMIT:.0f} us", both < LIMIT)
    yield _row("share of a POST and its commit", took["both"], took["post"], "")


def _row(scenario: str, ours: Sequence[float], theirs: Sequence[float], target: str) -> Row:
    beside = f"{median(theirs):.0f} us" if theirs else ""
    compared = str(ratio(ours, theirs)) if theirs else ""
    return Row(scenario, f"{median(ours):.0f} us", beside, compared, target, True)


def _each(act: Callable[[Any], object], things: Sequence[Any]) -> None:
    for thing in things:
        act(thing)


def _accepted(text: bytes) -> None:
    received, _ = parse_statements(text)
    check_statement(received[0].value, Version.V1_0_3)


def _microseconds(part: Callable[[], object]) -> float:
    began = process_time()
    part()
    return (process_time() - began) / COUNT * 1e6


@contextmanager
def _posting(bench: Bench) -> Iterator[Callable[[bytes], None]]:
    """Posts statements to a store of its own: no projector works beside it."""
    place = bench.backend.place("validation")
    settings = Settings(ledger_url=place.ledger_url, views_url=place.views_url)
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    tune_memory()
    key = lrs.credentials.create("benchmark", [Scope.ALL])
    token = base64.b64encode(f"{key.name}:{key.secret}".encode()).decode()
    client = create_app(lrs)

    def post(text: bytes) -> None:
        answers: list[str] = []

        def start(status: str, _headers: object, _error: object = None) -> Callable[..., object]:
            answers.append(status)
            return answers.append

        body = client(_environ(text, f"Basic {token}"), start)
        if not answers[0].startswith("200"):
            raise RuntimeError(b"".join(body).decode())

    yield post
    lrs.close()


def _environ(text: bytes, authorization: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/xapi/statements",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(text)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": authorization,
        "HTTP_X_EXPERIENCE_API_VERSION": "1.0.3",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(text),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
