"""The checks of `lrs doctor` on the machine: free disk space, and files that others can read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile, gettempdir

from lrs.db.engine import file_of
from lrs.file_access import open_to_others
from lrs.settings import CONFIG, DEFAULT_FILE, Settings

LOW = 1_000_000_000
"""Bytes of free space below which doctor reports a problem."""

TRIED = 1_000_000
"""Bytes that are written to a disk as a test and removed, because free space ignores quotas."""


@dataclass
class Finding:
    """Facts and problems, each a line."""

    lines: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def look_at_machine(settings: Settings, finding: Finding) -> None:
    """Check the disks of the folders that the store writes to, and who else can read its files."""
    for folders in _by_disk(_folders(settings)):
        _look_at_disk(folders, finding)
    if not settings.ledger_url.startswith("sqlite:"):
        finding.lines.append(
            "disk        PostgreSQL does not report its free space: watch its server"
        )
    opened = open_to_others(_files(settings))
    if opened:
        named = ", ".join(map(str, opened))
        finding.troubles.append(
            f"Every user of this machine can read {named}: remove this right with chmod o-rwx."
        )


def _folders(settings: Settings) -> Iterator[Path]:
    """The folders that the store writes to: of databases, blobs, and bodies that are arriving."""
    for file in _databases(settings):
        yield file.parent
    if settings.blob_folder:
        yield Path(settings.blob_folder).absolute()
    yield Path(gettempdir())


def _databases(settings: Settings) -> list[Path]:
    files = (file_of(url) for url in (settings.ledger_url, settings.views_url))
    return [file for file in files if file is not None]


def _files(settings: Settings) -> Iterator[Path]:
    """The files that only the store's user and group should read; some may not exist."""
    for file in _databases(settings):
        yield from (file.with_name(file.name + suffix) for suffix in ("", "-wal", "-shm"))
        yield from sorted(file.with_name(f"{file.name}.beside").glob("*"))
    if settings.blob_folder:
        yield Path(settings.blob_folder).absolute()
    config = Path(os.environ.get(CONFIG, DEFAULT_FILE)).absolute()
    if _holds_password(config):
        yield config


def _holds_password(config: Path) -> bool:
    try:
        return "postgres" in config.read_text("utf-8")
    except (OSError, ValueError):
        return False


def _by_disk(folders: Iterable[Path]) -> list[list[Path]]:
    """The existing folders, each once, grouped by file system."""
    disks: dict[int, list[Path]] = {}
    for folder in folders:
        if folder.is_dir():
            on_disk = disks.setdefault(folder.stat().st_dev, [])
            if folder not in on_disk:
                on_disk.append(folder)
    return list(disks.values())


def _look_at_disk(folders: list[Path], finding: Finding) -> None:
    free = shutil.disk_usage(folders[0]).free
    names = ", ".join(map(str, folders))
    finding.lines.append(f"disk        {_size(free)} free: {names}")
    failed = [f"{folder} ({reason})" for folder in folders if (reason := _refusal(folder))]
    if failed:
        finding.troubles.append(
            f"Nothing can be written to {', '.join(failed)}: make room, or correct the rights."
        )
    elif free < LOW:
        finding.troubles.append(
            f"The disk of {names} has {_size(free)} left: make room before writes are refused "
            "(507). A rebuild needs as much again as the read models have."
        )


def _refusal(folder: Path) -> str:
    """The reason why a file cannot be written there; empty if it can."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(bytes(TRIED))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or "no reason given"
    return ""


def _size(size: int) -> str:
    return f"{size / 1_000_000_000:.1f} GB" if size >= LOW else f"{size / 1_000_000:.1f} MB"
