"""Random histories over HTTP, compared with a plain reading of all that was sent."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from lrs.service import Lrs
from tests.api.caller import Caller, said
from tests.api.opening import Calling
from tests.projections.histories import IDS, questions, statements
from tests.projections.naive import VOIDED, Question, answer
from tests.support.examples import drawn


class World:
    """What two keys have said in one example, beside all that other examples left behind."""

    def __init__(self, calling: Calling) -> None:
        self.trusted = calling(Scope.ALL)
        self.module = calling(Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE)
        self.log: list[RecordedStatement] = []
        self._ids = {str(id): str(uuid4()) for id in IDS}
        self._authority = {id(c): _authority(c) for c in (self.trusted, self.module)}

    def own(self, statement: JsonObject) -> JsonObject:
        """The statement with ids of this world instead of the general ones."""
        text = json.dumps(statement)
        for general, particular in self._ids.items():
            text = text.replace(general, particular)
        copy: JsonObject = json.loads(text)
        return copy

    def send(self, by: Caller, batch: list[JsonObject]) -> None:
        """Post a batch; it is taken unless it voids what another key has said."""
        status = by.post(batch).status_code
        theirs = {str(s.id) for s in self.log if s.authority != self._authority[id(by)]}
        reaches = by is self.module and any(
            s["verb"]["id"] == VOIDED and s["object"]["id"] in theirs for s in batch
        )
        assert status == (403 if reaches else 200)
        for statement in batch if status == 200 else []:
            place, authority = len(self.log) + 1, self._authority[id(by)]
            self.log.append(
                RecordedStatement(
                    place, place, UUID(statement["id"]), authority, by is self.trusted, statement
                )
            )

    def asked(self, question: Question) -> list[str]:
        """The ids of this world that a query finds, oldest first."""
        query: dict[str, Any] = {k: v for k, v in vars(question).items() if v is not None}
        by = self.module if query.pop("mine", None) else self.trusted
        mine = {str(s.id) for s in self.log}
        return [i for i in by.found(**query, ascending=True) if i in mine]

    def expected(self, question: Question) -> list[str]:
        mine = self._authority[id(self.module)] if question.mine else None
        positions = answer(self.log, Question(**{**vars(question), "mine": mine}))
        return [str(self.log[p - 1].id) for p in positions]


def _authority(caller: Caller) -> JsonObject:
    """A key's authority, as its first statement shows it."""
    (first,) = caller.store(said())
    authority: JsonObject = caller.one(first)["authority"]
    return authority


@settings(max_examples=drawn(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_found_over_http_is_what_a_plain_reading_finds(
    calling: Calling, lrs: Lrs, hurried: None, data: st.DataObject
) -> None:
    """Two keys write in random batches, with reads in between, where the index is sometimes level
    with the log and sometimes behind it; then it is all folded again.
    """
    world = World(calling)
    ids = data.draw(st.permutations(IDS))
    while ids:
        count = data.draw(st.integers(1, 3))
        batch = [world.own({**data.draw(statements), "id": str(i)}) for i in ids[:count]]
        world.send(data.draw(st.sampled_from([world.trusted, world.module])), batch)
        ids = ids[count:]
        if data.draw(st.booleans()):
            lrs.projector.runner.catch_up(["statements"])
        question = data.draw(questions)
        assert world.asked(question) == world.expected(question)
    for question in data.draw(st.lists(questions, min_size=5, max_size=5)):
        assert world.asked(question) == world.expected(question)
    lrs.projector.runner.catch_up(["statements"])
    live = lrs.projector.runner.checksum("statements")
    lrs.projector.rebuild(["statements"])
    assert lrs.projector.runner.checksum("statements") == live
