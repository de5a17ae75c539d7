"""The use cases: what `api` and `replay` call. Built by lrs.bootstrap and by nobody else."""

from lrs.ledger import LoggedStatement
from lrs.ledger.tables import SCHEMA_VERSION
from lrs.projections.catalogue import Entry
from lrs.projector import Reach
from lrs.service.attachments import Attached
from lrs.service.credentials import Credentials, NewKey
from lrs.service.definitions import Definitions
from lrs.service.documents import Document, Documents
from lrs.service.lrs import Health, Lrs
from lrs.service.projection_admin import Control
from lrs.service.query import StatementQuery
from lrs.service.received import Received
from lrs.service.reports.transcripts import Training
from lrs.service.statements import StatementPage, Statements

__all__ = [
    "SCHEMA_VERSION",
    "Attached",
    "Control",
    "Credentials",
    "Definitions",
    "Document",
    "Documents",
    "Entry",
    "Health",
    "LoggedStatement",
    "Lrs",
    "NewKey",
    "Reach",
    "Received",
    "StatementPage",
    "StatementQuery",
    "Statements",
    "Training",
]
