"""Offices, the services they give, and trainers' visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from lrs.domain.certification.verdict import STATUSES
from lrs.domain.training.course_statistics import Rate
from lrs.service.reports import CompletedBy, CurrentEntries
from lrs.service.reports.offices import MonthFigures, OfficeFigures, Readiness, StatusCounts
from lrs.service.reports.services import CityService
from lrs.service.reports.snapshot import PlaceNames
from lrs.service.reports.visits import Totals, Visits, VisitTotal
from schemas.links import link
from schemas.reports.certificates import programme_view
from schemas.reports.courses import course_view
from schemas.reports.fields import in_language, rate_view
from schemas.reports.figures import lines_view
from schemas.reports.people import agent_view, coded_view, thing_view, trainee_view


def office_view(office: OfficeFigures, languages: Sequence[str]) -> dict[str, Any]:
    """An office, how many people's records name it, and what they have learned."""
    return {
        **thing_view(office.code, office.thing, languages),
        "address": office.thing.entry.get("address"),
        "withdrawn": not office.thing.stands,
        "people": office.people,
        "training": lines_view(office.training),
        "report": link(f"/api/v1/offices/{quote(office.code)}"),
    }


def month_view(month: MonthFigures) -> dict[str, Any]:
    """A month's training figures beside what visitors pressed in it."""
    ratings = None
    if month.likes is not None and month.dislikes is not None:
        ratings = {
            "likes": month.likes,
            "dislikes": month.dislikes,
            "liked": rate_view(Rate(month.likes, month.likes + month.dislikes)),
        }
    training = None if month.training is None else lines_view(month.training)
    return {"month": month.month, "training": training, "ratings": ratings}


def readiness_view(readiness: Readiness, languages: Sequence[str]) -> dict[str, Any]:
    """How many people may serve visitors on a day, and how they stand in each programme."""
    counted = readiness.may_serve
    return {
        "on": readiness.on,
        "employed": readiness.employed,
        "may_serve": {
            "yes": counted.get(True, 0),
            "no": counted.get(False, 0),
            "not_known": counted.get(None, 0),
        },
        "programmes": [_count(count, languages) for count in readiness.programmes],
    }


def _count(count: StatusCounts, languages: Sequence[str]) -> dict[str, Any]:
    return {
        "programme": programme_view(count.programme, languages),
        "by_status": {status: count.by_status.get(status, 0) for status in STATUSES},
        "may_serve": None if count.may_serve is None else rate_view(count.may_serve),
    }


def visits_view(visits: Visits, called: PlaceNames, languages: Sequence[str]) -> dict[str, Any]:
    """Visits, and the totals over them and those of other pages."""
    return {
        "visits": [_visit(entry, visits, called, languages) for entry in visits.entries],
        "totals": _totals(visits.totals, visits.names, called.offices, languages),
    }


def _visit(
    entry: Mapping[str, Any], visits: Visits, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    iri, topic = entry.get("course"), entry.get("topic", {})
    course = visits.courses.get(iri) if iri else None
    return {
        "code": entry["code"],
        "on": entry["on"],
        "office": coded_view(entry["office"], called.offices, languages),
        "trainer": agent_view(entry["trainer"], visits.names),
        "topic": in_language(topic, languages),
        "topics": topic,
        "course": course_view(course, languages) if course else {"id": iri} if iri else None,
        "hours": entry.get("hours"),
        "people": [agent_view(key, visits.names) for key in entry.get("people", ())],
        "note": entry.get("note"),
    }


def _totals(
    totals: Totals, names: Mapping[str, str], offices: CurrentEntries, languages: Sequence[str]
) -> dict[str, Any]:
    return {
        **_sum(totals.all),
        "by_trainer": [
            {"trainer": agent_view(key, names), **_sum(of)} for key, of in totals.by_trainer.items()
        ],
        "by_office": [
            {"office": coded_view(code, offices, languages), **_sum(of)}
            for code, of in totals.by_office.items()
        ],
    }


def _sum(of: VisitTotal) -> dict[str, Any]:
    return {"visits": of.visits, "hours": round(of.hours, 2)}


def service_view(service: CityService, languages: Sequence[str]) -> dict[str, Any]:
    """A service and the courses that teach it."""
    return {
        **thing_view(service.code, service.thing, languages),
        "withdrawn": not service.thing.stands,
        "courses": [course_view(course, languages) for course in service.courses],
        "report": link(f"/api/v1/services/{quote(service.code)}"),
    }


def master_view(
    master: CompletedBy, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    """Who has mastered a service, and by which courses, named by number."""
    return {
        "trainee": trainee_view(master.trainee, called, languages),
        "mastered": [
            {
                "course": course,
                "status": line.status,
                "reached": str(line.reached),
                "valid_until": line.valid_until,
            }
            for course, line in sorted(master.lines.items())
        ],
    }
