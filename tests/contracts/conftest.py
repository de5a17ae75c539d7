"""An opened log on each backend."""

from __future__ import annotations

from tests.ledger.conftest import database, ledger

__all__ = ["database", "ledger"]
