"""The id of a request, under which its log entries and its answer are found."""

from __future__ import annotations

REQUEST_ID = "zachetka.request_id"
"""Where a request's environment holds its id."""
