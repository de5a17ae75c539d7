"""A real PgBouncer in transaction mode: from one transaction to the next a client may be handed
another connection to the server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import PostgresServer, free_port
from tests.support.processes import wait_until

MISSING = "no PgBouncer: install Debian's `pgbouncer`, or name one in LRS_TEST_PGBOUNCER"

_SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = {connections}
log_connections = 0
log_disconnections = 0
"""


def program() -> str:
    """Where it is. Where there is none the test is skipped, but not in CI."""
    found = os.environ.get("LRS_TEST_PGBOUNCER") or shutil.which(
        "pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
    )
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return found


@contextmanager
def pooled(server: PostgresServer, connections: int) -> Iterator[int]:
    """The port of one before the server, with so many connections to each database for all of its
    clients. It refuses to run as root, who runs it as `nobody`.
    """
    found, port, folder = program(), free_port(), Path(tempfile.mkdtemp(prefix="zachetka-pool-"))
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    server.own(folder)
    users.write_text('"postgres" ""\n')
    values = {"server": server.port, "port": port, "users": users, "connections": connections}
    settings.write_text(_SETTINGS.format(**values))
    user = "nobody" if os.geteuid() == 0 else None
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen([found, str(settings)], stderr=log, user=user)
    try:
        wait_until(lambda: _answers(port), 30)
        yield port
    finally:
        process.terminate()
        process.wait(30)
        print((folder / "pgbouncer.log").read_text("utf-8"))
        shutil.rmtree(folder)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres").close()
    except psycopg.OperationalError:
        return False
    return True
