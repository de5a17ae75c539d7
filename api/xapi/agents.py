"""Agents and Activities: what the store knows of them (xAPI 1.0.3 part 3, 2.4 and 2.5; 2.0,
4.1.6.3 and 4.1.6.4).
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from api.rendering import as_json
from api.xapi.request_guards import entered
from lrs.service import Lrs
from schemas.xapi.documents import asked_activity, asked_agent


def blueprint(lrs: Lrs) -> Blueprint:
    """Both resources of a store."""
    bp = Blueprint("agents", __name__, url_prefix="/xapi")
    bp.before_request(entered(lrs))

    @bp.get("/agents")
    def agents() -> Response:
        agent = asked_agent(request.query_string)
        return _tagged(as_json(lrs.definitions.person(agent, g.credential)))

    @bp.get("/activities")
    def activities() -> Response:
        activity = asked_activity(request.query_string)
        return _tagged(as_json(lrs.definitions.activity(activity, g.credential)))

    return bp


def _tagged(response: Response) -> Response:
    response.add_etag()
    return response
