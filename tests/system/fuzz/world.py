"""What the requests are about: a world small enough that they meet each other in it.

Everything here is the same in each run, so that a request follows from its seed alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from lrs.domain.xapi.agent import JsonObject
from tests.schemas.examples import V1, V2
from tests.system.fuzz.drawing import Drawing

ACTIVITIES = [f"https://courses.example.org/{n}" for n in range(30)] + ["http://[::1]/курс/%D0%B9"]
VERBS = [
    "http://adlnet.gov/expapi/verbs/" + word
    for word in ("attended", "initialized", "completed", "passed", "failed", "terminated", "scored")
]
REGISTRATIONS = [str(UUID(int=n, version=4)) for n in range(1, 20)]
AGENTS: list[JsonObject] = [
    *({"mbox": f"mailto:trainee{n}@example.org"} for n in range(40)),
    *({"account": {"homePage": "https://hr.example.org", "name": f"{n:04}"}} for n in range(40)),
    {"openid": "https://anna.example.org/"},
    {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"},
    {"objectType": "Group", "mbox": "mailto:office@example.org"},
    {"name": "Анна", "mbox": "mailto:анна@пример.рф"},
]
KNOWN = [str(UUID(int=n, version=4)) for n in range(10_000, 12_000)]
"""Ids of statements that are sent again and again, referred to and voided."""

STATEMENTS = {version: Drawing(Random(version), version).many(150) for version in (V1, V2)}
"""Valid statements of every shape, to be sent under ids of their own."""

NAMES = ["bookmark", "настройки", "a/b?c&d=e%20", "x" * 300, *(f"s{n}" for n in range(12))]
CONTENTS = [
    b"",
    b"{}",
    b'{"a":1,"b":[null,1.10,"\xd1\x91"]}',
    b'{"c":{"d":12345678901234567890}}',
    b"[1,2]",
    b"not JSON",
    bytes(range(256)),
    b'{"long":"' + b"x" * 9_000 + b'"}',
]
"""Of documents and attachments."""

HASHES = {sha256(content).hexdigest(): content for content in CONTENTS}


def signed(statement: JsonObject) -> bytes:
    """A JSON Web Signature that says so; without a certificate nobody can tell that it is none."""
    value = "no signature, but as long as an RSA key of 512 bits makes one: " * 2
    parts = json.dumps({"alg": "RS256"}), json.dumps(statement), value
    return b".".join(base64.urlsafe_b64encode(p.encode()).rstrip(b"=") for p in parts)


@dataclass(frozen=True)
class World:
    """Where requests go and who may send them: base64 of NAME:SECRET, the first for everything."""

    port: int
    logins: Sequence[str]


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
