"""Short reads find what SQLAlchemy's own find, and fail as those do."""

from __future__ import annotations
