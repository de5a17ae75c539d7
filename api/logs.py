"""Structured logs: one JSON object a line on standard error, or coloured text for a person."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog

from lrs.settings import Settings


def configure(settings: Settings) -> None:
    """Set up logging for this process."""
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
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
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
            cache_logger_on_first_use=True,
        )
    else:
        # plain: the formatter taken where rich is installed prints local variables, secrets too
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=plain)
        structlog.configure(
            processors=[*chain, renderer],
            wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]
