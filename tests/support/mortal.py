"""A PostgreSQL whose processes are killed, and whose data are put back to what they were."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from tests.support.postgres import DURABLE, PostgresServer
from tests.support.processes import wait_until

CRASHING = {
    **DURABLE,
    "fsync": "off",  # killed processes lose nothing of what the system holds for the disk
    "wal_writer_delay": "10s",
    "bgwriter_lru_maxpages": "0",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
}
"""A commit with synchronous_commit=off stays in the server's memory until another commit or ten
seconds have it written, see also `hold_log_writer`: a crash before that loses it.
"""

_CLIENT = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    ORDER BY backend_start LIMIT 1
"""
_LOG_WRITER = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"
_MARK = "SELECT pg_logical_emit_message(true, 'written', '')"


class MortalServer(PostgresServer):
    """A server to be killed, and to be put back to what it held before."""

    _held: int | None = None
    """The process that writes the write-ahead log, while it is held."""
    _snapshots = 0

    def kill(self) -> None:
        """SIGKILL to every process of the server at once. `start` copes with what that leaves."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)  # it starts no other process meanwhile
            killed = self._signal_all(signal.SIGKILL)
            self._process.wait(30)
            self._process = None
            wait_until(lambda: all(map(_has_ended, killed)), 30)

    def kill_backend(self, database: str = "postgres") -> None:
        """SIGKILL to the process of the database's oldest client, of one made for that where it has
        none. The postmaster ends all other processes and recovers. Returns when it answers again.
        """
        with self.connected() as witness:
            with self.connected(database):
                found = witness.execute(_CLIENT, [database]).fetchone()
                assert found is not None
                os.kill(found[0], signal.SIGKILL)
                if self._held is not None:  # held, it would not end with the others
                    os.kill(self._held, signal.SIGKILL)
            with suppress(psycopg.OperationalError):
                witness.execute("SELECT pg_sleep(30)")
                raise AssertionError("the server went on")
        self._wait_until_ready()

    @contextmanager
    def hold_log_writer(self) -> Iterator[None]:
        """Have a commit with synchronous_commit=off stay in memory as long as nobody else commits
        or makes a checkpoint: `kill` and `kill_backend` lose it for certain, however late.
        """
        self._held = writer = self.value(_LOG_WRITER)
        os.kill(writer, signal.SIGSTOP)
        try:
            yield
        finally:
            self._held = None
            with suppress(ProcessLookupError):
                os.kill(writer, signal.SIGCONT)

    def written(self) -> str:
        """Have all commits written, also those with synchronous_commit=off; where they end, as an
        LSN.
        """
        with self.connected() as connection:
            connection.execute("SET synchronous_commit = on")
            (end,) = connection.execute(_MARK).fetchone() or ("",)
            return str(end)

    def snapshot(self) -> Path:
        """A copy of all that the server holds, for which it is stopped and started again."""
        self.stop()
        self._snapshots += 1
        copy = self.folder / f"snapshot-{self._snapshots}"
        _copy(self.data, copy)
        self.start()
        return copy

    def restore(self, copy: Path) -> None:
        """Have the server hold what that copy does, which stays as it is; on the same port."""
        self.stop()
        shutil.rmtree(self.data)
        _copy(copy, self.data)
        self.start()


class Standby(MortalServer):
    """A copy of a primary on a port of its own that follows it; the primary, which runs, does not
    wait for it. To be started as any server.
    """

    def __init__(self, primary: MortalServer) -> None:
        self._primary = primary
        self._follows = True
        super().__init__(primary.settings)

    def start(self) -> None:
        """Returns when it follows, unless it is cut off or promoted."""
        super().start()
        if self._follows:
            wait_until(lambda: self.value(_RECEIVES) == "streaming", 30)

    def catch_up(self) -> None:
        """Wait until it holds all that the primary has committed by now."""
        end = self._primary.written()
        wait_until(lambda: bool(self.value(f"SELECT pg_last_wal_replay_lsn() >= '{end}'")), 30)

    def cut_off(self) -> None:
        """From now on it receives nothing of what the primary commits."""
        self._follows = False
        self.execute("ALTER SYSTEM SET primary_conninfo = ''")
        self.execute("SELECT pg_reload_conf()")
        wait_until(lambda: self.value(_RECEIVES) is None, 30)

    def promote(self) -> None:
        """Make it a primary, which takes writes."""
        self._follows = False
        assert self.value("SELECT pg_promote()")

    def _make_data(self) -> None:
        primary = f"host=127.0.0.1 port={self._primary.port} user=postgres"
        self._run("pg_basebackup", "-D", str(self.data), "-d", primary, "--write-recovery-conf",
                  "--checkpoint=fast", "--no-sync", "--no-manifest")  # fmt: skip


_RECEIVES = "SELECT status FROM pg_stat_wal_receiver"


def _has_ended(process: psutil.Process) -> bool:
    """Also where nobody has asked how."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _copy(data: Path, there: Path) -> None:
    """The folder with its owner and modes."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(data), str(there)], check=True)
