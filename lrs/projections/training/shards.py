"""Folding people's lines in shards, each for itself: a shard holds whole people, with all lines.

What the catalogue says, who is whom and what was voided must be known before: then a line is folded
once, from all its outcomes.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from lrs.domain.certification.rule import Authorities, vouches
from lrs.domain.training.line_state import LineState, fold_lines
from lrs.domain.training.outcomes import Outcome
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import certifications, line_encoding, line_fold, lines
from lrs.projections.training.catalogue_cache import CatalogueRules
from lrs.projections.training.certifications import CertificationRow
from lrs.projections.training.line_fold import LineRow
from lrs.projections.training.statistics_fold import StatisticsChange, summed

History = Sequence[tuple[int, int, Outcome | None, JsonObject | None]]
"""For each outcome the number of its line, the position of its statement, the outcome (None if the
statement was voided), and the authority where it may count.
"""


@dataclass(frozen=True, slots=True)
class ShardWork:
    """What folding a shard needs beside its outcomes.

    `persons` are the numbers of the shard's people by identifier, `courses` those of all courses by
    IRI, `voided` the positions of all statements that were voided.
    """

    persons: Mapping[str, int]
    courses: Mapping[str, int]
    voided: Collection[int]
    rulebook: CatalogueRules


class FoldedShard(NamedTuple):
    """The rows of a shard's lines and certificates, and what its lines add to the statistics."""

    lines: Sequence[LineRow]
    certifications: Sequence[CertificationRow]
    statistics: StatisticsChange


def shard_of(person: str, shards: int) -> int:
    """The shard of a person, by the representative identifier."""
    return crc32(person.encode()) % shards


def packed(outcomes: Sequence[tuple[Outcome, JsonObject | None]]) -> bytes:
    """Outcomes with the authorities of their statements, as bytes."""
    return pickle.dumps([(tuple(outcome), authority) for outcome, authority in outcomes])


def fold_shard(work: ShardWork, parts: Sequence[bytes]) -> FoldedShard:
    """Fold the outcomes in these parts, which `packed` made, in the order of the log."""
    history = list(_history(work, parts))
    states = fold_lines((id_, position, outcome) for id_, position, outcome, _ in history)
    changed, rows, counting = [], [], {}
    for id_, state in sorted(states.items()):
        new = line_fold.new_line(id_, state, work.rulebook)
        if not new.exists:
            continue
        row = line_fold.row_of(new, state)
        changed.append(new)
        rows.append(row)
        if new.credited:
            counting[id_] = line_encoding.decoded(row.state)

    def vouched(wanted: Collection[int], authorities: Authorities) -> dict[int, LineState]:
        found = fold_lines(
            (id_, position, outcome)
            for id_, position, outcome, authority in history
            if id_ in wanted
            and (outcome is None or authority is None or vouches(authority, authorities))
        )
        return {id_: line_encoding.normalised(state) for id_, state in found.items()}

    pairs = certifications.concerned(work.rulebook, counting)
    earned = certifications.earned(work.rulebook, pairs, counting, vouched)
    return FoldedShard(rows, certifications.rows(earned), summed(changed))


def _history(
    work: ShardWork, parts: Sequence[bytes]
) -> Iterator[tuple[int, int, Outcome | None, JsonObject | None]]:
    persons, courses, voided = work.persons, work.courses, work.voided
    for part in parts:
        for values, authority in pickle.loads(part):  # noqa: S301 - `packed` made it
            outcome = Outcome._make(values)
            position = outcome.position
            id_ = lines.number(persons[outcome.trainee], courses[outcome.course])
            yield id_, position, None if position in voided else outcome, authority
