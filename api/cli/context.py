"""The start of every command: reading the settings, and opening the store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from api.logs import configure
from lrs import bootstrap
from lrs.runtime import tune_memory
from lrs.service import Lrs
from lrs.settings import Settings


def settings() -> Settings:
    """The settings; also configures logging. Raises Misconfigured."""
    settings = Settings.from_env(os.environ)
    configure(settings)
    return settings


@contextmanager
def store() -> Iterator[Lrs]:
    """The store, which is closed at the end of the command. Raises Misconfigured, Unavailable."""
    lrs = bootstrap.build(settings())
    tune_memory()
    try:
        yield lrs
    finally:
        lrs.close()
