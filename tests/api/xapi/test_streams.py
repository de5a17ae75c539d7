"""Large answers: a few at once, so that slow clients leave threads for the others."""

from __future__ import annotations

from lrs.service import Lrs
from tests.api.caller import Caller
from tests.api.xapi.documents import document
from tests.api.xapi.test_bad_bodies import refused


def test_large_answers_are_few_at_once(own: Caller, own_lrs: Lrs) -> None:
    """Half of the threads may wait for slow clients; the others answer whoever asks for less."""
    most = own_lrs.settings.threads // 2
    large = document(own, "state").holding(bytes(300_000))
    small = document(own, "state").holding(b"page 5")
    slow = [large.get() for _ in range(most)]
    refused(large.get(), 503, "streaming")
    assert small.get().data == b"page 5"
    slow[0].close()
    assert large.get().data == bytes(300_000)
    assert [answer.data for answer in slow[1:]] == [bytes(300_000)] * (most - 1)
    assert large.get().data == bytes(300_000)
