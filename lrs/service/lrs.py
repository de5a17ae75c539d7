"""The store as a whole: its services, starting and stopping it, and its health."""

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
from lrs.service.replay.difference import DifferenceReports
from lrs.service.replay.explain import Explanations
from lrs.service.replay.log_events import LogEvents
from lrs.service.reports.as_known import KnownReports
from lrs.service.reports.certifications import CertificationReports
from lrs.service.reports.dates import ReportClock
from lrs.service.reports.offices import OfficeReports
from lrs.service.reports.report_set import ReportSet
from lrs.service.reports.services import ServiceReports
from lrs.service.reports.transcripts import TranscriptReports
from lrs.service.reports.unrecognised import UnrecognisedReports
from lrs.service.reports.visits import VisitReports
from lrs.service.statements import StatementService
from lrs.settings import Settings


@dataclass(frozen=True, slots=True)
class Health:
    """The store's health, as far as a few rows of its databases show it."""

    head: int
    projections: Sequence[ProjectionEntry]
    quarantined: Sequence[QuarantinedEvent]
    divergences: Sequence[Divergence]
    used: int
    """Bytes of documents and attachments."""
    quota: int
    """The limit on these bytes; 0 for none."""

    @property
    def is_wrong(self) -> bool:
        """Whether anything needs an operator's attention."""
        return is_wrong(self.projections) or bool(self.divergences)


@dataclass(frozen=True, slots=True)
class Lrs:
    """A running store: its services and the objects that they share. lrs.bootstrap.build makes
    it.
    """

    settings: Settings
    vocabulary: Vocabulary
    ledger: Ledger
    projector: Projector
    databases: tuple[Database, Database]
    """The log's database and the read models' database."""
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
    reports: ReportSet
    known_reports: KnownReports
    unrecognised: UnrecognisedReports
    explanations: Explanations
    differences: DifferenceReports
    log_events: LogEvents

    @property
    def transcripts(self) -> TranscriptReports:
        """Reports of transcripts and courses, as known now."""
        return self.reports.transcripts

    @property
    def certifications(self) -> CertificationReports:
        """Reports of certificates, as known now."""
        return self.reports.certifications

    @property
    def offices(self) -> OfficeReports:
        """Reports of offices, as known now."""
        return self.reports.offices

    @property
    def services(self) -> ServiceReports:
        """Reports of services, as known now."""
        return self.reports.services

    @property
    def visits(self) -> VisitReports:
        """Reports of visits, as known now."""
        return self.reports.visits

    def reports_known(self, position: int | None) -> ReportSet:
        """The reports as known at a position, or now. Raises as KnownReports.at does."""
        return self.reports if position is None else self.known_reports.at(position)

    @property
    def database_urls(self) -> tuple[str, str]:
        """The printable URLs of the log's database and of the read models'."""
        return self.databases[0].url, self.databases[1].url

    def start(self, *, fold: bool = True) -> None:
        """Start a thread that folds, or only watches how far other processes have folded, and a
        thread that prunes.
        """
        self.projector.start(fold=fold)
        self.pruning.start()

    def close(self) -> None:
        """Finish pending work and close the databases."""
        self.pruning.stop()
        self.known_reports.close()
        self.projector.stop()
        self.ledger.close()
        self.key_uses.flush()
        for database in self.databases:
            database.close()

    def try_room(self) -> None:
        """Write as much as a small attachment and roll back. Raises StorageFull, Unavailable.

        PostgreSQL does not report its free space; such a write only shows that the disk is not full
        now. SQLite writes nothing before a commit, so there the disk itself has to be checked.
        """
        try_room(self.databases[0])

    def health(self) -> Health:
        """The store's health. Raises Unavailable if a database cannot be reached."""
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
