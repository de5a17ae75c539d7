"""Everything that can happen in training happens in the history."""

from __future__ import annotations

from datetime import timedelta

from lrs.demo.vocabulary import LATENESS, VALID_UNTIL, VISIT_CATEGORY
from lrs.domain.time import milliseconds
from lrs.domain.training.vocabulary import PROGRESS, REASON
from lrs.domain.xapi.agent import JsonObject
from tests.system.demo.reading import History, result, type_of, verb_of, when

HOUR = 3_600_000


def extension(statement: JsonObject, iri: str) -> object:
    return (result(statement, "extensions") or {}).get(iri)


def test_every_session_is_a_meeting_of_a_typed_course(history: History) -> None:
    for verb in ("schedule", "attended", "join", "leave", "unregistered"):
        for statement in history.said(verb):
            assert type_of(statement["object"]) == "meeting"
            around = statement["context"]["contextActivities"]
            assert "category" in around or type_of(around["parent"][0]) == "course"


def test_sessions_are_led_by_an_instructor_in_a_place(history: History) -> None:
    for statement in history.said("attended"):
        assert statement["context"]["instructor"]["objectType"] == "Agent"
        assert type_of(statement["context"]["contextActivities"]["other"][0]) == "place"


def test_those_who_withdraw_were_booked_and_did_not_come(history: History) -> None:
    booked = {_seat(s): when(s) for s in history.said("registered")}
    came = {_seat(s) for s in history.said("attended")}
    for statement in history.said("unregistered"):
        assert booked[_seat(statement)] < when(statement)
        assert _seat(statement) not in came


def test_classes_last_four_to_seven_hours(history: History) -> None:
    hours = {s["object"]["id"]: _hours(s) for s in history.said("attended") if _is_full(s)}
    assert {h for where, h in hours.items() if "/session/" in where} == {4, 5, 6, 7}


def test_who_comes_late_was_there_for_less(history: History, stories: dict[str, str]) -> None:
    late = [s for s in history.said("attended") if extension(s, LATENESS)]
    assert len(late) > 40
    assert all(_hours(s) != int(_hours(s)) for s in late if result(s, "duration"))
    assert any(extension(s, LATENESS) for s in history.of(stories["late-arrival"], "attended"))


def test_who_is_absent_has_a_reason(history: History) -> None:
    absent = [s for s in history.said("attended") if result(s, "completion") is False]
    assert 50 < len(absent) < 200
    assert all(extension(s, REASON) for s in absent)


def test_badges_tell_the_hours_where_no_duration_does(history: History) -> None:
    """Per attempt as many joins as leaves, in turn."""
    doors: dict[str, list[JsonObject]] = {}
    for statement in history.said("join") + history.said("leave"):
        doors.setdefault(_attempt(statement), []).append(statement)
    assert len(doors) > 200
    for passages in doors.values():
        verbs = [verb_of(s) for s in sorted(passages, key=when)]
        assert verbs in (["join", "leave"], ["join", "leave"] * 2)


def test_paper_sheets_are_typed_in_two_days_after(history: History) -> None:
    late = 0
    for statement in history.said("attended"):
        before = history.posted[max(0, history.place[statement["id"]] - 20)]
        late += when(before) - when(statement) > timedelta(days=1)
    assert 100 < late < 600


def test_offline_study_arrives_later_in_utc(history: History, stories: dict[str, str]) -> None:
    synced = [s for s in history.posted if s["timestamp"].endswith("Z")]
    assert 300 < len(synced) < 2_500
    assert any(s["timestamp"].endswith("Z") for s in history.of(stories["offline-study"]))


def test_tests_are_scored_and_most_are_passed(history: History) -> None:
    passed, failed = history.said("passed"), history.said("failed")
    assert 0.8 < len(passed) / len(passed + failed) < 0.95
    for statement in passed + failed:
        score = result(statement, "score")
        assert score["min"] <= score["raw"] <= score["max"]
        assert score["scaled"] == round(score["raw"] / score["max"], 4)
        assert result(statement, "success") is (verb_of(statement) == "passed")
        assert result(statement, "success") is (score["scaled"] >= 0.7)


def test_a_resit_is_a_new_attempt_and_ends_better(
    history: History, stories: dict[str, str]
) -> None:
    sat = history.of(stories["resit"], "passed", "failed")
    failed = next(s for s in sat if verb_of(s) == "failed")
    again = [s for s in sat if s["object"]["id"] == failed["object"]["id"]]
    assert verb_of(again[-1]) == "passed"
    assert len({_attempt(s) for s in again}) == len(again) > 1


def test_modules_are_begun_worked_through_and_done(history: History) -> None:
    assert {extension(s, PROGRESS) for s in history.said("progressed")} >= {40, 80, 100}
    assert len(history.said("experienced")) > 2_000
    assert {s["result"]["success"] for s in history.said("answered")} == {True, False}
    assert len(history.said("initialized")) > len(history.said("completed", about="module"))
    assert {type_of(s["object"]) for s in history.said("abandoned")} == {"module", "course"}


def test_certificates_say_until_when_they_hold(history: History) -> None:
    for statement in history.said("earned"):
        assert type_of(statement["object"]) == "certificate"
        assert str(extension(statement, VALID_UNTIL)) > "2026-09"


def test_ratings_run_from_one_to_five_and_are_mostly_good(history: History) -> None:
    points = [result(s, "score")["raw"] for s in history.said("rated")]
    assert set(points) == {1, 2, 3, 4, 5}
    assert 3.8 < sum(points) / len(points) < 4.6
    assert any(result(s, "response") for s in history.said("rated"))


def test_waivers_have_a_reason_and_blended_courses_are_satisfied(history: History) -> None:
    assert len(history.said("waived")) >= 8
    assert all(extension(s, REASON) for s in history.said("waived"))
    assert len(history.said("satisfied")) > 200


def test_one_sheet_is_signed_by_a_group(history: History, stories: dict[str, str]) -> None:
    signed = [s for s in history.posted if s["actor"]["objectType"] == "Group"]
    assert [s["object"]["id"] for s in signed] == [stories["group-sign-in"]]
    assert 6 <= len(signed[0]["actor"]["member"]) <= 17
    assert all("account" in m or "mbox" in m for m in signed[0]["actor"]["member"])


def test_trainers_visit_every_office(history: History, stories: dict[str, str]) -> None:
    visits = [
        s for s in history.said("attended") if "category" in s["context"]["contextActivities"]
    ]
    assert {s["context"]["contextActivities"]["category"][0]["id"] for s in visits} == {
        VISIT_CATEGORY
    }
    assert len({s["context"]["contextActivities"]["other"][0]["id"] for s in visits}) == 12
    assert stories["visit"] in {s["object"]["id"] for s in history.said("schedule")}


def test_mistakes_are_voided_after_they_were_posted(history: History) -> None:
    voided = history.said("voided")
    assert len(voided) >= 5
    for statement in voided:
        assert statement["object"]["objectType"] == "StatementRef"
        assert history.place[statement["object"]["id"]] < history.place[statement["id"]]


def test_the_wrong_namesake_is_taken_out_and_the_right_one_entered(
    history: History, stories: dict[str, str]
) -> None:
    targets = {s["object"]["id"] for s in history.said("voided")}
    wrong = next(
        s for s in history.of(stories["voided-attendance"], "attended") if s["id"] in targets
    )
    right = history.of(stories["attendance-entered-again"], "attended")
    again = next(s for s in right if s["object"]["id"] == wrong["object"]["id"])
    assert again["id"] not in targets
    assert wrong["actor"]["name"] == again["actor"]["name"]


def test_the_wrong_score_is_replaced_by_the_right_one(
    history: History, stories: dict[str, str]
) -> None:
    targets = {s["object"]["id"] for s in history.said("voided")}
    failed = next(s for s in history.of(stories["voided-score"], "failed") if s["id"] in targets)
    same = history.of(stories["voided-score"], "passed")
    again = next(s for s in same if _attempt(s) == _attempt(failed))
    assert (result(failed, "score")["raw"], result(again, "score")["raw"]) == (23, 33)
    assert again["timestamp"] == failed["timestamp"]


def _attempt(statement: JsonObject) -> str:
    return str(statement.get("context", {}).get("registration", ""))


def _seat(statement: JsonObject) -> tuple[str, str]:
    return _attempt(statement), statement["object"]["id"]


def _hours(statement: JsonObject) -> float:
    return (milliseconds(str(result(statement, "duration"))) or 0) / HOUR


def _is_full(statement: JsonObject) -> bool:
    """Present from beginning to end, with the hours said."""
    return bool(result(statement, "duration")) and _hours(statement) in (4, 5, 6, 7)
