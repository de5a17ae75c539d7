"""All settings, read once from the environment and a file, checked, and frozen.

The file is TOML with the names in lower case and without LRS_ (`port = 8080`). The environment
takes precedence. If a name is unknown or a value is out of range, the program does not start and
its message names the setting. `setting_values` reads the values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import tzinfo
from pathlib import Path
from typing import Any

from lrs.db import address
from lrs.domain.errors import Misconfigured
from lrs.setting_values import (
    database_url,
    one_of,
    origins,
    public_address,
    seconds,
    some_text,
    truth,
    web_address,
    whole,
    zone_name,
    zone_of,
)

PREFIX = "LRS_"
CONFIG = "LRS_CONFIG"
DEFAULT_FILE = "zachetka.toml"
DEFAULT_LEDGER = "sqlite:///var/ledger.db"
DEFAULT_REPLICAS = "var/replicas"
TESTING = "LRS_TEST_"
"""Begins the names of the test suite's variables, which are not settings."""


def _setting(default: Any, parse: Callable[[str], Any], says: str) -> Any:
    return field(default=default, metadata={"parse": parse, "says": says})


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings. docs/settings.md repeats each meaning; a test compares them."""

    ledger_url: str = _setting(DEFAULT_LEDGER, database_url, "The database of the log.")
    views_url: str = _setting(
        "",
        database_url,
        "The projections' database; by default a file next to the log, on PostgreSQL the same.",
    )
    host: str = _setting("127.0.0.1", some_text, "The address to listen on.")
    port: int = _setting(8080, whole(1, 65535), "The port to listen on.")
    public_url: str = _setting(
        "",
        public_address,
        "The address that clients use, without /xapi; by default made of host and port.",
    )
    workers: int = _setting(
        0, whole(1, 64), "Server processes; by default 1 on SQLite and 2 on PostgreSQL."
    )
    threads: int = _setting(
        16,
        whole(1, 128),
        "How many writes a server process handles at once; reads are a quarter fewer.",
    )
    body_seconds: float = _setting(
        10.0,
        seconds(0.1, 3_600),
        "Seconds that 64 KiB of a body may take, in addition to their time at the minimum rate.",
    )
    body_rate: int = _setting(
        8_000,
        whole(1, 1_000_000_000),
        "The minimum rate of a request body, in bytes a second.",
    )
    alternate_syntax: bool = _setting(
        True,
        truth,
        "Whether the store accepts the alternate request syntax (forms) of xAPI 1.0.x.",
    )
    xapi_version: str = _setting(
        "2.0.0", one_of("1.0.3", "2.0.0"), "The xAPI version of requests that name none."
    )
    authority_homepage: str = _setting(
        "http://zachetka.local/keys", web_address, "The homePage of the authority's account."
    )
    cors_origins: frozenset[str] = _setting(
        frozenset(),
        origins,
        "Origins of browser pages that may use the store; * means any origin.",
    )
    max_json_bytes: int = _setting(
        10_000_000, whole(1_000, 1_000_000_000), "The largest JSON body, in bytes."
    )
    max_values: int = _setting(
        1_000_000,
        whole(1_000, 100_000_000),
        "The most JSON values in one body; a tenth of this number in one statement.",
    )
    max_statements: int = _setting(
        10_000, whole(1, 1_000_000), "The most statements in one request."
    )
    max_body_bytes: int = _setting(
        100_000_000,
        whole(1_000, 100_000_000_000),
        "The largest request body of any kind, in bytes.",
    )
    max_parts: int = _setting(
        64, whole(2, 10_000), "The most parts of a multipart body, statements included."
    )
    max_attachment_bytes: int = _setting(
        25_000_000, whole(0, 100_000_000_000), "The largest attachment, in bytes."
    )
    max_document_bytes: int = _setting(
        10_000_000,
        whole(0, 1_000_000_000),
        "The largest State or Profile document, in bytes.",
    )
    max_merged_bytes: int = _setting(
        1_000_000,
        whole(0, 1_000_000_000),
        "The most bytes of a document and of the body that a POST merges into it, together.",
    )
    quota_bytes: int = _setting(
        0,
        whole(0, 1_000_000_000_000_000),
        "The most bytes of documents and attachments in all; 0 means no limit.",
    )
    key_quota_bytes: int = _setting(
        0,
        whole(0, 1_000_000_000_000_000),
        "The most bytes of documents and attachments that a key may bring; 0 means no limit.",
    )
    keep_superseded_days: int = _setting(
        30,
        whole(0, 36_500),
        "Days for which a superseded State document keeps its bytes; 0 means for ever.",
    )
    blob_folder: str = _setting(
        "",
        some_text,
        "A folder for the bytes of attachments and documents; by default the database.",
    )
    replica_folder: str = _setting(
        "",
        some_text,
        "A folder for replicas of the read models as known earlier; by default one beside the "
        "read models' file, on PostgreSQL var/replicas.",
    )
    max_replicas: int = _setting(
        8, whole(1, 1_000), "The most replicas; those not used for longest are dropped first."
    )
    group_access: str = _setting(
        "none",
        one_of("none", "read", "write"),
        "Rights of the files' group: none, read or write; other users have none.",
    )
    max_page: int = _setting(500, whole(1, 10_000), "The most statements in one reply.")
    max_page_bytes: int = _setting(
        4_000_000,
        whole(1_000, 1_000_000_000),
        "The most bytes of statements in one reply, which holds at least one statement.",
    )
    write_timeout: float = _setting(
        4.0, seconds(0.1, 60), "Seconds that a write may wait for the database."
    )
    fresh_timeout: float = _setting(
        2.0, seconds(0, 60), "Seconds that a read may wait for its projection to catch up."
    )
    vocabulary: str = _setting(
        "", some_text, "A TOML file with further verbs and activity types of training."
    )
    trusted_certificates: str = _setting(
        "", some_text, "A PEM file of certificates; signatures by these are trusted."
    )
    time_zone: str = _setting(
        "UTC",
        zone_name,
        "The centre's time zone: it gives the local day of times that are stated in UTC.",
    )
    project_in_web: bool = _setting(
        True,
        truth,
        "Whether server processes fold projections; set false if `lrs project` does.",
    )
    prepare_statements: bool = _setting(
        True,
        truth,
        "PostgreSQL: prepare SQL statements; set false behind a PgBouncer that pools transactions.",
    )
    log_level: str = _setting(
        "info",
        one_of("debug", "info", "warning", "error"),
        "The lowest level of log entries that are written.",
    )
    access_log: bool = _setting(
        False,
        truth,
        "Whether to log every request: key, route and status, no personal data.",
    )
    log_format: str = _setting("json", one_of("json", "console"), "The format of log entries.")

    @classmethod
    def from_env(cls, environment: Mapping[str, str], folder: Path = Path()) -> Settings:
        """Settings from LRS_* variables and the file LRS_CONFIG (default zachetka.toml).

        Raises Misconfigured, naming the setting and what it may be.
        """
        given = _from_file(environment, folder)
        given |= {
            name: value
            for name, value in environment.items()
            if name.startswith(PREFIX) and name != CONFIG and not name.startswith(TESTING)
        }
        return cls(**_parsed(given))._completed()

    def _completed(self) -> Settings:
        """Fill in the defaults that depend on the log's database."""
        sqlite = self.ledger_url.startswith("sqlite:")
        if not self.workers:
            object.__setattr__(self, "workers", 1 if sqlite else 2)
        if not self.views_url:
            ledger = self.ledger_url.removeprefix("sqlite:///")
            neighbour = f"sqlite:///{Path(ledger).with_name('views.db')}"
            object.__setattr__(self, "views_url", neighbour if sqlite else self.ledger_url)
        if sqlite and self.workers != 1:
            raise Misconfigured("LRS_WORKERS must be 1 on SQLite: it is made for one process.")
        return self

    @property
    def replicas(self) -> Path:
        """The folder of replicas."""
        if self.replica_folder or not self.views_url.startswith("sqlite:///"):
            return Path(self.replica_folder or DEFAULT_REPLICAS)
        return Path(self.views_url.removeprefix("sqlite:///")).with_name("replicas")

    @property
    def zone(self) -> tzinfo:
        """The centre's time zone."""
        return zone_of(self.time_zone)


def described() -> list[tuple[str, object, str]]:
    """The name, default and meaning of every setting."""
    return [
        (PREFIX + f.name.upper(), f.default, f.metadata["says"])
        for f in fields(Settings)
        if f.default is not MISSING
    ]


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    named = environment.get(CONFIG)
    path = folder / (named or DEFAULT_FILE)
    if not path.exists():
        if named:
            raise Misconfigured(f"{CONFIG} names {named}, which does not exist.")
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{path.name} cannot be read as TOML: {error}") from error
    return {
        PREFIX + name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in content.items()
    }


def _parsed(given: Mapping[str, str]) -> dict[str, Any]:
    settings = {PREFIX + f.name.upper(): f for f in fields(Settings)}
    parsed = {}
    for name, text in given.items():
        if name not in settings:
            raise Misconfigured(f"{name} is not a setting; docs/settings.md lists them all.")
        try:
            parsed[settings[name].name] = settings[name].metadata["parse"](text)
        except address.BadAddress as error:
            raise Misconfigured(f"{name} {error}.") from None
        except ValueError as error:
            raise Misconfigured(f"{name} must be {error}.") from None
    return parsed
