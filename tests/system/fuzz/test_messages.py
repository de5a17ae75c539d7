from __future__ import annotations

from collections import Counter

import pytest

from lrs.domain.xapi.version import Version
from schemas import check_statement
from tests.schemas.shapes import expected, shapes
from tests.system.fuzz import framing, kinds, mutating
from tests.system.fuzz.framing import Message
from tests.system.fuzz.messages import message
from tests.system.fuzz.world import STATEMENTS, World

WORLD = World(0, ("QQ==", "Qg==", "Qw=="))


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """Of the first seeds."""
    return [message(seed, WORLD) for seed in range(3_000)]


def test_a_request_follows_from_its_seed(messages: list[Message]) -> None:
    """A failure is repeated by its seed alone."""
    assert [message(seed, WORLD) for seed in range(100)] == messages[:100]
    assert len({m.raw for m in messages}) > 2_750


def test_every_kind_of_request_is_made_and_spoilt_in_every_way(messages: list[Message]) -> None:
    """What is listed as a kind, a way to spoil or a way to send is met."""
    words = Counter(word for m in messages for word in m.kind.split())
    made = {kind.__name__ for kind in kinds.KINDS} - {"known"}
    ways = {way.__name__.lstrip("_") for way in (*mutating.WITH_BODY, *framing.FRAMINGS)}
    assert made | ways | {"names", "about", "agents", "activities", "form", "token"} <= words.keys()


def test_most_requests_are_good_http_and_many_are_good_requests(messages: list[Message]) -> None:
    """A server that only refuses would pass otherwise."""
    assert sum(m.proper for m in messages) > 0.85 * len(messages)
    assert sum(bool(m.expects) for m in messages) > 0.3 * len(messages)
    assert {m.method for m in messages} >= {b"GET", b"PUT", b"POST", b"DELETE", b"HEAD"}


@pytest.mark.parametrize("version", list(Version))
def test_the_statements_sent_are_valid_and_of_nearly_every_shape(version: Version) -> None:
    """1.0.3 part 2; 2.0, 4.2: good requests are good."""
    for statement in STATEMENTS[version]:
        check_statement(statement, version)
    found_shapes = set().union(*map(shapes, STATEMENTS[version]))
    assert len(expected(version) - found_shapes) < 0.15 * len(expected(version))
