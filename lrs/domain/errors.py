"""The error tree. The domain raises meaning; `api/errors.py` alone knows HTTP statuses.

LrsError
+-- Invalid                    the input breaks a rule; says which, where and how to mend it
|   +-- MalformedJson          the text is no acceptable JSON
|   +-- InvalidStatement       the JSON is no acceptable statement
|   +-- InvalidAttachments     the parts of a body do not fit its statements
|   +-- InvalidQuery           a parameter is unknown, repeated or malformed
|   +-- InvalidDocument        a document cannot be stored in this way
|   +-- InvalidEntry           an entry of the catalogue breaks a rule
+-- TooLarge                   over a limit of the settings
+-- TooSlow                    the body did not come in time
+-- UnsupportedMedia           a kind of body that is not taken
+-- MethodNotAllowed           the resource does not do that
+-- Conflict                   the input contradicts what is stored
|   +-- StatementConflict      same id, different statement
|   +-- DocumentConflict       a document is there, and the request does not speak of it
|   +-- CredentialConflict     several keys have the label that is to name one
|   +-- RebuildConflict        a read model is being made anew already, or not any more
|   +-- ReplicaConflict        another replica is being made, or this one was dropped meanwhile
+-- PreconditionFailed         the document is not as the request demands
+-- NotFound
|   +-- EntryNotFound
|   +-- StatementNotFound
|   +-- EventNotFound
|   +-- DocumentNotFound
|   +-- PersonNotFound
|   +-- TraineeNotFound
|   +-- CourseNotFound
|   +-- CredentialNotFound
|   +-- ProjectionNotFound
|   +-- ReplicaNotFound
+-- Unauthenticated            no or bad credentials
+-- TooManyFailures            too many bad keys came from one address
+-- Forbidden                  the scope is too narrow
|   +-- OutsideLaunch          a learner's key, and not for this learner, activity or time
+-- Unavailable                the database is away; a write's outcome may be unknown
|   +-- StorageFull            no room to write
|   +-- LogDiverged            the log is not the one that was read before
+-- QuotaExceeded              so many bytes may not be kept, in all or for this key
+-- InternalError              the store failed in a way it should not
+-- OperatorError              for whoever runs the store, in words of its own; never over HTTP
    +-- Misconfigured          a setting or the schema refuses the start
    |   +-- UnknownSchema      the database has another schema version
    |       +-- NoStore        the database holds no store at all
    +-- Unreachable            a command cannot get at the database just now; says why
    +-- ImportRefused          a file holds what the store does not take

All but OperatorError are raised with a code, which `lrs.domain.error_catalogue` gives its sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from copyreg import __newobj__ as repeated_member  # type: ignore[attr-defined]
from typing import Any

from lrs.domain.error_catalogue import sentence

__all__ = [
    "Conflict",
    "CourseNotFound",
    "CredentialConflict",
    "CredentialNotFound",
    "DocumentConflict",
    "DocumentNotFound",
    "EntryNotFound",
    "EventNotFound",
    "Forbidden",
    "ImportRefused",
    "InternalError",
    "Invalid",
    "InvalidAttachments",
    "InvalidDocument",
    "InvalidEntry",
    "InvalidQuery",
    "InvalidStatement",
    "LogDiverged",
    "LrsError",
    "MalformedJson",
    "MethodNotAllowed",
    "Misconfigured",
    "NoStore",
    "NotFound",
    "OperatorError",
    "OutsideLaunch",
    "PersonNotFound",
    "PreconditionFailed",
    "ProjectionNotFound",
    "QuotaExceeded",
    "RebuildConflict",
    "ReplicaConflict",
    "ReplicaNotFound",
    "StatementConflict",
    "StatementNotFound",
    "StorageFull",
    "TooLarge",
    "TooManyFailures",
    "TooSlow",
    "TraineeNotFound",
    "Unauthenticated",
    "Unavailable",
    "UnknownSchema",
    "Unreachable",
    "UnsupportedMedia",
]


MOST_FAULTS = 1_000
"""So many faults of one input are told, at most."""


class LrsError(Exception):
    """Base of everything the store says no with.

    `code` is stable and machine-readable, `detail` its sentence for people with `values` in its
    places; these are limits and names, never anything from the input. KeyError for a code that
    the table has neither under the class nor under an ancestor, and for a place without a value.
    """

    code: str

    def __init__(self, code: str, **values: object) -> None:
        text = sentence((kind.__name__ for kind in type(self).__mro__), code)
        self.code = code
        self.detail = text.format_map(values)
        super().__init__(self.detail)

    def __reduce__(self) -> tuple[Any, ...]:
        # A process that rebuilds hands its error to the one that waits; __init__ wants the code.
        return repeated_member, (type(self), *self.args), self.__dict__


class Invalid(LrsError):
    """The input breaks a rule. `pointer` is an RFC 6901 JSON pointer, or None outside JSON;
    `parameter` names the query parameter at fault, and the pointer then is into its JSON.
    """

    def __init__(
        self,
        code: str,
        *,
        pointer: str | None = None,
        parameter: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, parameter=parameter, **values)
        self.pointer = pointer
        self.parameter = parameter


class MalformedJson(Invalid):
    pass


class InvalidStatement(Invalid):
    pass


class InvalidAttachments(Invalid):
    pass


class InvalidQuery(Invalid):
    pass


class InvalidDocument(Invalid):
    pass


class InvalidEntry(Invalid):
    """`place` is the pointer of the very member, where `pointer` names its entry alone; `twin` that
    of the entry which this one contradicts. `faults` are all faults of the input, this one first.
    """

    def __init__(
        self,
        code: str,
        *,
        pointer: str,
        place: str | None = None,
        twin: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, pointer=pointer, parameter=None, **values)
        self.place = pointer if place is None else place
        self.twin = twin
        self.others: tuple[InvalidEntry, ...] = ()

    @property
    def faults(self) -> tuple[InvalidEntry, ...]:
        return (self, *self.others)

    @classmethod
    def first_of(cls, faults: Sequence[InvalidEntry]) -> InvalidEntry:
        """One error for all of them, of which there must be one; MOST_FAULTS are told."""
        first, *others = faults
        first.others = tuple(others[: MOST_FAULTS - 1])
        return first


class TooLarge(LrsError):
    pass


class TooSlow(LrsError):
    pass


class UnsupportedMedia(LrsError):
    pass


class MethodNotAllowed(LrsError):
    pass


class Conflict(LrsError):
    pass


class StatementConflict(Conflict):
    pass


class DocumentConflict(Conflict):
    pass


class CredentialConflict(Conflict):
    pass


class RebuildConflict(Conflict):
    pass


class ReplicaConflict(Conflict):
    pass


class PreconditionFailed(LrsError):
    pass


class NotFound(LrsError):
    pass


class StatementNotFound(NotFound):
    pass


class EventNotFound(NotFound):
    """The log has no event at a position, or under an id."""


class DocumentNotFound(NotFound):
    pass


class EntryNotFound(NotFound):
    pass


class PersonNotFound(NotFound):
    pass


class TraineeNotFound(NotFound):
    pass


class CourseNotFound(NotFound):
    pass


class CredentialNotFound(NotFound):
    pass


class ProjectionNotFound(NotFound):
    pass


class ReplicaNotFound(NotFound):
    pass


class Unauthenticated(LrsError):
    pass


class TooManyFailures(LrsError):
    """`retry_after` is in seconds."""

    def __init__(self, code: str, *, retry_after: float) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class Forbidden(LrsError):
    pass


class OutsideLaunch(Forbidden):
    """`pointer` is an RFC 6901 JSON pointer to what is none of the launch's, or None."""

    def __init__(self, code: str, *, pointer: str | None = None) -> None:
        super().__init__(code)
        self.pointer = pointer


class Unavailable(LrsError):
    pass


class StorageFull(Unavailable):
    pass


class QuotaExceeded(LrsError):
    """`limit` in the sentence is in bytes."""


class LogDiverged(Unavailable):
    """An event that was read from the log is gone, or another one stands at its position."""


class InternalError(LrsError):
    pass


class OperatorError(LrsError):
    """Said in a sentence of its own, which may name what the operator wrote."""

    def __init__(self, detail: str) -> None:
        Exception.__init__(self, detail)
        self.detail = detail


class Misconfigured(OperatorError):
    code = "misconfigured"


class UnknownSchema(Misconfigured):
    code = "unknown-schema"


class NoStore(UnknownSchema):
    pass


class Unreachable(OperatorError):
    code = "unreachable"


class ImportRefused(OperatorError):
    code = "import-refused"
