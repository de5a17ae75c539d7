"""The column `default` of docs/settings.md is what a program has that was told nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lrs.settings import Settings
from tests.system.promises.reading import ROOT

ROWS = re.findall(
    r"^\| `LRS_(\w+)` \| (?:`([^`]+)`|([^|]+)) \|",
    (ROOT / "docs" / "settings.md").read_text("utf-8"),
    re.MULTILINE,
)
VALUES = {name.lower(): value for name, value, _ in ROWS if value}
WORDS = {name.lower(): words for name, _, words in ROWS if words}


@pytest.fixture
def untold(tmp_path: Path) -> Settings:
    """The settings of a program without environment, in a folder without a file of settings."""
    return Settings.from_env({}, tmp_path)


@pytest.mark.parametrize("name", VALUES)
def test_a_setting_that_nobody_gave_is_as_the_table_says(untold: Settings, name: str) -> None:
    value = getattr(untold, name)
    assert (str(value).lower() if isinstance(value, bool) else str(value)) == VALUES[name]


def test_settings_whose_default_is_a_word_are_empty(untold: Settings) -> None:
    """No origins, no file of words; no address but the one that is listened on."""
    empty = {name: words for name, words in WORDS.items() if not getattr(untold, name)}
    assert empty == {
        "public_url": "`LRS_HOST`, `LRS_PORT`",
        "cors_origins": "none",
        "blob_folder": "the database",
        "replica_folder": "beside the read models",
        "vocabulary": "none",
        "trusted_certificates": "none",
    }


def test_read_models_are_next_to_the_log(untold: Settings, tmp_path: Path) -> None:
    """On PostgreSQL with it, on SQLite in a file of their own in the same folder."""
    assert WORDS["views_url"] == "next to the log"
    assert untold.views_url == VALUES["ledger_url"].replace("ledger", "views")
    there = "postgresql://lrs@db/lrs"
    assert Settings.from_env({"LRS_LEDGER_URL": there}, tmp_path).views_url == there


def test_replicas_are_beside_the_read_models(untold: Settings, tmp_path: Path) -> None:
    """On PostgreSQL in the folder of that name in `var`, as the table says."""
    on_postgresql = Settings.from_env({"LRS_LEDGER_URL": "postgresql://lrs@db/lrs"}, tmp_path)
    assert on_postgresql.replicas == untold.replicas == Path("var/replicas")
    views = {"LRS_VIEWS_URL": "sqlite:////srv/lrs/views.db"}
    assert Settings.from_env(views, tmp_path).replicas == Path("/srv/lrs/replicas")


def test_server_processes_are_as_many_as_the_database_allows(
    untold: Settings, tmp_path: Path
) -> None:
    match = re.fullmatch(r"(\d+) on SQLite, (\d+) on PostgreSQL", WORDS["workers"])
    on_postgresql = Settings.from_env({"LRS_LEDGER_URL": "postgresql://lrs@db/lrs"}, tmp_path)
    assert match
    assert (untold.workers, on_postgresql.workers) == (int(match[1]), int(match[2]))


def test_every_setting_has_a_default() -> None:
    """A row that the tests above could not read would pass unseen."""
    assert len(VALUES) + len(WORDS) == len(Settings.__dataclass_fields__)
    assert WORDS.keys() == {
        "views_url", "public_url", "workers", "cors_origins", "blob_folder",
        "replica_folder", "vocabulary", "trusted_certificates",
    }  # fmt: skip
