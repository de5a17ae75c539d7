"""Stores for commands, with nothing in them yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Place
from tests.support.places import Places


@pytest.fixture
def on_files(places: Places, tmp_path: Path) -> Iterator[Place]:
    """One on the embedded default, where the database makes no difference."""
    with places.place("sqlite", tmp_path, True) as place:
        yield place
