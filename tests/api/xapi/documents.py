"""Documents of the three resources, as a client sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha1
from typing import Any

from tests.api.caller import Answer, Caller, fresh, someone

KINDS = ("state", "agent-profile", "activity-profile")
PATHS = {
    "state": "/xapi/activities/state",
    "agent-profile": "/xapi/agents/profile",
    "activity-profile": "/xapi/activities/profile",
}
VERSIONS = ("1.0.3", "2.0.0")
JSON = "application/json"
BYTES = "application/octet-stream"


def tag_of(data: bytes) -> str:
    """The ETag that 1.0.3 wants (part 3, 3.1): the SHA-1 of the contents, in quotation marks."""
    return f'"{sha1(data).hexdigest()}"'


@dataclass(frozen=True)
class Doc:
    """A document under its parameters, and who asks for it. It need not exist."""

    by: Caller
    kind: str
    where: Mapping[str, str]

    @property
    def path(self) -> str:
        return PATHS[self.kind]

    @property
    def key(self) -> str:
        """The name of the parameter that names the document among others."""
        return "stateId" if self.kind == "state" else "profileId"

    @property
    def name(self) -> str:
        return self.where[self.key]

    def at(self, **parameters: str) -> Doc:
        """The document under these parameters instead of, or beside, its own."""
        return replace(self, where={**self.where, **parameters})

    def named(self, name: str) -> Doc:
        """Another document beside this one."""
        return self.at(**{self.key: name})

    def asked_by(self, caller: Caller) -> Doc:
        return replace(self, by=caller)

    @property
    def around(self) -> dict[str, str]:
        """The parameters of all the documents beside this one."""
        return {name: value for name, value in self.where.items() if name != self.key}

    def send(self, method: str, data: bytes = b"", media: str = "", **headers: str) -> Answer:
        """A request for the document; `if_match` is the header If-Match."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {"data": data, "content_type": media} if data or media else {}
        return self.by.send(method, self.path, query_string=self.where, headers=fields, **sent)

    def get(self, **headers: str) -> Answer:
        return self.send("GET", b"", "", **headers)

    def put(self, data: bytes, media: str = BYTES, **headers: str) -> Answer:
        return self.send("PUT", data, media, **headers)

    def post(self, data: bytes, media: str = JSON, **headers: str) -> Answer:
        return self.send("POST", data, media, **headers)

    def delete(self, **headers: str) -> Answer:
        return self.send("DELETE", b"", "", **headers)

    def holding(self, data: bytes, media: str = BYTES) -> Doc:
        """The document itself, now with this content; there was none before."""
        response = self.put(data, media, if_none_match="*")
        assert (response.status_code, response.data) == (204, b"")
        return self

    def holds(self, data: bytes, media: str = BYTES) -> bool:
        """Whether it has exactly this content, of this type."""
        response = self.get()
        return (response.status_code, response.data, response.headers["Content-Type"]) == (
            200,
            data,
            media,
        )

    def ids(self, **parameters: str) -> list[str]:
        """The ids of the documents beside it, and its own."""
        response = self.by.get(self.path, **self.around, **parameters)
        assert response.status_code == 200, response.text
        assert response.mimetype == JSON
        found: list[str] = response.json
        return found


def document(by: Caller, kind: str, **parameters: str) -> Doc:
    """A document of an agent and an activity that no other test knows."""
    key = "stateId" if kind == "state" else "profileId"
    where = {key: f"bookmark/{fresh()}"}
    if kind != "activity-profile":
        where["agent"] = json.dumps(someone())
    if kind != "agent-profile":
        where["activityId"] = f"https://example.org/courses/{fresh()}"
    return Doc(by, kind, {**where, **parameters})
