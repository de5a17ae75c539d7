"""The rights of the store's files: only the owner may read them, or also the group, never others.

Modes are set when a file or folder is created, whatever the process's umask. Existing files keep
their modes; `lrs doctor` reports those that other users can read (`open_to_others`). SQLite gives
its -wal and -shm files the mode of the database file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from pathlib import Path

__all__ = ["GroupAccess", "make_file", "make_folder", "open_to_others"]


class GroupAccess(Enum):
    """The rights of the group of the store's files. In a folder that the group may write to, files
    get the folder's group (the set-group-ID bit), whichever user of the group creates them.
    """

    NONE = "none"
    READ = "read"
    WRITE = "write"

    @property
    def file_mode(self) -> int:
        return {"none": 0o600, "read": 0o640, "write": 0o660}[self.value]

    @property
    def folder_mode(self) -> int:
        return {"none": 0o700, "read": 0o750, "write": 0o2770}[self.value]


def make_file(path: Path, access: GroupAccess) -> None:
    """Create an empty file with that mode, unless it exists. Raises OSError."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.fchmod(descriptor, access.file_mode)
        finally:
            os.close(descriptor)


def make_folder(path: Path, access: GroupAccess) -> None:
    """Create the folder and missing folders above it with that mode. Raises OSError."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent, access)
    try:
        path.mkdir(0o700)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        path.chmod(access.folder_mode)


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """The files and folders that users outside the group can reach and read or write."""
    return [path for path in paths if _others(path) & 0o6 and _is_reachable(path)]


def _others(path: Path) -> int:
    """The rights of other users: 4 read, 2 write, 1 search; 0 if the mode cannot be read."""
    try:
        return stat.S_IMODE(path.stat().st_mode) & 0o7
    except OSError:
        return 0


def _is_reachable(path: Path) -> bool:
    """Whether other users may pass through all folders above the path."""
    return all(_others(folder) & 0o1 for folder in path.absolute().parents)
