"""The store over HTTP within the test's process: statuses, and how long they took."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from api.app import create_app
from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.support.stores import body


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    code: str | None
    retry_after: str | None


class Web:
    """A client with a key that may do everything."""

    def __init__(self, lrs: Lrs) -> None:
        self._app = create_app(lrs)
        key = lrs.credentials.create("test", [Scope.ALL])
        login = base64.b64encode(f"{key.name}:{key.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "X-Experience-API-Version": "2.0.0"}

    def post(self, *ids: UUID, padding: int = 0) -> Answer:
        """Statements with these ids; each with so many bytes of a description."""
        statements = [body(id) for id in ids]
        for statement in statements:
            statement["object"]["definition"] = {"name": {"en": "x" * padding}}
        return self._ask("POST", json=statements)

    def get(self, id: UUID) -> Answer:
        return self._ask("GET", query_string={"statementId": str(id)})

    def _ask(self, method: str, **request: Any) -> Answer:
        began = monotonic()
        response = self._app.test_client().open(
            "/xapi/statements", method=method, headers=self._headers, **request
        )
        answer = response.get_json(silent=True)
        return Answer(
            response.status_code,
            monotonic() - began,
            answer.get("code") if isinstance(answer, dict) else None,
            response.headers.get("Retry-After"),
        )
