"""The status of a transcript line: the first row that applies.

    passed, completed    the picked attempt has this status
    waived               the whole course was waived
    failed               the picked attempt has this status
    attended             the trainee was present at a sitting
    withdrawn            there is a withdrawal, no enrolment is left, and no attempt went on after
                         the last withdrawal
    in progress          there is an attempt, or a part of the course was waived
    enrolled             otherwise: there is an enrolment, or only an absence, which implies one

`lrs.domain.training.attempt` picks the attempt, `lrs.domain.training.sittings` decides on presence.
"""

from __future__ import annotations

from lrs.domain.training.attempt import Attempt, Status
from lrs.domain.training.line_state import LineState
from lrs.domain.training.reference import Reference

FINISHED = ("passed", "completed")


def status_of(
    state: LineState, last: Reference, chosen: Attempt | None, present: list[Reference]
) -> tuple[Status, Reference]:
    """The status, and the statement that it rests on. `last` is the line's last activity, `present`
    are the statements that show the trainee present at a sitting.
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

    A withdrawal from the course (the session with the key "") ends the enrolments in all sessions.
    A withdrawal from a session ends the enrolment in that session only, so a trainee who moved to
    another session stays enrolled.
    """
    course = state.sessions.get("")
    course_withdrawal = course.withdrawn if course else None
    enrolled = [
        session.enrolled
        for session in state.sessions.values()
        if session.enrolled
        and session.is_enrolled
        and (course_withdrawal is None or session.enrolled > course_withdrawal)
    ]
    withdrawn = [session.withdrawn for session in state.sessions.values() if session.withdrawn]
    return max(enrolled, default=None), max(withdrawn, default=None)


def _studied_after(state: LineState, reference: Reference) -> bool:
    return any(attempt.last > reference for attempt in state.attempts.values())
