"""Settings: read from two places, checked, documented, frozen."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from lrs.domain.errors import Misconfigured
from lrs.settings import Settings, described

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"


def test_every_setting_is_documented_with_what_it_is() -> None:
    """docs/settings.md has a row for each setting, saying what the code says."""
    rows = DOCUMENT.read_text("utf-8").splitlines()
    for name, _, says in described():
        assert any(row.startswith(f"| `{name}` |") and says in row for row in rows), name


def test_nothing_is_documented_that_is_no_setting() -> None:
    """A setting that is gone leaves the document, too."""
    names = {name for name, _, _ in described()}
    rows = [r for r in DOCUMENT.read_text("utf-8").splitlines() if r.startswith("| `LRS_")]
    assert {row.split("`")[1] for row in rows} == names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LRS_PORT", "0"),
        ("LRS_PORT", "eighty"),
        ("LRS_PORT", "٣"),
        ("LRS_LEDGER_URL", "mysql://x/y"),
        ("LRS_LEDGER_URL", "sqlite://"),
        ("LRS_XAPI_VERSION", "1.1.0"),
        ("LRS_WRITE_TIMEOUT", "soon"),
        ("LRS_PROJECT_IN_WEB", "yes"),
        ("LRS_AUTHORITY_HOMEPAGE", "centre"),
        ("LRS_LOG_LEVEL", "loud"),
        ("LRS_PUBLIC_URL", "portal.example.org/lrs"),
        ("LRS_PUBLIC_URL", "ftp://portal.example.org"),
        ("LRS_PUBLIC_URL", "https:///lrs"),
        ("LRS_PUBLIC_URL", "https://:8080/lrs"),
        ("LRS_PUBLIC_URL", "https://portal.example.org:x"),
        ("LRS_PUBLIC_URL", "https://anna:secret@portal.example.org"),
        ("LRS_PUBLIC_URL", "https://portal.example.org/lrs?a=b"),
        ("LRS_PUBLIC_URL", "https://portal.example.org/lrs#top"),
        ("LRS_PUBLIC_URL", "https://portal.example.org/lrs/xAPI/"),
        ("LRS_PUBLIC_URL", "https://portal.example.org/a//b"),
        ("LRS_PUBLIC_URL", "https://portal.example.org/a/../b"),
        ("LRS_PUBLIC_URL", "https://portal.example.org/a%zz"),
        ("LRS_TIME_ZONE", "Moscow"),
        ("LRS_TIME_ZONE", "../etc/passwd"),
        ("LRS_TIME_ZONE", "Europe"),
        ("LRS_TIME_ZONE", "MSK+3"),
        ("LRS_WORKERS", "2"),
        ("LRS_LEGDER_URL", "sqlite:///x.db"),
    ],
)
def test_a_bad_setting_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    """Also a name nobody knows: a typo must not silently mean the default."""
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({name: value}, tmp_path)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://lrs.example.org/", "https://lrs.example.org"),
        ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ("http://[::1]:8080/lrs", "http://[::1]:8080/lrs"),
        (
            "https://portal.example.org/учёт/lrs/",
            "https://portal.example.org/%D1%83%D1%87%D1%91%D1%82/lrs",
        ),
    ],
)
def test_the_public_url_is_kept_without_a_slash_at_its_end(
    given: str, kept: str, tmp_path: Path
) -> None:
    """And in ASCII: links begin with it as it stands."""
    assert Settings.from_env({"LRS_PUBLIC_URL": given}, tmp_path).public_url == kept


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """The file has the same names in lower case, without LRS_."""
    (tmp_path / "zachetka.toml").write_text('port = 9000\nhost = "0.0.0.0"\n')
    settings = Settings.from_env({"LRS_PORT": "9001"}, tmp_path)
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


def test_a_named_file_must_exist_and_be_toml(tmp_path: Path) -> None:
    """What LRS_CONFIG names is meant to be read."""
    with pytest.raises(Misconfigured, match="LRS_CONFIG"):
        Settings.from_env({"LRS_CONFIG": "gone.toml"}, tmp_path)
    (tmp_path / "bad.toml").write_text("port = = 1")
    with pytest.raises(Misconfigured, match=r"bad\.toml"):
        Settings.from_env({"LRS_CONFIG": "bad.toml"}, tmp_path)


def test_what_depends_on_the_database_is_filled_in(tmp_path: Path) -> None:
    """SQLite: one process and a file beside the log. PostgreSQL: two, and the same database."""
    embedded = Settings.from_env({"LRS_LEDGER_URL": "sqlite:///data/log.db"}, tmp_path)
    assert (embedded.workers, embedded.views_url) == (1, "sqlite:///data/views.db")
    server = Settings.from_env({"LRS_LEDGER_URL": "postgresql://db/lrs"}, tmp_path)
    assert (server.workers, server.views_url) == (2, "postgresql://db/lrs")


def test_settings_are_frozen(tmp_path: Path) -> None:
    """Nobody changes them while the store runs."""
    settings = Settings.from_env({}, tmp_path)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
