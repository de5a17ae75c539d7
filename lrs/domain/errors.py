"""The error tree. The domain raises meaning; `api/errors.py` alone knows HTTP statuses.

LrsError
+-- Invalid                    the input breaks a rule; says which, where and how to mend it
|   +-- MalformedJson          the text is no acceptable JSON
|   +-- InvalidStatement       the JSON is no acceptable statement
|   +-- InvalidQuery           a parameter is unknown, repeated or malformed
+-- TooLarge                   over a limit of the settings
+-- UnsupportedMedia           a kind of body that is not taken
+-- Conflict                   the input contradicts what is stored
|   +-- StatementConflict      same id, different statement
+-- NotFound
|   +-- StatementNotFound
|   +-- TraineeNotFound
|   +-- CourseNotFound
|   +-- CredentialNotFound
+-- Unauthenticated            no or bad credentials
+-- Forbidden                  the scope is too narrow
+-- Unavailable                the database is away; a write's outcome may be unknown
|   +-- StorageFull            no room to write
+-- Misconfigured              a setting or the schema refuses the start
    +-- UnknownSchema          the database has another schema version
"""

from __future__ import annotations

__all__ = [
    "Conflict",
    "CourseNotFound",
    "CredentialNotFound",
    "Forbidden",
    "Invalid",
    "InvalidQuery",
    "InvalidStatement",
    "LrsError",
    "MalformedJson",
    "Misconfigured",
    "NotFound",
    "StatementConflict",
    "StatementNotFound",
    "StorageFull",
    "TooLarge",
    "TraineeNotFound",
    "Unauthenticated",
    "Unavailable",
    "UnknownSchema",
    "UnsupportedMedia",
]


class LrsError(Exception):
    """Base of everything the store says no with.

    `code` is stable and machine-readable, `detail` one sentence for people. Neither ever echoes
    a value from the input.
    """

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class Invalid(LrsError):
    """The input breaks a rule. `pointer` is an RFC 6901 JSON pointer, or None outside JSON."""

    code = "invalid"

    def __init__(self, detail: str, *, code: str | None = None, pointer: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.pointer = pointer


class MalformedJson(Invalid):
    code = "malformed-json"


class InvalidStatement(Invalid):
    code = "invalid-statement"


class InvalidQuery(Invalid):
    """`parameter` names the query parameter at fault."""

    code = "invalid-parameter"

    def __init__(
        self,
        detail: str,
        *,
        parameter: str | None = None,
        code: str | None = None,
        pointer: str | None = None,
    ) -> None:
        super().__init__(detail, code=code, pointer=pointer)
        self.parameter = parameter


class TooLarge(LrsError):
    code = "too-large"


class UnsupportedMedia(LrsError):
    code = "unsupported-media-type"


class Conflict(LrsError):
    code = "conflict"


class StatementConflict(Conflict):
    code = "statement-conflict"


class NotFound(LrsError):
    code = "not-found"


class StatementNotFound(NotFound):
    code = "statement-not-found"


class TraineeNotFound(NotFound):
    code = "trainee-not-found"


class CourseNotFound(NotFound):
    code = "course-not-found"


class CredentialNotFound(NotFound):
    code = "credential-not-found"


class Unauthenticated(LrsError):
    code = "unauthenticated"


class Forbidden(LrsError):
    code = "forbidden"


class Unavailable(LrsError):
    code = "unavailable"


class StorageFull(Unavailable):
    code = "storage-full"


class Misconfigured(LrsError):
    code = "misconfigured"


class UnknownSchema(Misconfigured):
    code = "unknown-schema"
