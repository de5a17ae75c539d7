"""The status of a transcript line: the first that holds (`lrs.domain.training.attempt` says which
attempt the rule picks).

    passed, completed    of the picked attempt
    waived               the whole course was waived
    failed               of the picked attempt
    attended             was present at a sitting (`lrs.domain.training.sittings`)
    withdrawn            no enrolment stands, and nothing was done after the last withdrawal
    in progress          an attempt was begun, or a part of the course waived
    enrolled             an enrolment stands, or an absence was noted, as of those expected
"""

from __future__ import annotations

from lrs.domain.training.attempt import Attempt, Status
from lrs.domain.training.line_state import LineState
from lrs.domain.training.reference import Reference

FINISHED = ("passed", "completed")


def status_of(
    state: LineState, last: Reference, chosen: Attempt | None, present: list[Reference]
) -> tuple[Status, Reference]:
    """The status, and what it rests on. `last` is the line's last activity, `present` are the
    sittings that somebody attended.
    """
    if chosen and chosen.status in FINISHED:
        return chosen.status, chosen.ground
    if state.waived:
        return "waived", state.waived
    if chosen and chosen.status == "failed":
        return chosen.status, chosen.ground
    if present:
        return "attended", max(present)
    enrolled, withdrawn = _enrolment(state)
    if enrolled is None and withdrawn and not _studied_after(state, withdrawn):
        return "withdrawn", withdrawn
    if chosen:
        return "in progress", chosen.ground
    if "waived" in state.counts:
        return "in progress", last
    return "enrolled", enrolled or last


def _enrolment(state: LineState) -> tuple[Reference | None, Reference | None]:
    """The latest enrolment that no withdrawal ended, and the latest withdrawal.

    Withdrawing from the course (its record is that of "") ends the enrolments into its sessions;
    withdrawing from a session ends that one only, so whoever moved to another stays enrolled.
    """
    course = state.sessions.get("")
    whole = course.withdrawn if course else None
    open_ = [
        session.enrolled
        for session in state.sessions.values()
        if session.enrolled and session.is_enrolled and (whole is None or session.enrolled > whole)
    ]
    withdrawn = [session.withdrawn for session in state.sessions.values() if session.withdrawn]
    return max(open_, default=None), max(withdrawn, default=None)


def _studied_after(state: LineState, reference: Reference) -> bool:
    return any(attempt.last > reference for attempt in state.attempts.values())
