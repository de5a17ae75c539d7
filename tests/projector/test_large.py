"""Large statements are folded a few at a time, and none of them is left out."""

from __future__ import annotations

from dataclasses import replace

from lrs.db.engine import Database
from lrs.domain.events import StatementStored
from lrs.ledger import Ledger
from lrs.ledger.queries import LARGE
from lrs.ledger.reader import PAGE_BYTES
from lrs.projector import Projector
from tests.support.own_projection import tallied
from tests.support.stores import statement_event

SIZES = (10, PAGE_BYTES // 2, PAGE_BYTES // 2 + 1, LARGE, LARGE + 1, PAGE_BYTES * 2, 10)


def large(size: int) -> StatementStored:
    """A statement that its spaces make longer by so many bytes."""
    small = statement_event()
    return replace(small, text=small.text[:-1] + b" " * size + b"}")


def test_a_page_of_the_log_has_so_many_bytes_or_one_event(ledger: Ledger) -> None:
    """Page after page gives the whole log, byte for byte, and says where it was cut."""
    events = [large(size) for size in SIZES]
    ledger.append(events)
    pages, after = [], 0
    while (page := ledger.reader.after(after, 100)).count:
        pages.append(page)
        after = page.last
    texts = [statement.text for page in pages for statement in page.statements]
    assert texts == [one.text for one in events]
    assert [page.count for page in pages] == [2, 3, 1, 1]
    assert [page.cut for page in pages] == [True, True, True, False]


def test_what_is_large_is_folded_and_so_is_what_follows(
    ledger: Ledger, projector: Projector, views: Database
) -> None:
    """Live, and when the read model is made anew."""
    ledger.append([large(size) for size in SIZES])
    assert projector.reads.fresh("tally").position == len(SIZES)
    assert tallied(views) == [*range(1, len(SIZES) + 1)]
    projector.rebuild(["tally"])
    assert tallied(views) == [*range(1, len(SIZES) + 1)]
