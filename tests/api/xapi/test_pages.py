from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from api.app import create_app
from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, said, voiding
from tests.api.opening import Calling, caller_of, opened, settings_of
from tests.api.xapi.test_bad_bodies import refused
from tests.conftest import Place


def stored(client: Caller, count: int, registration: str) -> list[str]:
    """Ids of new statements in a registration, in the order they are stored."""
    return client.store(*(said(context={"registration": registration}) for _ in range(count)))


@pytest.mark.parametrize("ascending", ["true", "false"])
@pytest.mark.parametrize("limit", [1, 3, 7, 8])
def test_following_more_gives_every_statement_once(
    client: Caller, ascending: str, limit: int
) -> None:
    """1.0.3 part 3, 2.1.3: pages of `limit`, the last one with an empty `more`."""
    registration = fresh()
    ids = stored(client, 7, registration)
    query = {"registration": registration, "ascending": ascending, "limit": str(limit)}
    pages = [[s["id"] for s in page] for page in client.pages(**query)]
    assert [i for page in pages for i in page] == (ids if ascending == "true" else ids[::-1])
    assert [len(p) for p in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1]


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_what_arrives_meanwhile_changes_no_page(client: Caller, ascending: str) -> None:
    """`more` walks the result as it was when the first page was asked for."""
    registration = fresh()
    ids = stored(client, 6, registration)
    walked: list[str] = []
    for page in client.pages(registration=registration, ascending=ascending, limit="2"):
        walked += [s["id"] for s in page]
        stored(client, 3, registration)
    assert walked == (ids if ascending == "true" else ids[::-1])
    assert len(client.found(registration=registration)) == 15


def test_what_is_voided_meanwhile_is_left_out_and_the_rest_comes_once(client: Caller) -> None:
    """A snapshot of positions: voiding takes a statement away, it moves nothing."""
    registration = fresh()
    ids = stored(client, 6, registration)
    pages = client.pages(registration=registration, limit="2", ascending="true")
    walked = [s["id"] for s in next(pages)]
    client.store(voiding(ids[1]), voiding(ids[3]))
    walked += [s["id"] for page in pages for s in page]
    assert walked == [ids[0], ids[1], ids[2], ids[4], ids[5]]


def test_limit_zero_and_a_limit_too_large_mean_the_stores_own(place: Place, own: Caller) -> None:
    """1.0.3 part 3, 2.1.3: 0 is the server's maximum; the rest follows through `more`."""
    ids = own.store(*(said() for _ in range(7)))
    with opened(place, max_page="3") as small:
        client = caller_of(small)
        for query in ({}, {"limit": "0"}, {"limit": "3"}, {"limit": "100000"}):
            pages = [[s["id"] for s in page] for page in client.pages(**query)]
            assert [len(p) for p in pages] == [3, 3, 1]
            assert [i for page in pages for i in page] == ids[::-1]


def test_more_is_a_path_that_keeps_format_and_attachments(client: Caller) -> None:
    """1.0.3 part 2, 2.5: a relative IRL from the server's root; the answer keeps its shape."""
    registration = fresh()
    stored(client, 4, registration)
    more = client.get(registration=registration, limit="1", format="ids").json["more"]
    assert more.startswith("/xapi/statements?more=")
    assert list(parse_qs(urlsplit(more).query)) == ["more", "format"]
    assert list(client.get(more).json["statements"][0]["verb"]) == ["id"]
    assert client.get(more).json["more"].endswith("&format=ids")


def test_more_is_followed_by_its_query_string_beside_the_first_one(client: Caller) -> None:
    """As Ralph does: it sends the first page's parameters again, with those of `more` added."""
    registration = fresh()
    ids = stored(client, 5, registration)
    agent = json.dumps({"mbox": "mailto:anna@example.org"})
    query = {"registration": registration, "limit": "2", "agent": agent, "since": "2020-01-01T00Z"}
    walked: list[str] = []
    while True:
        page = client.get(**query).json
        walked += [s["id"] for s in page["statements"]]
        if not page["more"]:
            break
        query |= {name: value for name, (value,) in parse_qs(urlsplit(page["more"]).query).items()}
    assert walked == ids[::-1]


@pytest.mark.rules
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("registration", "6a1b8a2e-3d0f-4a57-9a3c-0d3f5c1e7b44"),
        ("verb", "https://example.org/verbs/other"),
        ("ascending", "true"),
        ("related_agents", "true"),
        ("agent", '{"mbox":"mailto:boris@example.org"}'),
    ],
)
def test_more_is_not_followed_beside_another_query(client: Caller, name: str, value: str) -> None:
    """What the page would hold is not what was asked for: it is refused by name."""
    registration = fresh()
    stored(client, 2, registration)
    more = client.get(registration=registration, limit="1").json["more"]
    refused(client.get(f"{more}&{urlencode({name: value})}"), 400, "contradicts-more")
    exclusive = f"{more}&statementId={fresh()}"
    refused(client.get(exclusive), 400, "parameters-exclude-each-other")


def test_the_older_form_of_more_goes_on_working(client: Caller) -> None:
    """Links that were given before, and are still in somebody's hands, never expire."""
    registration = fresh()
    ids = stored(client, 3, registration)
    more = client.get(registration=registration, limit="1", format="ids").json["more"]
    (token,) = parse_qs(urlsplit(more).query)["more"]
    older = client.get(f"/xapi/more/{token}?format=ids").json
    assert older == client.get(more).json
    assert [s["id"] for s in older["statements"]] == [ids[1]]


@pytest.mark.rules
@pytest.mark.parametrize("passed_on", ["", "/lrs"])
def test_links_begin_with_the_path_of_the_public_url(
    place: Place, own: Caller, passed_on: str
) -> None:
    """LRS_PUBLIC_URL: behind a proxy, which may take the path away or pass it on."""
    stored(own, 3, registration := fresh())
    with opened(place, public_url="https://portal.example.org/lrs/") as lrs:
        caller = caller_of(lrs)
        first = caller.get(f"{passed_on}/xapi/statements", registration=registration, limit="1")
        more = first.json["more"]
        assert more.startswith("/lrs/xapi/statements?more=")
        assert caller.get(passed_on + more.removeprefix("/lrs")).json["statements"]
        assert caller.get(f"{passed_on}/").json["xapi"] == "/lrs/xapi/statements"
        assert caller.get("/lrsx/xapi/statements").status_code == 404


@pytest.mark.rules
def test_links_of_reports_begin_with_it_too(place: Place, own: Caller) -> None:
    """Their `more`, as that of statements, and the addresses of one person's reports."""
    done = {"id": "http://adlnet.gov/expapi/verbs/completed"}
    own.store(*(said(verb=done, actor={"mbox": f"mailto:{name}@b.org"}) for name in "ab"))
    with opened(place, public_url="https://portal.example.org/lrs") as lrs:
        caller = caller_of(lrs)
        page = caller.get("/api/v1/transcripts", limit="1").json
        assert page["trainees"][0]["transcript"] == "/lrs/api/v1/transcripts/mbox%7Cmailto:a@b.org"
        more = page["more"]
        assert more.startswith("/lrs/api/v1/transcripts?limit=1&after=")
        assert len(caller.get(more).json["trainees"]) == 1


@pytest.mark.rules
def test_no_header_of_a_request_says_where_the_store_is(client: Caller) -> None:
    """X-Forwarded-Prefix could come from anybody; the setting is the operator's."""
    stored(client, 2, registration := fresh())
    headers = {"X-Forwarded-Prefix": "/elsewhere", "Forwarded": "host=elsewhere"}
    query = {"registration": registration, "limit": "1"}
    answer = client.send("GET", "/xapi/statements", query_string=query, headers=headers)
    assert answer.json["more"].startswith("/xapi/statements?")


@pytest.mark.rules
def test_more_names_the_prefix_that_the_store_is_mounted_under(lrs: Lrs, client: Caller) -> None:
    """By a server that knows it: the path must work as it stands."""
    stored(client, 2, registration := fresh())
    mounted = Caller(create_app(lrs).test_client(), client.key)
    response = mounted.send(
        "GET",
        "/xapi/statements",
        query_string={"registration": registration, "limit": "1"},
        environ_overrides={"SCRIPT_NAME": "/lrs"},
    )
    assert response.json["more"].startswith("/lrs/xapi/statements?more=")


def test_another_credential_follows_more_within_its_own_scope(
    client: Caller, calling: Calling
) -> None:
    """The link is no key: who may not read is refused, who may read their own sees these."""
    registration = fresh()
    module = calling(Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE)
    mine = stored(module, 3, registration)
    stored(client, 3, registration)
    more = client.get(registration=registration, limit="1").json["more"]
    assert len(calling(Scope.STATEMENTS_READ).get(more).json["statements"]) == 1
    assert calling(Scope.STATEMENTS_WRITE).get(more).status_code == 403
    walked = []
    while more:
        page = module.get(more).json
        walked += [s["id"] for s in page["statements"]]
        more = page["more"]
    assert walked == mine[::-1]


def test_read_mine_finds_only_what_the_key_wrote(client: Caller, calling: Calling) -> None:
    """1.0.3 part 3, 4.2: statements/read/mine; by query and by id, 404 rather than 403."""
    registration = fresh()
    module = calling(Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE)
    mine, theirs = stored(module, 1, registration), stored(client, 1, registration)
    assert module.found(registration=registration) == mine
    assert set(client.found(registration=registration)) == {*mine, *theirs}
    assert module.get(statementId=mine[0]).status_code == 200
    assert module.get(statementId=theirs[0]).status_code == 404


def tampered(**changes: object) -> str:
    """A token with fields as no store gives them; `criteria_...` names those of the criteria."""
    token: dict[str, object] = {"limit": 5, "ascending": False, "after": 0, "upto": 10}
    criteria: dict[str, object] = {"agent": None, "verb": None, "activity": None}
    criteria |= {"registration": None, "related_agents": False, "related_activities": False}
    token["criteria"] = criteria
    for name, value in changes.items():
        whose = criteria if name.startswith("criteria_") else token
        whose[name.removeprefix("criteria_")] = value
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode().rstrip("=")


BAD_TOKENS = {
    "nonsense": "nonsense",
    "no base64": "%C3%A9",
    "no json": base64.urlsafe_b64encode(b"{").decode(),
    "no object": base64.urlsafe_b64encode(b"[]").decode(),
    "no criteria": tampered(criteria=None),
    "a position too large": tampered(upto=10**30),
    "a position too small": tampered(after=-1),
    "a position that is no number": tampered(upto="10"),
    "a fraction": tampered(limit=1.5),
    "no limit": tampered(limit=0),
    "a limit beyond all numbers": tampered(limit=10**20),
    "a registration that is none": tampered(criteria_registration=5),
    "a verb that is none": tampered(criteria_verb=["x"]),
    "a direction that is none": tampered(ascending="no"),
    "a flag that is none": tampered(criteria_related_agents=1),
    "an unknown part": tampered(more=1),
    "an unknown criterion": tampered(criteria_more=1),
}


@pytest.mark.rules
@pytest.mark.parametrize("case", BAD_TOKENS)
def test_a_more_link_that_the_store_did_not_give_is_refused(client: Caller, case: str) -> None:
    """400 whatever it holds, and never more than a page."""
    response = client.get(f"/xapi/more/{BAD_TOKENS[case]}")
    assert (response.status_code, response.json["code"]) == (400, "invalid-more")


def test_a_well_made_token_passes_but_asks_for_no_more_than_a_page(place: Place) -> None:
    """So that the refusals above are for what they say; the limit is the store's to set."""
    bootstrap.migrate(settings_of(place))
    with opened(place, max_page="2") as small:
        client = caller_of(small)
        client.store(*(said() for _ in range(5)))
        response = client.get(f"/xapi/more/{tampered(limit=10**6)}")
    assert (response.status_code, len(response.json["statements"])) == (200, 2)


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_a_page_has_so_many_bytes_or_one_statement(own: Caller, ascending: str) -> None:
    """`more` goes on after what was given: every statement comes once, in its order."""
    sizes = [10, 2_500_000, 10, 3_000_000, 5_000_000, 10, 100_000]
    said_ids = [own.store(said(result={"response": "я" * (size // 2)}))[0] for size in sizes]
    pages = list(own.pages(ascending=ascending))
    ids = [statement["id"] for page in pages for statement in page]
    assert ids == (said_ids if ascending == "true" else said_ids[::-1])
    length = [sum(len(json.dumps(s, ensure_ascii=False).encode()) for s in page) for page in pages]
    assert all(size < 4_100_000 or len(page) == 1 for size, page in zip(length, pages, strict=True))
    assert [len(page) for page in pages] in ([3, 1, 1, 2], [2, 1, 2, 2])
