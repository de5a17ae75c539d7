"""What a refusal says: what is missing at that place, in words that a module's author can use."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

from lrs.domain.errors import InvalidStatement
from lrs.domain.xapi.version import Version
from schemas import check_statement, reasons
from tests.schemas.examples import minimal
from tests.schemas.test_rules_time import MEGABYTE

AGENT = {"mbox": "mailto:anna@example.org"}
V1, V2 = Version.V1_0_3, Version.V2_0_0


def detail(version: Version = V2, **parts: Any) -> str:
    """What is said of a statement with these parts."""
    with pytest.raises(InvalidStatement) as caught:
        check_statement({**minimal(), **parts}, version)
    return caught.value.detail


@pytest.mark.parametrize(
    ("mbox", "missing"),
    [
        (5, "must be a string"),
        ("anna@example.org", "must begin with mailto:"),
        ("MAILTO:anna@example.org", "in lower case"),
        ("mailto:anna", "must have an @ between a name and a host"),
        ("mailto:@example.org", "must have a name before the @"),
        ("mailto:anna@", "must have a host after the @"),
        ("mailto:a@b.org,c@d.org", "must have one @ only"),
        ("mailto:anna smith@b.org", "must have no characters that an address cannot hold"),
    ],
)
def test_a_refused_address_is_told_what_it_lacks(mbox: object, missing: str) -> None:
    """1.0.3 part 2, 2.4.2.3: not that it begins with mailto:, where it does."""
    assert missing in detail(actor={"mbox": mbox})


@pytest.mark.parametrize(
    ("iri", "missing"),
    [
        ("completed", "must begin with a scheme"),
        (" http://v/x", "no spaces around it"),
        ("http://v/a b", "must be percent-encoded"),
        ("http://v/%zz", "two hex digits"),
        ("http:///x", "must come // and a host"),
        ("https://:80", "must come // and a host"),
        ("http://[::1", "that RFC 3987 allows"),
    ],
)
def test_a_refused_iri_is_told_what_it_lacks(iri: str, missing: str) -> None:
    """1.0.3 part 2, 2.2: which of the rules of RFC 3987 it is."""
    assert missing in detail(verb={"id": iri})


@pytest.mark.parametrize(
    ("version", "timestamp", "missing"),
    [
        (V1, "2026-03-01", "must have a time of day after the day"),
        (V1, "2026-03-01T09:30:00-00:00", "the offset must be known"),
        (V1, "01.03.2026 09:30", "in a form of ISO 8601"),
        (V2, "2026-03-01T09:30:00", "must end in an offset"),
        (V2, "2026-03-01T24:00:00Z", "must have the form of RFC 3339"),
        (V2, "2026-02-30T09:30:00Z", "in a form of RFC 3339"),
    ],
)
def test_a_refused_timestamp_is_told_what_it_lacks(
    version: Version, timestamp: str, missing: str
) -> None:
    """1.0.3 part 2, 4.5; 2.0, 4.2.2."""
    assert missing in detail(version, timestamp=timestamp)


@pytest.mark.parametrize(
    ("parts", "allowed"),
    [
        ({"actor": {**AGENT, "objectType": "agent"}}, "Agent or Group, and Agent where"),
        (
            {"object": {"id": "urn:x", "objectType": "Course"}},
            "or SubStatement, and Activity where",
        ),
        ({"context": {"team": {**AGENT, "objectType": "Agent"}}}, "objectType here is Group;"),
    ],
)
def test_a_refused_object_type_is_told_what_is_allowed_there(
    parts: dict[str, Any], allowed: str
) -> None:
    """1.0.3 part 2, 2.4.2 and 2.4.4: the values of that very place."""
    assert allowed in detail(**parts)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"actor": {"name": "Anna"}}, "account: there is none."),
        ({"actor": {**AGENT, "openid": "http://v/"}}, "there are several, keep one."),
        ({"verb": "completed"}, "Give an object with id, which may have display too."),
        ({"verb": {"id": "urn:x", "display": "x"}}, "an object of texts by language tag"),
        ({"verb": {}}, "required here: an IRI such as"),
        ({"context": {"team": AGENT}}, "required here: Group."),
        ({"attachments": {}}, "each element an object with usageType, display,"),
        ({"result": None}, "give an object that may have score, success,"),
        ({"result": {"scores": 1}}, "Known here are completion, duration,"),
        ({"object": AGENT}, "definition, id, objectType; with objectType Agent or Group this too."),
        ({"actor": {"member": [AGENT]}}, "openid; with objectType Group this too."),
    ],
)
def test_a_refusal_says_what_belongs_there(parts: dict[str, Any], words: str) -> None:
    """The names of properties are the standard's, and so never those that were sent."""
    assert words in detail(**parts)


@pytest.mark.parametrize(
    "why",
    [
        reasons.why_no_iri,
        reasons.why_no_uri,
        reasons.why_no_mbox,
        reasons.why_no_timestamp,
        reasons.why_no_timestamp_2,
    ],
)
def test_a_reason_is_found_in_linear_time(why: Callable[[object], str]) -> None:
    """Whatever is refused: a megabyte takes milliseconds, and none of it is repeated."""
    for text in ("a", "http://a:", "%", "http:@", "mailto:@a", "2026-03-01T0.1", "-00", "1-"):
        start = perf_counter()
        assert len(why(text * (MEGABYTE // len(text)))) < 120
        assert perf_counter() - start < 2
