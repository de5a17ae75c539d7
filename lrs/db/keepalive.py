"""Keeps a connection in use that is open for long and seldom used.

Proxies between the store and PostgreSQL close idle connections: HAProxy after `timeout client` and
`timeout server`, PgBouncer after idle_transaction_timeout. A rebuild's open transaction would be
lost with its connection, so a thread runs a trivial query in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection

INTERVAL = 2.0
"""Seconds between two queries: less than any sensible timeout."""

LONGEST = 15.0
"""Seconds that the end waits for the last answer: more than a dead connection takes to fail."""


@contextmanager
def kept_alive(connection: Connection) -> Iterator[None]:
    """Run a query on the connection every INTERVAL, until the end of the block.

    The driver runs one SQL statement at a time for all threads. So the owner uses the connection as
    usual, within the open transaction. If the connection breaks, the owner's next statement raises
    the error.
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
