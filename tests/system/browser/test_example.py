"""examples/module.html in a real browser, from another origin than the store's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.browser import Pages, pages
from tests.support.served import Served, served
from tests.system.browser.learner import ACTIVITY, Learner

EXAMPLES = Path(__file__).parents[3] / "examples"
RIGHT = [["Сообщить по телефону"], ["По лестнице", "Пригнувшись"], ["На основание"], ["Углекислот"]]
WRONG = [["Открыть окна"], ["По лестнице"], ["На верхушки"], ["Водой"]]

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def site() -> Iterator[Pages]:
    with pages(EXAMPLES) as site:
        yield site


@pytest.fixture(scope="module")
def store(site: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A store that lets the example's pages in."""
    with served(tmp_path_factory.mktemp("store"), cors_origins=site.origin) as store:
        yield store


@pytest.fixture(scope="module")
def login(store: Served) -> tuple[str, str]:
    return store.key("all")


@pytest.fixture
def learner(
    store: Served, login: tuple[str, str], site: Pages, request: pytest.FixtureRequest
) -> Learner:
    return Learner(store, login, f"{site.origin}/module.html", request.node.name)


@pytest.fixture
def errors() -> list[str]:
    """What a page has written to its console, and what has failed in it."""
    return []


@pytest.fixture
def page(browser: Browser, errors: list[str]) -> Iterator[Page]:
    """A Russian's page; at its end nothing must have gone wrong unseen."""
    page = opened(browser, errors)
    yield page
    page.close()
    assert errors == []


def opened(browser: Browser, errors: list[str]) -> Page:
    page = browser.new_page(locale="ru-RU", viewport={"width": 900, "height": 760})
    page.set_default_timeout(5_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    return page


def answer(page: Page, choices: list[str]) -> None:
    for choice in choices:
        page.get_by_label(choice).check()
    page.get_by_role("button", name="Ответить").click()


def go_on(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Дальше|Узнать результат")).click()


def saved(page: Page) -> None:
    expect(page.get_by_role("status").last).to_have_text("Всё сохранено")


def test_a_learner_takes_the_test_and_passes(page: Page, learner: Learner) -> None:
    """Statements with score and duration, a State that says it is over, a line in the record."""
    page.goto(learner.link)
    page.get_by_role("button", name="Начать").click()
    for choices in [*RIGHT[:3], WRONG[3]]:
        answer(page, choices)
        go_on(page)
    expect(page.get_by_role("heading", name="Тест сдан")).to_be_visible()
    saved(page)
    assert learner.verbs() == ["initialized", *["answered"] * 4, "passed"]
    *_, answered, _, passed = learner.statements()
    assert answered["object"]["id"] == f"{ACTIVITY}/questions/extinguisher"
    assert answered["object"]["definition"]["correctResponsesPattern"] == ["base"]
    assert (answered["result"]["response"], answered["result"]["success"]) == ("base", True)
    assert passed["actor"] == learner.actor
    assert passed["result"]["score"] == {"scaled": 0.75, "raw": 3, "min": 0, "max": 4}
    assert re.fullmatch(r"PT\d+\.\d\dS", passed["result"]["duration"])
    assert (learner.state()["finished"], len(learner.state()["answers"])) == (True, 4)
    line = learner.line()
    assert (line["status"], line["course"]["title"]) == ("passed", "Пожарная безопасность")


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Europe/Moscow", "+03:00"), ("America/St_Johns", "-0[23]:30"), ("Asia/Kathmandu", "+05:45")],
)
def test_a_time_says_what_day_it_was_here(
    browser: Browser, learner: Learner, zone: str, offset: str
) -> None:
    context = browser.new_context(locale="ru-RU", timezone_id=zone)
    page = context.new_page()
    page.goto(learner.link)
    page.get_by_role("button", name="Начать").click()
    saved(page)
    (start,) = learner.statements()
    context.close()
    assert re.fullmatch(
        r"[\d-]{10}T[\d:]{8}\.\d{3}" + offset.replace("+", "\\+"), start["timestamp"]
    )
    away = datetime.fromisoformat(start["stored"]) - datetime.fromisoformat(start["timestamp"])
    assert abs(away.total_seconds()) < 60


def test_what_was_answered_is_there_after_coming_back(page: Page, learner: Learner) -> None:
    """In another language, too; failing says how much was missing, and one may begin again."""
    page.goto(learner.link)
    page.get_by_role("button", name="Начать").click()
    answer(page, WRONG[0])
    expect(page.get_by_text("Не совсем.")).to_be_visible()
    saved(page)
    page.goto("about:blank")
    page.goto(learner.link)
    expect(page.get_by_text("Отвечено: 1 из 4.")).to_be_visible()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="How do you leave the building?")).to_be_visible()
    page.get_by_role("button", name="Русский").click()
    for choices in WRONG[1:]:
        answer(page, choices)
        go_on(page)
    expect(page.get_by_text("нужно не меньше 3")).to_be_visible()
    saved(page)
    assert learner.verbs()[-1] == "failed"
    assert "resumed" in learner.verbs()
    page.get_by_role("button", name="Пройти ещё раз").click()
    saved(page)
    assert learner.state()["answers"] == {}


def told(errors: list[str], status: int) -> None:
    """The browser has noted a refusal, which the page was made to meet, and nothing else."""
    assert errors
    assert all(f"the server responded with a status of {status} " in error for error in errors)
    errors.clear()


def test_answers_wait_while_the_store_cannot_take_them(
    page: Page, learner: Learner, errors: list[str]
) -> None:
    """The store's own words are shown; a statement that is sent again is stored once."""
    page.goto(learner.link)
    page.get_by_role("button", name="Начать").click()
    saved(page)

    def lose(route: Route) -> None:
        """What is stored, and answered as if it were not."""
        headers = route.fetch().headers | {"content-type": "application/problem+json"}
        route.fulfill(status=503, headers=headers, body='{"detail": "The database is away."}')

    page.route("**/xapi/statements", lose, times=1)
    answer(page, RIGHT[0])
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Они ждут на этой странице.")
    expect(alert).to_contain_text("The database is away.")
    page.get_by_role("button", name="Повторить").click()
    saved(page)
    expect(alert).to_be_empty()
    assert learner.verbs() == ["initialized", "answered"]
    told(errors, 503)


def test_two_tabs_do_not_overwrite_each_other(
    browser: Browser, page: Page, learner: Learner, errors: list[str]
) -> None:
    """If-Match: the tab that is behind shows what the other has saved."""
    page.goto(learner.link)
    page.get_by_role("button", name="Начать").click()
    saved(page)
    other = opened(browser, errors)
    other.goto(learner.link)
    other.get_by_role("button", name="Начать").click()
    answer(other, RIGHT[0])
    saved(other)
    other.close()
    answer(page, WRONG[0])
    expect(page.get_by_role("alert")).to_contain_text("Вы продолжили на другой вкладке.")
    expect(page.get_by_text("Отвечено: 1 из 4.")).to_be_visible()
    assert learner.state()["answers"] == {"first-step": ["report"]}
    told(errors, 412)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda link: link.replace("auth=Basic", "auth=Basic%20eHg6"), "больше не действует"),
        (lambda link: link.replace("%7D%7D", "%7D"), "Ссылка запуска повреждена"),
        (lambda link: link.partition("?")[0], "ничего не записывается"),
    ],
    ids=["wrong key", "damaged", "no link"],
)
def test_a_link_that_is_not_good_is_told(
    page: Page, learner: Learner, errors: list[str], change: Callable[[str], str], words: str
) -> None:
    """Before anything is answered; without a link the page is a preview."""
    page.goto(change(learner.link))
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert learner.verbs() == []
    if "действует" in words:
        told(errors, 401)


def test_a_page_that_is_not_let_in_says_that_the_store_does_not_answer(
    page: Page, store: Served, login: tuple[str, str], site: Pages, errors: list[str]
) -> None:
    """A browser tells a script no more than that: the origin is missing in LRS_CORS_ORIGINS."""
    elsewhere = site.origin.replace("127.0.0.1", "localhost")
    page.goto(Learner(store, login, f"{elsewhere}/module.html", "elsewhere").link)
    expect(page.get_by_role("alert")).to_contain_text("Хранилище не отвечает.")
    assert any("CORS policy" in error for error in errors)
    errors.clear()
