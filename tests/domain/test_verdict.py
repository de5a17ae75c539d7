"""What holds for somebody on a day: each status, the day before it, its first and its last."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from lrs.domain.certification.grants import Grant, grants
from lrs.domain.certification.rule import Rule
from lrs.domain.certification.verdict import (
    Clearance,
    Employment,
    Ruling,
    Span,
    Verdict,
    applies,
    may_serve,
    record_of,
    span_of,
    verdict,
)
from tests.domain.programmes import day, done, employed, judged, rule, status, withdrawn

WINDOW: dict[str, Any] = {"valid_months": 12, "renewal_days": 60}
INSPECTORS: dict[str, Any] = {"posts": ["inspector"], **WINDOW}
PASSED = "2026-03-10 fire passed"
RENEWED = "2027-02-01 fire passed"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-02-01", "assigned"),
        ("2026-02-28", "assigned"),
        ("2026-03-01", "in progress"),
        ("2026-03-09", "in progress"),
        ("2026-03-10", "certified"),
        ("2027-01-08", "certified"),
        ("2027-01-09", "due"),
        ("2027-03-10", "due"),
        ("2027-03-11", "expired"),
        ("2027-04-09", "expired"),
        ("2027-04-10", "certified"),
        ("2028-02-10", "due"),
        ("2028-04-11", "expired"),
    ],
)
def test_a_certificates_life(on: str, expected: str) -> None:
    """Assigned, begun, earned, due within the window, expired, earned anew after the end."""
    lines = "2026-03-01 fire failed", PASSED, "2027-04-10 fire passed"
    assert status(rule(**INSPECTORS), on, *lines, record=employed()) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2027-01-31", "due"), ("2027-02-01", "certified"), ("2027-03-11", "certified")],
)
def test_a_renewal_in_the_window_ends_the_waiting(on: str, expected: str) -> None:
    """From its own day; the day after the old end is nothing special any more."""
    assert status(rule(**INSPECTORS), on, PASSED, RENEWED, record=employed()) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-05-04", "certified"),
        ("2026-05-05", "revoked"),
        ("2026-05-06", "revoked"),
        ("2027-06-01", "revoked"),
        ("2027-06-02", "certified"),
    ],
)
def test_a_revocation_holds_from_its_day_until_a_new_certificate(on: str, expected: str) -> None:
    """Also beyond the day on which the certificate would have ended."""
    lines = PASSED, "2027-06-02 fire passed"
    assert status(rule(**WINDOW), on, *lines, revoked=("2026-05-05",)) == expected


@pytest.mark.parametrize(
    ("revoked", "expected"),
    [("2026-03-09", "certified"), ("2026-03-10", "revoked"), ("2026-03-11", "certified")],
)
def test_a_revocation_is_of_certificates_of_its_day_or_before(revoked: str, expected: str) -> None:
    """Before there was one it takes nothing away, and tomorrow's does not matter today."""
    assert status(rule(), "2026-03-10", PASSED, revoked=(revoked,)) == expected


def test_a_revocation_without_a_certificate_is_no_status() -> None:
    """Nothing was granted: what is seen is that something was begun."""
    said = status(rule(), "2026-06-01", "2026-03-10 fire failed", revoked=("2026-05-05",))
    assert said == "in progress"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-04-30", "assigned"),
        ("2026-05-01", "exempt"),
        ("2026-05-31", "exempt"),
        ("2026-06-01", "assigned"),
    ],
)
def test_an_exemption_begins_and_ends(on: str, expected: str) -> None:
    """Both its days belong to it."""
    leave = Span(day("2026-05-01"), day("2026-05-31"))
    assert status(rule(**INSPECTORS), on, record=employed(), exempt=(leave,)) == expected


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        ("2026-05-05", None, True),
        ("2026-05-06", None, False),
        (None, "2026-05-05", True),
        (None, "2026-05-04", False),
    ],
)
def test_a_span_may_be_open(since: str | None, until: str | None, holds: bool) -> None:
    """What an exemption leaves out does not bound it."""
    entry = {"since": since, "until": until, "reason": "diploma"}
    span = span_of({name: said for name, said in entry.items() if said})
    assert span.holds(day("2026-05-05")) == holds


@pytest.mark.parametrize(
    ("lines", "revoked", "valid_until"),
    [
        ((), (), None),
        (("2026-03-10 fire failed",), (), None),
        ((PASSED,), (), "2027-03-10"),
        ((PASSED,), ("2026-05-05",), "2026-05-04"),
        (("2025-03-10 fire passed",), (), "2026-03-10"),
    ],
)
def test_an_exemption_goes_before_everything(
    lines: tuple[str, ...], revoked: tuple[str, ...], valid_until: str | None
) -> None:
    """The last certificate is still told."""
    always = (Span(None, None),)
    said = judged(
        rule(**INSPECTORS, due_days=9),
        "2026-06-01",
        *lines,
        record=employed(),
        exempt=always,
        revoked=revoked,
    )
    assert said
    assert (said.status, said.due_by) == ("exempt", None)
    assert str(said.valid_until) == str(valid_until)


def test_an_exemption_alone_makes_no_verdict() -> None:
    """Who is neither assigned nor has begun needs no exemption."""
    assert (
        judged(rule(**WINDOW), "2026-06-01", record=employed(), exempt=(Span(None, None),)) is None
    )


def test_a_verdict_tells_the_certificate() -> None:
    """From when to when, under which version, on what grounds."""
    versions = [rule(**INSPECTORS), rule(2, since="2026-06-01", before_visitors=True, **INSPECTORS)]
    lines = PASSED, "2027-02-02 gas passed", "2027-02-01 fire passed"
    assert judged(versions, "2027-03-11", *lines, record=employed()) == Verdict(
        status="certified",
        applies=True,
        before_visitors=True,
        version=2,
        due_by=day("2028-03-10"),
        completed=day("2027-02-01"),
        valid_from=day("2027-02-01"),
        valid_until=day("2028-03-10"),
        renewal_from=day("2028-01-10"),
        evidence=(3,),
    )


@pytest.mark.parametrize(
    ("on", "revoked", "due_by", "valid_until", "renewal_from"),
    [
        ("2026-06-01", (), "2027-03-10", "2027-03-10", "2027-01-09"),
        ("2027-03-10", (), "2027-03-10", "2027-03-10", "2027-01-09"),
        ("2027-03-11", (), "2027-03-10", "2027-03-10", None),
        ("2026-06-01", ("2026-05-05",), None, "2026-05-04", None),
        ("2027-06-01", ("2027-05-05",), None, "2027-03-10", None),
        ("2026-06-01", ("2026-05-07", "2026-05-05"), None, "2026-05-04", None),
        ("2026-03-10", ("2026-03-10",), None, "2026-03-09", None),
    ],
)
def test_until_when_a_certificate_is_valid(
    on: str,
    revoked: tuple[str, ...],
    due_by: str | None,
    valid_until: str,
    renewal_from: str | None,
) -> None:
    """A revoked one to the day before; one revoked on its own day never was."""
    said = judged(rule(**WINDOW), on, PASSED, revoked=revoked)
    assert said
    shown = [said.due_by, said.valid_until, said.renewal_from]
    assert [str(shown) for shown in shown] == [str(due_by), valid_until, str(renewal_from)]


@pytest.mark.parametrize("on", ["2026-03-10", "2126-03-10"])
def test_a_certificate_without_end_is_never_due(on: str) -> None:
    """Whatever the window."""
    said = judged(rule(renewal_days=60), on, PASSED)
    assert said
    assert (said.status, said.due_by, said.valid_until) == ("certified", None, None)


def test_without_a_window_a_certificate_is_never_due() -> None:
    """It is certified to its last day, expired on the next."""
    yearly = rule(valid_months=12)
    assert status(yearly, "2027-03-10", PASSED) == "certified"
    assert status(yearly, "2027-03-11", PASSED) == "expired"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-10-31", "certified"),
        ("2026-11-01", "due"),
        ("2026-12-31", "due"),
        ("2027-01-01", "expired"),
    ],
)
def test_a_fixed_day_ends_all_certificates(on: str, expected: str) -> None:
    """Whenever they were earned."""
    fixed = rule(valid_until="2026-12-31", renewal_days=60)
    assert status(fixed, on, PASSED) == expected


@pytest.mark.parametrize(
    ("since", "joined", "due_by"),
    [
        (None, "2026-03-02", "2026-04-01"),
        ("2026-05-01", "2026-03-02", "2026-05-31"),
        ("2026-03-01", "2026-03-02", "2026-04-01"),
        ("2026-05-01", None, None),
        (None, None, None),
    ],
)
def test_training_is_due_so_many_days_after_the_assignment(
    since: str | None, joined: str | None, due_by: str | None
) -> None:
    """The later of joining and the rule's beginning; unknown where the joining is."""
    said: dict[str, Any] = {"since": since} if since else {}
    programme = rule(**INSPECTORS, due_days=30, **said)
    for lines in ((), ("2026-04-01 fire failed",)):
        verdict = judged(programme, "2026-06-01", *lines, record=employed(joined))
        assert verdict
        assert str(verdict.due_by) == str(due_by)


@pytest.mark.parametrize(
    ("second", "due_by"),
    [
        ({"posts": ["inspector"]}, "2026-03-31"),
        ({"posts": ["inspector", "chief"]}, "2026-03-31"),
        ({"posts": ["inspector"], "due_days": 90}, "2026-05-30"),
        ({"posts": ["inspector"], "due_days": None}, None),
    ],
)
def test_describing_a_programme_anew_gives_nobody_more_time(
    second: dict[str, Any], due_by: str | None
) -> None:
    """Unless it says another number of days."""
    versions = [
        rule(since="2026-03-01", posts=["inspector"], due_days=30),
        rule(2, since="2026-05-01", **{"due_days": 30, **second}),
    ]
    said = judged(versions, "2026-06-01", record=employed())
    assert said
    assert str(said.due_by) == str(due_by)


def test_who_a_new_version_takes_in_has_time_from_then_on() -> None:
    """Also where an earlier version had applied once, but not the one in between."""
    posts = [["chief"], ["inspector"], ["chief"], ["chief"]]
    starts = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    versions = [
        rule(n, since=since, posts=said, due_days=30)
        for n, (since, said) in enumerate(zip(starts, posts, strict=True), start=1)
    ]
    said = judged(versions, "2026-06-01", record=employed(post="chief"))
    assert said
    assert said.due_by == day("2026-03-31")


def test_who_takes_a_programme_up_has_no_term() -> None:
    """Nobody assigned it."""
    said = judged(rule(due_days=30), "2026-06-01", "2026-03-10 fire failed", record=employed())
    assert said
    assert (said.status, said.applies, said.due_by) == ("in progress", False, None)


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2026-03-09", None), ("2026-03-10", "in progress"), ("2026-03-11", "certified")],
)
def test_who_takes_a_programme_up_has_a_verdict_from_then_on(on: str, expected: str | None) -> None:
    """Also somebody without a personnel record."""
    assert status(rule(), on, "2026-03-10 fire failed", "2026-03-11 fire passed") == expected


@pytest.mark.parametrize(
    ("versions", "on", "expected"),
    [
        ([rule(since="2026-05-01", **INSPECTORS)], "2026-04-30", None),
        ([rule(since="2026-05-01", **INSPECTORS)], "2026-05-01", "in progress"),
        ([rule(**INSPECTORS), withdrawn(2, "2026-05-01")], "2026-04-30", "in progress"),
        ([rule(**INSPECTORS), withdrawn(2, "2026-05-01")], "2026-05-01", None),
    ],
)
def test_a_programme_that_is_not_yet_or_not_any_more_says_nothing(
    versions: list[Rule], on: str, expected: str | None
) -> None:
    """Of who has begun and earned nothing."""
    lines = ("2026-03-10 fire failed",)
    assert status(versions, on, *lines, record=employed()) == expected


@pytest.mark.parametrize(
    ("on", "expected"), [("2027-03-10", "certified"), ("2027-03-11", "expired")]
)
def test_certificates_of_a_withdrawn_programme_hold_to_their_end(on: str, expected: str) -> None:
    """Nobody is told to renew them."""
    versions = [rule(**INSPECTORS), withdrawn(2, "2026-05-01")]
    said = judged(versions, on, PASSED, record=employed())
    assert said
    assert (said.status, said.applies, said.version) == (expected, False, 1)


@pytest.mark.parametrize(
    ("on", "expected", "version"),
    [("2026-05-31", "certified", 1), ("2026-06-01", "due", 1), ("2027-03-10", "due", 1)],
)
def test_the_version_in_force_says_when_the_window_opens(
    on: str, expected: str, version: int
) -> None:
    """The certificate stays that of the version it was earned under."""
    versions = [
        rule(valid_months=12),
        rule(2, since="2026-06-01", valid_months=1, renewal_days=300),
    ]
    said = judged(versions, on, PASSED)
    assert said
    assert (said.status, said.version, said.valid_until) == (expected, version, day("2027-03-10"))


@pytest.mark.parametrize(
    ("members", "record", "expected"),
    [
        ({"everyone": True}, employed(post=None, office=None), True),
        ({"everyone": True}, employed(since=None), True),
        ({"everyone": True}, None, False),
        ({"everyone": True}, employed(until="2026-06-01"), True),
        ({"everyone": True}, employed(until="2026-05-31"), False),
        ({"everyone": True}, employed(since="2026-06-01"), True),
        ({"everyone": True}, employed(since="2026-06-02"), False),
        ({"everyone": True, "posts": ["chief"]}, employed(), True),
        ({"posts": ["chief", "inspector"]}, employed(), True),
        ({"posts": ["chief"]}, employed(), False),
        ({"posts": ["chief"]}, employed(post=None), False),
        ({"posts": ["inspector"]}, employed(until="2026-05-31"), False),
        ({"offices": ["0012"]}, employed(), True),
        ({"offices": ["0013"]}, employed(), False),
        ({"posts": ["inspector"], "offices": ["0012"]}, employed(), True),
        ({"posts": ["inspector"], "offices": ["0013"]}, employed(), False),
        ({"posts": ["chief"], "offices": ["0012"]}, employed(), False),
        ({"newcomers": True}, employed(since="2026-04-30"), False),
        ({"newcomers": True}, employed(since="2026-05-01"), True),
        ({"newcomers": True}, employed(since=None), False),
        ({"newcomers": True, "posts": ["chief"]}, employed(since="2026-05-01"), False),
        ({"newcomers": True, "offices": ["0013"]}, employed(since="2026-05-01"), False),
        ({"newcomers": False}, employed(), False),
        ({"posts": []}, employed(), False),
        ({}, employed(), False),
    ],
)
def test_whom_a_rule_applies_to(
    members: dict[str, Any], record: Employment | None, expected: bool
) -> None:
    """All that is said must hold; where nothing is said, nobody has to."""
    first = day("2026-05-01")
    assert applies(rule(**members), record, day("2026-06-01"), first) == expected


def test_of_a_programme_from_ever_everybody_is_a_newcomer() -> None:
    """Nobody joined before it, not even those of whom it is not known when they did."""
    new = rule(newcomers=True)
    assert applies(new, employed(since=None), day("2026-06-01"), None)
    assert applies(new, employed(since="1990-01-01"), day("2026-06-01"), None)


def test_newcomers_are_new_to_the_programme_not_to_its_last_version() -> None:
    """A later version does not make those old who were new."""
    versions = [rule(n, since=f"2026-0{n}-01", newcomers=True) for n in (1, 2, 3)]
    assert status(versions, "2026-06-01", record=employed("2026-01-01")) == "assigned"
    assert status(versions, "2026-06-01", record=employed("2025-12-31")) is None


def test_a_personnel_entry_makes_a_record() -> None:
    """Of all that it says, where somebody belongs and when they were there."""
    entry = {"agent": "mbox|mailto:a@b.example", "name": "Анна", "post": "inspector"}
    assert record_of(entry) == Employment("inspector", None, Span(None, None))
    more = {"office": "0012", "since": "2020-02-03", "until": "2026-01-01"}
    assert record_of(entry | more) == employed(until="2026-01-01")


VISITORS = rule(before_visitors=True, **INSPECTORS)


@pytest.mark.parametrize(
    ("programme", "lines", "expected"),
    [
        (VISITORS, [PASSED], Clearance(True)),
        (VISITORS, ["2025-08-10 fire passed"], Clearance(True)),
        (VISITORS, ["2025-05-10 fire passed"], Clearance(False, ("windows",))),
        (VISITORS, ["2026-03-10 fire failed"], Clearance(False, ("windows",))),
        (VISITORS, [], Clearance(False, ("windows",))),
        (rule(**INSPECTORS), [], Clearance(True)),
        (rule(before_visitors=True, posts=["chief"]), [], Clearance(True)),
        (rule(before_visitors=True), ["2026-03-10 fire failed"], Clearance(True)),
    ],
)
def test_who_may_serve_visitors(programme: Rule, lines: list[str], expected: Clearance) -> None:
    """Programmes stand in the way that apply, are wanted before visitors and are not fulfilled."""
    said = judged(programme, "2026-06-15", *lines, record=employed())
    assert may_serve({"windows": said}, employed(), day("2026-06-15")) == expected


def test_the_exempt_may_serve_and_the_revoked_may_not() -> None:
    """An exemption says that the certificate is not needed."""
    on = "2026-06-15"
    revoked = judged(VISITORS, on, PASSED, record=employed(), revoked=("2026-05-05",))
    exempt = judged(VISITORS, on, record=employed(), exempt=(Span(None, None),))
    both = {"windows": revoked, "fire": revoked, "gas": exempt}
    assert may_serve(both, employed(), day(on)) == Clearance(False, ("fire", "windows"))
    assert may_serve({"gas": exempt}, employed(), day(on)) == Clearance(True)


@pytest.mark.parametrize(
    "record", [None, employed(until="2026-06-14"), employed(since="2026-06-16")]
)
def test_without_a_record_of_the_day_it_is_not_known_who_may_serve(
    record: Employment | None,
) -> None:
    """Which programmes are wanted of somebody hangs on it: neither yes nor no can be said."""
    said = judged(VISITORS, "2026-06-15", PASSED, record=record)
    assert may_serve({"windows": said}, record, day("2026-06-15")) == Clearance(None)


def test_one_ruling_serves_all_people() -> None:
    """What it remembers of one person is never told of another."""
    versions = [rule(1, posts=["inspector"], due_days=30), rule(2, since="2026-06-01")]
    records = [None, employed(), employed(post="chief"), employed(since="2026-04-20")]
    none: list[Grant] = []
    certified = grants(versions, done("2026-03-10 fire passed"))
    people = list(product([none, certified], records, [None, day("2026-03-10")], [False, True]))
    for on in (day("2026-05-01"), day("2026-07-01")):
        ruling = Ruling(versions, on)
        for earned, record, begun, exempt in people * 2:
            spans = [Span(None, None)] if exempt else []
            told = ruling.verdict(earned, begun, record, ruling.applies(record), spans)
            assert told == verdict(
                versions, earned, record=record, exemptions=spans, began=begun, on=on
            )
