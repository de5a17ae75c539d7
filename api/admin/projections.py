"""/api/v1/projections: the status of projections, and the commands for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from api.admin.projection_view import aside_view, entry_view, room_view, tried_view
from api.rendering import as_json
from api.reports.access import reading_reports
from lrs.domain.aggregates.credential import too_narrow
from lrs.domain.errors import InvalidQuery
from lrs.service import Lrs
from schemas.parameters import parameters

ACCEPTED = 202
LAST = 2**63 - 1


def blueprint(lrs: Lrs) -> Blueprint:
    """The status of projections, and the commands, over HTTP."""
    bp = Blueprint("projections", __name__, url_prefix="/api/v1/projections")
    views = _ControlRoom(lrs)
    bp.before_request(views.begin)
    bp.get("")(views.all)
    bp.post("/acknowledge")(views.acknowledge)
    bp.get("/<name>")(views.one)
    bp.get("/<name>/quarantine")(views.quarantine)
    bp.post("/<name>/pause")(views.pause)
    bp.post("/<name>/resume")(views.resume)
    bp.post("/<name>/rebuild")(views.rebuild)
    bp.post("/<name>/cancel")(views.cancel)
    bp.post("/<name>/retry")(views.retry)
    return bp


class _ControlRoom:
    def __init__(self, lrs: Lrs) -> None:
        self._control = lrs.projection_admin
        self._require_reader = reading_reports(lrs)

    def begin(self) -> None:
        """Reading needs a key that may read reports; commands need a key with `all`."""
        self._require_reader()
        if request.method == "POST" and not g.credential.may_do_all():
            raise too_narrow(g.credential, "`all`")
        known = {"position"} if request.path.endswith("/retry") else set()
        g.parameters = parameters(request.query_string, frozenset(known))

    def all(self) -> Response:
        """All projections, and whether the log has lost events."""
        return as_json(room_view(self._control.all(), self._control.divergences()))

    def acknowledge(self) -> Response:
        """Acknowledge the log's losses: they are not shown any more."""
        self._control.acknowledge()
        return self.all()

    def one(self, name: str) -> Response:
        """One projection."""
        return as_json(self._shown(name))

    def quarantine(self, name: str) -> Response:
        """The quarantined events of the projection."""
        aside = self._control.quarantined(name)
        return as_json({"quarantine": [aside_view(event) for event in aside]})

    def pause(self, name: str) -> Response:
        """Pause the projection in all processes."""
        self._control.pause(name)
        return as_json(self._shown(name))

    def resume(self, name: str) -> Response:
        """Resume the projection."""
        self._control.resume(name)
        return as_json(self._shown(name))

    def rebuild(self, name: str) -> Response:
        """Request a rebuild by a process that folds; GET shows its progress."""
        self._control.rebuild(name)
        return _accepted(self._shown(name))

    def cancel(self, name: str) -> Response:
        """Cancel the rebuild."""
        self._control.cancel(name)
        return as_json(self._shown(name))

    def retry(self, name: str) -> Response:
        """Retry the quarantined events, or the event at `position`. If any can be folded now,
        request a rebuild.
        """
        tried = self._control.retry(name, _position(g.parameters))
        body = {"tried": [tried_view(one) for one in tried]}
        if any(one.reason is None for one in tried):
            self._control.rebuild(name)
            return _accepted(body | {"projection": self._shown(name)})
        return as_json(body | {"projection": self._shown(name)})

    def _shown(self, name: str) -> dict[str, Any]:
        return entry_view(self._control.of(name))


def _accepted(body: dict[str, Any]) -> Response:
    response = as_json(body)
    response.status_code = ACCEPTED
    return response


def _position(given: dict[str, str]) -> int | None:
    text = given.get("position")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 19 or not 0 < int(text) <= LAST:
        raise InvalidQuery("invalid-parameter", parameter="position", form="a position of the log")
    return int(text)
