"""`lrs key create`, `list` and `revoke`: ends, labels, and who did what when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cli.key_options import expiry_of, user
from lrs.domain.time import iso, micros
from tests.api.opening import opened
from tests.cli.test_commands import Shell
from tests.conftest import Place

NOW = micros(datetime(2026, 11, 30, 12, tzinfo=UTC))
TIME = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


@pytest.fixture
def at(on_files: Place) -> Place:
    """Where the store is."""
    return on_files


@pytest.fixture
def lrs(at: Place, tmp_path: Path) -> Shell:
    return Shell(at, tmp_path)


def made(lrs: Shell, label: str, *options: str) -> str:
    """The name of a new key."""
    done = lrs("key", "create", label, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[1]


def past(lrs: Shell, name: str) -> str:
    """The second line of a key in the list."""
    lines = lrs("key", "list").stdout.splitlines()
    return next(lines[n + 1] for n, line in enumerate(lines) if line.startswith(name)).strip()


@pytest.mark.parametrize(
    ("text", "zone", "end"),
    [
        ("12h", UTC, "2026-12-01T00:00:00"),
        ("90d", UTC, "2027-02-28T12:00:00"),
        ("26w", UTC, "2027-05-31T12:00:00"),
        ("2027-06-30", UTC, "2027-07-01T00:00:00"),
        ("2026-11-30", UTC, "2026-12-01T00:00:00"),
    ],
)
def test_a_key_ends_after_its_last_day_or_so_long_after_it_is_made(
    text: str, zone: None, end: str
) -> None:
    """The last day belongs to it, as to a certificate."""
    assert iso(expiry_of(text).instant(NOW, UTC))[:19] == end


@pytest.mark.parametrize("text", ["", "soon", "0d", "90", "2027-13-01", "20270630", "99999w"])
def test_what_is_no_end_is_told(lrs: Shell, at: Place, text: str) -> None:
    """Wrong usage, and no key."""
    assert lrs("key", "create", "LMS", "--expires", text).returncode == 2
    with opened(at) as store:
        assert store.credentials.all() == []


def test_a_day_that_is_over_is_no_end(lrs: Shell) -> None:
    done = lrs("key", "create", "LMS", "--expires", "2020-02-29")
    assert (done.returncode, "that day has already ended" in done.stderr) == (2, True)


def test_the_last_day_is_one_of_the_centres(lrs: Shell) -> None:
    done = lrs("key", "create", "LMS", "--expires", "2090-06-30", LRS_TIME_ZONE="Europe/Moscow")
    assert "expires 2090-06-30T21:00:00.000000Z" in done.stdout


def test_the_list_tells_a_keys_past(lrs: Shell, at: Place) -> None:
    """Made, used and revoked when, the first and the last by whom; and when it ends."""
    name, who = made(lrs, "LMS", "--expires", "2090-06-30"), re.escape(user())
    assert who
    assert re.fullmatch(
        f"created {TIME} by {who}, no use recorded, expires 2090-07-01T00:00:00Z", past(lrs, name)
    )
    with opened(at) as store:
        for _ in range(3):
            store.key_uses.note(store.credentials.named(name).id, NOW)
    assert ", last used 2026-11-30T12:00:00Z, " in past(lrs, name)
    assert lrs("key", "revoke", name).returncode == 0
    assert re.search(f", revoked {TIME} by {who}$", past(lrs, name))


def test_a_key_is_revoked_by_its_label(lrs: Shell) -> None:
    """A label that one good key has; what was revoked before does not count."""
    first = made(lrs, "LMS")
    assert lrs("key", "revoke", "LMS").returncode == 0
    second = made(lrs, "LMS")
    assert lrs("key", "revoke", "LMS").returncode == 0
    listed = lrs("key", "list").stdout
    assert (f"{first}  revoked" in listed, f"{second}  revoked" in listed) == (True, True)


def test_a_second_good_key_of_a_label_is_refused(lrs: Shell) -> None:
    """Which says the name of the other; an expired or revoked one leaves its label free."""
    name = made(lrs, "LMS")
    done = lrs("key", "create", "LMS")
    assert (done.returncode, name in done.stderr, done.stdout) == (1, True, "")
    made(lrs, "LMS 2")


def test_a_learners_key_takes_no_label(lrs: Shell) -> None:
    """There are many of one label; such a label names none of them."""
    words = ("--actor", "mailto:a@example.org", "--activity", "urn:course", "--label", "LMS")
    for _ in range(2):
        assert lrs("key", "launch", "https://c.example/m", *words).returncode == 0
    made(lrs, "LMS")
    done = lrs("key", "revoke", "LMS")
    assert (done.returncode, done.stderr.count(",") >= 2) == (1, True)


def test_a_key_takes_the_place_of_another(lrs: Shell, at: Place) -> None:
    """And of those whose place that one took; a learner's key has no successor."""
    first = made(lrs, "LMS 2025")
    assert lrs("key", "revoke", first).returncode == 0
    second = made(lrs, "LMS 2026", "--continues", first)
    third = made(lrs, "LMS 2027", "--continues", "LMS 2026")
    with opened(at) as store:
        assert store.credentials.named(third).continues == (second, first)
    assert lrs("key", "create", "x", "--continues", "nobody").returncode == 1


def test_a_use_is_noted_once_a_minute(at: Place) -> None:
    """However often a key is used; another key's use is noted at once."""
    with opened(at) as store:
        one, two = (store.credentials.create(label, []).id for label in "ab")
        seconds = timedelta(seconds=1) // timedelta(microseconds=1)
        for key, at_second in ((one, 0), (one, 59), (two, 59), (one, 60)):
            store.key_uses.note(key, NOW + at_second * seconds)
            read = store.key_uses.read()
            expected = {one: 0 if at_second < 60 else 60, two: 59}
            assert read == {k: NOW + expected[k] * seconds for k in read}
        assert set(read) == {one, two}
