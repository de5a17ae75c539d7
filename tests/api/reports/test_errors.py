"""What reports refuse: each parameter is known, single and well-formed, each name is known."""

from __future__ import annotations

import pytest

from tests.api.caller import Caller
from tests.api.reports.centre import ANNA, asked, describe, key, refused
from tests.api.xapi.test_bad_bodies import SECRET

pytestmark = pytest.mark.rules

DAY = "on=2026-02-30"


@pytest.mark.parametrize(
    ("path", "code", "parameter"),
    [
        ("transcripts?q=" + "y" * 201, "invalid-parameter", "q"),
        ("transcripts?known=yesterday", "invalid-parameter", "known"),
        ("transcripts?known=99999", "known-in-future", "known"),
        ("courses?known=2999-01-01T00:00:00Z", "known-in-future", "known"),
        ("transcripts?limit=1.5", "invalid-parameter", "limit"),
        (f"transcripts/{ANNA}?on=2026-01-01", "unknown-parameter", None),
        (f"transcripts/{ANNA}?rule=mean", "invalid-parameter", "rule"),
        ("courses/1/statistics?by=weekday", "invalid-parameter", "by"),
        ("courses/1/statistics?by=office month", "invalid-parameter", "by"),
        ("courses/1/statistics?limit=5", "pages-without-slices", "limit"),
        ("courses/1/statistics?after=N", "pages-without-slices", "after"),
        ("courses/1/statistics?by=month&by=office", "repeated-parameter", "by"),
        ("statistics", "missing-parameter", "by"),
        ("statistics?by=session", "invalid-parameter", "by"),
        (f"certifications/{ANNA}?{DAY}", "invalid-parameter", "on"),
        (f"certifications/{ANNA}?status=due", "unknown-parameter", None),
        ("certifications", "office-or-programme", None),
        ("certifications?status=due", "office-or-programme", None),
        (f"certifications?office=N&{DAY}", "invalid-parameter", "on"),
        ("certifications?office=N&status=late", "invalid-parameter", "status"),
        ("certifications?office=N&status=due,", "invalid-parameter", "status"),
        ("certifications?office=N N", "invalid-parameter", "office"),
        ("certifications?programme=", "invalid-parameter", "programme"),
        ("certifications?office=N&known=-1", "invalid-parameter", "known"),
        ("certifications?office=N&after=x", "invalid-parameter", "after"),
        ("offices?on=2026-01-01", "unknown-parameter", None),
        (f"offices/N?{DAY}", "invalid-parameter", "on"),
        ("services?office=N", "unknown-parameter", None),
        ("services/water?limit=x", "invalid-parameter", "limit"),
        ("visits?from=2026-13-01", "invalid-parameter", "from"),
        ("visits?from=2026-02-01&to=2026-01-31", "days-in-wrong-order", "from"),
        ("visits?trainer=", "invalid-parameter", "trainer"),
        ("visits?after=V-1", "invalid-parameter", "after"),
        (f"visits?office={SECRET}&Office=N", "unknown-parameter", None),
    ],
)
def test_a_parameter_that_is_not_right_is_refused_by_name(
    centre_client: Caller, path: str, code: str, parameter: str | None
) -> None:
    """Before anything is looked up."""
    assert refused(centre_client, path) == (400, code, parameter)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"certifications/{SECRET}", "trainee-not-found"),
        (f"certifications?office={SECRET}", "office-not-found"),
        (f"certifications?programme={SECRET}", "programme-not-found"),
        (f"certifications?programme=windows&office={SECRET}", "office-not-found"),
        (f"certifications?programme={SECRET}&office=N", "programme-not-found"),
        (f"offices/{SECRET}", "office-not-found"),
        (f"services/{SECRET}", "service-not-found"),
        (f"services/water?office={SECRET}", "office-not-found"),
        (f"visits?office={SECRET}", "office-not-found"),
        (f"visits?trainer={SECRET}", "person-not-found"),
        (f"visits?trainer=mbox|mailto:{SECRET}@centre.example", "person-not-found"),
        (f"courses/{SECRET}/statistics?by=month", "course-not-found"),
        ("offices/N/people", "no-such-resource"),
    ],
)
def test_what_there_is_not_is_said_as_a_problem(
    centre_client: Caller, path: str, code: str
) -> None:
    """404, and what was asked for is not echoed."""
    assert refused(centre_client, path) == (404, code, None)
    assert SECRET not in centre_client.get(f"/api/v1/{path}").text


@pytest.mark.parametrize("path", ["certifications/{}", "transcripts/{}", "visits?trainer={}"])
def test_a_number_that_two_people_have_tells_nobody(own: Caller, path: str) -> None:
    """Two systems may number people alike: then the agent key must say which."""
    others = ("account|https://a.example|7", "account|https://b.example|7")
    describe(own, {"people": [{"agent": who, "name": "Яна"} for who in others]})
    assert refused(own, path.format("7"))[:2] == (400, "ambiguous-trainee")
    if "?" not in path:
        assert asked(own, path.format(others[0]))["trainee"]["key"] == others[0]


def test_a_list_is_never_longer_than_its_most(centre_client: Caller) -> None:
    """0 asks for as many as usual, and so does what is beyond."""
    for limit in ("0", "5000"):
        assert len(asked(centre_client, "transcripts", limit=limit)["trainees"]) == 5
        assert len(asked(centre_client, "visits", limit=limit)["visits"]) == 3


def test_a_key_with_an_address_in_it_stands_in_a_path(centre_client: Caller) -> None:
    """Two slashes are kept, encoded or not."""
    for path in (key(ANNA), key(ANNA).replace("/", "%2F")):
        assert asked(centre_client, f"certifications/{path}")["trainee"]["key"] == key(ANNA)
