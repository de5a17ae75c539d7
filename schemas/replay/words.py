"""Explanations in words: an event, what it changed, and the verdict at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from lrs.domain.time import Moment
from lrs.domain.training.line import Line
from lrs.domain.training.score import StatedScore
from lrs.domain.xapi.agent import JsonObject
from lrs.service.replay import (
    Author,
    ClearanceChange,
    ExplainedStep,
    ExplainedVerdict,
    LaterChange,
    LineChange,
    MissingCourse,
    ReportChange,
    Touch,
    TouchKind,
    VerdictChange,
)
from lrs.service.reports import TranscriptEntry
from schemas.replay.wording import Wording
from schemas.reports.fields import in_language

_ENTRIES = {
    TouchKind.LINK: "linked",
    TouchKind.RECORD: "record",
    TouchKind.EXEMPTION: "exemption",
    TouchKind.REVOCATION: "revocation",
    TouchKind.COURSE: "course",
    TouchKind.PROGRAMME: "programme",
}
_LINE = ("score", "success", "hours", "attempts", "sessions_attended", "sessions_missed",
         "completed", "valid_until")  # fmt: skip
_SAME_STATUS = ("reached", *_LINE)
_VERDICT = ("valid_from", "valid_until", "due_by", "renewal_from", "version", "applies",
            "before_visitors")  # fmt: skip


class ExplanationWords:
    """ExplanationWords in one language; `titles` are what courses are called, by IRI."""

    def __init__(self, wording: Wording, titles: Mapping[str, Mapping[str, str]]) -> None:
        self._in = wording
        self._titles = titles

    def event(self, explained: ExplainedStep) -> str:
        """What happened, in a line."""
        step = explained.step
        text = self._event(step.touch, step.kinds, step.courses, explained.is_erased)
        is_personal = step.touch.kind not in (TouchKind.COURSE, TouchKind.PROGRAMME)
        if is_personal and not step.were_theirs:
            text += f"; {self._in.text('not-theirs')}"
        return text if step.changes else f"{text}; {self._in.text('no-change')}"

    def change(self, change: ReportChange) -> str:
        """What is not the same any more, in a line."""
        if isinstance(change, LineChange):
            return self.line(change)
        if isinstance(change, VerdictChange):
            return self._verdict_change(change)
        return self._clearance(change)

    def line(self, change: LineChange) -> str:
        """How a transcript line changed."""
        title = self.called(change.course.iri, change.course.title)
        before, after = change.before, change.after
        if after is None:
            return f"{title}: {self._in.text('no-line')}"
        parts = [self._status(before and before.status, after.status, self._in.statuses)]
        if before is None:
            parts.insert(0, self._in.text("new-line"))
        is_same = before is not None and before.status == after.status
        parts += self._members(before, after, _SAME_STATUS if is_same else _LINE)
        return f"{title}: {'; '.join(filter(None, parts))}"

    def standing(self, entry: TranscriptEntry) -> str:
        """A transcript line as it stands."""
        title = self.called(entry.course.iri, entry.course.title)
        parts = [self._status(None, entry.line.status, self._in.statuses)]
        return f"{title}: {'; '.join([*parts, *self._members(None, entry.line, _LINE)])}"

    def called(self, iri: str, title: Mapping[str, str] | None = None) -> str:
        """What a course is called."""
        return in_language(title or self._titles.get(iri, {}), [self._in.language]) or iri

    def verdict(self, explained: ExplainedVerdict) -> str:
        """A verdict with its days, in a line."""
        programme, verdict = explained.standing
        status = self._in.certificates.get(verdict.status, verdict.status)
        members = ("valid_from", "valid_until", "due_by")
        days = [
            f"{self._in.text(name)} {self._in.day(day)}"
            for name in members
            if (day := getattr(verdict, name)) is not None
            and not (name == "due_by" and day == verdict.valid_until)
        ]
        return f"{self._programme(programme.code, programme.title)}: {'; '.join([status, *days])}"

    def missing(self, explained: ExplainedVerdict) -> list[str]:
        """What is missing for the next certificate, a line each."""
        lack = explained.lack
        if lack is None:
            return []
        lines = [self._missing_course(one, explained.on) for one in explained.missing]
        if lack.milliseconds_missing:
            spent, wanted = round(lack.milliseconds / 3_600_000, 2), lack.rule.min_hours or 0
            number = self._in.number
            lines.append(self._in.text("hours-missing", spent=number(spent), wanted=number(wanted)))
        return [self._in.text("missing", what=line) for line in lines] + self._conditions(explained)

    def clearance(self, may_serve: bool | None, in_the_way: Sequence[str]) -> str:
        """Whether the person may serve visitors, in a line."""
        text = f"{self._in.text('may_serve')}: {self._in.truth(may_serve)}"
        missing = f"; {self._in.text('in_the_way')}: {', '.join(in_the_way)}"
        return text + (missing if in_the_way else "")

    def heading(self, day: date, position: int, instant: str) -> str:
        """Of which day the verdicts are, and as of which position, in a line."""
        return self._in.text("heading", day=self._in.day(day), position=position, instant=instant)

    def source(self, statement: str | None, by: Author | None) -> str:
        """Who said something, and in which statement."""
        who = self._in.text("nobody") if by is None else by.authority
        if by is not None and by.name and by.name != by.authority:
            who = f"{who} ({by.name})"
        if statement is None:
            return self._in.text("by", by=who)
        return self._in.text("source", statement=statement, by=who)

    def later(self, change: LaterChange) -> str:
        """What happened to an event later, in a line."""
        places = {"subject": change.subject, "before": change.before, "after": change.after}
        return self._in.text(f"later-{change.kind.value}", **places)

    def sentence(self, name: str, **places: object) -> str:
        """One of the sentences that stand alone."""
        return self._in.text(name, **places)

    def _conditions(self, explained: ExplainedVerdict) -> list[str]:
        lack = explained.lack
        assert lack is not None
        rule, found = lack.rule, []
        if explained.missing and rule.wanted < len(rule.courses):
            achieved = sum(one.achieved is not None for one in lack.courses)
            found.append(self._in.text("wanted", wanted=rule.wanted, achieved=achieved))
        if explained.missing and rule.min_score is not None:
            found.append(self._in.text("min_score", score=self._in.number(rule.min_score)))
        if lack.since is not None:
            found.append(self._in.text("counts-from", day=self._in.day(lack.since)))
        if rule.valid_until is not None:
            found.append(self._in.text("ends", day=self._in.day(rule.valid_until)))
        return found

    def _missing_course(self, missing: MissingCourse, on: date) -> str:
        if not missing.entries:
            name = self.called(missing.course.iri, missing.course.title)
            return self._in.text("nothing-done", course=name)
        return ", ".join(
            self._not_enough(one.course.iri, one.course.title, one.line, on)
            for one in missing.entries
        )

    def _not_enough(self, iri: str, title: Mapping[str, str], line: Line, on: date) -> str:
        status = self._in.statuses.get(line.status, line.status)
        day = self._in.day(line.reached.day)
        text = self._in.text("not-enough", course=self.called(iri, title), status=status, day=day)
        score = self._value(line.score)
        if score:
            text = self._in.text("with-score", text=text, score=score)
        return self._in.text("too-late", text=text) if line.reached.day > on else text

    def _event(
        self, touch: Touch, kinds: Sequence[str], courses: Iterable[str], is_erased: bool
    ) -> str:
        if touch.kind in (TouchKind.STATEMENT, TouchKind.VOIDING):
            if not kinds:
                return self._in.text("erased")
            what = [self._in.outcomes.get(kind, kind.replace("_", " ")) for kind in kinds]
            text = ", ".join([*what, *map(self.called, courses)])
            name = "voiding" if touch.kind is TouchKind.VOIDING else "statement"
            return self._in.text(name, what=text, target=", ".join(map(str, touch.targets)))
        name = _ENTRIES[touch.kind]
        if touch.is_withdrawal:
            name = "unlinked" if name == "linked" else f"{name}-withdrawn"
        return self._in.text(name, version=touch.version, **self._places(touch))

    def _places(self, touch: Touch) -> dict[str, str]:
        entry: JsonObject = touch.about or {}
        title = entry.get("title", {})
        name = in_language(title, [self._in.language]) or entry.get("id") or entry.get("code", "")
        if touch.kind is TouchKind.RECORD:
            name = ", ".join(str(value) for value in entry.values())
        elif touch.kind is TouchKind.PROGRAMME:
            name = self._programme(entry["code"], title)
        return {
            "what": name,
            "agent": entry.get("agent", ""),
            "person": entry.get("person", ""),
            "programme": entry.get("programme", ""),
            "on": self._in.day(date.fromisoformat(entry["on"])) if "on" in entry else "",
            "span": self._span(entry),
        }

    def _span(self, entry: JsonObject) -> str:
        return "".join(
            self._in.text(name, day=self._in.day(date.fromisoformat(entry[name])))
            for name in ("since", "until")
            if name in entry
        )

    def _programme(self, code: str, title: Mapping[str, str]) -> str:
        name = in_language(title, [self._in.language])
        return f"{name} ({code})" if name else code

    def _verdict_change(self, change: VerdictChange) -> str:
        name = self._programme(change.programme.code, change.programme.title)
        before, after = change.before, change.after
        if after is None:
            return f"{name}: {self._in.text('no-verdict')}"
        statuses = self._in.certificates
        parts = [self._status(before and before.status, after.status, statuses)]
        names: tuple[str, ...] = _VERDICT if before else _VERDICT[:4]
        if after.due_by == after.valid_until:
            names = tuple(name for name in names if name != "due_by")
        parts += self._members(before, after, names)
        if not any(parts):
            parts = [self._in.text("evidence")]
        return f"{name}: {'; '.join(filter(None, parts))}"

    def _clearance(self, change: ClearanceChange) -> str:
        before, after = change.before, change.after
        served = self._status(
            self._in.truth(before.may_serve), self._in.truth(after.may_serve), {}
        ) or self._in.truth(after.may_serve)
        text = f"{self._in.text('may_serve')}: {served}"
        missing = f"; {self._in.text('in_the_way')}: {', '.join(after.in_the_way)}"
        return text + (missing if after.in_the_way else "")

    def _status(self, before: str | None, after: str, words: Mapping[str, str]) -> str:
        """From one to the other; empty where both are the same."""
        if before == after:
            return ""
        new = words.get(after, after)
        return new if before is None else f"{words.get(before, before)} → {new}"

    def _members(self, before: object, after: object, names: Iterable[str]) -> list[str]:
        """The members that are not the same, or that there are where there was nothing before."""
        found = []
        for name in names:
            old = getattr(before, name, None)
            new = getattr(after, name)
            if old != new and not (before is None and not new):
                found.append(self._member(name, self._value(old, name), self._value(new, name)))
        return [text for text in found if text]

    def _member(self, name: str, was: str, now: str) -> str:
        """How a member changed; empty where neither can be shown."""
        label = self._in.text(name)
        if was == now:
            return self._in.text("too-small", what=label) if now else ""
        return f"{label} {was} → {now or self._in.text('nothing')}" if was else f"{label} {now}"

    def _value(self, value: object, name: str = "") -> str:
        """A member of a line or verdict; empty for none."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self._in.truth(value)
        if isinstance(value, StatedScore):
            best = value.raw if value.scaled is None else value.scaled
            return "" if best is None else self._in.number(best)
        if isinstance(value, Moment):
            return f"{self._in.day(value.day)} {str(value)[11:19]}"
        if isinstance(value, date):
            return self._in.day(value)
        if isinstance(value, int | float):
            return self._in.number(round(value / 3_600, 2) if name == "hours" else value)
        return str(value)
