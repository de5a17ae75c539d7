"""The store as a whole: its parts, its start and its end, and how it is doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrs.db.engine import Database
from lrs.domain.training.vocabulary import Vocabulary
from lrs.ledger import Ledger, Space, try_room
from lrs.projector import Projector
from lrs.service.catalogue import CatalogueService
from lrs.service.credentials import CredentialService
from lrs.service.definitions import DefinitionService
from lrs.service.documents import DocumentService
from lrs.service.key_uses import KeyUses
from lrs.service.launches import Launches
from lrs.service.people import PeopleService
from lrs.service.projection_admin import (
    Divergence,
    ProjectionAdmin,
    ProjectionEntry,
    QuarantinedEvent,
    is_wrong,
)
from lrs.service.pruning import Pruning
from lrs.service.quotas import Quotas
from lrs.service.replay.explain import Explanations
from lrs.service.replay.log_events import LogEvents
from lrs.service.reports.certifications import CertificationReports
from lrs.service.reports.dates import ReportClock
from lrs.service.reports.offices import OfficeReports
from lrs.service.reports.services import ServiceReports
from lrs.service.reports.transcripts import TranscriptReports
from lrs.service.reports.unrecognised import UnrecognisedReports
from lrs.service.reports.visits import VisitReports
from lrs.service.statements import StatementService
from lrs.settings import Settings


@dataclass(frozen=True, slots=True)
class Health:
    """What the store can say about itself without being asked for more than a few rows."""

    head: int
    projections: Sequence[ProjectionEntry]
    quarantined: Sequence[QuarantinedEvent]
    divergences: Sequence[Divergence]
    used: int
    """Bytes of documents and attachments."""
    quota: int
    """How many there may be; 0 for any number."""

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to see to anything."""
        return is_wrong(self.projections) or bool(self.divergences)


@dataclass(frozen=True, slots=True)
class Lrs:
    """A running store: its services, and what these share. lrs.bootstrap.build makes it."""

    settings: Settings
    vocabulary: Vocabulary
    ledger: Ledger
    projector: Projector
    databases: tuple[Database, Database]
    """Of the log, and of the read models."""
    credentials: CredentialService
    key_uses: KeyUses
    launches: Launches
    space: Space
    quotas: Quotas
    pruning: Pruning
    statements: StatementService
    documents: DocumentService
    definitions: DefinitionService
    catalogue: CatalogueService
    people: PeopleService
    projection_admin: ProjectionAdmin
    clock: ReportClock
    transcripts: TranscriptReports
    certifications: CertificationReports
    offices: OfficeReports
    services: ServiceReports
    visits: VisitReports
    unrecognised: UnrecognisedReports
    explanations: Explanations
    log_events: LogEvents

    @property
    def database_urls(self) -> tuple[str, str]:
        """Printable URLs of the log and of the read models."""
        return self.databases[0].url, self.databases[1].url

    def start(self, *, fold: bool = True) -> None:
        """Begin to fold in a thread of this process, or only to watch how far others are; and to
        prune in another one.
        """
        self.projector.start(fold=fold)
        self.pruning.start()

    def close(self) -> None:
        """Finish what waits and let the databases go."""
        self.pruning.stop()
        self.projector.stop()
        self.ledger.close()
        self.key_uses.flush()
        for database in self.databases:
            database.close()

    def try_room(self) -> None:
        """Write and take back what a small attachment needs. Raises StorageFull, Unavailable.

        PostgreSQL does not say how much room it has; that such a write has room says that it is not
        full now, and no more. On SQLite nothing is written before a commit: see the disk instead.
        """
        try_room(self.databases[0])

    def health(self) -> Health:
        """Raises Unavailable when a database is away."""
        head, _ = self.ledger.reader.head()
        control = self.projection_admin
        return Health(
            head,
            control.all(),
            control.quarantined(),
            control.divergences(),
            self.space.used(),
            self.space.quota,
        )
