"""/api/v1/projections: how the read models are doing, and the commands for them."""

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
    """What operators see of projections, and tell them."""
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
        """Who may read reports may look; who may do all may command."""
        self._require_reader()
        if request.method == "POST" and not g.credential.may_do_all():
            raise too_narrow(g.credential, "`all`")
        known = {"position"} if request.path.endswith("/retry") else set()
        g.parameters = parameters(request.query_string, frozenset(known))

    def all(self) -> Response:
        """Every projection, and whether the log has lost events."""
        return as_json(room_view(self._control.all(), self._control.divergences()))

    def acknowledge(self) -> Response:
        """Take note of what the log has lost: it is not shown any more."""
        self._control.acknowledge()
        return self.all()

    def one(self, name: str) -> Response:
        """One projection."""
        return as_json(self._shown(name))

    def quarantine(self, name: str) -> Response:
        """The events that it could not fold."""
        aside = self._control.quarantined(name)
        return as_json({"quarantine": [aside_view(event) for event in aside]})

    def pause(self, name: str) -> Response:
        """Have no process fold it, until it is resumed."""
        self._control.pause(name)
        return as_json(self._shown(name))

    def resume(self, name: str) -> Response:
        """Have it folded again."""
        self._control.resume(name)
        return as_json(self._shown(name))

    def rebuild(self, name: str) -> Response:
        """Have it made anew by a process that folds; GET says how far that is."""
        self._control.rebuild(name)
        return _accepted(self._shown(name))

    def cancel(self, name: str) -> Response:
        """Give up its rebuild."""
        self._control.cancel(name)
        return as_json(self._shown(name))

    def retry(self, name: str) -> Response:
        """Try again what it has set aside, or the event at `position`; if any can be folded now,
        have the projection made anew.
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
