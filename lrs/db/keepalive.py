"""A connection that is held for long and seldom used goes on being used.

Proxies between the store and PostgreSQL close what is silent for too long: HAProxy after `timeout
client` and `timeout server`, PgBouncer after idle_transaction_timeout. A transaction that is open
for the length of a rebuild would be lost with it, so a thread asks something trivial in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection

INTERVAL = 2.0
"""Seconds between two questions: less than any timeout that is of use to anybody."""

LONGEST = 15.0
"""Seconds that the end waits for the last answer: more than a dead connection takes to fail."""


@contextmanager
def kept_alive(connection: Connection) -> Iterator[None]:
    """Have something sent on the connection every INTERVAL, until the end of the block.

    The driver lets one statement run at a time, whoever asks, so the owner uses the connection
    meanwhile as ever, within the transaction that is open. If it breaks, the owner meets the error
    with the next statement.
    """
    over = threading.Event()
    driver = connection.connection.driver_connection
    thread = threading.Thread(
        target=_ask_until, args=(over, driver), name="keep-alive", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(LONGEST)


def _ask_until(over: threading.Event, driver: Any) -> None:
    while not over.wait(INTERVAL):
        try:
            driver.execute(b"SELECT 1", prepare=False)
        except psycopg.Error:
            return  # the connection is gone, or its transaction has failed
