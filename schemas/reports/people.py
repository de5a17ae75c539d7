"""People and places as every report names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from lrs.service.reports import CurrentEntries, CurrentEntry, Trainee
from lrs.service.reports.snapshot import PlaceNames
from schemas.links import link
from schemas.reports.fields import title_view


def trainee_view(trainee: Trainee, called: PlaceNames, languages: Sequence[str]) -> dict[str, Any]:
    """A person, with office, post and the addresses of the person's reports."""
    return trainee_views(called, languages)(trainee)


def trainee_views(
    called: PlaceNames, languages: Sequence[str]
) -> Callable[[Trainee], dict[str, Any]]:
    """The same for many people: each office and post is looked up once."""

    @cache
    def office(code: str | None) -> Any:
        return coded_view(code, called.offices, languages)

    @cache
    def post(code: str | None) -> Any:
        return coded_view(code, called.posts, languages)

    def view(trainee: Trainee) -> dict[str, Any]:
        key = quoted(trainee.key)
        return {
            "key": trainee.key,
            "name": trainee.name,
            "personnel_number": trainee.personnel,
            "identifiers": trainee.identifiers,
            "office": office(trainee.office),
            "post": post(trainee.post),
            "transcript": link(f"/api/v1/transcripts/{key}"),
            "certifications": link(f"/api/v1/certifications/{key}"),
        }

    return view


def quoted(key: str) -> str:
    """An agent key as a part of a path."""
    return key.translate(_QUOTED) if key.isascii() else quote(key, safe=":@")


_QUOTED = {code: quote(chr(code), safe=":@") for code in range(128)}


def coded_view(code: str | None, things: CurrentEntries, languages: Sequence[str]) -> Any:
    """A catalogue entry by its code, with its title; None without a code."""
    return None if code is None else thing_view(code, things.get((code,)), languages)


def thing_view(code: str, thing: CurrentEntry | None, languages: Sequence[str]) -> dict[str, Any]:
    """A catalogue entry, if it exists."""
    return {"code": code, **title_view(thing.entry["title"] if thing else {}, languages)}


def agent_view(key: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A person by agent key, with the known name."""
    return {"key": key, "name": names.get(key)}
