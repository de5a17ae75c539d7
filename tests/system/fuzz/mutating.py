"""Spoiling a good request: its JSON, its bytes, its parameters, its headers, its path.

What is left is still good HTTP; whether it is still a good request nobody knows.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.schemas.mutations import REPLACEMENTS, places
from tests.system.fuzz.drafts import DOCUMENTS, STATEMENTS, Draft
from tests.system.fuzz.oddities import HEADERS, PERCENTS, TEXTS, TOKENS, VALUES


def spoil(chance: Random, draft: Draft) -> str:
    """Spoil it in one way, in place; the name of the way."""
    way = chance.choice(WITH_BODY if draft.body else _WITHOUT)
    if draft.kind == "more" and chance.random() < 0.6:
        way = _token
    way(chance, draft)
    draft.expects = frozenset()
    return way.__name__.lstrip("_")


def _tree(chance: Random, draft: Draft) -> None:
    """One value of the JSON, or one key, becomes another."""
    try:
        value = json.loads(draft.body)
    except (ValueError, RecursionError):
        return _bytes(chance, draft)
    spots = list(places(value)) if isinstance(value, dict | list) else []
    for _ in range(chance.choice((1, 1, 2))):
        if not spots:
            return None
        holder, key = chance.choice(spots)
        if isinstance(holder, dict) and chance.random() < 0.3 and key in holder:
            holder[chance.choice((key.upper(), key + " ", "id", "unknown"))] = holder.pop(key)
        elif isinstance(holder, dict) or key < len(holder):
            holder[key] = chance.choice((*REPLACEMENTS, *TEXTS[:12], 10**400, -1))
    draft.body = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(errors="replace")
    return None


def _bytes(chance: Random, draft: Draft) -> None:
    """Some bytes flipped, cut off, doubled, or others put between."""
    body = bytearray(draft.body)
    for _ in range(chance.choice((1, 1, 1, 3))):
        at = chance.randrange(len(body) + 1)
        match chance.randrange(6):
            case 0 if at < len(body):
                body[at] ^= 1 << chance.randrange(8)
            case 1:
                del body[at:]
            case 2:
                del body[at : at + chance.randrange(1, 20)]
            case 3:
                begin = chance.randrange(len(body) + 1)
                body[at:at] = body[begin : begin + chance.randrange(200)]
            case _:
                body[at:at] = chance.choice(TOKENS)
    draft.body = bytes(body)


def _large(chance: Random, draft: Draft) -> None:
    """More than there may be of something."""
    match chance.randrange(4):
        case 0:
            draft.body = draft.body.ljust(chance.choice((99_990, 100_001, 250_000)))
        case 1:
            times = chance.choice((2, 60)) if len(draft.body) < 10_000 else 2
            draft.body = b"[" + b",".join([draft.body] * times) + b"]"
        case 2:
            draft.body = b"[" + b"{}," * chance.choice((10, 300)) + b"{}]"
        case _:
            part = b"\r\n--limit\r\nContent-Type: application/json\r\n\r\n"
            draft.body = part + draft.body + part * chance.choice((3, 80)) + b"\r\n--limit--"
            draft.headers["Content-Type"] = "multipart/mixed; boundary=limit"


def _multipart(chance: Random, draft: Draft) -> None:
    """A line of the heads of parts, or of the boundaries, becomes another."""
    lines = draft.body.split(b"\r\n")
    at = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 2:
            lines[at] = lines[at].swapcase()
        case 3:
            lines[at] = lines[at].replace(b": ", b" : ").replace(b"--", b"-")
        case _:
            lines[at] = chance.choice(TOKENS)
    draft.body = chance.choice((b"\r\n", b"\r\n", b"\n")).join(lines)


def _parameter(chance: Random, draft: Draft) -> None:
    names = [*draft.params, "statementId", "agent", "since", "limit", "Agent", "unknown", "method"]
    name = chance.choice(names)
    if name in draft.params and chance.random() < 0.2:
        del draft.params[name]
    else:
        draft.params[name] = chance.choice(TEXTS)


def _query(chance: Random, draft: Draft) -> None:
    """The query string itself: percent escapes, names twice, signs missing."""
    query = draft.query
    at = chance.randrange(len(query) + 1)
    match chance.randrange(5):
        case 0:
            query = query[:at] + chance.choice(PERCENTS) + query[at:]
        case 1:
            query = re.sub("=", chance.choice(("", "==", "%3D")), query, count=1)
        case 2:
            query = f"{query}&{query}"
        case 3:
            query += "&" * chance.choice((1, 40)) + "a=b&" * chance.choice((1, 40))
        case _:
            query = query[:at]
    draft.path, draft.params = f"{draft.path}?{query}", {}


def _header(chance: Random, draft: Draft) -> None:
    name = chance.choice((*draft.headers, *HEADERS))
    if name in draft.headers and chance.random() < 0.3:
        del draft.headers[name]
    else:
        draft.headers[name] = chance.choice(VALUES)


def _path(chance: Random, draft: Draft) -> None:
    at = chance.randrange(len(draft.path) + 1)
    middle = chance.choice((*PERCENTS, "/", "//", "..", "x" * 3_000, ";a=b", "%3F", "A", "."))
    draft.path = "/" + (draft.path[:at] + middle + draft.path[at:]).lstrip("/")


def _token(chance: Random, draft: Draft) -> None:
    """A `more` link that the store never gave, but might take for its own."""
    odd: tuple[Any, ...] = (None, True, -1, 0, 2**31, 2**63, 1.5, [], {}, *TEXTS[:24])
    criteria = dict.fromkeys(("agent", "verb", "activity", "registration"))
    related = dict.fromkeys(("related_agents", "related_activities"), False)
    cursor: dict[str, Any] = {"limit": 5, "ascending": False, "after": 0, "upto": 1_000}
    cursor["criteria"] = criteria | related
    for _ in range(chance.choice((1, 1, 2))):
        holder = chance.choice((cursor, cursor.get("criteria")))
        if isinstance(holder, dict):
            holder[chance.choice((*holder, "other"))] = deepcopy(chance.choice(odd))
    written = json.dumps(cursor).encode()
    draft.path = f"/xapi/more/{base64.urlsafe_b64encode(written).decode().rstrip('=')}"


def _method(chance: Random, draft: Draft) -> None:
    draft.method = chance.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"))


def _place(chance: Random, draft: Draft) -> None:
    """What was meant for one resource is sent to another."""
    draft.path = chance.choice((STATEMENTS, *DOCUMENTS, "/xapi/agents", "/xapi/activities"))


def _form(chance: Random, draft: Draft) -> None:
    """A form where none was meant, or one with odd fields."""
    fields: dict[str, Any] = {**draft.params, chance.choice(HEADERS): chance.choice(VALUES)}
    if chance.random() < 0.5:
        fields["content"] = draft.body
    draft.params = {"method": chance.choice(("GET", "PUT", "POST", "DELETE", "get", "", "X"))}
    draft.method, draft.body = "POST", urlencode(fields).encode()
    draft.headers["Content-Type"] = "application/x-www-form-urlencoded"
    if chance.random() < 0.3:
        draft.body += chance.choice((b"&", b"%", b"&a", b"%ff=%ff", b"\xff", b"&a=b" * 120))


_Way = Callable[[Random, Draft], None]
_WITHOUT: tuple[_Way, ...] = (_parameter, _query, _header, _path, _method, _place, _form)
WITH_BODY: tuple[_Way, ...] = (*_WITHOUT, _tree, _tree, _bytes, _bytes, _large, _multipart)
