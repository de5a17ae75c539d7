"""Addresses of databases: what cannot be taken is refused before anything connects."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrs.db import address
from lrs.db.address import SEVERAL, BadAddress
from lrs.db.engine import open_database
from lrs.domain.errors import Misconfigured
from lrs.settings import Settings

PAIR = "postgresql://u@/db?host=h1:5433&host=h2:5434"

SEVERAL_HOSTS = [
    "postgresql://u@h1:5433,h2:5434/db",
    "postgresql://u:secret@h1:5433,h2:5434/db?target_session_attrs=read-write",
    "postgresql://u@h1,h2/db?target_session_attrs=read-write",
    "postgresql://u@h1,h2:5433/db?target_session_attrs=read-write",
    "postgresql://u@/db?host=h1:5433,h2:5434&target_session_attrs=read-write",
    "postgresql://u@/db?host=h1:5433,h2:5434&host=h3&target_session_attrs=read-write",
    "postgresql://u@/db?host=h1:one&host=h2:two&target_session_attrs=read-write",
    "postgresql://u@/db?host=[::1]:5433&host=h2&target_session_attrs=read-write",
    "postgresql://u@/db?host=h1&host=h2&port=5433,5434&target_session_attrs=read-write",
    "postgresql://u@/db?host=h1,h2&port=1,2,3&target_session_attrs=read-write",
    "postgresql://u@/db?host=h1,,h2&target_session_attrs=read-write",
]


@pytest.mark.parametrize("url", SEVERAL_HOSTS)
def test_several_hosts_in_another_form_are_refused_with_the_form_that_works(url: str) -> None:
    """Also where the driver would take them for one host, and look for it in vain."""
    with pytest.raises(Misconfigured) as error:
        Settings.from_env({"LRS_VIEWS_URL": url}, Path("none"))
    assert error.value.detail.startswith("LRS_VIEWS_URL ")
    assert error.value.detail.endswith(f"write them as {SEVERAL}.")
    assert "secret" not in error.value.detail


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://u@h:five/db", "a port from 1 to 65535"),
        ("postgresql://u@h:/db", "a port from 1 to 65535"),
        ("postgresql://u@h:0/db", "a port from 1 to 65535"),
        ("postgresql://u@h:99999/db", "a port from 1 to 65535"),
        ("postgresql://u@h:-1/db", "a port from 1 to 65535"),
        ("postgresql://u@/db?host=h:99999", "a port from 1 to 65535"),
        ("postgresql://u@::1/db", "in brackets"),
        ("postgresql://u@fe80::1:5432/db", "in brackets"),
        ("postgresql://u@[::1/db", "in brackets"),
        ("postgresql://u:p@ss@h/db", "%40"),
        ("postgresql://u@h h/db", "neither a name nor an address"),
        ("postgresql://u:%ff@h/db", "UTF-8"),
        ("postgresql://u:\udcff@h/db", "UTF-8"),
        ("postgresql://u@h/d%00b", "%00"),
        ("postgresql://u@h/db?colour=red", "colour"),
        ("postgresql://u@h/db?autocommit=1", "autocommit"),
        ("postgresql://u@h/db?sslmode=often", "invalid sslmode value"),
        ("postgresql://u@h/db?sslmode=require&sslmode=allow", "sslmode twice"),
        ("postgresql://u@h/db?keepalives_idle=long", 'invalid integer value "long"'),
        ("postgresql://u@h/db?service=none", 'service "none" not found'),
        ("postgresql://u@h/db?hostaddr=10.0.0.1,10.0.0.2", "hostaddr"),
        (PAIR, "add target_session_attrs=read-write"),
        (f"{PAIR}&target_session_attrs=any", "target_session_attrs=read-write"),
        (f"{PAIR}&target_session_attrs=prefer-standby", "target_session_attrs=read-write"),
        ("postgresql://u@h/db?target_session_attrs=standby", "target_session_attrs=read-write"),
        ("sqlite:///x.db?mode=ro", "without parameters"),
        ("sqlite://host/x.db", "sqlite:///FILE"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///x%00.db", "%00"),
        ("oracle://h/db", "sqlite:///FILE"),
    ],
)
def test_what_the_driver_cannot_take_is_refused_by_name(url: str, says: str) -> None:
    """One sentence that says what to change, before anything is opened."""
    with pytest.raises(Misconfigured) as error:
        Settings.from_env({"LRS_LEDGER_URL": url}, Path("none"))
    assert error.value.detail.startswith("LRS_LEDGER_URL ")
    assert says in error.value.detail
    assert "\n" not in error.value.detail


@pytest.mark.parametrize(
    "url",
    [
        f"{PAIR}&target_session_attrs=read-write",
        f"{PAIR}&target_session_attrs=primary",
        "postgresql://u@/db?host=h1,::1&port=5433,5434&target_session_attrs=read-write",
        "postgresql://u@/db?host=h1,h2&target_session_attrs=read-write",
        "postgresql://u:p%40ss@[::1]:5432/db?sslmode=require&application_name=it's+ours",
        "postgresql:///db?host=/run/postgresql",
        "postgresql:///db",
        "postgres://u@the_database/db",
        "sqlite:////srv/log.db",
    ],
)
def test_what_the_driver_takes_is_taken(url: str) -> None:
    """Settings pass it on as it is."""
    settings = Settings.from_env({"LRS_LEDGER_URL": url}, Path("none"))
    assert settings.ledger_url == url
    open_database(url).close()


def test_hosts_of_the_environment_are_several_hosts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq takes from PGHOST what the URL does not say."""
    monkeypatch.setenv("PGHOST", "h1,h2")
    with pytest.raises(BadAddress, match="several hosts"):
        address.read("postgresql:///db")
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "read-write")
    address.read("postgresql:///db")


def test_no_password_is_shown() -> None:
    """Wherever in the URL it stands: `lrs doctor` prints where the store is."""
    url = "postgresql://u:secret@h/db?password=secret&sslpassword=secret"
    assert "secret" not in open_database(url).url
