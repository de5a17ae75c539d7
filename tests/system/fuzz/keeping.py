"""Good requests about documents: State, Agent Profile, Activity Profile."""

from __future__ import annotations

from hashlib import sha1
from random import Random

from lrs.domain.xapi.version import Version
from tests.schemas.values import TIMESTAMPS
from tests.system.fuzz import world as the
from tests.system.fuzz.drafts import DOCUMENTS, JSON, KEPT, WRITTEN, Draft


def _place(chance: Random, path: str) -> dict[str, str]:
    params = {}
    if path != DOCUMENTS[2]:
        params["agent"] = the.compact(chance.choice(the.AGENTS))
    if path != DOCUMENTS[1]:
        params["activityId"] = chance.choice(the.ACTIVITIES[:9])
    if path == DOCUMENTS[0] and chance.random() < 0.3:
        params["registration"] = chance.choice(the.REGISTRATIONS)
    return params


def document(chance: Random, version: Version) -> Draft:
    path = chance.choice(DOCUMENTS)
    params = _place(chance, path)
    method = chance.choice(("PUT", "PUT", "POST", "GET", "GET", "HEAD", "DELETE"))
    headers: dict[str, str] = {}
    etag = f'"{sha1(chance.choice(the.CONTENTS)).hexdigest()}"'
    if method in ("GET", "HEAD") and chance.random() < 0.3:
        if chance.random() < 0.5:
            params["since"] = chance.choice(TIMESTAMPS)
        return Draft("names", method, path, params)
    params["stateId" if path == DOCUMENTS[0] else "profileId"] = chance.choice(the.NAMES)
    if chance.random() < 0.6:
        name = chance.choice(("If-Match", "If-None-Match"))
        headers[name] = chance.choice(("*", etag, etag, f"W/{etag}", f'"x", {etag}'))
    if method in ("GET", "HEAD", "DELETE"):
        expects = frozenset({200, 304, 404}) if method != "DELETE" else KEPT
        return Draft("document", method, path, params, headers, expects=expects)
    content = chance.choice(the.CONTENTS)
    if method == "POST" or content[:1] == b"{":
        headers["Content-Type"] = JSON
    elif chance.random() < 0.8:
        headers["Content-Type"] = chance.choice(("text/plain; charset=utf-8", "image/png", "a/b"))
    return Draft("document", method, path, params, headers, content, KEPT)


def clear(chance: Random, version: Version) -> Draft:
    path = DOCUMENTS[0]
    return Draft("clear", "DELETE", path, _place(chance, path), expects=WRITTEN)
