"""The files under deploy/ are what the programs that read them take."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lrs.settings import Settings
from tests.system.deploy.conftest import DEPLOY

UNIT = DEPLOY / "zachetka.service"


def test_the_settings_are_taken() -> None:
    """As a file that LRS_CONFIG names."""
    settings = Settings.from_env({"LRS_CONFIG": str(DEPLOY / "zachetka.toml")})
    assert settings.ledger_url == "sqlite:////var/lib/zachetka/ledger.db"
    assert settings.public_url == "https://lrs.example.org/lrs"


def test_the_unit_and_the_settings_name_the_same_folder() -> None:
    """Everything else is read-only to the servers."""
    unit = UNIT.read_text()
    assert "StateDirectory=zachetka\n" in unit
    assert "ProtectSystem=strict\n" in unit
    assert "Environment=LRS_CONFIG=/etc/zachetka/zachetka.toml\n" in unit


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    """No setting is misspelt; the exposure that it reckons is low (0 is none, 10 all)."""
    here = tmp_path / UNIT.name
    command = str(Path(sys.executable).with_name("lrs"))
    here.write_text(UNIT.read_text().replace("/opt/zachetka/bin/lrs", command))
    verified = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    secure = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(here)]
    looked = subprocess.run(secure, capture_output=True, text=True)
    assert looked.returncode == 0, looked.stdout
