"""What keys of launch links may store and read: the rules of lrs.domain.launch on the catalogue.

The catalogue is read from the log and not from a read model: whether a statement is stored must
not depend on how far a projection has folded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import OutsideLaunch
from lrs.domain.events import CourseDescribed, Described, EntryWithdrawn, IdentifierLinked
from lrs.domain.identity import representatives
from lrs.domain.launch import CatalogueView, Launch, defines_own, require
from lrs.domain.training.course_resolution import listings
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.agent import JsonObject, authority_key
from lrs.domain.xapi.statement import is_voiding, target_of
from lrs.ledger import Ledger

_FACTS = (CourseDescribed, IdentifierLinked, EntryWithdrawn)
_TOPICS = tuple(event.TOPIC for event in _FACTS)

_Ends = tuple[tuple[int, ...], tuple[bytes | None, ...]]
"""The position of the last event of each kind in _FACTS that has any, and the commitments of these
events: after a failover the log may hold other events there.
"""


class Launches:
    """The rules for learners' keys on one ledger; `words` is the installation's vocabulary."""

    def __init__(self, ledger: Ledger, words: Vocabulary = STANDARD) -> None:
        self._ledger = ledger
        self._words = words
        self._known: tuple[_Ends, CatalogueView] = (((), ()), CatalogueView(vocabulary=words))

    def catalogue(self) -> CatalogueView:
        """The catalogue now. It is read again only after an event has changed it."""
        (positions, _), catalogue = known = self._known
        if self._ends(positions) != known[0]:
            positions, _ = self._ends(())
            ends = self._ends(positions)  # before the events are read, as more may be appended
            catalogue = self._read()
            self._known = ends, catalogue
        return catalogue

    def _ends(self, at: tuple[int, ...]) -> _Ends:
        """The positions of the last events, and the commitments of the events at `at`."""
        _, _, _, *columns = self._ledger.reader.end(_TOPICS, at)
        ends, commitments = columns[: len(_TOPICS)], columns[len(_TOPICS) :]
        return tuple(end for end in ends if end), tuple(commitments)

    def require(
        self, statements: Sequence[JsonObject], by: Credential, *, batch: bool = True
    ) -> Collection[int]:
        """Raises OutsideLaunch for the first statement that a learner's key may not send, with a
        pointer to it that begins with the statement's index if it came in a `batch`. Returns the
        indexes of the statements whose names and definitions the key may define.
        """
        if by.launch is None:
            return range(len(statements))
        catalogue = self.catalogue()
        for index, statement in enumerate(statements):
            try:
                require(statement, by.launch, catalogue)
            except OutsideLaunch as error:
                error.pointer = f"/{index}{error.pointer}" if batch else error.pointer
                raise
        self._require_own_voided(statements, by)
        return _defining(statements, by.launch, catalogue)

    def _require_own_voided(self, statements: Sequence[JsonObject], by: Credential) -> None:
        targets = [target_of(one) for one in statements if is_voiding(one)]
        rows = self._ledger.reader.statements([one for one in targets if one is not None])
        mine = authority_key(by.authority)
        if any(authority_key(row.authority) != mine for row in rows):
            raise OutsideLaunch("launch-voiding")

    def _read(self) -> CatalogueView:
        described: dict[UUID, Described] = {}
        for event in self._ledger.events_of(_FACTS):
            described.pop(event.originator_id, None)  # so that the last described one comes last
            if isinstance(event, Described):
                described[event.originator_id] = event
        courses = [f.entry for f in described.values() if isinstance(f, CourseDescribed)]
        links = [f.entry for f in described.values() if isinstance(f, IdentifierLinked)]
        people: Mapping[str, str] = representatives({one["agent"]: one["person"] for one in links})
        return CatalogueView(lambda key: people.get(key, key), listings(courses), self._words)


def _defining(
    statements: Sequence[JsonObject], launch: Launch, catalogue: CatalogueView
) -> set[int]:
    return {i for i, one in enumerate(statements) if defines_own(one, launch, catalogue)}
