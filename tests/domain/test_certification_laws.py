"""What holds of grants and verdicts whatever was done and whatever rules there were."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.certification.grants import Grant, grants
from lrs.domain.certification.requirement_check import Evidence, EvidenceKind
from lrs.domain.certification.rule import Rule, in_force, rule_of
from lrs.domain.certification.verdict import Span, Verdict, may_serve, verdict
from tests.domain.naive import naive_grants
from tests.domain.programmes import employed
from tests.support.examples import drawn

BEGIN = date(2028, 1, 20)
LAST = 110
COURSES = ("fire", "gas", "old")
WHAT: tuple[EvidenceKind, ...] = (
    *get_args(EvidenceKind),
    "passed",
    "passed",
    "passed",
    "completed",
    "attended",
)
DAYS = st.integers(0, LAST).map(lambda n: BEGIN + timedelta(days=n))
VALIDITIES: list[dict[str, Any]] = [
    {},
    {"valid_until": "2028-03-31"},
    {"valid_until": "2028-05-31"},
    {"valid_months": 1},
    {"valid_months": 1, "renewal_days": 20},
    {"valid_months": 2},
]
REVOKED = st.lists(DAYS, max_size=2)


@st.composite
def marks(draw: st.DrawFn, most: int = 16) -> list[Evidence]:
    """What one person did: few days, courses and attempts, so that things meet."""
    few = draw(st.lists(DAYS, min_size=3, max_size=8))
    one = st.builds(
        Evidence,
        course=st.sampled_from(COURSES),
        what=st.sampled_from(WHAT),
        instant=st.integers(0, 2),
        day=st.sampled_from(few),
        position=st.integers(1, 30),
        attempt=st.sampled_from(["", "1"]),
        scaled=st.sampled_from([None, 0.5, 0.9, 0.9]),
        milliseconds=st.sampled_from([3_600_000, 7_200_000]),
        own=st.booleans(),
    )
    # a statement has one place in the log, and says a thing of one course once
    return draw(st.lists(one, min_size=4, max_size=most, unique_by=lambda mark: mark.position))


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """Every member that a rule may have, or may leave out."""
    courses = draw(st.sampled_from([["fire"], ["fire"], ["fire", "gas"], ["gas", "fire"]]))
    pairs = [{"course": "old", "counts_as": course} for course in courses]
    more: dict[str, Any] = {
        "at_least": st.integers(1, len(courses)),
        "min_score": st.just(0.8),
        "min_hours": st.sampled_from([1, 3]),
        "renewal_days": st.sampled_from([0, 5, 20, 90]),
        "equivalents": st.lists(st.sampled_from(pairs), max_size=2),
        "due_days": st.just(10),
    }
    validity: dict[str, Any] = draw(st.sampled_from(VALIDITIES))
    optional = draw(st.fixed_dictionaries({}, optional=more))
    return {"courses": courses, "posts": ["inspector"], **validity, **optional}


@st.composite
def histories(draw: st.DrawFn) -> list[Rule]:
    """One to three versions: described, withdrawn, told late, begun early."""
    made = [rule_of(draw(entries()), 1, BEGIN)]
    for number in range(2, draw(st.integers(1, 3)) + 1):
        entry = draw(st.one_of(st.none(), entries(), entries(), st.just("the same")))
        if entry == "the same":
            made.append(_renumbered(made[-1], number, draw(DAYS)))
        else:
            made.append(rule_of(entry, number, draw(DAYS)))
    return made


def _renumbered(rule: Rule, number: int, since: date) -> Rule:
    members = {name: getattr(rule, name) for name in Rule.__slots__}
    return Rule(**(members | {"number": number, "since": since}))


def said(
    versions: list[Rule],
    done: list[Evidence],
    on: date,
    revoked: list[date] | None = None,
    exempt: list[Span] | None = None,
) -> Verdict | None:
    return verdict(
        versions,
        grants(versions, done, revoked or []),
        record=employed(),
        exemptions=exempt or [],
        revocations=revoked or [],
        began=min((mark.day for mark in done), default=None),
        on=on,
    )


@settings(deadline=None, max_examples=drawn(400))
@given(histories(), marks(), REVOKED)
def test_grants_are_what_looking_at_everything_each_day_gives(
    versions: list[Rule], done: list[Evidence], revoked: list[date]
) -> None:
    """The walk forward agrees with the definitions, written down without regard to time."""
    made = grants(versions, done, revoked)
    shown = [(g.day, g.completed, g.until, g.version, g.renewal) for g in made]
    assert shown == naive_grants(versions, done, revoked)


@settings(deadline=None, max_examples=drawn(200))
@given(histories(), marks(), REVOKED, st.randoms(use_true_random=False))
def test_order_makes_no_difference(
    versions: list[Rule], done: list[Evidence], revoked: list[date], random: Any
) -> None:
    """Marks, versions and revocations are sets."""
    mixed = [random.sample(many, len(many)) for many in (versions, done + done[:3], revoked)]
    assert grants(*mixed) == grants(versions, done, revoked)


@settings(deadline=None, max_examples=drawn(200))
@given(histories(), marks(), marks(), REVOKED, DAYS)
def test_what_is_done_later_never_changes_a_day(
    versions: list[Rule], done: list[Evidence], more: list[Evidence], revoked: list[date], on: date
) -> None:
    """Neither marks nor revocations of later days do."""
    before = [mark for mark in done if mark.day <= on]
    later = [mark._replace(position=mark.position + 30) for mark in more if mark.day > on]
    revoked_before = [day for day in revoked if day <= on]
    expected = said(versions, before, on, revoked_before)
    assert said(versions, before + later, on, revoked) == expected


@settings(deadline=None, max_examples=drawn(200))
@given(histories(), entries(), marks(), DAYS)
def test_a_later_version_never_changes_the_days_before_it(
    versions: list[Rule], entry: dict[str, Any], done: list[Evidence], since: date
) -> None:
    """Grants and verdicts of these days are the same with it and without it."""
    more = [*versions, rule_of(entry, len(versions) + 1, since)]
    eve = since - timedelta(days=1)
    assert said(more, done, eve) == said(versions, done, eve)
    kept = [grant for grant in grants(versions, done) if grant.day < since]
    assert [grant for grant in grants(more, done) if grant.day < since] == kept


@settings(deadline=None, max_examples=drawn(200))
@given(histories(), marks(), REVOKED)
def test_grants_follow_each_other(
    versions: list[Rule], done: list[Evidence], revoked: list[date]
) -> None:
    """One a day; one that is made while another holds is a renewal and ends later."""
    made = grants(versions, done, revoked)
    for grant in made:
        assert grant.completed <= grant.day <= (grant.until or date.max)
        held = in_force(versions, grant.day)
        assert held
        assert held.number == grant.version
        before = [mark for mark in done if mark.day <= grant.day]
        known = {at for mark in before for at in (mark.position, *mark.supporting)}
        assert set(grant.evidence) <= known
    for one, other in pairwise(made):
        assert one.day < other.day
        void = any(one.day <= day < other.day for day in revoked)
        assert other.renewal != void
        if not void:
            assert one.until
            assert one.until < (other.until or date.max)


@settings(deadline=None, max_examples=drawn(200))
@given(histories(), marks(), REVOKED, DAYS)
def test_certified_is_who_holds_a_grant(
    versions: list[Rule], done: list[Evidence], revoked: list[date], on: date
) -> None:
    """On that day, not revoked since it was made: then and only then, also to serve visitors."""
    verdict = said(versions, done, on, revoked)
    holding = [g for g in grants(versions, done, revoked) if _holds(g, revoked, on)]
    assert bool(holding) == (verdict is not None and verdict.status in ("certified", "due"))
    if verdict and verdict.valid_from and verdict.valid_from <= on <= (verdict.valid_until or on):
        assert holding
    if verdict and verdict.applies:
        wanted = verdict.before_visitors and not holding
        assert may_serve({"windows": verdict}, employed(), on).may_serve == (not wanted)


def _holds(grant: Grant, revoked: list[date], on: date) -> bool:
    if any(grant.day <= day <= on for day in revoked):
        return False
    return grant.day <= on <= (grant.until or on)


@settings(deadline=None, max_examples=drawn(200))
@given(histories(), marks(), REVOKED, DAYS, st.lists(st.tuples(DAYS, DAYS), max_size=2))
def test_an_exemption_changes_nothing_but_the_days_it_holds_on(
    versions: list[Rule],
    done: list[Evidence],
    revoked: list[date],
    on: date,
    spans: list[tuple[date, date]],
) -> None:
    """On these the status says so, on all others nothing shows that there was one."""
    exempt = [Span(*span) for span in spans]
    with_it, without = said(versions, done, on, revoked, exempt), said(versions, done, on, revoked)
    if any(span.holds(on) for span in exempt) and without:
        assert with_it
        assert with_it.status == "exempt"
        assert (with_it.valid_until, with_it.applies) == (without.valid_until, without.applies)
    else:
        assert with_it == without
