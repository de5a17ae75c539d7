"""/api/v1/catalogue: the centre's entries and rules, and the commands that change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, request

from api.auth import authenticated
from api.catalogue_files.describing import describe
from api.middleware.memory_budget import MemoryBudget
from api.rendering import as_json, no_content
from api.reports.access import reports_known, require_reader, waiting_for_replicas
from api.xapi.bodies import json_body
from lrs.domain.aggregates.catalogue_entry import SHAPES, EntryKind, Key
from lrs.domain.errors import MOST_FAULTS, EntryNotFound
from lrs.domain.time import iso
from lrs.service import CatalogueEntry, Lrs
from lrs.service.catalogue import Change, ChangeStep, EntryVersion
from lrs.service.catalogue_changes import doubts
from lrs.service.catalogue_reader import CatalogueReader
from schemas import parse_json
from schemas.catalogue.entries import Examined, examine_catalogue, examine_entries
from schemas.parameters import BOOLEAN, KNOWN, TEXT, parsed

_KNOWN = {"known": KNOWN}


def blueprint(lrs: Lrs, memory: MemoryBudget) -> Blueprint:
    """The catalogue of a store."""
    bp = Blueprint("catalogue", __name__, url_prefix="/api/v1/catalogue")
    views = _Catalogue(lrs, memory)
    bp.before_request(views.begin)
    waiting_for_replicas(bp)
    bp.get("")(views.counts)
    bp.post("")(views.describe_all)
    bp.get("/<kind>")(views.entries)
    bp.post("/<kind>")(views.describe)
    bp.delete("/<kind>")(views.withdraw)
    bp.get("/<kind>/history")(views.history)
    return bp


class _Catalogue:
    def __init__(self, lrs: Lrs, memory: MemoryBudget) -> None:
        self._lrs = lrs
        self._memory = memory

    def begin(self) -> None:
        g.credential = authenticated(self._lrs, request)

    def counts(self) -> Response:
        """The number of entries of each kind."""
        counts = self._reader().counts(g.credential)
        return as_json({"catalogue": {kind.value: number for kind, number in counts.items()}})

    def entries(self, kind: str) -> Response:
        """All current entries of a kind."""
        of = _kind(kind)
        current = self._reader().entries(of, g.credential)
        return as_json({of.value: [_view(entry) for entry in current]})

    def history(self, kind: str) -> Response:
        """All versions of one entry."""
        of = _kind(kind)
        versions = self._lrs.catalogue.history(of, _key(of)[0], g.credential)
        return as_json({"history": [_version(version) for version in versions]})

    def describe(self, kind: str) -> Response:
        """One entry of a kind, or an array of such: all of them or none."""
        of = _kind(kind)
        return self._described(partial(examine_entries, of))

    def describe_all(self) -> Response:
        """Entries of several kinds, as a file has them: all of them or none."""
        return self._described(examine_catalogue)

    def withdraw(self, kind: str) -> Response:
        """Withdraw one entry; the reason stays in the log."""
        of = _kind(kind)
        key, reason = _key(of, "reason")
        self._lrs.catalogue.withdraw(of, key, reason, g.credential)
        return no_content()

    def _reader(self) -> CatalogueReader[Any]:
        """The catalogue as known now, or at the position or instant of the parameter `known`."""
        given = parsed(request.query_string, _KNOWN)
        require_reader(g.credential)
        return reports_known(self._lrs, given).catalogue

    def _described(self, examine: Callable[[Any], Examined]) -> Response:
        settings = self._lrs.settings
        with json_body(request, settings.max_json_bytes, self._memory) as body:
            examined = examine(parse_json(body, max_values=settings.max_values))
            parameters = parsed(request.query_string, {"preview": BOOLEAN})
            preview = parameters.get("preview", False)
            return as_json(summary(describe(self._lrs, examined, g.credential, preview=preview)))


def summary(steps: Sequence[ChangeStep]) -> Mapping[str, Any]:
    """The numbers of new, changed and unchanged entries, the entries that change, and warnings
    about entries that are valid but probably wrong.
    """
    counts = {change.value: sum(step.change is change for step in steps) for change in Change}
    changes = [_change(step) for step in steps if step.change is not Change.SAME]
    warnings = [
        {"code": doubt.code, "detail": doubt.detail, "pointer": doubt.where}
        for doubt in doubts([step.stated for step in steps])[:MOST_FAULTS]
    ]
    return {**counts, "changes": changes, **({"warnings": warnings} if warnings else {})}


def _change(step: ChangeStep) -> Mapping[str, str]:
    kind = step.stated.kind
    key = dict(zip(SHAPES[kind].key, step.stated.key, strict=True))
    return {"kind": kind.value, **key, "change": step.change.value}


def _kind(text: str) -> EntryKind:
    try:
        return EntryKind(text)
    except ValueError:
        raise EntryNotFound("entry-not-found") from None


def _key(kind: EntryKind, *more: str) -> tuple[Key, str]:
    """The key from the parameters, and the one further parameter that must be given."""
    names = SHAPES[kind].key
    parameters = parsed(
        request.query_string, dict.fromkeys((*names, *more), TEXT), required=(*names, *more)
    )
    return tuple(parameters[name] for name in names), "".join(
        parameters.get(name, "") for name in more
    )


def _view(entry: CatalogueEntry) -> Mapping[str, Any]:
    return {**(entry.entry or {}), "version": entry.version, "stored": iso(entry.stored)}


def _version(version: EntryVersion) -> Mapping[str, Any]:
    content = (
        {"entry": version.entry} if version.entry is not None else {"withdrawn": version.reason}
    )
    return {
        "version": version.number,
        "position": version.position,
        "stored": iso(version.stored),
        **content,
        "by": version.by,
    }
