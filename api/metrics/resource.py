"""GET /metrics: for a key that may read reports, or for a monitor on the same machine."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Request, Response, request

from api.metrics.exposition import CONTENT_TYPE, exposition
from api.metrics.shared import Exchange
from api.metrics.snapshot import sum_of
from api.reports.access import reading_reports
from lrs.domain.errors import Unavailable
from lrs.service import Health, Lrs

_BY_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def blueprint(lrs: Lrs, exchange: Exchange) -> Blueprint:
    """The figures of all processes of this server."""
    bp = Blueprint("metrics", __name__)
    require_reader = reading_reports(lrs)

    @bp.get("/metrics")
    def metrics() -> Response:
        """Prometheus' text format. It names routes and projections, and nobody."""
        if not _is_local(request, lrs.settings.public_url):
            require_reader()
        text = exposition(sum_of(exchange.all()), _health(lrs))
        return Response(text, content_type=CONTENT_TYPE)

    return bp


def _is_local(asked: Request, public_url: str) -> bool:
    """Whether it comes from this machine and through no proxy: to one on this machine, everybody's
    requests come from this machine. A request with a key is judged by its key.
    """
    environ = asked.environ
    if public_url or "HTTP_AUTHORIZATION" in environ or any(h in environ for h in _BY_PROXY):
        return False
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _health(lrs: Lrs) -> Health | None:
    try:
        return lrs.health()
    except Unavailable:
        return None
