"""Names agree in gender; people are known by their identifiers, never by their names."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from lrs.demo.names import MEN, SURNAMES, WOMEN, feminine, latin
from lrs.demo.people import WEDDING
from lrs.domain.xapi.agent import agent_key
from tests.system.demo.reading import History, when


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        ("Соколов", "Соколова"),
        ("Королёв", "Королёва"),
        ("Ильин", "Ильина"),
        ("Горский", "Горская"),
        ("Толстой", "Толстая"),
        ("Шевченко", "Шевченко"),
        ("Черных", "Черных"),
    ],
)
def test_a_surname_has_its_feminine_form(man: str, woman: str) -> None:
    assert feminine(man) == woman


def test_surname_given_name_and_patronymic_agree(history: History) -> None:
    women = {feminine(surname) for surname in SURNAMES}
    for names in history.people().values():
        for name in names:
            surname, first_name, patronymic = name.split()
            if patronymic.endswith("на"):
                assert (first_name in WOMEN, surname in women) == (True, True), name
            else:
                assert patronymic.endswith("ич"), name
                assert (first_name in MEN, surname in SURNAMES) == (True, True), name


def test_no_given_name_serves_both_genders() -> None:
    assert not set(MEN) & set(WOMEN)


def test_a_mail_address_is_written_in_latin_letters() -> None:
    assert latin("Щербакова") == "shcherbakova"
    assert latin("Мельников") == "melnikov"


def test_most_are_known_by_their_account_and_a_few_by_mail(history: History) -> None:
    kinds = Counter(key.split("|")[0] for key in history.people())
    assert set(kinds) == {"account", "mbox"}
    assert 3 <= kinds["mbox"] <= 12
    assert all(
        key.startswith("account|https://hr.centre.example|") and key[-4:].isdigit()
        for key in history.people()
        if key.startswith("account")
    )


def test_two_namesakes_work_in_one_office(history: History, stories: dict[str, str]) -> None:
    pair = [history.of(stories[story]) for story in ("namesake-one", "namesake-other")]
    one, other = (statements[0] for statements in pair)
    assert stories["namesake-one"] != stories["namesake-other"]
    assert one["actor"]["name"] == other["actor"]["name"]
    assert one["context"]["team"] == other["context"]["team"]


def test_there_are_namesakes_in_different_offices_too(history: History) -> None:
    offices: dict[str, dict[str, str]] = {}
    for statement in history.posted:
        if "account" in statement["actor"] and "team" in statement.get("context", {}):
            actor, team = statement["actor"], statement["context"]["team"]["name"]
            offices.setdefault(actor["name"], {})[actor["account"]["name"]] = team
    shared = sorted(len(set(by.values())) for by in offices.values() if len(by) > 1)
    assert shared == [1, 2]


def test_a_woman_takes_a_new_surname_and_keeps_her_number(
    history: History, stories: dict[str, str]
) -> None:
    key = stories["surname-change"]
    before: set[str] = set()
    after: set[str] = set()
    for statement in history.of(key):
        (after if when(statement).date() >= WEDDING else before).add(statement["actor"]["name"])
    assert (len(before), len(after)) == (1, 1)
    assert before != after
    assert before.pop().split()[1:] == after.pop().split()[1:]
    assert [k for k, names in history.people().items() if len(names) > 1] == [key]


def test_nobody_serves_visitors_before_onboarding(history: History) -> None:
    """A newcomer's other classes come after the certificate that clears for the windows."""
    earned: dict[str, datetime] = {}
    for statement in history.said("earned"):
        if "/onboarding/" in statement["object"]["id"]:
            earned[agent_key(statement["actor"]) or ""] = when(statement)
    assert len(earned) > 80
    for statement in history.said("attended"):
        key = agent_key(statement["actor"])
        if key in earned and "onboarding" not in statement["object"]["id"]:
            assert when(statement) > earned[key]
