"""An installation's own words for training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lrs import bootstrap
from lrs.domain.errors import Misconfigured
from lrs.domain.training.vocabulary import STANDARD
from lrs.domain.xapi.version import Version
from lrs.settings import Settings
from lrs.vocabulary_file import vocabulary
from schemas import parse_statements

ADL = "http://adlnet.gov/expapi/activities/"
LMS = "http://id.tincanapi.com/activitytype/lms"
FINISHED = "https://portal.example/verbs/finished"
WORDS = f'''
[verbs]
"{FINISHED}" = "completed"
"http://adlnet.gov/expapi/verbs/scored" = ""
[types]
"https://portal.example/types/webinar" = "meeting"
'''
STATEMENT = (
    f'{{"actor": {{"mbox": "mailto:a@centre.example"}}, "verb": {{"id": "{FINISHED}"}},'
    ' "object": {"id": "https://portal.example/course"}}'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "words.toml"
    path.write_text(WORDS, "utf-8")
    return path


def test_words_are_added_changed_and_taken_away(file: Path) -> None:
    words = vocabulary(str(file))
    assert words.verbs[FINISHED] == "completed"
    assert "http://adlnet.gov/expapi/verbs/scored" not in words.verbs
    assert words.kinds["https://portal.example/types/webinar"] == "meeting"
    assert vocabulary("") is STANDARD


def test_a_verb_may_mean_something_else_of_each_type(file: Path) -> None:
    """By kind, by type, without a type and of all others; the published meanings stay."""
    leave, join = "http://activitystrea.ms/leave", "http://activitystrea.ms/join"
    file.write_text(
        f'''[verbs."{FINISHED}"]
course = "completed"
"https://portal.example/types/exam" = "passed"
untyped = "started"
other = "progressed"
[verbs."{leave}"]
module = ""
[verbs]
"{join}" = "came_in"
''',
        "utf-8",
    )
    words = vocabulary(str(file))
    of = {"course": ADL + "course", "lesson": ADL + "lesson", "module": ADL + "module"}
    assert words.meaning(FINISHED, of["course"]) == "completed"
    assert words.meaning(FINISHED, "https://portal.example/types/exam") == "passed"
    assert words.meaning(FINISHED, None) == "started"
    assert words.meaning(FINISHED, of["lesson"]) == "progressed"
    assert words.meaning(FINISHED, LMS) == ""
    assert [words.meaning(leave, of[kind]) for kind in of] == ["withdrawn", "went_out", ""]
    assert words.meaning(join, of["course"]) == "came_in", "one word is said of every type"
    assert words.number not in (0, replace(words, by_type={}).number)


@pytest.mark.usefixtures("hurried")
def test_other_words_fold_what_is_there_anew(settings: Settings, file: Path) -> None:
    """The read model is that of another version then, and is made anew beside it."""
    bootstrap.migrate(settings)
    for given, lines in ((settings, 0), (replace(settings, vocabulary=str(file)), 1)):
        lrs = bootstrap.build(given)
        received, _ = parse_statements(STATEMENT.encode())
        if not lines:
            lrs.statements.store(received, lrs.credentials.operator("me"), Version.V1_0_3)
            lrs.projector.runner.catch_up()
        else:
            lrs.projector.rebuild(["training"])
        assert len(lrs.transcripts.trainees("", 0, 10).value) == lines
        lrs.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[verbs", "TOML"),
        ("[nouns]", "nouns"),
        (f'verbs = "{FINISHED}"', "verbs"),
        (f'[verbs]\n"{FINISHED}" = "done"', FINISHED),
        ('[types]\n"https://x.example" = "webinar"', "x.example"),
        (f'[verbs."{FINISHED}"]\nwebinar = "passed"', "webinar"),
        (f'[verbs."{FINISHED}"]\ncourse = "done"', "course must mean"),
        (f'[verbs]\n"{FINISHED}" = 1', FINISHED),
    ],
)
def test_a_file_at_fault_is_refused_by_name(file: Path, text: str, message: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(Misconfigured, match=message):
        vocabulary(str(file))
    with pytest.raises(Misconfigured, match="missing"):
        vocabulary(str(file.with_name("missing.toml")))
