"""Several clients at one document at once: whoever was told 204 was alone with what it saw."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from lrs.domain.events import DocumentStored
from lrs.service import Lrs
from tests.api.caller import Caller
from tests.api.opening import caller_of, opened
from tests.api.xapi.documents import JSON, KINDS, Doc, document, tag_of
from tests.conftest import Place
from tests.support.examples import drawn
from tests.support.processes import finish, running, wait_until

each_kind = pytest.mark.parametrize("kind", KINDS)
PROCESSES, ROUNDS, MERGES = 4, drawn(25), drawn(15)


def elsewhere(doc: Doc) -> Doc:
    """The same document, asked for by a client of its own."""
    http = doc.by.http.application.test_client()
    return doc.asked_by(replace(doc.by, http=http))


@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_of_two_who_saw_the_same_one_wins(client: Caller, kind: str, method: str) -> None:
    """1.0.3 part 3, 3.1: two threads change a document under one ETag: 204 and 412, each time."""
    doc = document(client, kind)
    for number in range(drawn(10)):
        content = f'{{"round":{number}}}'.encode()
        doc.put(content, JSON, **({"if_match": "*"} if doc.get().status_code == 200 else {}))
        together = Barrier(2)

        def change(who: str, together: Barrier = together, tag: str = tag_of(content)) -> int:
            mine, body = elsewhere(doc), b'{"winner":"%s"}' % who.encode()
            together.wait(10)
            sent = () if method == "DELETE" else (body, JSON)
            return mine.send(method, *sent, if_match=tag).status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = dict(zip("ab", pool.map(change, "ab"), strict=True))
        assert sorted(statuses.values()) == [204, 412]
        if method != "DELETE":
            (winner,) = (who for who, status in statuses.items() if status == 204)
            assert doc.get().json["winner"] == winner


@each_kind
def test_of_two_who_make_a_document_one_does(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 3.1.s4.b6: If-None-Match: * from two threads; the loser changes nothing."""
    for _ in range(drawn(10)):
        doc, together = document(client, kind), Barrier(2)

        def make(who: str, doc: Doc = doc, together: Barrier = together) -> int:
            mine = elsewhere(doc)
            together.wait(10)
            return mine.put(who.encode(), if_none_match="*").status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(make, "ab"))
        assert sorted(statuses) == [204, 412]
        assert doc.get().data == b"ab"[statuses.index(204) : statuses.index(204) + 1]


def gathered(folder: Path, name: str) -> None:
    """Wait until all the processes are there."""
    (folder / name).touch()
    wait_until(lambda: len(list(folder.iterdir())) >= PROCESSES, 30)


def contend(place: Place, folder: Path, name: str, kind: str, where: dict[str, str]) -> None:
    """In a process of its own: to win each round, from the content that ended the last one."""
    rounds_won = []
    with opened(place, write_timeout="30") as lrs:
        doc = Doc(caller_of(lrs), kind, where)
        gathered(folder, name)
        for number in range(ROUNDS):
            body = json.dumps({"round": number + 1}).encode()
            tag = tag_of(json.dumps({"round": number}).encode())
            status = doc.put(body, JSON, if_match=tag).status_code
            assert status in (204, 412)
            rounds_won += [number] if status == 204 else []
    (folder / name).write_text(json.dumps(rounds_won))


def history(lrs: Lrs) -> list[DocumentStored]:
    """Everything that was ever stored as a document, in log order."""
    return [
        event
        for event in lrs.ledger.events_of([DocumentStored])
        if isinstance(event, DocumentStored)
    ]


@each_kind
@pytest.mark.briefly("postgresql")
def test_in_many_processes_each_round_has_one_winner(
    place: Place, own_lrs: Lrs, tmp_path: Path, kind: str
) -> None:
    """1.0.3 part 3, 3.1: nothing but the log itself arbitrates, so it holds in any number of
    processes, and the log shows each round once.
    """
    doc = document(caller_of(own_lrs), kind)
    doc.holding(json.dumps({"round": 0}).encode(), JSON)
    folder = tmp_path / "won"
    folder.mkdir()
    names = [f"{n}" for n in range(PROCESSES)]
    with running(contend, [[place, folder, n, kind, dict(doc.where)] for n in names]) as processes:
        finish(processes, 60)
    won = [number for n in names for number in json.loads((folder / n).read_text())]
    assert sorted(won) == list(range(ROUNDS))
    assert [event.originator_version for event in history(own_lrs)] == list(range(1, ROUNDS + 2))
    assert doc.get().json == {"round": ROUNDS}


def merge(place: Place, folder: Path, name: str, kind: str, where: dict[str, str]) -> None:
    """In a process of its own: to add properties that nobody else adds."""
    with opened(place, write_timeout="30") as lrs:
        doc = Doc(caller_of(lrs), kind, where)
        gathered(folder, name)
        for number in range(MERGES):
            body = json.dumps({f"{name}.{number}": number}).encode()
            assert doc.post(body).status_code == 204


@each_kind
@pytest.mark.briefly("postgresql")
def test_merges_in_many_processes_lose_nothing(
    place: Place, own_lrs: Lrs, tmp_path: Path, kind: str
) -> None:
    """1.0.3 part 3, 2.2.s7: a merge is made with what is there when it is stored."""
    doc = document(caller_of(own_lrs), kind)
    names = [f"{n}" for n in range(PROCESSES)]
    folder = tmp_path / "there"
    folder.mkdir()
    with running(merge, [[place, folder, n, kind, dict(doc.where)] for n in names]) as processes:
        finish(processes, 60)
    assert doc.get().json == {f"{n}.{m}": m for n in names for m in range(MERGES)}
    assert len(history(own_lrs)) == PROCESSES * MERGES
