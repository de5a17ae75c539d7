"""Opening stores for tests, over HTTP or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.app import create_app
from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from lrs.settings import Settings
from tests.api.caller import Caller
from tests.conftest import Place

Calling = Callable[..., Caller]
"""Makes a client with a new key of the given scopes."""


def settings_of(place: Place, **others: str) -> Settings:
    """Settings of a store at this place; `others` in lower case and without LRS_."""
    environ = {
        "ledger_url": place.ledger_url,
        "views_url": place.views_url,
        "threads": "4",
        # A disk may stall for seconds: tests of time limits set their own.
        "write_timeout": "30",
        "fresh_timeout": "30",
        **others,
    }
    environment = {f"LRS_{name.upper()}": value for name, value in environ.items()}
    return Settings.from_env(environment, Path("/nowhere"))


@contextmanager
def opened(place: Place, **others: str) -> Iterator[Lrs]:
    """A store built on a place whose tables are made."""
    lrs = bootstrap.build(settings_of(place, **others))
    try:
        yield lrs
    finally:
        lrs.close()


def caller_of(lrs: Lrs, *scopes: Scope, label: str = "test") -> Caller:
    """A client of an app of the store's own, with a new key."""
    key = lrs.credentials.create(label, scopes or [Scope.ALL])
    return Caller(create_app(lrs).test_client(), key)
