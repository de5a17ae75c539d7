"""Folding a whole log into `training` with the work split.

It gives the rows that one batch of the whole log would: the catalogue's events are taken in first,
so each statement is read once, by what the catalogue says at the end. Scans find outcomes, part by
part; numbers are given in the order of the log; then lines are folded in shards (shards.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.events import RecordedEvent
from lrs.domain.training.course_resolution import Listings
from lrs.domain.training.line_state import counting_outcomes
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.vocabulary import Vocabulary
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement, bytes_of
from lrs.projections.base import Batch, LogPart
from lrs.projections.training import (
    catalogue_history,
    certifications,
    courses,
    line_fold,
    lines,
    people,
    statistics_fold,
    voiding,
)
from lrs.projections.training.catalogue_cache import CatalogueRules
from lrs.projections.training.first_mentions import Mentions, Numbers, last_named, mentioned
from lrs.projections.training.lines import OutcomeRow
from lrs.projections.training.reprocessing import Reprocessing, linked_agents
from lrs.projections.training.shards import FoldedShard, ShardWork, packed, shard_of
from lrs.projections.training.statistics_fold import StatisticsChange

SLICES_TOGETHER = 20_000
"""Slices of courses whose figures are written together: almost every shard has some of each, and
these take some 30 MB.
"""


class ScanContext(NamedTuple):
    """What scans need to know of the catalogue: the listings of courses; by identifier the one that
    represents the person, where that is another; whether any programme names authorities.
    """

    listings: Listings
    persons: Mapping[str, str]
    shards: int
    keep_authorities: bool


class ScannedTraining(NamedTuple):
    """What a part of the log says for `training`.

    `rows` are identifier, position and subject of each outcome; `subjects` the courses of subjects
    as statements state them; `ids` those of the statements, `aimed` what `voiding.aims` gives.
    """

    mentions: Mentions
    subjects: Mapping[str, str]
    rows: Sequence[tuple[str, int, str]]
    ids: Sequence[bytes]
    aimed: Sequence[tuple[UUID, UUID]]
    shards: Mapping[int, bytes]


def scan(
    batch: Batch, context: ScanContext, vocabulary: Vocabulary, zone: tzinfo
) -> ScannedTraining:
    """What the batch says, by what the catalogue says at the end of the log."""
    listings, persons, shards = context.listings, context.persons, context.shards
    by_position: dict[int, list[Outcome]] = {}
    by_shard: defaultdict[int, list[tuple[Outcome, JsonObject | None]]] = defaultdict(list)
    for recorded in batch.statements:
        found = counting_outcomes(recorded, vocabulary, listings, zone)
        if not found:
            continue
        by_position[recorded.position] = found
        authority = recorded.authority if context.keep_authorities else None
        for outcome in found:
            key = outcome.trainee
            by_shard[shard_of(persons.get(key, key), shards)].append((outcome, authority))
    every = [outcome for found in by_position.values() for outcome in found]
    return ScannedTraining(
        mentioned(batch, by_position),
        {o.subject: o.stated_course for o in every},
        [(o.trainee, o.position, o.subject) for o in every],
        [bytes_of(r.key) for r in batch.statements],
        voiding.aims(batch.statements),
        {shard: packed(some) for shard, some in by_shard.items()},
    )


class TrainingSplitFold:
    """Folds a whole log into the tables of `training`."""

    def __init__(self, vocabulary: Vocabulary, zone: tzinfo) -> None:
        self._vocabulary, self._zone = vocabulary, zone
        self._rulebook = CatalogueRules(zone)
        self._numbers = Numbers()
        self._shards = 1
        self._persons: Mapping[str, str] = {}
        self._reprocessing: Reprocessing | None = None
        self._people: defaultdict[int, dict[str, int]] = defaultdict(dict)
        """The persons of identifiers, by shard and identifier."""
        self._courses: Mapping[str, int] = {}
        self._voided: set[int] = set()
        self._statistics = StatisticsChange()

    def begin(
        self, events: Sequence[RecordedEvent], shards: int, connection: Connection
    ) -> ScanContext:
        """Take in what the catalogue says."""
        self._reprocessing = Reprocessing(connection, self._rulebook, events)
        self._persons, self._shards = linked_agents(connection), shards
        programmes = catalogue_history.history(connection, [EntryKind.PROGRAMME])
        named = any(one.entry and one.entry.get("authorities") for one in programmes)
        return ScanContext(self._rulebook.listings, self._persons, shards, named)

    def write(self, scanned: ScannedTraining, part: LogPart, connection: Connection) -> None:
        """Give numbers to whom and what the part names, and keep which statements say something of
        whom.
        """
        numbers = self._numbers
        named = partial(last_named, connection, at=part.at, outcomes_of=self._outcomes)
        numbers.give(connection, scanned.mentions, scanned.subjects, named)
        voided = voiding.voidings(part, scanned.ids, scanned.aimed, connection)
        if voided.earlier:
            voiding.void_earlier(connection, voided.earlier, self._outcomes)
        self._voided.update(at.position for at, _ in voided.earlier)
        self._voided.update(voided.arriving)
        rows = [
            OutcomeRow(
                numbers.trainees[trainee],
                position,
                numbers.subjects[subject],
                voided.arriving.get(position),
            )
            for trainee, position, subject in scanned.rows
        ]
        lines.keep(connection, rows)

    def settle(self, connection: Connection) -> None:
        """Bring people, courses and subjects up to what the catalogue says."""
        assert self._reprocessing is not None
        self._reprocessing.bring_up(connection)
        for key, person in people.persons_by_key(connection):
            shard = shard_of(self._persons.get(key, key), self._shards)
            self._people[shard][key] = person
        self._courses = courses.all_numbers(connection)

    def work(self, shard: int) -> ShardWork:
        """What is known of the shard's people, and the courses."""
        persons = self._people[shard]
        rulebook = self._rulebook.of(set(persons.values()))
        return ShardWork(persons, self._courses, self._voided, rulebook)

    def merge(self, folded: FoldedShard, connection: Connection) -> None:
        """Write the rows of a shard, and add up its figures."""
        line_fold.write_rows(connection, folded.lines)
        certifications.write_rows(connection, folded.certifications)
        self._statistics.follow(folded.statistics)
        if len(self._statistics.slices) > SLICES_TOGETHER:
            self.finish(connection)

    def finish(self, connection: Connection) -> None:
        """Write the figures."""
        statistics_fold.write(connection, self._statistics)
        self._statistics = StatisticsChange()

    def _outcomes(self, recorded: RecordedStatement) -> list[Outcome]:
        return counting_outcomes(recorded, self._vocabulary, self._rulebook.listings, self._zone)
