"""The id of a request, which its log entries and its reply carry."""

from __future__ import annotations

REQUEST_ID = "zachetka.request_id"
"""The environment's key for the request's id."""
