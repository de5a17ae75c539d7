"""Good requests that store statements."""

from __future__ import annotations

import json
from hashlib import sha256
from random import Random
from uuid import UUID

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import SIGNATURE
from lrs.domain.xapi.statement import VOIDED
from lrs.domain.xapi.version import Version
from tests.system.fuzz import world as the
from tests.system.fuzz.drafts import HASH, JSON, STATEMENTS, WRITTEN, Draft


def fresh(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def statement(chance: Random, version: Version, id: str) -> JsonObject:
    """A valid statement; most are about people and courses that others are about, too."""
    made: JsonObject = {**chance.choice(the.STATEMENTS[version]), "id": id}
    if chance.random() < 0.7:
        made["actor"] = chance.choice(the.AGENTS)
        made["verb"] = {"id": chance.choice(the.VERBS)}
        made["object"] = {"id": chance.choice(the.ACTIVITIES)}
    return made


def written(chance: Random, value: object) -> bytes:
    """JSON in one of its spellings."""
    match chance.randrange(4):
        case 0:
            return json.dumps(value, indent=1, ensure_ascii=False).encode()
        case 1:
            return json.dumps(value).encode()
        case _:
            return the.compact(value).encode()


def post(chance: Random, version: Version) -> Draft:
    many = [
        statement(chance, version, fresh(chance))
        for _ in range(chance.choice((1, 1, 1, 1, 1, 1, 2, 2, 5)))
    ]
    if chance.random() < 0.2:
        del many[0]["id"]
    body = written(chance, many if len(many) > 1 or chance.random() < 0.3 else many[0])
    return Draft("post", "POST", STATEMENTS, {}, {"Content-Type": JSON}, body)


def heavy(chance: Random, version: Version) -> Draft:
    """Statements that take far more memory than bytes, or many bytes; some are too much."""
    lists, texts, many = chance.choice(
        ((30_000, 0, 1), (1_000_000, 0, 1), (600, 0, 60), (0, 1_500_000, 1), (0, 9_000, 50))
    )
    made = [statement(chance, version, fresh(chance)) for _ in range(many)]
    for one in made:
        activity = f"http://example.org/activities/{fresh(chance)}"
        extensions = {"http://example.org/x": [[]] * lists, "http://example.org/y": "я" * texts}
        other = [{"id": activity, "definition": {"extensions": extensions}}]
        one["context"] = {"contextActivities": {"other": other}}
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
    expects = frozenset({200, 413})
    return Draft("heavy", "POST", STATEMENTS, {}, {"Content-Type": JSON}, body, expects)


def again(chance: Random, version: Version) -> Draft:
    many = [statement(chance, version, chance.choice(the.KNOWN)) for _ in range(2)]
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    expects = frozenset({200, 400, 409})
    return Draft("again", "POST", STATEMENTS, {}, headers, written(chance, many), expects)


def void(chance: Random, version: Version) -> Draft:
    target = {"objectType": "StatementRef", "id": chance.choice(the.KNOWN)}
    made = {"actor": chance.choice(the.AGENTS), "verb": {"id": VOIDED}, "object": target}
    if chance.random() < 0.3:
        made["verb"] = {"id": chance.choice(the.VERBS)}
    return Draft("void", "POST", STATEMENTS, {}, {"Content-Type": JSON}, written(chance, made))


def put(chance: Random, version: Version) -> Draft:
    id = fresh(chance)
    body = written(chance, statement(chance, version, id))
    draft = Draft("put", "PUT", STATEMENTS, {"statementId": id}, {"Content-Type": JSON}, body)
    draft.expects, draft.acknowledges = WRITTEN, id
    return draft


def attached(chance: Random, version: Version) -> Draft:
    """Statements with bytes; one in four is signed."""
    made = statement(chance, version, fresh(chance))
    made.pop("attachments", None)
    bodies = chance.sample(the.CONTENTS, chance.randrange(4))
    usage, type_ = "http://example.org/usage", "application/octet-stream"
    declared = [_declared(usage, type_, content) for content in bodies]
    if chance.random() < 0.25:
        bodies.append(the.signed(made))
        declared.append(_declared(SIGNATURE, type_, bodies[-1]))
    made["attachments"] = declared
    parts = [
        f"Content-Type: {type_}\r\nContent-Transfer-Encoding: binary\r\n"
        f"{HASH}: {sha256(content).hexdigest()}\r\n\r\n".encode()
        + content
        for content in bodies
    ]
    boundary = chance.choice(("limit", "-------314159265358979323846", "a'()+_,-./:=?0"))
    lines = [f"Content-Type: {JSON}\r\n\r\n".encode() + written(chance, made), *parts]
    body = b"".join(b"\r\n--" + boundary.encode() + b"\r\n" + part for part in lines)
    body = body[2:] if chance.random() < 0.5 else body
    headers = {"Content-Type": f'multipart/mixed; boundary="{boundary}"'}
    end = b"\r\n--" + boundary.encode() + b"--" + chance.choice((b"\r\n", b""))
    return Draft("attached", "POST", STATEMENTS, {}, headers, body + end)


def _declared(usage: str, content_type: str, content: bytes) -> JsonObject:
    return {
        "usageType": usage,
        "display": {"ru": "вложение"},
        "contentType": content_type,
        "length": len(content),
        "sha2": sha256(content).hexdigest(),
    }
