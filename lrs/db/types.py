"""Column types both the log and the read models use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, LargeBinary, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine


class UuidKey(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes on SQLite."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> object:
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> UUID | None:
        if isinstance(value, bytes):
            return UUID(bytes=value)
        return value if isinstance(value, UUID) else None


def canonical(value: object) -> str:
    """A UUID in its canonical form, of what a driver gives of a UuidKey."""
    if isinstance(value, bytes):
        digits = value.hex()
        places = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]
        return "-".join(places)
    return str(value)
