"""The read models' tables, empty, on each database, as for the tests of projections."""

from __future__ import annotations

from tests.projections.conftest import views, views_engine

__all__ = ["views", "views_engine"]
