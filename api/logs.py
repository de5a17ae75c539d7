"""Structured logs: one JSON object a line on standard error, or coloured text for a person."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import IO, Any, BinaryIO, TextIO, cast

import orjson
import structlog

from lrs.settings import Settings


def configure(settings: Settings) -> None:
    """Set up logging for this process."""
    binary, text = Forgiving(sys.stderr.buffer), Forgiving(sys.stderr)
    # That logger would log malformed input with its content.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    chain: list[structlog.typing.Processor] = [
        with_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        structlog.configure(
            processors=[
                *chain,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
            logger_factory=structlog.BytesLoggerFactory(cast(BinaryIO, binary)),
            cache_logger_on_first_use=True,
        )
    else:
        # plain: the formatter taken where rich is installed prints local variables, secrets too
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=plain)
        structlog.configure(
            processors=[*chain, renderer],
            wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
            logger_factory=structlog.PrintLoggerFactory(cast(TextIO, text)),
            cache_logger_on_first_use=True,
        )


def with_request_id(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Add the request's id to an entry that was made during a request."""
    # Here, since commands set up logging, too, and begin sooner without the web's libraries.
    from flask import has_request_context, request

    from api.middleware.request_id import REQUEST_ID

    if has_request_context():
        event.setdefault("request_id", request.environ.get(REQUEST_ID))
    return event


class Forgiving:
    """A file that drops entries that cannot be written: a full disk must not fail requests through
    the log.
    """

    def __init__(self, file: IO[Any]) -> None:
        self._file = file

    def write(self, entry: Any) -> int:
        with suppress(OSError, ValueError):
            self._file.write(entry)
        return len(entry)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]
