"""Fills an empty store with the demo's training centre, and says which reports to look at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from api.cli.importing import import_statements
from lrs.demo import END, STRICTER_TOLD, Journal, JournalEvent, Past
from lrs.domain.aggregates.catalogue_entry import EntryIdentity, EntryKind
from lrs.domain.aggregates.credential import Credential, KeyStatus, Scope
from lrs.domain.errors import ImportRefused
from lrs.domain.time import iso
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from lrs.service.catalogue import Stated
from schemas import ParsedStatement
from schemas.catalogue.entries import check_entries

LABEL = "demo"
_RULE = "lost-by-the-new-rule"
_STRICTER: EntryIdentity = (EntryKind.PROGRAMME, ("senior",))


def fill(lrs: Lrs, journal: Journal, past: Past, progress: Callable[[int], None]) -> str:
    """Store the demo's statements and catalogue, unless they are stored already, and create a key.
    Returns the text to print. Raises ImportRefused if the store holds another version of the demo.

    Events have the dates of `past` if the store was built to use them, else those of the clock.
    The key of an earlier run is revoked, because its secret is no longer known.
    """
    statements = list(journal.statements())
    if not _is_filled(lrs, UUID(statements[-1]["id"])):
        tell(lrs, journal.history(), _operator(lrs), progress, past.expect)
    for credential, status in lrs.credentials.all():
        if status is KeyStatus.GOOD and credential.label == LABEL:
            lrs.credentials.revoke(credential.id)
    key = lrs.credentials.create(LABEL, [Scope.ALL])
    lrs.projector.runner.catch_up()
    settings = lrs.settings
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"""
{len(statements)} statements of an invented training centre are stored,
and {journal.events} events of its catalogue. The last day is {END}.

Look at   {base}/api/v1/transcripts   (and /courses, /health)
Log in    {key.name}
password  {key.secret}

Try:
  KEY={key.name}:{key.secret}
{_addresses(lrs, journal.notable, base)}
Stop with Ctrl-C.
"""


def _is_filled(lrs: Lrs, last: UUID) -> bool:
    """Whether an earlier run has stored the last statement."""
    if not lrs.ledger.reader.statements([last]):
        return False
    if not lrs.catalogue.histories([_STRICTER], _operator(lrs)):
        raise ImportRefused("The store holds an earlier version of the demo: use an empty store.")
    return True


def tell(
    lrs: Lrs,
    history: Iterable[JsonObject | JournalEvent],
    by: Credential,
    progress: Callable[[int], None] = lambda _: None,
    expect: Callable[[EntryIdentity, int], None] = lambda *_: None,
) -> None:
    """Store statements and catalogue events in their order, except those already stored.

    `progress` is called with the number of statements so far, `expect` with the entry and its
    version before an event is stored.
    """
    events, done = _JournalRecorder(lrs, by, expect), 0
    for is_entry, several in groupby(history, lambda news: isinstance(news, JournalEvent)):
        news = list(several)
        if is_entry:
            events.record([event for event in news if isinstance(event, JournalEvent)])
        else:
            import_statements(
                lrs, _received(s for s in news if not isinstance(s, JournalEvent)), by
            )
            done += len(news)
            progress(done)


class _JournalRecorder:
    """Records events of the catalogue. An entry's number of versions shows how many of its events
    are stored, so a run that was interrupted continues where it stopped.
    """

    def __init__(
        self, lrs: Lrs, by: Credential, expect: Callable[[EntryIdentity, int], None]
    ) -> None:
        self._catalogue = lrs.catalogue
        self._by = by
        self._expect = expect
        self._seen: Counter[EntryIdentity] = Counter()
        """The number of events of each entry so far."""
        self._stored: dict[EntryIdentity, int] = {}
        """The number of stored versions of each entry."""

    def record(self, events: list[JournalEvent]) -> None:
        """Record the events in as few steps as possible; a step describes an entry only once."""
        things = {(event.kind, event.key) for event in events} - self._seen.keys()
        histories = self._catalogue.histories(things, self._by)
        self._stored |= {thing: len(versions) for thing, versions in histories.items()}
        waiting: dict[EntryIdentity, Stated] = {}
        for event in events:
            thing = (event.kind, event.key)
            self._seen[thing] += 1
            if self._seen[thing] <= self._stored.get(thing, 0):
                continue
            if event.entry is None or thing in waiting:
                self._catalogue.describe(list(waiting.values()), self._by)
                waiting.clear()
            self._expect(thing, self._seen[thing])
            if event.entry is None:
                self._catalogue.withdraw(*thing, event.reason, self._by)
            else:
                ((kind, entry, where),) = check_entries(event.kind, event.entry)
                waiting[thing] = Stated(kind, entry, where)
        self._catalogue.describe(list(waiting.values()), self._by)


_REPORTS = (
    ("resit", "transcripts/{number}", "failed a test, sat it again"),
    ("one-account", "transcripts/{number}", "two identifiers, one person"),
    ("surname-change", "people?agent={key}", "took a new surname"),
    ("not-briefed", "certifications/{number}?on={on}", "may not serve visitors"),
    (_RULE, "certifications/{number}?on={then}", "not certified, by a rule told later"),
    (_RULE, "certifications/{number}?on={then}&known={before}", "certified, before it was told"),
    ("", "certifications?office=04&on={on}", "everybody at an office"),
    ("", "offices/04?on={on}", "its training, visits and ratings"),
    ("", "courses/1/statistics?by=office", "one course, office by office"),
)
"""Stories of the demo, the paths of the reports that show them, and what to see there."""


def _addresses(lrs: Lrs, notable: Mapping[str, str], base: str) -> str:
    """A line for each report to try, of the stories that this seed has."""
    version = "-H 'X-Experience-API-Version: 2.0.0'"
    lines = [f"  curl -u $KEY {version} '{base}/xapi/statements?limit=1'"]
    known_at = iso(lrs.catalogue.history(*_STRICTER, _operator(lrs))[1].stored - 1)
    eve = STRICTER_TOLD - timedelta(days=1)
    dated = known_at.startswith(STRICTER_TOLD.isoformat())
    days = {"on": END, "then": eve, "before": f"{eve}T23:59:59Z" if dated else known_at}
    for story, path, what in _REPORTS:
        key = notable.get(story, "")
        if key or not story:
            address = path.format(key=key, number=key.rsplit("|", 1)[-1], **days)
            lines.append(f"  curl -u $KEY '{base}/api/v1/{address}'   # {what}")
    return "".join(f"{line}\n" for line in lines)


def _operator(lrs: Lrs) -> Credential:
    return lrs.credentials.operator(LABEL)


def _received(statements: Iterable[JsonObject]) -> Iterator[ParsedStatement]:
    for value in statements:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        yield ParsedStatement(value, text)
