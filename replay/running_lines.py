"""The lines of one person, kept up to date while the log is replayed statement by statement.

A statement that is added continues its line, as in the projection; a line that loses a statement is
folded again from those that remain.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lrs.domain.training.line_state import LineState, fold_lines, gather, note_voided
from lrs.domain.training.outcomes import Outcome
from lrs.projections.training.line_encoding import normalised


@dataclass(slots=True)
class RunningLines:
    """Lines by course IRI. With `notes_voided` a line names the statements that were voided; lines
    without them are those of statements that count.
    """

    notes_voided: bool = True
    _states: dict[str, LineState] = field(default_factory=dict)
    _history: dict[str, dict[int, Outcome | None]] = field(default_factory=dict)
    """By line and position; None in place of the outcome where the statement was voided."""
    _shown: dict[str, LineState] = field(default_factory=dict)

    def add(self, outcome: Outcome, *, voided: bool = False) -> None:
        """Add one more outcome, which was voided already or counts. A Group may name two
        identifiers of one person: a statement counts once in a line.
        """
        line, position = outcome.course, outcome.position
        history = self._history.setdefault(line, {})
        if position in history or (voided and not self.notes_voided):
            return
        history[position] = None if voided else outcome
        state = self._states.setdefault(line, LineState())
        if voided:
            note_voided(state, [position])
        else:
            gather(state, [outcome])
        self._shown.pop(line, None)

    def void(self, outcome: Outcome) -> None:
        """Take back an outcome that was added before."""
        line, position = outcome.course, outcome.position
        history = self._history.get(line, {})
        if history.get(position) is None:
            return
        if self.notes_voided:
            history[position] = None
        else:
            del history[position]
        folded = fold_lines((line, at, one) for at, one in history.items())
        self._states[line] = folded.get(line, LineState())
        self._shown.pop(line, None)

    def states(self) -> dict[str, LineState]:
        """The lines as they are read from the projection. The state of a line that did not change
        is the same object as before.
        """
        for line, state in self._states.items():
            if line not in self._shown:
                self._shown[line] = normalised(state)
        return {line: self._shown[line] for line in self._states}
