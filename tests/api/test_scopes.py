"""Every scope, every resource, every method: what is allowed succeeds, all else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.api.caller import Answer, Caller
from tests.api.opening import Calling
from tests.api.scopes import PLACES, About, Ask, about, asked
from tests.api.xapi.test_bad_bodies import head

pytestmark = pytest.mark.rules

# Rows: a request for what another key has written. Columns: the one scope of the key that asks;
# `none` is no key, a wrong secret, and a key that was revoked. `own` is 200 or 204 without what is
# not the key's own, and nothing of it is.
TABLE = """
                        all  all/read  write  read  mine  state  profile  define  none
GET    statements       200  200       403    200   own   403    403      403     401
HEAD   statements       200  200       403    200   own   403    403      403     401
PUT    statements       204  403       204    403   403   403    403      403     401
POST   statements       200  403       200    403   403   403    403      403     401
GET    statements+one   200  200       403    200   404   403    403      403     401
HEAD   statements+one   200  200       403    200   404   403    403      403     401
GET    statements+voided 200 200       403    200   404   403    403      403     401
HEAD   statements+voided 200 200       403    200   404   403    403      403     401
GET    more             200  200       403    200   own   403    403      403     401
HEAD   more             200  200       403    200   own   403    403      403     401

GET    state            200  200       403    403   403   404    403      403     401
HEAD   state            200  200       403    403   403   404    403      403     401
GET    state+ids        200  200       403    403   403   own    403      403     401
HEAD   state+ids        200  200       403    403   403   own    403      403     401
PUT    state            204  403       403    403   403   403    403      403     401
POST   state            204  403       403    403   403   403    403      403     401
DELETE state            204  403       403    403   403   403    403      403     401
DELETE state+ids        204  403       403    403   403   own    403      403     401

GET    agent-profile     200 200       403    403   403   403    404      403     401
HEAD   agent-profile     200 200       403    403   403   403    404      403     401
GET    agent-profile+ids 200 200       403    403   403   403    own      403     401
HEAD   agent-profile+ids 200 200       403    403   403   403    own      403     401
PUT    agent-profile     204 403       403    403   403   403    403      403     401
POST   agent-profile     204 403       403    403   403   403    403      403     401
DELETE agent-profile     204 403       403    403   403   403    403      403     401

GET    activity-profile     200 200    403    403   403   403    200      403     401
HEAD   activity-profile     200 200    403    403   403   403    200      403     401
GET    activity-profile+ids 200 200    403    403   403   403    200      403     401
HEAD   activity-profile+ids 200 200    403    403   403   403    200      403     401
PUT    activity-profile     204 403    403    403   403   403    204      403     401
POST   activity-profile     204 403    403    403   403   403    204      403     401
DELETE activity-profile     204 403    403    403   403   403    204      403     401

GET    agents           200  200       403    200   403   200    200      200     401
HEAD   agents           200  200       403    200   403   200    200      200     401
GET    activities       200  200       403    200   403   200    200      200     401
HEAD   activities       200  200       403    200   403   200    200      200     401
GET    about            200  200       200    200   200   200    200      200     200
HEAD   about            200  200       200    200   200   200    200      200     200

GET    transcripts      200  200       403    403   403   403    403      403     401
HEAD   transcripts      200  200       403    403   403   403    403      403     401
GET    transcripts+one  200  200       403    403   403   403    403      403     401
HEAD   transcripts+one  200  200       403    403   403   403    403      403     401
GET    courses          200  200       403    403   403   403    403      403     401
HEAD   courses          200  200       403    403   403   403    403      403     401
GET    courses+one      200  200       403    403   403   403    403      403     401
HEAD   courses+one      200  200       403    403   403   403    403      403     401
GET    statistics       200  200       403    403   403   403    403      403     401
HEAD   statistics       200  200       403    403   403   403    403      403     401
GET    certifications   200  200       403    403   403   403    403      403     401
HEAD   certifications   200  200       403    403   403   403    403      403     401
GET    certifications+one 200  200       403    403   403   403    403      403     401
HEAD   certifications+one 200  200       403    403   403   403    403      403     401
GET    offices          200  200       403    403   403   403    403      403     401
HEAD   offices          200  200       403    403   403   403    403      403     401
GET    offices+one      200  200       403    403   403   403    403      403     401
HEAD   offices+one      200  200       403    403   403   403    403      403     401
GET    services         200  200       403    403   403   403    403      403     401
HEAD   services         200  200       403    403   403   403    403      403     401
GET    services+one     200  200       403    403   403   403    403      403     401
HEAD   services+one     200  200       403    403   403   403    403      403     401
GET    visits           200  200       403    403   403   403    403      403     401
HEAD   visits           200  200       403    403   403   403    403      403     401
GET    unrecognised     200  200       403    403   403   403    403      403     401
HEAD   unrecognised     200  200       403    403   403   403    403      403     401
GET    explain          200  200       403    403   403   403    403      403     401
HEAD   explain          200  200       403    403   403   403    403      403     401
GET    events           200  200       403    403   403   403    403      403     401
HEAD   events           200  200       403    403   403   403    403      403     401
"""

NAMES = ("all", "all/read", "write", "read", "mine", "state", "profile", "define", "none")
SCOPES = dict(zip(NAMES, Scope, strict=False))
ROWS = {
    (method, resource.replace("+", " ")): dict(zip(NAMES, statuses, strict=True))
    for method, resource, *statuses in map(str.split, filter(None, TABLE.splitlines()[2:]))
}
each_row = pytest.mark.parametrize(("method", "resource"), ROWS, ids=map(" ".join, ROWS))
Keys = Mapping[str, list[Caller]]


@pytest.fixture(scope="module")
def of(client: Caller) -> About:
    return about(client)


@pytest.fixture(scope="module")
def keys(client: Caller, calling: Calling, lrs: Lrs) -> Keys:
    """The columns of the table."""
    revoked = calling(Scope.ALL)
    assert client.key is not None
    assert revoked.key is not None
    lrs.credentials.revoke(revoked.key.id)
    wrong = replace(client, key=replace(client.key, secret="wrong"))
    good = {name: [calling(scope)] for name, scope in SCOPES.items()}
    return {**good, "none": [replace(client, key=None), wrong, revoked]}


def outcome(answer: Answer, method: str, ask: Ask) -> str:
    """The status, or `own` for an answer that holds nothing of what was asked for."""
    status = answer.status_code
    if status in (401, 403, 404):
        assert answer.mimetype == "application/problem+json"
    if method == "HEAD":
        assert answer.data == b""
    elif status == 403:
        assert answer.json["code"] in ("scope-too-narrow", "another-keys-document")
    elif not _shown(ask, method, answer):
        return "own"
    return str(status)


def _shown(ask: Ask, method: str, answer: Answer) -> bool:
    """Whether the answer holds what was asked for, or what was to be deleted is gone."""
    if method == "DELETE":
        return answer.status_code != 204 or ask.done is None or ask.done()
    return answer.status_code != 200 or ask.shows in answer.text


@each_row
def test_each_scope_opens_what_the_table_says(
    client: Caller, keys: Keys, of: About, method: str, resource: str
) -> None:
    """1.0.3 part 3, 4.2 names the scopes; what is refused has changed nothing."""
    found: dict[str, set[str]] = {}
    for name, expected in ROWS[method, resource].items():
        for caller in keys[name]:
            ask, before = asked(of, method, resource), head(client)
            outcomes = {outcome(ask.sent(caller, method), method, ask)}
            changed = ask.done is not None and expected in ("200", "204")
            assert (head(client) > before) is changed, name
            assert ask.done is None or ask.done() is changed, name
            found[name] = outcomes | found.get(name, set())
    statuses = ROWS[method, resource]
    as_told = {"own": "200"} if method == "HEAD" else {}
    assert found == {name: {as_told.get(status, status)} for name, status in statuses.items()}


@each_row
def test_the_alias_is_no_way_around(keys: Keys, of: About, method: str, resource: str) -> None:
    """Ralph's command line asks below /xAPI: whoever is refused below /xapi is refused there."""
    row, ask = ROWS[method, resource], asked(of, method, resource)
    if not ask.path.startswith("/xapi/"):
        assert ask.sent(keys["all"][0], method).status_code == 200
        return
    alias = replace(ask, path=f"/xAPI/{ask.path.removeprefix('/xapi/')}")
    for name in ("define", "write", "none", "all"):
        assert str(alias.sent(keys[name][0], method).status_code) == row[name], name


@each_row
def test_a_key_with_several_scopes_may_do_what_each_of_them_allows(
    calling: Calling, of: About, method: str, resource: str
) -> None:
    """What a module has: its own statements, State and profiles; no report."""
    scopes = ("write", "mine", "state", "profile", "define")
    ask = asked(of, method, resource)
    result = outcome(ask.sent(calling(*(SCOPES[s] for s in scopes)), method), method, ask)
    statuses = {ROWS[method, resource][s] for s in scopes} - {"403"}
    best = min(statuses, default="403")
    assert result == ("200" if (best, method) == ("own", "HEAD") else best)


@pytest.mark.parametrize("resource", PLACES)
def test_a_resource_has_no_methods_but_those_of_the_table(
    client: Caller, keys: Keys, resource: str
) -> None:
    """1.0.3 part 3, 3.2: 405, with a key or without, and Allow names what there is."""
    methods = {method for method, named in ROWS if named == resource}
    before = head(client)
    for method in {"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"} - methods:
        for caller in (*keys["all"], *keys["none"]):
            answer = caller.send(method, PLACES[resource])
            assert answer.status_code == 405, method
            assert set(answer.headers["Allow"].split(", ")) == {*methods, "OPTIONS"}
    assert head(client) == before
