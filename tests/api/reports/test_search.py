"""Who is found by `q`, on both databases. What a spreadsheet puts into a name nobody can type."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.caller import Caller, said
from tests.api.reports.centre import describe

HR = "https://hr.centre.example"
TRANSCRIPTS = "/api/v1/transcripts"

PEOPLE = {
    "N1": "Семёнцов Пётр Ильич",
    "N2": "Алфёрова Зоя",
    "N3": "Орлова Анна Павловна",
    "N4": "Римская\u2011Корсакова Вера",
    "N5": "О\u2019Генри Уильям",
    "N6": "Громов\u00a0 Илья Ильич",
    "N7": "Павлов\u00adский Андреи\u0306",
    "N8": "Мухаметов Андреи",
    "N9": "Алферова Ия",
}


def told(**parts: Any) -> Any:
    completed = {"id": "http://adlnet.gov/expapi/verbs/completed"}
    return said(verb=completed, object={"id": "https://lms.centre.example/nm"}, **parts)


@pytest.fixture(scope="module")
def reports(client: Caller) -> Caller:
    """A store of these people, one of whom has a personnel record with another name."""
    for number, name in PEOPLE.items():
        client.store(told(actor={"name": name, "account": {"homePage": HR, "name": number}}))
    record = {"agent": f"account|{HR}|N3", "name": "Зорина Анна\u00a0Павловна", "number": "00-17"}
    describe(client, {"people": [record]})
    return client.speaking(None)


def found(reports: Caller, q: str) -> list[str]:
    """The numbers of accounts, in the order of the answer."""
    listed = reports.get(TRANSCRIPTS, q=q).json["trainees"]
    return [one["key"].rpartition("|")[2] for one in listed]


@pytest.mark.parametrize(("q", "numbers"), [
    ("семенцов", ["N1"]),
    ("СЕМЁНЦОВ", ["N1"]),
    ("се\u0308менцов", ["N1"]),
    ("алферова", ["N2", "N9"]),
    ("алфёрова", ["N2", "N9"]),
    ("Анна Орлова", ["N3"]),
    ("павл анн орл", ["N3"]),
    ("анна зорина", ["N3"]),
    ("00\u201117", ["N3"]),
    ("анна анна анна", ["N3"]),
    ("римская-корсакова", ["N4"]),
    ("Римская \u2014 Корсакова", ["N4"]),
    ("вера корсакова", ["N4"]),
    ("о'генри", ["N5"]),
    ("О`Генри", ["N5"]),
    ("Громов Илья Ильич", ["N6"]),
    (" N6 ", ["N6"]),
    ("\ufeffn6\u00a0", ["N6"]),
    ("N6 громов", ["N6"]),
    ("павловский", ["N7"]),
    ("андрей", ["N7"]),
    ("андреи", ["N8"]),
    ("анна громова", []),
    ("орлова n4", []),
    ("n_", []),
    ("%", []),
])  # fmt: skip
def test_people_are_found_by_what_can_be_typed(reports: Caller, q: str, numbers: list[str]) -> None:
    assert found(reports, q) == numbers


@pytest.mark.parametrize("q", ["", " ", "\u00a0\u200b"])
def test_a_search_for_nothing_finds_everybody(reports: Caller, q: str) -> None:
    assert found(reports, q) == list(PEOPLE)


def test_a_search_as_long_as_may_be_is_answered(reports: Caller) -> None:
    """One letter becomes eighteen; a hundred parts are a hundred conditions."""
    assert found(reports, "\ufdfa" * 200) == []
    assert found(reports, " ".join("абвгдежзийклмнопрстуфхцчшщъыьэюя" * 4)[:200]) == []
    assert found(reports, " ".join(chr(0x4E00 + n) for n in range(100))) == []
