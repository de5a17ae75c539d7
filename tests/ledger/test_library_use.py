"""What a reader who knows the eventsourcing library tries first works on this log."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import islice
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import IntegrityError
from eventsourcing.projection import ApplicationSubscription

from lrs.domain.aggregates.document import DocumentState, evolve
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.ledger import Ledger
from tests.support.stores import statement_event

STREAM = uuid4()


def stored(version: int) -> DocumentStored:
    return DocumentStored(STREAM, version, "state", "ab" * 32, f"{version:040x}", 1, "text/plain")


def document(
    state: DocumentState | None, events: Iterable[DocumentStored | DocumentDeleted]
) -> DocumentState | None:
    """The library's projector function: no state without an event."""
    history = list(events)
    return reduce(evolve, history, state or DocumentState(STREAM)) if history else state


def found(ledger: Ledger, stream: UUID, version: int | None = None) -> DocumentState | None:
    get = ledger.repository.get
    return get(stream, version=version, projector_func=document)  # type: ignore[type-var]


def test_what_is_saved_is_found_by_the_repository(ledger: Ledger) -> None:
    """At any version; the same state as from the stream's last event."""
    ledger.save(stored(1), stored(2))
    ledger.append([DocumentDeleted(STREAM, 3)])
    assert found(ledger, STREAM) == DocumentState(STREAM, 3)
    assert found(ledger, STREAM, 2) == evolve(DocumentState(STREAM), stored(2))
    with pytest.raises(AggregateNotFoundError):
        found(ledger, uuid4())


def test_saving_a_version_twice_is_a_conflict(ledger: Ledger) -> None:
    """By the library's own error."""
    ledger.save(stored(1))
    with pytest.raises(IntegrityError):
        ledger.save(stored(1))


def test_a_subscription_of_the_library_follows_the_log(ledger: Ledger) -> None:
    """Each event once, in order, and what is appended while it waits."""
    ledger.append([stored(1), statement_event()])
    with ApplicationSubscription(ledger, gt=0, topics=[DocumentStored.TOPIC]) as subscription:
        first = next(subscription)
        ledger.append([stored(2)])
        events = [first, *islice(subscription, 1)]
    assert [event for event, _ in events] == [stored(1), stored(2)]
    assert [tracking.notification_id for _, tracking in events] == [1, 3]
