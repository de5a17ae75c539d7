"""A disk so small that a test can fill it, and empty it again."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path


class SmallDisk:
    """A tmpfs of some megabytes. Only root can make one."""

    def __init__(self, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zachetka-disk-"))
        self._ballast = self.folder / "ballast"
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m"]
        try:
            self._run("mount", *options, "tmpfs", str(self.folder))
        except OSError:
            self.folder.rmdir()
            raise

    def fill(self) -> None:
        """Leave no room at all."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        self._run("umount", str(self.folder))
        self.folder.rmdir()

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise PermissionError(done.stderr)
