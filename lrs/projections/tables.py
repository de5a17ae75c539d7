"""The schema `views`: every read model's tables hang on this one MetaData.

On PostgreSQL they stand in a schema of that name; on SQLite in a file of their own.
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData(schema="views")
