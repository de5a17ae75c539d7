"""`lrs key launch`: the link it prints, and the key behind it, which ends by itself."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from api.app import create_app
from api.cli.launch import warnings
from lrs import bootstrap
from lrs.domain.aggregates.credential import KeyStatus, Scope
from lrs.domain.errors import Unauthenticated
from lrs.settings import Settings
from tests.api.caller import Caller, fresh, said
from tests.api.opening import opened, settings_of
from tests.api.xapi.test_bad_bodies import refused
from tests.cli.test_commands import Shell
from tests.conftest import Place

MODULE = "https://courses.example.org/курс/index.html?lang=ru#start"
ACTIVITY = "https://learning.centre.example/course/этикет"
ACTOR = {"name": "Анна Ёлкина + дети", "mbox": "mailto:anna@staff.example"}
NEEDED = "define, profile, state, statements/read/mine, statements/write"


@pytest.fixture
def at(on_files: Place) -> Place:
    """Where the store is."""
    return on_files


@pytest.fixture
def lrs(at: Place, tmp_path: Path) -> Shell:
    return Shell(at, tmp_path)


def parameters(link: str) -> dict[str, str]:
    """What a client reads that decodes percent signs and nothing else, as xapiwrapper does."""
    pairs = (pair.split("=") for pair in urlsplit(link).query.split("&"))
    return {name: unquote(value) for name, value in pairs}


def launched(lrs: Shell, *options: str, actor: str = "mailto:anna@staff.example") -> str:
    done = lrs("key", "launch", MODULE, "--actor", actor, "--activity", ACTIVITY, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_link_leads_to_the_public_url(at: Place, tmp_path: Path) -> None:
    """LRS_PUBLIC_URL, unless `--endpoint` says where this learner reaches the store."""
    lrs = Shell(at, tmp_path)
    lrs.environment |= {"LRS_PUBLIC_URL": "https://portal.example.org/lrs/", "LRS_HOST": "::"}
    link = launched(lrs)
    assert parameters(link)["endpoint"] == "https://portal.example.org/lrs/xapi/"
    link = launched(lrs, "--endpoint", "https://inside.example.org/xapi")
    assert parameters(link)["endpoint"] == "https://inside.example.org/xapi/"


def test_the_link_hands_over_what_a_module_needs(lrs: Shell) -> None:
    """One line of plain ASCII: endpoint, auth, actor, registration, activity_id; `%20`, no `+`."""
    link = launched(lrs, actor=json.dumps(ACTOR))
    assert re.fullmatch(r"[!-~]+\n", link)
    assert "+" not in link
    assert urlsplit(link.strip()).fragment == "start"
    query = parameters(link)
    assert (query["lang"], query["endpoint"]) == ("ru", "http://127.0.0.1:8080/xapi/")
    assert json.loads(query["actor"]) == ACTOR
    assert query["activity_id"] == ACTIVITY
    assert re.fullmatch(r"[0-9a-f-]{36}", query["registration"])
    name, secret = b64decode(query["auth"].removeprefix("Basic ")).decode().split(":")
    assert re.fullmatch(r"[0-9a-f]{32}", name)
    assert re.fullmatch(r"[0-9a-f]{64}", secret), "no command line takes it for an option"
    assert f"{name}  good     {NEEDED}  launch of {ACTIVITY}" in lrs.installed("key", "list").stdout


def test_each_link_has_a_key_and_an_attempt_of_its_own(lrs: Shell) -> None:
    """Unless the attempt is named, that it be resumed."""
    first, second = (parameters(launched(lrs)) for _ in range(2))
    assert first["auth"] != second["auth"]
    assert first["registration"] != second["registration"]
    again = parameters(launched(lrs, "--registration", first["registration"], "--label", "К-1"))
    assert again["registration"] == first["registration"]
    assert "  К-1\n" in lrs("key", "list").stdout


@pytest.mark.parametrize("options", [(), ("--any-activity",)])
def test_the_key_is_for_the_learner_and_the_activity(
    lrs: Shell, at: Place, options: tuple[str, ...]
) -> None:
    """Of any activity only where that is asked for; the log keeps what was launched."""
    launched(lrs, *options)
    with opened(at) as store:
        ((credential, _),) = store.credentials.all()
    assert credential.launch is not None
    assert credential.launch.learner == "mbox|mailto:anna@staff.example"
    assert (credential.launch.activity, credential.launch.is_bound) == (ACTIVITY, not options)


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("mailto:anna@staff.example", {"mbox": "mailto:anna@staff.example"}),
        ("account|https://hr.example.org|04|17 Ю", {"account": {
            "homePage": "https://hr.example.org", "name": "04|17 Ю"}}),
        ("openid|https://anna.example.org/", {"openid": "https://anna.example.org/"}),
    ],
)  # fmt: skip
def test_a_person_may_be_said_in_short(lrs: Shell, text: str, actor: dict[str, object]) -> None:
    """As an address or a key of the reports, which names the Agent."""
    sent = json.loads(parameters(launched(lrs, actor=text))["actor"])
    assert sent == {"objectType": "Agent", **actor}


PEOPLE = """
people:
  - {agent: "account|https://hr.example.org|0417", name: Анна, number: "17"}
  - {agent: "account|https://hr.example.org|0418", name: Борис, number: "18"}
  - {agent: "account|https://old.example.org|18", name: Вера}
"""


@pytest.fixture
def staff(lrs: Shell, tmp_path: Path) -> Shell:
    """A store whose catalogue has people."""
    file = tmp_path / "people.yaml"
    file.write_text(PEOPLE, "utf-8")
    assert lrs("catalogue", "import", str(file)).returncode == 0
    return lrs


@pytest.mark.parametrize("number", ["17", "0417"])
def test_a_person_may_be_said_by_number(staff: Shell, number: str) -> None:
    """That of the personnel record or of the account; the Agent is the record's."""
    actor = json.loads(parameters(launched(staff, actor=number))["actor"])
    account = {"homePage": "https://hr.example.org", "name": "0417"}
    assert actor == {"objectType": "Agent", "account": account}


@pytest.mark.parametrize(
    ("number", "message"), [("19", "nobody has this"), ("18", "Several people")]
)
def test_a_number_that_is_not_one_persons_is_told(staff: Shell, number: str, message: str) -> None:
    done = staff("key", "launch", MODULE, "--actor", number, "--activity", ACTIVITY)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(("name", "noted"), [("0417", False), ("0471", True)])
def test_an_account_that_nobody_has_is_pointed_out(staff: Shell, name: str, noted: bool) -> None:
    """A slip of the pen would make somebody new; where there are no people, all are new."""
    words = ("--actor", f"account|https://hr.example.org|{name}", "--activity", ACTIVITY)
    done = staff("key", "launch", MODULE, *words)
    assert done.returncode == 0
    assert ("Note: no personnel record" in done.stderr) is noted


def test_where_the_catalogue_has_no_people_nobody_is_missed(lrs: Shell) -> None:
    words = ("--actor", "mailto:anna@staff.example", "--activity", ACTIVITY)
    assert "personnel record" not in lrs("key", "launch", MODULE, *words).stderr


@pytest.mark.parametrize(
    ("changes", "endpoint"),
    [
        ({"--endpoint": "https://lrs.example.org/xapi"}, "https://lrs.example.org/xapi/"),
        ({"LRS_PORT": "9000", "LRS_HOST": "::1"}, "http://[::1]:9000/xapi/"),
    ],
)
def test_the_endpoint_ends_in_a_slash(lrs: Shell, changes: dict[str, str], endpoint: str) -> None:
    """Clients append `statements` to it; by default it is where `lrs serve` answers."""
    settings = {name: value for name, value in changes.items() if name.startswith("LRS_")}
    options = [word for pair in changes.items() if pair[0] not in settings for word in pair]
    words = ("--actor", "mailto:a@example.org", "--activity", ACTIVITY)
    done = lrs("key", "launch", MODULE, *words, *options, **settings)
    assert parameters(done.stdout)["endpoint"] == endpoint


GOOD = {"module": MODULE, "--actor": "mailto:anna@staff.example", "--activity": ACTIVITY}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"module": "index.html"}, "an address begins with http:// or https:// and a host"),
        ({"module": "http://host:port/"}, "Port could not be cast"),
        ({"module": "https://a.example?auth=x"}, "has a parameter of the launch already: auth"),
        ({"--actor": "anna@staff.example"}, 'give the learner as an Agent as JSON, "mailto:'),
        ({"--actor": "mailto:anna"}, "/mbox: Give an e-mail address"),
        ({"--actor": "account|hr|7"}, "/account/homePage: Give an absolute IRI"),
        ({"--actor": '{"name": "Anna"}'}, "Identify the Agent or Group by exactly one of"),
        ({"--actor": "{name: Anna}"}, "This is not JSON"),
        ({"--actor": " "}, "give the learner as"),
        ({"--actor": '{"objectType": "Group", "mbox": "mailto:g@example.org"}'}, "for one person"),
        ({"--activity": "course 1"}, "an activity's id is an IRI with a scheme"),
        ({"--registration": "17"}, "a registration is a UUID in its canonical form"),
        ({"--hours": "0"}, "is not in the range"),
        ({"--endpoint": "https://lrs.example.org/xapi/?x=1"}, "neither a query nor a fragment"),
        ({"LRS_HOST": "0.0.0.0"}, "LRS_HOST is 0.0.0.0, which is not an address for clients"),
    ],
)
def test_what_cannot_be_launched_is_told(
    lrs: Shell, at: Place, wrong: dict[str, str], message: str
) -> None:
    """Wrong usage, exit code 2, and no key is made."""
    arguments = GOOD | {n: v for n, v in wrong.items() if not n.startswith("LRS_")}
    module = arguments.pop("module")
    settings = {n: v for n, v in wrong.items() if n.startswith("LRS_")}
    options = [word for pair in arguments.items() for word in pair]
    done = lrs("key", "launch", module, *options, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    with opened(at) as store:
        assert store.credentials.all() == []


@pytest.mark.parametrize(
    ("module", "endpoint", "count"),
    [
        ("https://courses.example.org/1", "https://lrs.example.org/xapi/", 0),
        ("https://COURSES.example.org:443/1", "https://lrs.example.org/xapi/", 0),
        ("https://lrs.example.org/module", "https://lrs.example.org/xapi/", 0),
        ("https://elsewhere.example.org/1", "https://lrs.example.org/xapi/", 1),
        ("https://courses.example.org/1", "http://lrs.example.org/xapi/", 1),
        ("https://courses.example.org/1", "http://127.0.0.1:8080/xapi/", 0),
    ],
)
def test_what_a_browser_will_not_do_is_said(module: str, endpoint: str, count: int) -> None:
    """An origin that the store does not let in, and http asked by a page of https."""
    settings = Settings(cors_origins=frozenset({"https://courses.example.org"}))
    assert len(warnings(module, endpoint, settings)) == count


@dataclass
class Clock:
    """A clock that a test sets, in microseconds."""

    at: int = 1_900_000_000_000_000
    read: Callable[[], int] = field(init=False)

    def __post_init__(self) -> None:
        self.read = lambda: self.at


def test_a_key_ends_when_its_time_is_over(settings: Settings) -> None:
    """From one instant to the next, though a good key is remembered for seconds."""
    clock = Clock()
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings, now=clock.read)
    try:
        key = lrs.credentials.create("visit", [Scope.ALL], lasting=timedelta(hours=2))
        caller = Caller(create_app(lrs).test_client(), key)
        clock.at += 2 * 3_600_000_000 - 1
        assert caller.post(said()).status_code == 200
        clock.at += 1
        refused(caller.post(said()), 401, "key-expired")
        with pytest.raises(Unauthenticated, match="wrong"):
            lrs.credentials.check(key.name, fresh())
        ((credential, standing),) = lrs.credentials.all()
        assert (credential.expires, standing) == (clock.at, KeyStatus.EXPIRED)
        lrs.credentials.revoke(key.id)
        assert lrs.credentials.all()[0][1] is KeyStatus.REVOKED
    finally:
        lrs.close()


def test_an_end_is_kept_in_the_log(settings: Settings) -> None:
    """Another process, started later, knows it too; a key without an end has none."""
    clock = Clock()
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings, now=clock.read)
    made = lrs.credentials.create("visit", [Scope.ALL], lasting=timedelta(hours=1))
    endless = lrs.credentials.create("LMS", [Scope.ALL])
    lrs.close()
    clock.at += 10 * 365 * 86_400_000_000
    lrs = bootstrap.build(settings, now=clock.read)
    try:
        with pytest.raises(Unauthenticated):
            lrs.credentials.check(made.name, made.secret)
        assert lrs.credentials.check(endless.name, endless.secret).expires == 0
    finally:
        lrs.close()


def test_a_key_whose_time_is_over_is_listed_as_such(lrs: Shell, at: Place) -> None:
    """For the record it stays in the list."""
    store = bootstrap.build(settings_of(at), now=Clock(1_700_000_000_000_000).read)
    key = store.credentials.create("visit", [Scope.ALL], lasting=timedelta(hours=1))
    store.close()
    assert f"{key.name}  expired  all  visit" in lrs("key", "list").stdout


def test_a_key_is_by_default_good_for_a_module(lrs: Shell) -> None:
    """What `lrs key create` gives without being asked for more or less."""
    assert f"scopes  {NEEDED}\n" in lrs("key", "create", "LMS").stdout
