"""Somebody who was handed a launch link, and what the store has of them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from tests.support.served import Served

ACTIVITY = "https://learning.centre.example/course/fire-safety"
VERBS = "http://adlnet.gov/expapi/verbs/"
HR = "https://hr.centre.example"


class Learner:
    """A learner of that personnel number; `login` is a key that may read everything."""

    def __init__(self, store: Served, login: tuple[str, str], module: str, number: str) -> None:
        self.number = number
        self.actor = {"name": "Анна Ёлкина", "account": {"homePage": HR, "name": number}}
        self._store = store
        self._login = login
        words = ("--activity", ACTIVITY, "--actor", json.dumps(self.actor, ensure_ascii=False))
        self.link = store.lrs("key", "launch", module, *words).strip()
        self.registration = parse_qs(urlsplit(self.link).query)["registration"][0]

    def ask(self, path: str, **parameters: str) -> Any:
        """What the store answers to whoever runs it."""
        token = b64encode(":".join(self._login).encode()).decode()
        headers = {"Authorization": f"Basic {token}", "X-Experience-API-Version": "2.0.0"}
        url = f"http://127.0.0.1:{self._store.port}/{path}?{urlencode(parameters)}"
        with urlopen(Request(url, headers=headers)) as answer:
            return json.load(answer)

    def statements(self) -> list[Any]:
        """All of the attempt, oldest first."""
        found = self.ask("xapi/statements", registration=self.registration, ascending="true")
        return list(found["statements"])

    def verbs(self) -> list[str]:
        return [s["verb"]["id"].removeprefix(VERBS) for s in self.statements()]

    def state(self) -> Any:
        place = {"activityId": ACTIVITY, "agent": json.dumps(self.actor)}
        return self.ask(
            "xapi/activities/state", **place, registration=self.registration, stateId="progress"
        )

    def line(self) -> Any:
        """Of the transcript."""
        key = quote(f"account|{HR}|{self.number}", safe="")
        return self.ask(f"api/v1/transcripts/{key}")["lines"][0]
