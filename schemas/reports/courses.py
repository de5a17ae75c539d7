"""Courses as every report names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrs.service.reports import Course
from schemas.reports.fields import title_view


def course_view(course: Course, languages: Sequence[str]) -> dict[str, Any]:
    """Which course, and what the catalogue says of it."""
    return {
        "number": course.id,
        "id": course.iri,
        **title_view(course.title, languages),
        "described": course.known,
        "kind": course.kind,
        "hours": course.hours,
        "attempt_rule": course.rule,
        "valid_months": course.months,
        "programmes": course.programmes,
        "services": course.services,
    }
