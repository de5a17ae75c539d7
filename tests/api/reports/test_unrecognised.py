"""Words that count nowhere: named in the answer to the write, counted in a report."""

from __future__ import annotations

from typing import Any

import pytest

from api.reports.unrecognised import PATH
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from lrs.service.reports.unrecognised import UnrecognisedReports
from tests.api.caller import Caller, fresh, said, voiding

HEADER = "X-Zachetka-Unknown-Verb"
ADL = "http://adlnet.gov/expapi/verbs/"
COURSE = "http://adlnet.gov/expapi/activities/course"


def of(verb: str, type_: str | None = None) -> JsonObject:
    definition = {} if type_ is None else {"definition": {"type": type_}}
    return said(verb={"id": verb}, object={"id": "https://x.example.org/1", **definition})


def test_a_misspelt_verb_is_stored_and_named(client: Caller) -> None:
    """With the one that was probably meant; POST and PUT alike."""
    one, other = of(ADL + "passd"), of("https://activitystrea.ms/join")
    posted = client.post([one, of(ADL + "passed")])
    assert posted.headers[HEADER] == f'<{ADL}passd>; nearest="{ADL}passed"'
    put = client.put(other, statementId=other["id"])
    assert put.status_code == 204
    assert 'nearest="http://activitystrea.ms/join"' in put.headers[HEADER]
    assert client.one(one["id"])["verb"] == {"id": ADL + "passd"}


@pytest.mark.parametrize("verb", [ADL + "passed", ADL + "interacted", "https://x.example/danced"])
def test_nothing_is_said_of_other_verbs(client: Caller, verb: str) -> None:
    """Known ones, published ones that tell nothing, and those that are near to none."""
    assert HEADER not in client.post(of(verb)).headers


def test_a_refused_write_names_no_verb(client: Caller) -> None:
    """It is about what was stored."""
    assert HEADER not in client.post({**of(ADL + "passd"), "actor": {}}).headers


def test_the_header_stays_short_and_plain(client: Caller) -> None:
    """Five verbs at most, none of them long; what a header cannot hold is percent-encoded."""
    many = [of(f"https://x.example/{n}/passd") for n in range(50)]
    assert client.post(many).headers[HEADER].count("nearest=") == 5
    odd = client.post(of("https://x.example/ок,;/passd")).headers[HEADER]
    assert odd == f'<https://x.example/%D0%BE%D0%BA,;/passd>; nearest="{ADL}passed"'
    assert HEADER not in client.post(of(f"https://x.example/{'a' * 400}/passd")).headers


def counted(caller: Caller, **asked: Any) -> dict[tuple[str, str | None], Any]:
    answer = caller.get(PATH, **asked)
    assert answer.status_code == 200, answer.text
    return {(one["verb"], one["type"]): one for one in answer.json["words"]}


def test_what_counted_nowhere_is_counted(own: Caller) -> None:
    """By verb and type; not what gave an outcome, voids something, or was voided."""
    wrong = of(ADL + "passd", COURSE)
    own.store(of(ADL + "passd", COURSE), wrong, of(ADL + "passd"), of(ADL + "passed", COURSE))
    own.store(of("https://x.example/danced"), *(of(ADL + "passd", COURSE) for _ in range(2)))
    own.store(voiding(wrong))
    found = counted(own)
    assert {words: one["statements"] for words, one in found.items()} == {
        (ADL + "passd", COURSE): 3,
        (ADL + "passd", None): 1,
        ("https://x.example/danced", None): 1,
    }
    assert next(iter(found)) == (ADL + "passd", COURSE), "the commonest first"
    assert found[ADL + "passd", None]["nearest"] == ADL + "passed"
    assert found["https://x.example/danced", None]["nearest"] is None


def test_a_known_verb_of_the_wrong_type_counts_nowhere_either(own: Caller) -> None:
    """Then there is no other word to name."""
    own.store(of("http://id.tincanapi.com/verb/earned", "https://x.example/types/points"))
    (one,) = counted(own).values()
    assert (one["statements"], one["nearest"]) == (1, None)


def test_the_report_says_what_it_is_of(own: Caller) -> None:
    """Since when, how much was read, as of where; and where there are more words than asked for."""
    own.store(*(of(f"https://x.example/{n}") for n in range(3)))
    answer = own.get(PATH, days="2", limit="1").json
    assert (len(answer["words"]), answer["left_off"]) == (1, 2)
    assert answer["read"]["statements"] == 3
    assert answer["read"]["cut"] is False
    assert answer["since"] < answer["as_of"]["consistent_through"]
    assert own.get(PATH, days="x").status_code == 400


def test_a_long_log_is_read_from_its_end(own: Caller, own_lrs: Lrs) -> None:
    """No more of it than the bound, and the answer says so."""
    own.store(*(of(f"https://x.example/{n}") for n in range(5)))
    found = own_lrs.unrecognised.found(30, most=2)
    assert [one.verb for one in found.words] == ["https://x.example/3", "https://x.example/4"]
    assert (found.read, found.cut) == (2, True)


def test_only_the_last_days_are_read(own: Caller, own_lrs: Lrs) -> None:
    own.store(of(f"https://x.example/{fresh()}"))
    later = own_lrs.ledger.now() + 3 * 86_400_000_000
    in_three_days = UnrecognisedReports(own_lrs.ledger.reader, lambda: later, own_lrs.vocabulary)
    assert len(in_three_days.found(4).words) == 1
    assert in_three_days.found(2).words == []
