from __future__ import annotations

import base64
from statistics import median
from time import perf_counter

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.domain.errors import Unauthenticated
from lrs.service import CredentialService, Lrs
from lrs.service.credentials import REMEMBERED_FOR
from tests.api.caller import STATEMENTS, Caller, basic, fresh, said
from tests.api.opening import Calling
from tests.api.xapi.test_bad_bodies import refused

pytestmark = pytest.mark.rules

OPEN = ("/", "/health", "/xapi/about")


def header(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode("latin-1")).decode()


MALFORMED = {
    "empty": "",
    "another scheme": "Bearer abc",
    "no base64": "Basic ***",
    "no padding": "Basic YTp",
    "no colon": header("name"),
    "no UTF-8": header("\xff:x"),
    "nothing after it": "Basic",
    "as a launch link has it": "Basic%20YTpi",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_credentials_are_no_credentials(client: Caller, case: str) -> None:
    """RFC 7617: 401 with a challenge, whatever came."""
    response = client.send("GET", STATEMENTS, headers={"Authorization": MALFORMED[case]})
    refused(response, 401, "malformed-credentials")
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_good_pair_counts_in_one_form_alone(client: Caller) -> None:
    """Neither under another scheme, nor with what is no base64 within it."""
    assert client.key is not None
    encoded = basic(client.key.name, client.key.secret).removeprefix("Basic ")
    for sent in (f"Bearer {encoded}", f"Basic {encoded[:8]}*{encoded[8:]}", f"Basic {encoded}!"):
        response = client.send("GET", STATEMENTS, headers={"Authorization": sent})
        refused(response, 401, "malformed-credentials")
    for sent in (f"Basic {encoded}", f"bASIC {encoded}"):
        assert client.send("GET", STATEMENTS, headers={"Authorization": sent}).status_code == 200


def test_the_way_in_and_health_are_open_to_all(client: Caller) -> None:
    """They say nothing about people; a bad key does not close them."""
    for caller in (Caller(client.http, None), client):
        for headers in ({}, {"Authorization": "Basic ***"}):
            statuses = [caller.send("GET", p, headers=headers).status_code for p in OPEN]
            assert statuses == [200, 200, 200]


def test_unknown_wrong_and_revoked_keys_are_refused_alike(
    client: Caller, calling: Calling, lrs: Lrs
) -> None:
    """Nothing tells an attacker which names exist."""
    revoked = calling(Scope.ALL)
    assert client.key is not None
    assert revoked.key is not None
    lrs.credentials.revoke(revoked.key.id)
    pairs = [
        (client.key.name, "wrong"),
        (client.key.name, ""),
        (fresh(), client.key.secret),
        ("", ""),
        ("nobody", "x"),
        (revoked.key.name, revoked.key.secret),
    ]
    answers = set()
    for name, secret in pairs:
        response = client.send("GET", STATEMENTS, headers={"Authorization": basic(name, secret)})
        refused(response, 401, "unauthenticated")
        answers.add((response.json["detail"], response.headers["WWW-Authenticate"]))
    assert len(answers) == 1


def test_an_unknown_name_takes_as_long_as_a_wrong_secret(client: Caller, lrs: Lrs) -> None:
    """Equal work for both; a busy machine may spoil a round, a difference spoils them all."""
    assert client.key is not None
    user = client.key.name

    def took(name: str) -> float:
        began = perf_counter()
        with pytest.raises(Unauthenticated):
            lrs.credentials.check(name, "wrong")
        return perf_counter() - began

    def ratio() -> float:
        unknown, wrong = [], []
        for _ in range(40):
            unknown.append(took(fresh()))
            wrong.append(took(user))
        return median(unknown) / median(wrong)

    assert any(0.8 < ratio() < 1.25 for _ in range(10))


def test_a_revoked_key_is_refused_within_seconds(lrs: Lrs) -> None:
    """A good key is remembered for a moment, and no longer."""
    now = 0.0
    credentials = CredentialService(lrs.ledger, "http://keys.example.org", clock=lambda: now)
    key = credentials.create("test", [Scope.ALL])
    assert credentials.check(key.name, key.secret).id == key.id
    credentials.revoke(key.id)
    now = REMEMBERED_FOR + 0.1
    with pytest.raises(Unauthenticated):
        credentials.check(key.name, key.secret)


def test_the_authority_is_the_keys_own(client: Caller, calling: Calling) -> None:
    """1.0.3 part 2, 2.4.9: set from the credential, whatever a client without the right says."""
    module, forged = calling(Scope.STATEMENTS_WRITE), {"mbox": "mailto:boss@example.org"}
    statement = said(authority=forged)
    module.store(statement)
    assert module.key is not None
    account = {"homePage": "http://zachetka.local/keys", "name": module.key.name}
    assert client.one(statement["id"])["authority"] == {
        "objectType": "Agent",
        "name": "test",
        "account": account,
    }
    own = {"account": account}
    assert client.found(agent=own, related_agents="true") == [statement["id"]]


def test_a_key_with_the_scope_all_may_pass_on_an_authority(client: Caller) -> None:
    """1.0.3 part 2, 2.4.9: a trusted client, as when moving from another store."""
    alone = {"objectType": "Agent", "mbox": "mailto:boss@example.org"}
    consumer = {"account": {"homePage": "https://oauth.example.org", "name": "app"}}
    pair = {"objectType": "Group", "member": [consumer, alone]}
    for authority in (alone, pair):
        (id,) = client.store(said(authority=authority))
        assert client.one(id)["authority"] == authority
    identified = {**pair, "mbox": "mailto:g@example.org"}
    refused(client.post(said(authority=identified)), 400, "authority-group", "/authority")
