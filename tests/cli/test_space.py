"""`lrs prune`, `lrs replay documents`, and what other commands say of bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete

from lrs.ledger.tables import blob
from tests.api.opening import opened
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.ledger.test_document_history import put
from tests.ledger.test_pruning import STATE


@pytest.fixture
def shell(on_files: Place, tmp_path: Path) -> Shell:
    """On a store with a State document of three versions."""
    with opened(on_files) as lrs:
        for data in (b"one", b"two", b"three"):
            put(lrs, STATE, data)
    return Shell(on_files, tmp_path)


def test_superseded_documents_are_pruned_by_hand(shell: Shell) -> None:
    """Counted first if one likes; the set time holds unless another is said."""
    would = shell("prune", "--dry-run", "--days", "0").stdout
    assert would == "2 superseded contents with 6 bytes would be deleted.\n"
    assert shell("prune").stdout.startswith("0 superseded contents with 0 bytes deleted; 11 bytes")
    assert shell("prune", "--days", "0").stdout.endswith("with 6 bytes deleted; 5 bytes remain.\n")


def test_what_is_kept_for_ever_is_pruned_on_demand_alone(shell: Shell) -> None:
    done = shell("prune", LRS_KEEP_SUPERSEDED_DAYS="0")
    assert (done.returncode, "give --days" in done.stderr) == (2, True)
    assert shell("prune", "--days", "0", LRS_KEEP_SUPERSEDED_DAYS="0").returncode == 0


def test_missing_bytes_are_told_from_pruned_ones(shell: Shell, on_files: Place) -> None:
    """By the positions of their events, and exit code 1."""
    shell("prune", "--days", "0")
    well = shell("replay", "documents")
    assert (well.returncode, well.stdout) == (
        0,
        "3 versions of documents: the bytes of 1 are stored, 2 are pruned.\n",
    )
    with opened(on_files) as lrs, lrs.databases[0].write.begin() as connection:
        connection.execute(delete(blob))
    sick = shell("replay", "documents")
    assert (sick.returncode, sick.stdout.endswith("says so, at 3.\n")) == (1, True)


def test_the_doctor_says_how_many_bytes_there_are(shell: Shell) -> None:
    """And what to do before a quota is reached."""
    assert "space       11 bytes in documents and attachments\n" in shell("doctor").stdout
    done = shell("doctor", LRS_QUOTA_BYTES="12")
    assert "space       11 bytes of 12 in documents" in done.stdout
    assert (done.returncode, "! Documents and attachments take nearly" in done.stdout) == (1, True)


def test_the_list_of_keys_says_what_each_has_brought(shell: Shell, on_files: Place) -> None:
    """Of a quota of its own, or of what the settings say."""
    shell("key", "create", "LMS", "--quota", "2500000")
    assert shell("key", "list").stdout.endswith(", no use recorded, sent 0 bytes of 2,500,000\n")
    shell("key", "create", "Quiz")
    listed = shell("key", "list", LRS_KEY_QUOTA_BYTES="9").stdout
    assert listed.endswith(", sent 0 bytes of 9\n")
    assert shell("key", "list").stdout.endswith(", no use recorded\n")
