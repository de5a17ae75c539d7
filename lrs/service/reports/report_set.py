"""All reports on one state of the read models: of the present one, or of a replica."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lrs.ledger import ReadableLog
from lrs.service.catalogue_reader import CatalogueReader
from lrs.service.people import PeopleReader
from lrs.service.reports.certifications import CertificationReports
from lrs.service.reports.offices import OfficeReports
from lrs.service.reports.services import ServiceReports
from lrs.service.reports.snapshot import SnapshotReader
from lrs.service.reports.transcripts import TranscriptReports
from lrs.service.reports.visits import VisitReports


@dataclass(frozen=True, slots=True)
class ReportSet:
    """The reports, and what the catalogue and the links of people say."""

    transcripts: TranscriptReports
    certifications: CertificationReports
    offices: OfficeReports
    services: ServiceReports
    visits: VisitReports
    catalogue: CatalogueReader[Any]
    people: PeopleReader


def report_set(
    snapshots: SnapshotReader,
    log: ReadableLog,
    catalogue: CatalogueReader[Any],
    people: PeopleReader,
) -> ReportSet:
    """The reports on these states of the read models, folded from this log."""
    return ReportSet(
        transcripts=TranscriptReports(snapshots, log),
        certifications=CertificationReports(snapshots, log.reader),
        offices=OfficeReports(snapshots),
        services=ServiceReports(snapshots),
        visits=VisitReports(snapshots),
        catalogue=catalogue,
        people=people,
    )
