"""What every command begins with: the settings, and the store that they name."""

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
    """Raises Misconfigured."""
    found = Settings.from_env(os.environ)
    configure(found)
    return found


@contextmanager
def store() -> Iterator[Lrs]:
    """The store, for as long as the command runs. Raises Misconfigured, Unavailable."""
    lrs = bootstrap.build(settings())
    tune_memory()
    try:
        yield lrs
    finally:
        lrs.close()
