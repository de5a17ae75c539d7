"""The projection `training`: transcripts, course statistics and certificates, folded together.

Outcomes change transcript lines, and the changes of lines change statistics and certificates, so
all of them hold as of the same position. What the catalogue says, who is whom and what was voided
change what earlier statements mean: then the lines concerned are folded anew. So the rows are a
function of what is known up to a position, never of the order it came in or of how it was cut into
batches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import ClassVar

from sqlalchemy import Connection, Table

from lrs.domain.certification.rule import ANYBODY, Authorities, vouches
from lrs.domain.events import DESCRIPTION_TYPES, EntryWithdrawn
from lrs.domain.training.line_state import LineState, counting_outcomes, fold_lines
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.statement import RecordedStatement, bytes_of
from lrs.projections.base import STATEMENT_TOPICS, Batch
from lrs.projections.training import (
    catalogue_history,
    certifications,
    courses,
    line_encoding,
    line_fold,
    lines,
    people,
    statistics,
    statistics_fold,
    subjects,
    voiding,
)
from lrs.projections.training.catalogue_cache import CatalogueRules
from lrs.projections.training.first_mentions import (
    Numbers,
    OutcomesByPosition,
    last_named,
    mentioned,
)
from lrs.projections.training.line_fold import Changes
from lrs.projections.training.lines import OutcomeRow
from lrs.projections.training.reprocessing import Reprocessing
from lrs.projections.training.shards import FoldedShard, ShardWork, fold_shard
from lrs.projections.training.split_fold import (
    ScanContext,
    ScannedTraining,
    TrainingSplitFold,
    scan,
)

CATALOGUE = frozenset({*(event.TOPIC for event in DESCRIPTION_TYPES), EntryWithdrawn.TOPIC})

_INSTALLATIONS = 1000

StatementsAt = Callable[[Sequence[int]], Mapping[int, RecordedStatement]]
"""Reads statements by position from the log."""


class TrainingProjection:
    """The projection, for an installation with these words for training, in this time zone."""

    NAME: ClassVar[str] = "training"
    VERSION: int = 9
    TABLES: ClassVar[Sequence[Table]] = (
        people.trainee,
        courses.course,
        subjects.subject,
        catalogue_history.description,
        lines.outcome,
        lines.line,
        voiding.awaited,
        statistics.course_statistics,
        statistics.course_slice,
        certifications.certification,
    )
    TOPICS: ClassVar[frozenset[str]] = STATEMENT_TOPICS | CATALOGUE
    SHARDED: ClassVar[bool] = True

    def __init__(self, vocabulary: Vocabulary = STANDARD, zone: tzinfo = UTC) -> None:
        self._vocabulary = vocabulary
        self._zone = zone
        # another vocabulary or another zone makes other rows: they are folded anew
        self.VERSION = TrainingProjection.VERSION + _INSTALLATIONS * _installation(vocabulary, zone)

    def new_fold(self) -> TrainingFold:
        return TrainingFold(self._vocabulary, self._zone)

    def new_split_fold(self) -> TrainingSplitFold:
        return TrainingSplitFold(self._vocabulary, self._zone)

    def scan(self, batch: Batch, context: ScanContext) -> ScannedTraining:
        """The outcomes of the batch, and whom and what it names."""
        return scan(batch, context, self._vocabulary, self._zone)

    def fold_shard(self, work: ShardWork, parts: Sequence[bytes]) -> FoldedShard:
        """Fold the lines of a shard's people."""
        return fold_shard(work, parts)


def _installation(vocabulary: Vocabulary, zone: tzinfo) -> int:
    """A number that tells installations apart, below 2**20; in UTC that of the vocabulary."""
    if zone is UTC:
        return vocabulary.number
    installation = f"{vocabulary.number} {zone}"
    return 1 + int.from_bytes(sha256(installation.encode()).digest()[:4]) % (2**20 - 1)


class TrainingFold:
    """Folds statements, and what the catalogue says, into transcript lines and statistics.

    It remembers numbers, and the catalogue.
    """

    def __init__(self, vocabulary: Vocabulary, zone: tzinfo = UTC) -> None:
        self._vocabulary = vocabulary
        self._zone = zone
        self._numbers = Numbers()
        self._rulebook = CatalogueRules(zone)

    def apply(self, batch: Batch, connection: Connection) -> None:
        """Fold the batch, inside the caller's transaction: first whom and what it names, then
        lines, and from their changes statistics and certificates.
        """
        numbers, rulebook = self._numbers, self._rulebook
        rulebook.refresh(connection)
        reprocessing = Reprocessing(connection, rulebook, batch.other_events)
        outcomes_by_position = {
            r.position: found for r in batch.statements if (found := self._outcomes(r))
        }
        courses_of = {o.subject: o.course for some in outcomes_by_position.values() for o in some}
        mentions = mentioned(batch, outcomes_by_position)
        named = partial(last_named, connection, at=batch.at, outcomes_of=self._outcomes)
        numbers.give(connection, mentions, courses_of, named)
        changes = reprocessing.changes(connection) if batch.other_events else Changes()
        ids = (bytes_of(r.key) for r in batch.statements)
        voided = voiding.voidings(batch, ids, voiding.aims(batch.statements), connection)
        if voided.earlier:
            self._take_away(voided.earlier, connection, changes)
        self._add(outcomes_by_position, voided.arriving, connection, changes)
        refolded = partial(self._refolded, connection, batch.at)
        changed = line_fold.fold(connection, changes, refolded, rulebook)
        statistics_fold.fold(connection, changed)
        credited = {one.id for one in changed if one.credited}
        pairs = certifications.concerned(rulebook, credited) | reprocessing.again
        vouched = partial(self._vouched, connection, batch.at)
        certifications.fold(connection, rulebook, pairs, vouched)

    def _outcomes(self, recorded: RecordedStatement) -> list[Outcome]:
        return counting_outcomes(recorded, self._vocabulary, self._rulebook.listings, self._zone)

    def _take_away(
        self,
        targets: Sequence[tuple[RecordedStatement, int]],
        connection: Connection,
        changes: Changes,
    ) -> None:
        """Marks earlier outcomes that are voided now; their lines are folded anew."""
        gone = voiding.void_earlier(connection, targets, self._outcomes)
        rows = lines.rows_about(connection, {who for who, _ in gone})
        rows = [row for row in rows if (row.trainee, row.position) in gone]
        changes.refold |= lines.lines_of(connection, rows, self._rulebook.person)

    def _add(
        self,
        outcomes_by_position: OutcomesByPosition,
        never: Mapping[int, int],
        connection: Connection,
        changes: Changes,
    ) -> None:
        numbers, person = self._numbers, self._rulebook.person
        trainees, courses_, subjects_ = numbers.trainees, numbers.courses, numbers.subjects
        rows = []
        for position, of_statement in outcomes_by_position.items():
            voided = never.get(position) if never else None
            for outcome in of_statement:
                who = trainees[outcome.trainee]
                line = lines.number(person(who), courses_[outcome.course])
                rows.append(OutcomeRow(who, outcome.position, subjects_[outcome.subject], voided))
                if line in changes.refold:
                    continue
                if voided is None:
                    added = changes.added.setdefault(line, [])
                    # a Group may name two identifiers of one person
                    if not added or added[-1].position != outcome.position:
                        added.append(outcome)
                else:
                    gone = changes.never.setdefault(line, [])
                    if gone[-1:] != [outcome.position]:
                        gone.append(outcome.position)
        lines.keep(connection, rows)

    def _vouched(
        self,
        connection: Connection,
        at: StatementsAt,
        wanted: Collection[int],
        authorities: Authorities,
    ) -> dict[int, LineState]:
        """What the statements of these authorities alone make of these lines."""
        found: dict[int, LineState] = {}
        rest = iter(sorted(wanted))
        while part := list(islice(rest, line_fold.TOGETHER)):
            refolded = self._refolded(connection, at, part, authorities)
            found |= {id_: line_encoding.normalised(state) for id_, state in refolded.items()}
        return found

    def _refolded(
        self,
        connection: Connection,
        at: StatementsAt,
        wanted: Collection[int],
        authorities: Authorities = ANYBODY,
    ) -> dict[int, LineState]:
        """These lines folded anew from the statements of these authorities, which are read from
        the log again.
        """
        persons = {lines.person_of(id_) for id_ in wanted}
        identifiers = people.identifiers(connection, persons)
        rows = lines.rows_about(connection, identifiers)
        courses_ = subjects.courses_of(connection, {row.subject for row in rows})
        ids = [lines.number(identifiers[row.trainee], courses_[row.subject]) for row in rows]
        of_lines = [(id_, row) for id_, row in zip(ids, rows, strict=True) if id_ in wanted]
        counting = [row for _, row in of_lines if row.voided is None]
        keys = people.keys_of(connection, {row.trainee for row in counting})
        statements = at(sorted({row.position for row in counting}))
        found = {
            (outcome.trainee, outcome.position): outcome
            for recorded in statements.values()
            if vouches(recorded.authority, authorities)
            for outcome in self._outcomes(recorded)
        }
        history: list[tuple[int, int, Outcome | None]] = []
        for id_, row in of_lines:
            if row.voided is not None:
                history.append((id_, row.position, None))
            elif outcome := found.get((keys[row.trainee], row.position)):
                history.append((id_, row.position, outcome))
        return fold_lines(history)
