"""The composition root: constructs ledger, projections and services. Only api/wsgi.py and the
commands call it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path

from lrs.db.engine import Database, Options, file_of, make_folder_of, open_database
from lrs.domain.errors import NoStore
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.file_access import GroupAccess
from lrs.ledger import (
    BlobFolder,
    Blobs,
    BlobTable,
    KnownLog,
    Ledger,
    Pruner,
    StoredAt,
    by_the_clock,
)
from lrs.ledger import migrate as migrate_ledger
from lrs.projections.base import Projection
from lrs.projections.catalogue import CatalogueProjection
from lrs.projections.documents import DocumentsProjection
from lrs.projections.statements.index import StatementsProjection
from lrs.projections.training.projection import TrainingProjection
from lrs.projector import BatchRunner, FreshReads, Projector, RebuildCoordinator
from lrs.service import Lrs
from lrs.service.catalogue import CatalogueService
from lrs.service.catalogue_reader import CatalogueReader
from lrs.service.credentials import CredentialService
from lrs.service.definitions import DefinitionService
from lrs.service.documents import DocumentService
from lrs.service.key_uses import KeyUses
from lrs.service.launches import Launches
from lrs.service.people import PeopleReader, PeopleService
from lrs.service.projection_admin import ProjectionAdmin
from lrs.service.pruning import Pruning
from lrs.service.quotas import Quotas
from lrs.service.replay.difference import DifferenceReports
from lrs.service.replay.explain import Explanations
from lrs.service.replay.log_events import LogEvents
from lrs.service.reports.as_known import KnownReports
from lrs.service.reports.dates import ReportClock
from lrs.service.reports.report_set import ReportSet, report_set
from lrs.service.reports.snapshot import SnapshotReader
from lrs.service.reports.unrecognised import UnrecognisedReports
from lrs.service.statements import StatementService
from lrs.settings import DEFAULT_LEDGER, Settings
from lrs.vocabulary_file import vocabulary
from replay.read_only_store import ReadOnlyStore
from replay.replicas import Replicas

Clock = Callable[[], int]
"""Microseconds since 1970-01-01T00:00:00Z."""


PAUSE = {"sqlite": 0.2, "postgresql": 0.5}
"""Seconds that a projector waits for more events before it folds. On SQLite one process does
everything, and its projector competes with all the threads that answer requests.
"""


def now() -> int:
    return time.time_ns() // 1_000


def projections(words: Vocabulary = STANDARD, zone: tzinfo = UTC) -> list[Projection]:
    """All projections, for an installation with this vocabulary and time zone."""
    return [
        StatementsProjection(),
        TrainingProjection(words, zone),
        DocumentsProjection(),
        CatalogueProjection(),
    ]


def build(settings: Settings, now: Clock = now, *, stored_at: StoredAt = by_the_clock) -> Lrs:
    """A store ready to use. Raises NoStore if there is none: see `migrate`.

    `stored_at` is for filling a store with invented history, as the demo does.
    """
    words = vocabulary(settings.vocabulary)
    log, views = _databases(settings)
    try:
        ledger = Ledger(log, now, timeout=settings.write_timeout, stored_at=stored_at)
        projector = compose_projector(
            ledger,
            views,
            partial(projections, words, settings.zone),
            wait=settings.fresh_timeout,
            pause=PAUSE[views.dialect],
        )
        ledger.after_commit(projector.hint)
        projector.prepare()
    except BaseException as error:
        log.close()
        views.close()
        if isinstance(error, NoStore) and settings.ledger_url == DEFAULT_LEDGER:
            raise _no_store_here(settings) from error
        raise
    return _compose_services(settings, words, ledger, projector, log, views)


def _compose_services(
    settings: Settings,
    words: Vocabulary,
    ledger: Ledger,
    projector: Projector,
    log: Database,
    views: Database,
) -> Lrs:
    reads, stored_bytes = projector.reads, blobs(settings, log)
    quotas = Quotas(settings.key_quota_bytes)
    pruner = Pruner(ledger, log, stored_bytes)
    key_uses = KeyUses(views)
    credentials = CredentialService(
        ledger,
        settings.authority_homepage,
        timeout=settings.write_timeout,
        used=key_uses.note,
    )
    launches = Launches(ledger, words)
    catalogue = CatalogueService(
        ledger, reads, recheck=credentials.recheck, timeout=settings.write_timeout
    )
    snapshots = SnapshotReader(reads, ledger.reader, words, settings.zone)
    people = PeopleService(catalogue, reads)
    explanations = Explanations(snapshots, ledger)
    projection_admin = ProjectionAdmin(ledger, projector, views)
    return Lrs(
        settings=settings,
        vocabulary=words,
        ledger=ledger,
        projector=projector,
        databases=(log, views),
        credentials=credentials,
        key_uses=key_uses,
        launches=launches,
        space=stored_bytes.space,
        quotas=quotas,
        pruning=Pruning(ledger, stored_bytes, pruner, settings.keep_superseded_days),
        statements=StatementService(
            ledger,
            reads,
            views,
            blobs=stored_bytes,
            quotas=quotas,
            launches=launches,
            recheck=credentials.recheck,
            timeout=settings.write_timeout,
            page_bytes=settings.max_page_bytes,
        ),
        documents=DocumentService(
            ledger,
            reads,
            blobs=stored_bytes,
            quotas=quotas,
            recheck=credentials.recheck,
            timeout=settings.write_timeout,
            largest=settings.max_document_bytes,
            largest_merged=settings.max_merged_bytes,
        ),
        definitions=DefinitionService(reads),
        catalogue=catalogue,
        people=people,
        projection_admin=projection_admin,
        clock=ReportClock(ledger.reader, ledger.now, lambda: reads.through, settings.zone),
        reports=report_set(snapshots, ledger, catalogue, people),
        known_reports=_known_reports(settings, words, ledger, views),
        unrecognised=UnrecognisedReports(ledger.reader, ledger.now, words),
        explanations=explanations,
        differences=DifferenceReports(snapshots, ledger, explanations),
        log_events=LogEvents(snapshots, ledger, explanations, projection_admin),
    )


def _known_reports(
    settings: Settings, words: Vocabulary, ledger: Ledger, views: Database
) -> KnownReports:
    make_projections = partial(projections, words, settings.zone)
    replicas = Replicas(
        ledger,
        views,
        settings.replicas,
        make_projections,
        most=settings.max_replicas,
        access=GroupAccess(settings.group_access),
    )

    def open_reports(log: KnownLog, replica: Database) -> ReportSet:
        runner = BatchRunner(log, replica, make_projections(), 1)
        reads = FreshReads(runner, replica, settings.fresh_timeout, threading.Event())
        snapshots = SnapshotReader(reads, log.reader, words, settings.zone)
        catalogue = CatalogueReader(log, reads)
        return report_set(snapshots, log, catalogue, PeopleReader(catalogue, reads))

    return KnownReports(replicas, ledger, open_reports, threads=settings.threads + 2)


def compose_projector(
    ledger: Ledger,
    views: Database,
    make_projections: Callable[[], Sequence[Projection]],
    *,
    for_rebuilds: Callable[[], Sequence[Projection]] | None = None,
    batch: int = 1_000,
    wait: float = 2.0,
    pause: float = 0.5,
    poll: float = 1.0,
) -> Projector:
    """The projector of a process. `make_projections` constructs its projections; rebuilds fold
    those of `for_rebuilds`, if that is given. `batch` is in events, times in seconds.
    """
    stop = threading.Event()
    runner = BatchRunner(ledger, views, make_projections(), batch, stop=stop)
    reads = FreshReads(runner, views, wait, stop)
    rebuilds = RebuildCoordinator(ledger, views, for_rebuilds or make_projections, stop)
    return Projector(
        ledger, views, runner, reads, rebuilds, stop=stop, wait=wait, pause=pause, poll=poll
    )


@contextmanager
def log_only(settings: Settings, *, standby: bool = False) -> Iterator[Ledger]:
    """The log for reading alone, for a process that helps another one to fold it. With `standby` a
    standby will do, as for that other process.
    """
    log = open_database(settings.ledger_url, _options(settings, standby=standby))
    try:
        with closing(Ledger(log, now, timeout=settings.write_timeout)) as ledger:
            yield ledger
    finally:
        log.close()


@contextmanager
def read_only_store(settings: Settings) -> Iterator[ReadOnlyStore]:
    """The store for reading alone: nothing is created, folded or requested, and a standby will do.
    Raises NoStore where there is none.
    """
    words = vocabulary(settings.vocabulary)
    log, views = _databases(settings, standby=True)
    try:
        file = file_of(settings.views_url)
        if file is not None and not file.exists():  # and do not connect, which would make one
            raise NoStore(f"There are no read models at {views.url}: run `lrs migrate` first.")
        ledger = Ledger(log, now, timeout=settings.write_timeout)
    except BaseException as error:
        log.close()
        views.close()
        if isinstance(error, NoStore) and settings.ledger_url == DEFAULT_LEDGER:
            raise _no_store_here(settings) from error
        raise
    found = ReadOnlyStore(
        ledger, log, views, blobs(settings, log), partial(projections, words, settings.zone)
    )
    try:
        yield found
    finally:
        found.close()


def _no_store_here(settings: Settings) -> NoStore:
    """The error for a missing store in the default place. A setting may have been lost; a second
    store would hide the first.
    """
    return NoStore(
        f"There is no store at {file_of(settings.ledger_url)}, the default place: LRS_LEDGER_URL "
        f"is not set, and the command was started in {Path().absolute()}. If you have a store, set "
        "LRS_LEDGER_URL (or LRS_CONFIG), or start in the folder where it was made; for a new one "
        "run `lrs migrate` first."
    )


def blobs(settings: Settings, log: Database) -> Blobs:
    """The store of the bytes of attachments and documents."""
    table = BlobTable(log, settings.quota_bytes)
    if not settings.blob_folder:
        return table
    return BlobFolder(Path(settings.blob_folder), table, GroupAccess(settings.group_access))


def migrate(settings: Settings) -> bool:
    """Create the store's missing tables. Returns whether any were missing."""
    words = vocabulary(settings.vocabulary)
    for url in (settings.ledger_url, settings.views_url):
        make_folder_of(url, GroupAccess(settings.group_access))
    log, views = _databases(settings)
    try:
        changed = migrate_ledger(log, blobs=blobs(settings, log))
        ledger = Ledger(log, now)
        compose_projector(ledger, views, partial(projections, words, settings.zone)).prepare()
        ledger.close()
        return changed
    finally:
        log.close()
        views.close()


def _databases(settings: Settings, *, standby: bool = False) -> tuple[Database, Database]:
    views = replace(_options(settings, standby), durable=False)
    log = open_database(settings.ledger_url, _options(settings, standby))
    return log, open_database(settings.views_url, views)


def _options(settings: Settings, standby: bool) -> Options:
    return Options(
        connections=settings.threads + 2,
        wait=settings.write_timeout,
        prepare=settings.prepare_statements,
        group_access=GroupAccess(settings.group_access),
        standby=standby,
    )
