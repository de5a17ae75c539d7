"""Every statement is one under either version, by the store's own check and by a plain look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lrs.domain.time import parse_timestamp
from lrs.domain.xapi.version import Version
from schemas.validate import check_statement
from tests.support.examples import spread
from tests.system.demo.reading import History

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MEMBERS = {"id", "actor", "verb", "object", "result", "context", "timestamp"}
HOSTS = re.compile(
    r"https?://(adlnet\.gov|activitystrea\.ms|id\.tincanapi\.com|w3id\.org|www\.opigno\.org"
    r"|learning\.centre\.example|hr\.centre\.example)/|https://hr\.centre\.example$"
)


def strings(value: Any) -> Iterator[str]:
    """Every string in it, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from strings(item)


@pytest.mark.parametrize("version", list(Version))
def test_the_store_accepts_every_statement(history: History, version: Version) -> None:
    """All of them in the long run; the demo's store took each as it was filled."""
    for statement in spread(history.posted):
        check_statement(statement, version)


def test_every_statement_has_the_expected_members(history: History) -> None:
    for statement in history.posted:
        assert set(statement) <= MEMBERS
        assert set(statement) >= MEMBERS - {"result", "context"}
        assert UUID4.fullmatch(statement["id"])
        assert set(statement["verb"]["display"]) == {"ru-RU", "en-US"}
        parse_timestamp(statement["timestamp"])


def test_registrations_are_uuids_and_activities_are_named_in_both_languages(
    history: History,
) -> None:
    for statement in history.posted:
        context = statement.get("context", {})
        if "registration" in context:
            assert UUID4.fullmatch(context["registration"])
        around = context.get("contextActivities", {}).values()
        for thing in [statement["object"], *(a for listed in around for a in listed)]:
            if thing["objectType"] == "Activity":
                assert set(thing["definition"]["name"]) == {"ru-RU", "en-US"}


def test_only_statements_about_activities_name_a_platform(history: History) -> None:
    for statement in history.posted:
        if {"platform", "revision"} & set(statement.get("context", {})):
            assert statement["object"]["objectType"] == "Activity"


def test_every_address_is_the_vocabularys_or_an_example(history: History) -> None:
    for statement in history.posted[::7]:
        for text in strings(statement):
            if text.startswith("http"):
                assert HOSTS.match(text), text
            assert not text.startswith("mailto:") or text.endswith("@mail.example")
