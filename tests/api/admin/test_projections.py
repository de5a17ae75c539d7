"""/api/v1/projections: who may look and command, what is shown, and what is refused."""

from __future__ import annotations

import pytest

from api.app import create_app
from lrs.domain.aggregates.credential import Scope
from lrs.projections import catalogue
from lrs.projections.training.projection import TrainingFold, TrainingProjection
from lrs.projector import divergence
from lrs.projector.divergence import Divergence
from lrs.service import Lrs
from tests.api.caller import Answer, Caller, fresh, said
from tests.api.opening import Calling, opened
from tests.conftest import Place
from tests.support.processes import wait_until

ROOM = "/api/v1/projections"
TRAINING = f"{ROOM}/training"
GETS = (ROOM, TRAINING, f"{TRAINING}/quarantine")
COMMANDS = ("pause", "resume", "rebuild", "cancel", "retry")
POSTS = (f"{ROOM}/acknowledge", *(f"{TRAINING}/{command}" for command in COMMANDS))
NAMES = ["statements", "training", "documents", "catalogue"]
COMPLETED = {"id": "http://adlnet.gov/expapi/verbs/completed"}


@pytest.fixture
def poison(own_lrs: Lrs, monkeypatch: pytest.MonkeyPatch) -> str:
    """A verb that the training projection cannot fold, until the patch is undone."""
    verb, outcomes = f"https://example.org/verbs/{fresh()}", TrainingFold._outcomes

    def refuse(self: TrainingFold, recorded: object) -> object:
        if recorded.statement["verb"]["id"] == verb:  # type: ignore[attr-defined]
            raise ValueError("no such outcome")
        return outcomes(self, recorded)  # type: ignore[arg-type]

    monkeypatch.setattr(TrainingFold, "_outcomes", refuse)
    return verb


def post(caller: Caller, path: str, **parameters: str) -> Answer:
    return caller.send("POST", path, query_string=parameters or None)


@pytest.mark.rules
@pytest.mark.parametrize("path", GETS)
def test_who_may_read_reports_may_look(calling: Calling, path: str) -> None:
    """With `all` and `all/read`; nobody else."""
    for scope in Scope:
        expected = 200 if scope in (Scope.ALL, Scope.ALL_READ) else 403
        assert calling(scope).get(path).status_code == expected, scope


@pytest.mark.rules
@pytest.mark.parametrize("path", POSTS)
def test_who_may_do_all_may_command(own_lrs: Lrs, own: Caller, path: str) -> None:
    """Nobody else, and what was refused has changed nothing."""
    before = own.get(TRAINING).json
    for scope in set(Scope) - {Scope.ALL}:
        key = own_lrs.credentials.create("other", [scope])
        refused = post(Caller(own.http, key), path)
        assert (refused.status_code, refused.json["code"]) == (403, "scope-too-narrow")
    assert post(Caller(own.http, None), path).status_code == 401
    assert own.get(TRAINING).json | {"lag": before["lag"]} == before
    assert post(own, path).status_code in (200, 202, 409)


def test_every_projection_is_shown(own: Caller) -> None:
    """In the order in which the program has them, each as by itself."""
    own.store(said(), said())
    shown = own.get(ROOM).json["projections"]
    assert [entry["name"] for entry in shown] == [
        "statements",
        "training",
        "documents",
        "catalogue",
    ]
    entry = own.get(TRAINING).json
    assert entry.pop("lag")["events"] == own.get("/health").json["events"]
    assert entry == {
        "name": "training",
        "version": TrainingProjection().VERSION,
        "state": "running",
        "answers": True,
        "paused": False,
        "position": 0,
        "rate": 0.0,
        "error": None,
        "quarantined": 0,
        "rebuild": None,
    }


def test_a_paused_projection_answers_with_what_it_holds(own: Caller) -> None:
    """And says as of when that is; resumed, it is fresh again."""
    own.store(said(verb=COMPLETED))
    before = own.get("/api/v1/courses").json
    assert post(own, f"{TRAINING}/pause").json["state"] == "paused"
    own.store(said(verb=COMPLETED, object={"id": f"https://example.org/courses/{fresh()}"}))
    assert own.get("/api/v1/courses").json == before
    assert own.get(TRAINING).json["lag"]["events"] == 1
    assert post(own, f"{TRAINING}/resume").json["paused"] is False
    after = own.get("/api/v1/courses").json
    assert len(after["courses"]) == len(before["courses"]) + 1
    assert after["as_of"]["position"] == before["as_of"]["position"] + 1


@pytest.mark.usefixtures("hurried")
def test_a_rebuild_outlives_its_request(own_lrs: Lrs, own: Caller) -> None:
    """It is accepted, shown by GET, refused a second time, and over in a while."""
    own.store(said())
    own_lrs.projector.runner.catch_up()
    accepted = post(own, f"{TRAINING}/rebuild")
    assert (accepted.status_code, accepted.json["state"]) == (202, "rebuilding")
    assert accepted.json["rebuild"] == {
        "version": TrainingProjection().VERSION,
        "begun": False,
        "progress": 0.0,
        "position": 0,
        "rate": 0.0,
        "seconds_left": None,
    }
    again = post(own, f"{TRAINING}/rebuild")
    assert (again.status_code, again.json["code"]) == (409, "rebuild-under-way")
    own_lrs.start()
    wait_until(lambda: own.get(TRAINING).json["state"] == "running")
    assert own.get(TRAINING).json["rebuild"] is None


def test_a_rebuild_is_cancelled(own: Caller) -> None:
    """Before it has begun, too; without one there is nothing to cancel."""
    post(own, f"{TRAINING}/rebuild")
    cancelled = post(own, f"{TRAINING}/cancel")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "running")
    nothing = post(own, f"{TRAINING}/cancel")
    assert (nothing.status_code, nothing.json["code"]) == (409, "no-rebuild")


@pytest.mark.usefixtures("hurried")
def test_what_is_set_aside_is_listed_and_tried_again(
    own_lrs: Lrs, own: Caller, poison: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its statement's id; once it can be folded, the projection is made anew."""
    (id,) = own.store(said(verb={"id": poison}))
    own_lrs.projector.runner.catch_up()
    (aside,) = own.get(f"{TRAINING}/quarantine").json["quarantine"]
    assert (aside["statement"], aside["reason"]) == (id, "ValueError: no such outcome")
    entry = own.get(TRAINING).json
    assert (entry["quarantined"], entry["error"]["detail"]) == (1, aside["reason"])
    assert own.get("/health").json["status"] == "attention"
    position = str(aside["position"])
    tried = post(own, f"{TRAINING}/retry", position=position)
    assert tried.status_code == 200
    assert tried.json["tried"][0]["folds"] is False
    monkeypatch.undo()
    tried = post(own, f"{TRAINING}/retry", position=position)
    assert (tried.status_code, tried.json["projection"]["state"]) == (202, "rebuilding")
    assert tried.json["tried"] == [
        {"position": int(position), "statement": id, "folds": True, "reason": None}
    ]
    own_lrs.start()
    wait_until(lambda: own.get(TRAINING).json["quarantined"] == 0)
    assert own.get("/health").json["status"] == "ok"


@pytest.mark.rules
@pytest.mark.parametrize("path", [*GETS[1:], *POSTS[1:]])
def test_an_unknown_projection_is_404_with_those_there_are(client: Caller, path: str) -> None:
    """As problem+json."""
    method = "GET" if path in GETS else "POST"
    answer = client.send(method, path.replace("training", "nonsense"))
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["code"] == "projection-not-found"
    assert ", ".join(NAMES) in answer.json["detail"]


@pytest.mark.rules
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{TRAINING}/retry?position=0", 400, "invalid-parameter"),
        (f"{TRAINING}/retry?position=x", 400, "invalid-parameter"),
        (f"{TRAINING}/retry?position=9223372036854775808", 400, "invalid-parameter"),
        (f"{TRAINING}/retry?position=99999", 404, "not-in-quarantine"),
        (f"{TRAINING}/pause?position=1", 400, "unknown-parameter"),
        (f"{TRAINING}/nonsense", 404, "no-such-resource"),
        (ROOM, 405, "method-not-allowed"),
        (TRAINING, 405, "method-not-allowed"),
    ],
)
def test_what_makes_no_sense_is_refused(client: Caller, path: str, status: int, code: str) -> None:
    answer = client.send("POST", path)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_reads_of_a_read_model_that_is_being_made_are_503(
    place: Place, own_lrs: Lrs, own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Retry-After, and listed with the projections; other read models answer, and so do the
    servers of the older version.
    """
    own.store(said())
    own_lrs.projector.runner.catch_up()
    monkeypatch.setattr(TrainingProjection, "VERSION", TrainingProjection.VERSION + 1)
    with opened(place) as newer:
        caller = Caller(create_app(newer).test_client(), own.key)
        answer = caller.get("/api/v1/courses")
        assert (answer.status_code, answer.json["code"]) == (503, "view-being-made")
        assert int(answer.headers["Retry-After"]) > 2
        entry = caller.get(TRAINING).json
        assert (entry["state"], entry["answers"]) == ("rebuilding", False)
        assert caller.get().status_code == 200
        assert own.get("/api/v1/courses").status_code == 200
        post(caller, f"{TRAINING}/cancel")
        assert caller.get("/api/v1/courses").json["code"] == "view-outdated"


def test_state_documents_of_a_paused_list_are_those_it_holds(own: Caller) -> None:
    """Not a 503 that would last for as long as the pause; what is told by name is the log's own."""
    query = {
        "activityId": "https://example.org/1",
        "agent": '{"mbox": "mailto:anna@example.org"}',
    }
    path = "/xapi/activities/state"

    def put(name: str) -> None:
        request = {"query_string": {**query, "stateId": name}, "data": b"x"}
        assert own.send("PUT", path, **request).status_code == 204

    put("first")
    assert own.get(path, **query).json == ["first"]
    post(own, f"{ROOM}/documents/pause")
    put("second")
    assert own.get(path, **query).json == ["first"]
    assert own.get(path, **query, stateId="second").data == b"x"
    post(own, f"{ROOM}/documents/resume")
    assert own.get(path, **query).json == ["first", "second"]


def described(own: Caller, title: str) -> Answer:
    body = {"code": "O-1", "title": {"ru": title}}
    return own.send("POST", "/api/v1/catalogue/offices", json=body)


def linked(own: Caller, agent: str, person: str) -> Answer:
    keys = {
        name: f"mbox|mailto:{who}@b.org" for name, who in (("agent", agent), ("person", person))
    }
    return own.send("POST", "/api/v1/catalogue/links", json=keys)


def test_entries_are_described_by_their_streams_while_the_catalogue_is_paused(own: Caller) -> None:
    """What is new or changed is decided by the log, and not by what a read model holds."""
    assert described(own, "Север").json["new"] == 1
    post(own, f"{ROOM}/catalogue/pause")
    assert described(own, "Юг").json["changed"] == 1
    assert described(own, "Юг").json["same"] == 1
    post(own, f"{ROOM}/catalogue/resume")
    assert described(own, "Запад").json["changed"] == 1


def test_no_link_is_made_by_what_a_paused_catalogue_holds(own: Caller) -> None:
    """A circle is found only among all links: refused until the read model is resumed."""
    assert linked(own, "a", "b").status_code == 200
    post(own, f"{ROOM}/catalogue/pause")
    assert described(own, "Север").status_code == 200
    refused = linked(own, "b", "c")
    assert (refused.status_code, refused.json["code"]) == (503, "view-paused")
    post(own, f"{ROOM}/catalogue/resume")
    assert linked(own, "b", "c").json["new"] == 1


def test_an_entry_in_quarantine_can_be_described_again(
    own: Caller, own_lrs: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The read model lacks it; its stream does not."""

    def fails(*_: object) -> None:
        raise ValueError("this entry cannot be folded")

    assert described(own, "Север").status_code == 200
    own_lrs.projector.runner.catch_up(["catalogue"])
    with monkeypatch.context() as broken:
        broken.setattr(catalogue, "_row", fails)
        assert described(own, "Юг").json["changed"] == 1
        own_lrs.projector.runner.catch_up(["catalogue"])
    assert own.get(f"{ROOM}/catalogue").json["quarantined"] == 1
    assert described(own, "Запад").json["changed"] == 1
    (office,) = own.get("/api/v1/catalogue/offices").json["offices"]
    assert office["title"] == {"ru": "Запад"}


def test_a_loss_is_shown_until_it_is_acknowledged(own_lrs: Lrs, own: Caller) -> None:
    """In /health and in the list of projections, with the number of events that are missing."""
    assert own.get(ROOM).json["log"] == {"state": "ok", "divergences": []}
    log_id = own_lrs.ledger.log_id
    lost = Divergence(own_lrs.ledger.now(), log_id, log_id, 15, 10, ["training"])
    with own_lrs.databases[1].write.begin() as connection:
        divergence.note(connection, lost)
    for path in (ROOM, "/health"):
        shown = own.get(path).json["log"]
        assert shown["state"] == "lost-events"
        assert [d["missing"] for d in shown["divergences"]] == [5]
    assert own.get("/health").json["status"] == "attention"
    assert post(own, f"{ROOM}/acknowledge").json["log"]["state"] == "ok"
    assert own.get("/health").json["status"] == "ok"
