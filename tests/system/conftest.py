"""The store that `make demo` fills, made once for a run: it takes as long as a thousand tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.once import once
from tests.support.served import COMMAND


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `lrs demo` has filled a store, on the embedded default: to be copied."""
    return once(tmp_path_factory, "demo", _fill)


def _fill(folder: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
    done = subprocess.run(
        [COMMAND, "demo", "--only-fill"],
        cwd=folder,
        env=environment | {"LRS_LOG_LEVEL": "error"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
