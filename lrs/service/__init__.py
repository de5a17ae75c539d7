"""The use cases of the store, which `api` calls. lrs.bootstrap constructs the services."""

from lrs.ledger import LoggedStatement, Prunable
from lrs.ledger.tables import SCHEMA_VERSION
from lrs.projections.catalogue import CatalogueEntry
from lrs.projector import ReadConsistency
from lrs.service.attachments import Attached
from lrs.service.credentials import CredentialService, KeyRecord, NewKey
from lrs.service.definitions import DefinitionService
from lrs.service.documents import Document, DocumentService
from lrs.service.lrs import Health, Lrs
from lrs.service.projection_admin import ProjectionAdmin
from lrs.service.query import StatementQuery
from lrs.service.received import Received
from lrs.service.reports.transcripts import TranscriptReports
from lrs.service.statements import StatementPage, StatementService
from replay.replica_progress import ReplicaProgress
from replay.replicas import ReplicaEntry

__all__ = [
    "SCHEMA_VERSION",
    "Attached",
    "CatalogueEntry",
    "CredentialService",
    "DefinitionService",
    "Document",
    "DocumentService",
    "Health",
    "KeyRecord",
    "LoggedStatement",
    "Lrs",
    "NewKey",
    "ProjectionAdmin",
    "Prunable",
    "ReadConsistency",
    "Received",
    "ReplicaEntry",
    "ReplicaProgress",
    "StatementPage",
    "StatementQuery",
    "StatementService",
    "TranscriptReports",
]
