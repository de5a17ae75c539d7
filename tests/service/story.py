"""A store to tell the product's story with: people say things of it in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import Credential, Scope
from lrs.domain.certification.verdict import Verdict
from lrs.domain.training.line import Line
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.version import Version
from lrs.service import Lrs
from lrs.service.catalogue import Change, Stated
from schemas import parse_statements
from tests.api.caller import voiding
from tests.api.reports.centre import ANNA, FIRE, SESSION, TALK, agent, happened, key

__all__ = ["ANNA", "FIRE", "SESSION", "TALK", "Story", "agent", "happened", "key", "voiding"]


@dataclass(frozen=True)
class Story:
    """The services of a store, asked as a module, a methodologist and a head of an office ask."""

    lrs: Lrs

    @property
    def operator(self) -> Credential:
        return self.lrs.credentials.operator("story")

    @property
    def position(self) -> int:
        """The last event of the log."""
        return self.lrs.ledger.reader.head()[0]

    def new_key(self, *scopes: Scope, **options: Any) -> Credential:
        """A new key, as it is after its secret was checked."""
        new = self.lrs.credentials.create(f"key {self.position}", scopes, **options)
        return self.lrs.credentials.check(new.name, new.secret)

    def post(self, *statements: JsonObject, by: Credential | None = None) -> list[UUID]:
        received, _ = parse_statements(orjson.dumps([*statements]))
        stored = self.lrs.statements.store(received, by or self.operator, Version.V1_0_3)
        return stored.ids

    def describe(self, kind: EntryKind, **entry: Any) -> Change:
        (step,) = self.lrs.catalogue.describe([Stated(kind, entry)], self.operator)
        return step.change

    def programme(self, **others: Any) -> Change:
        """Who serves visitors has passed FIRE, whoever they are."""
        rule = {"code": "windows", "title": {"ru": "Допуск"}, "courses": [FIRE], "everyone": True}
        return self.describe(EntryKind.PROGRAMME, **rule, before_visitors=True, **others)

    def hire(self, number: str = ANNA, since: str = "2026-01-01") -> None:
        self.describe(EntryKind.PERSON, agent=key(number), name="Филатова Анна", since=since)

    def lines(self, person: str = key(ANNA), known: int | None = None) -> dict[str, Line]:
        """Somebody's transcript by course."""
        found = self.lrs.transcripts.transcript(person, None, known).value.transcript
        return {entry.course.iri: entry.line for entry in found.entries}

    def line(self, course: str = FIRE, known: int | None = None) -> Line:
        return self.lines(known=known)[course]

    def verdict(self, on: str, known: int | None = None) -> Verdict | None:
        """Anna's in the programme on that day; None where there is nothing to say."""
        answer = self.lrs.certifications.of_trainee(key(ANNA), date.fromisoformat(on), known)
        return next((one.verdict for one in answer.value.certified.standings), None)

    def status(self, on: str, known: int | None = None) -> str | None:
        verdict = self.verdict(on, known)
        return None if verdict is None else verdict.status

    def may_serve(self, on: str) -> bool | None:
        answer = self.lrs.certifications.of_trainee(key(ANNA), date.fromisoformat(on))
        return answer.value.certified.clearance.may_serve
