"""JavaScript clients against a store as it is served, in node and in a page of another origin.

`make clients` runs this: it installs the packages of javascript/package.json with npm. What is
found is in docs/clients.md.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Pages, pages
from tests.support.served import Served, served

SOURCES = Path(__file__).with_name("javascript")
ACTOR = {
    "name": "Анна Ёлкина",
    "account": {"homePage": "https://hr.centre.example", "name": "Анна + 7"},
}


@dataclass(frozen=True)
class Client:
    """A package: what node requires, if it runs there, what a page loads, and as which variable."""

    name: str
    module: str
    script: str
    variable: str


CLIENTS = {
    "xapi": Client("xapi", "@xapi/xapi", "@xapi/xapi/dist/XAPI.umd.js", "XAPI"),
    "tincanjs": Client("tincanjs", "tincanjs", "tincanjs/build/tincan-min.js", "TinCan"),
    "xapiwrapper": Client("xapiwrapper", "", "xapiwrapper/dist/xapiwrapper.min.js", "ADL"),
    "cmi5": Client("cmi5", "", "@xapi/cmi5/dist/Cmi5.umd.js", "Cmi5"),
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the exercises, and the packages as npm installs them."""
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    npm = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=folder, check=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def site(installed: Path) -> Iterator[Pages]:
    """That folder as a web site."""
    with pages(installed) as site:
        yield site


@pytest.fixture(scope="module")
def store(site: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A store that lets the pages of that site in."""
    with served(tmp_path_factory.mktemp("store"), cors_origins=site.origin) as store:
        yield store


@dataclass(frozen=True)
class Visit:
    """A launch link, and what it says."""

    link: str
    given: dict[str, Any]


@pytest.fixture
def visit(store: Served, site: Pages) -> Visit:
    """A link to a page that is empty, for an activity that nobody has heard of."""
    activity = f"https://learning.centre.example/курс/этикет-{uuid4()}"
    page = site.serve("/module", "text/html; charset=utf-8", b"<!doctype html><title>M</title>")
    words = ("--actor", json.dumps(ACTOR), "--activity", activity)
    link = store.lrs("key", "launch", page, *words).strip()
    pairs = (pair.split("=") for pair in urlsplit(link).query.split("&"))
    given = {name: unquote(value) for name, value in pairs}
    return Visit(link, {**given, "actor": ACTOR, "activity": activity})


@pytest.mark.parametrize("name", ["xapi", "tincanjs"])
def test_a_client_works_from_node(installed: Path, visit: Visit, name: str) -> None:
    """Statements, documents under their ETags, look-ups and attachments, all in Cyrillic."""
    in_node(installed, CLIENTS[name], visit.given)


@pytest.mark.parametrize("name", ["xapi", "tincanjs", "xapiwrapper"])
def test_a_client_works_from_a_page_of_another_origin(
    browser: Browser, visit: Visit, name: str
) -> None:
    """The same, and that refusals can be read."""
    in_page(browser, visit.link, CLIENTS[name], visit.given)


@pytest.fixture
def unit(store: Served, site: Pages, visit: Visit) -> Visit:
    """The same launch as cmi5 has it: the key is to be fetched, and the rest is a State."""
    given = visit.given
    token = given["auth"].removeprefix("Basic ")
    answer = json.dumps({"auth-token": token}).encode()
    parameters = {
        "endpoint": given["endpoint"],
        "fetch": site.serve("/fetch", "application/json", answer),
        "actor": json.dumps(ACTOR),
        "registration": given["registration"],
        "activityId": given["activity_id"],
    }
    where = {"activityId": given["activity_id"], "agent": parameters["actor"]}
    put(store, "activities/state", LAUNCH_DATA, **where, stateId="LMS.LaunchData",
        registration=given["registration"])  # fmt: skip
    put(store, "agents/profile", {"languagePreference": "ru-RU", "audioPreference": "on"},
        agent=parameters["actor"], profileId="cmi5LearnerPreferences")  # fmt: skip
    return Visit(f"{site.origin}/module?{urlencode(parameters)}", given)


LAUNCH_DATA = {
    "contextTemplate": {
        "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": "сессия-1"}
    },
    "launchMode": "Normal",
    "moveOn": "CompletedAndPassed",
    "masteryScore": 0.8,
}


def put(store: Served, resource: str, document: Any, **where: str) -> None:
    """A document, stored by whoever launches."""
    name, secret = store.key("all")
    headers = {
        "Authorization": "Basic " + b64encode(f"{name}:{secret}".encode()).decode(),
        "Content-Type": "application/json",
        "X-Experience-API-Version": "2.0.0",
    }
    url = f"{store.endpoint}{resource}?{urlencode(where)}"
    request = Request(url, json.dumps(document).encode(), headers, method="POST")
    with urlopen(request) as answer:
        assert answer.status == 204


def test_a_cmi5_unit_runs_from_launch_to_end(browser: Browser, unit: Visit) -> None:
    """The key by the fetch URL, launch data and preferences, answers, passed and completed."""
    in_page(browser, unit.link, CLIENTS["cmi5"], unit.given)


def in_node(installed: Path, client: Client, given: dict[str, Any]) -> None:
    """Run the exercise with the package as node finds it."""
    command = ["node", "node.cjs", client.name, client.module, json.dumps(given)]
    done = subprocess.run(command, cwd=installed, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def in_page(browser: Browser, link: str, client: Client, given: dict[str, Any]) -> None:
    """Open the link, load the package and run the exercise there."""
    page = browser.new_page()
    try:
        page.goto(link)
        for script in (f"node_modules/{client.script}", "kit.js", f"{client.name}.js"):
            page.add_script_tag(url=f"/{script}")
        call = f"given => exercise({client.variable}, given).then(() => '', error => error.stack)"
        assert page.evaluate(call, given) == ""
    finally:
        page.close()
