"""The projection `training`: transcripts and course statistics, folded together.

Outcomes change transcript lines, and the changes of lines change the statistics, so both always
hold as of the same position.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, Connection, Table, select

from lrs.bulk import insert_columns, rows_of
from lrs.columns import UuidKey
from lrs.domain.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.domain.training import Outcome, outcomes
from lrs.domain.transcript import concerns
from lrs.domain.vocabulary import STANDARD, Vocabulary
from lrs.projections import statistics, transcripts
from lrs.projections.names import Numbers, course, trainee
from lrs.projections.projection import STATEMENTS, Batch
from lrs.projections.tables import metadata
from lrs.projections.transcripts import Changes

# Every voiding statement, whether its target is known yet or not: which rows stand here must not
# depend on which of the two came in the same batch.
training_void = Table(
    "training_void",
    metadata,
    Column("target", UuidKey, primary_key=True),
    Column("voiding", UuidKey, primary_key=True),
)


_VOIDS = select(training_void)


class Training:
    """Folds statements into transcript lines, and changed lines into course statistics."""

    NAME: ClassVar[str] = "training"
    VERSION: ClassVar[int] = 3
    TABLES: ClassVar[Sequence[Table]] = (
        trainee,
        course,
        transcripts.outcome,
        transcripts.line,
        training_void,
        statistics.course_statistics,
    )
    TOPICS: ClassVar[frozenset[str]] = STATEMENTS

    def __init__(self, vocabulary: Vocabulary = STANDARD) -> None:
        self._vocabulary = vocabulary
        self._numbers = Numbers()
        self._folded = 0
        """The last position folded by this process."""

    def apply(self, batch: Batch, connection: Connection) -> None:
        """Fold the batch into the tables, inside the caller's transaction."""
        arrived = {r.id: told for r in batch.statements if (told := self._outcomes(r))}
        voidings = [r for r in batch.statements if is_voiding(r.statement)]
        _note(connection, voidings)
        earlier = [o for t in _earlier_targets(batch, voidings) for o in self._outcomes(t)]
        never = _voided_on_arrival(batch, connection, arrived)
        if batch.first != self._folded + 1:
            self._numbers.forget()
        self._folded = batch.last
        changes = self._by_line(connection, arrived, earlier, never)
        if changes:
            again = partial(self._told, batch)
            statistics.fold(connection, transcripts.fold(connection, changes, again))

    def forget(self) -> None:
        self._numbers.forget()

    def _told(self, batch: Batch, positions: Sequence[int]) -> dict[int, list[Outcome]]:
        return {position: self._outcomes(r) for position, r in batch.at(positions).items()}

    def _outcomes(self, recorded: RecordedStatement) -> list[Outcome]:
        return [o for o in outcomes(recorded, self._vocabulary) if concerns(o)]

    def _by_line(
        self,
        connection: Connection,
        arrived: dict[UUID, list[Outcome]],
        earlier: list[Outcome],
        never: set[UUID],
    ) -> dict[int, Changes]:
        # what earlier statements called people and courses may have been said anew since
        nameless = [o._replace(name=None, course_title=None) for o in earlier]
        everything = [o for told in (*arrived.values(), nameless) for o in told]
        if not everything:
            return {}
        trainees = self._numbers.trainees(connection, everything)
        courses = self._numbers.courses(connection, everything)
        changes: dict[int, Changes] = {}

        def line_of(outcome: Outcome) -> Changes:
            who, what = outcome.trainee, outcome.course
            id_ = transcripts.number(trainees[who], courses[what])
            found = changes.get(id_)
            if found is None:
                found = changes[id_] = Changes(who, what)
            return found

        for id_, told in arrived.items():
            for outcome in told:
                if id_ in never:
                    line_of(outcome).never_counted.append(outcome.position)
                else:
                    line_of(outcome).added.append(outcome)
        for outcome in earlier:
            line_of(outcome).taken_away.append(outcome.position)
        return changes


def _note(connection: Connection, voidings: Iterable[RecordedStatement]) -> None:
    aims = _aims(voidings)
    columns = {"target": [target for _, target in aims], "voiding": [v.id for v, _ in aims]}
    insert_columns(connection, training_void, columns)


def _aims(voidings: Iterable[RecordedStatement]) -> list[tuple[RecordedStatement, UUID]]:
    return [(v, target) for v in voidings if (target := target_of(v.statement)) is not None]


def _earlier_targets(
    batch: Batch, voidings: Sequence[RecordedStatement]
) -> list[RecordedStatement]:
    """Statements of earlier batches that this batch takes out of the record, in log order."""
    aims = _aims(voidings)
    known = batch.find({target for _, target in aims}) if aims else {}
    taken = {
        id_: known[id_]
        for voiding, id_ in aims
        if id_ in known and known[id_].position < batch.first and voids(voiding, known[id_])
    }
    return sorted(taken.values(), key=lambda target: target.position)


def _voided_on_arrival(
    batch: Batch, connection: Connection, arrived: dict[UUID, list[Outcome]]
) -> set[UUID]:
    """Which of the batch's statements a voiding statement up to the batch's end takes out."""
    rows = rows_of(connection, _VOIDS, training_void.c.target, arrived)
    pairs = [(row.target, row.voiding) for row in rows]
    if not pairs:
        return set()
    known = batch.find({id_ for pair in pairs for id_ in pair})
    return {
        target
        for target, voiding in pairs
        if target in known and voiding in known and voids(known[voiding], known[target])
    }
