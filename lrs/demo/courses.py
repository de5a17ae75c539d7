"""The courses of every kind, with their modules, lessons and questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lrs.demo.vocabulary import (
    ASSESSMENT,
    COURSE,
    INTERACTION,
    LEARNING,
    LESSON,
    MODULE,
    activity,
    both,
)
from lrs.domain.xapi.agent import JsonObject

_LESSONS = (
    ("lecture", "Лекция", "Lecture"),
    ("case", "Разбор обращения", "Case study"),
    ("trainer", "Тренажёр", "Simulation"),
)


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a distance course; `lessons` of the three usual kinds, from the first on."""

    course: str
    number: int
    ru: str
    en: str
    lessons: int

    @property
    def id(self) -> str:
        return f"{LEARNING}/course/{self.course}/module/{self.number}"

    def activity(self) -> JsonObject:
        return activity(self.id, MODULE, self.ru, self.en)

    def lesson(self, place: int) -> JsonObject:
        slug, ru, en = _LESSONS[place]
        return activity(f"{self.id}/{slug}", LESSON, f"{ru}: {self.ru}", f"{en}: {self.en}")

    def choice(self) -> JsonObject:
        """A question whose right answer is b."""
        answers = (
            ("a", "Обратиться к руководителю", "Ask the manager"),
            ("b", "Действовать по регламенту", "Follow the procedure"),
            ("c", "Отказать посетителю", "Turn the visitor away"),
        )
        return self._question(
            "1",
            ("Как поступить в этом случае?", "What is to be done in this case?"),
            interactionType="choice",
            correctResponsesPattern=["b"],
            choices=[{"id": key, "description": both(ru, en)} for key, ru, en in answers],
        )

    def yes_or_no(self) -> JsonObject:
        """A question whose right answer is yes."""
        return self._question(
            "2",
            ("Верно ли утверждение?", "Is this statement right?"),
            interactionType="true-false",
            correctResponsesPattern=["true"],
        )

    def _question(self, slug: str, text: tuple[str, str], **definition: Any) -> JsonObject:
        name = (f"Вопрос {slug}: {self.ru}", f"Question {slug}: {self.en}")
        return activity(
            f"{self.id}/question/{slug}",
            INTERACTION,
            *name,
            description=both(*text),
            **definition,
        )


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """`kind`: classroom, computer, online, blended, test or briefing. `hours` of a session, 0
    without one.

    `points` is the highest test score, 0 without a test; `months` the certificate's validity, 0
    without a certificate.
    """

    slug: str
    kind: str
    hours: int
    points: int
    months: int
    ru: str
    en: str
    modules: tuple[Module, ...] = ()

    @property
    def id(self) -> str:
        return f"{LEARNING}/course/{self.slug}"

    def activity(self) -> JsonObject:
        return activity(self.id, COURSE, self.ru, self.en)

    def test(self) -> JsonObject:
        return activity(f"{self.id}/test", ASSESSMENT, f"Тест: {self.ru}", f"Test: {self.en}")


_MODULES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "onboarding": (
        ("Как устроен офис", "How an office works", 2),
        ("Стандарт обслуживания", "The service standard", 2),
        ("Работа в окне приёма", "At the service window", 3),
    ),
    "civil-status": (
        ("Рождение и имя", "Births and names", 3),
        ("Брак и его расторжение", "Marriage and divorce", 2),
    ),
    "mentoring": (
        ("Роль наставника", "The mentor's role", 2),
        ("Обратная связь", "Giving feedback", 2),
    ),
    "personal-data": (
        ("Что такое персональные данные", "What personal data are", 2),
        ("Согласие на обработку", "Consent to processing", 3),
        ("Хранение и уничтожение", "Keeping and destroying", 2),
    ),
    "anti-corruption": (
        ("Подарки и конфликт интересов", "Gifts and conflicts of interest", 2),
        ("Как сообщить о нарушении", "How to report a breach", 2),
        ("Ответственность", "Liability", 2),
    ),
    "fire-safety": (
        ("Предупреждение пожара", "Preventing a fire", 2),
        ("Эвакуация посетителей", "Evacuating visitors", 3),
    ),
    "info-security": (
        ("Пароли и рабочее место", "Passwords and the desk", 2),
        ("Подозрительные письма", "Suspicious mail", 3),
        ("Электронная подпись", "Electronic signatures", 2),
    ),
    "services-law": (
        ("Права заявителя", "The applicant's rights", 2),
        ("Сроки и отказы", "Deadlines and refusals", 3),
        ("Межведомственные запросы", "Requests between agencies", 2),
        ("Обжалование", "Appeals", 2),
    ),
}

_COURSES = (
    ("onboarding", "blended", 7, 40, 12, "Введение в должность", "Onboarding for new staff"),
    ("service", "classroom", 6, 0, 0, "Клиентоориентированный сервис", "Client-oriented service"),
    ("conflict", "classroom", 7, 0, 0, "Управление конфликтами", "Conflict management"),
    ("stress", "classroom", 4, 0, 0, "Управление стрессом", "Stress management"),
    ("inclusion", "classroom", 5, 0, 0, "Общение с посетителями с инвалидностью",
     "Serving visitors with disabilities"),
    ("speech", "classroom", 4, 0, 0, "Речь и голос в общении с посетителем", "Voice and speech"),
    ("queue", "computer", 4, 20, 0, "Система электронной очереди", "The queue system"),
    ("intake", "computer", 7, 20, 24, "Программа приёма документов", "The intake program"),
    ("spreadsheets", "computer", 6, 20, 0, "Электронные таблицы для отчётов",
     "Spreadsheets for reports"),
    ("civil-status", "blended", 5, 40, 24, "Услуги по записи актов гражданского состояния",
     "Civil status services"),
    ("mentoring", "blended", 6, 20, 0, "Наставничество на рабочем месте", "Mentoring at work"),
    ("personal-data", "online", 0, 20, 12, "Персональные данные: закон и практика",
     "Personal data in law and practice"),
    ("anti-corruption", "online", 0, 20, 0, "Противодействие коррупции", "Anti-corruption"),
    ("fire-safety", "online", 0, 10, 12, "Пожарная безопасность", "Fire safety"),
    ("info-security", "online", 0, 20, 12, "Информационная безопасность", "Information security"),
    ("services-law", "online", 0, 40, 0, "Порядок предоставления услуг",
     "How public services are provided"),
    ("annual-test", "test", 0, 60, 12, "Ежегодная проверка знаний", "Annual knowledge test"),
    ("senior-test", "test", 0, 40, 36, "Аттестация старшего специалиста",
     "Senior specialist's qualification"),
    ("briefing", "briefing", 0, 0, 0, "Вводный инструктаж по охране труда",
     "Safety briefing on the first day"),
)  # fmt: skip


def _modules(course: str) -> tuple[Module, ...]:
    rows = enumerate(_MODULES.get(course, ()), start=1)
    return tuple(Module(course, number, *row) for number, row in rows)


COURSES = {row[0]: CoursePlan(*row, modules=_modules(row[0])) for row in _COURSES}
"""By slug, in catalogue order."""

ONBOARDING = COURSES["onboarding"]
IN_CLASS = tuple(c for c in COURSES.values() if c.hours and c is not ONBOARDING)
ONLINE = tuple(c for c in COURSES.values() if c.kind == "online")
