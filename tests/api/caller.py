"""A client of the store as the tests see one: a key, a version, and Flask's test client."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, cast
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from lrs.domain.xapi.agent import JsonObject
from lrs.service import NewKey

STATEMENTS = "/xapi/statements"


def basic(name: str, secret: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


_ADDRESSES = count(1)


def elsewhere() -> str:
    """An address that no request came from: failed logins are counted by address."""
    number = next(_ADDRESSES)
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"


def fresh() -> str:
    """An id that nobody has used."""
    return str(uuid4())


def someone() -> JsonObject:
    """An Agent whom no other test knows."""
    return {"mbox": f"mailto:{uuid4().hex}@example.org"}


def said(**parts: Any) -> JsonObject:
    """A small valid statement with an id, and other or more parts."""
    return {
        "id": fresh(),
        "actor": {"mbox": "mailto:anna@example.org"},
        "verb": {"id": "https://example.org/verbs/done"},
        "object": {"id": "https://example.org/courses/1"},
        **parts,
    }


def ref(target: JsonObject | str) -> JsonObject:
    """A StatementRef to a statement, or to an id."""
    return {"objectType": "StatementRef", "id": target if isinstance(target, str) else target["id"]}


def voiding(target: JsonObject | str, **parts: Any) -> JsonObject:
    """A statement that voids another."""
    verb = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    return said(verb=verb, object=ref(target), **parts)


class Answer(TestResponse):
    """What is typed a little more loosely: most answers hold JSON."""

    json: Any


@dataclass(frozen=True)
class Caller:
    """Sends requests under one key (or none), speaking one version (or saying none)."""

    http: FlaskClient
    key: NewKey | None
    version: str | None = "2.0.0"

    def speaking(self, version: str | None) -> Caller:
        return replace(self, version=version)

    def send(self, method: str, path: str, **options: Any) -> Answer:
        """A request with the key's and the version's headers, unless `headers` has others."""
        headers = Headers()
        if self.key is not None:
            headers["Authorization"] = basic(self.key.name, self.key.secret)
        if self.version is not None:
            headers["X-Experience-API-Version"] = self.version
        headers.update(options.pop("headers", {}))
        options.setdefault("environ_overrides", {"REMOTE_ADDR": elsewhere()})
        return cast("Answer", self.http.open(path, method=method, headers=headers, **options))

    def get(self, path: str = STATEMENTS, **parameters: Any) -> Answer:
        return self.send("GET", path, query_string=parameters or None)

    def post(self, body: Any, **options: Any) -> Answer:
        """POST statements: JSON made from a value, or the very bytes."""
        return self.send("POST", STATEMENTS, **{**_json(body), **options})

    def put(self, body: Any, **parameters: Any) -> Answer:
        return self.send("PUT", STATEMENTS, query_string=parameters, **_json(body))

    def store(self, *statements: JsonObject) -> list[str]:
        """The ids of the statements, which are taken in one batch."""
        response = self.post(list(statements))
        assert response.status_code == 200, response.text
        ids: list[str] = response.json
        return ids

    def one(self, id: str, **parameters: Any) -> JsonObject:
        """The statement of that id, which is there and not voided."""
        response = self.get(statementId=id, **parameters)
        assert response.status_code == 200, response.text
        return json.loads(response.data)  # type: ignore[no-any-return]

    def pages(self, **parameters: Any) -> Iterator[list[JsonObject]]:
        """The pages of a result, one request each, the next only when it is asked for."""
        response = self.get(**parameters)
        while True:
            assert response.status_code == 200, response.text
            page = json.loads(response.data)
            yield page["statements"]
            if not page["more"]:
                return
            response = self.get(page["more"])

    def found(self, **parameters: Any) -> list[str]:
        """The ids of all that a query matches, in the order of the answer."""
        return [s["id"] for page in self.pages(**_texts(parameters)) for s in page]


def _json(body: Any) -> dict[str, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return {"data": data, "content_type": "application/json"}


def _texts(parameters: dict[str, Any]) -> dict[str, str]:
    """Parameters as a query string holds them: agents as JSON, booleans in lower case."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in parameters.items()
    }
