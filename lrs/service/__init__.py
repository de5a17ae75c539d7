"""The use cases: what `api` and `replay` call. Built by lrs.bootstrap and by nobody else."""

from lrs.service.attached import Attached
from lrs.service.control import Control
from lrs.service.credentials import Credentials, NewKey
from lrs.service.definitions import Definitions
from lrs.service.documents import Document, Documents
from lrs.service.lrs import Health, Lrs
from lrs.service.query import StatementQuery
from lrs.service.received import Received
from lrs.service.statements import StatementPage, Statements
from lrs.service.training import Training

__all__ = [
    "Attached",
    "Control",
    "Credentials",
    "Definitions",
    "Document",
    "Documents",
    "Health",
    "Lrs",
    "NewKey",
    "Received",
    "StatementPage",
    "StatementQuery",
    "Statements",
    "Training",
]
