"""The texts of the workbook's template: hints in Russian and English, and an example of each kind.

The examples fit together: without their marks they are a catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrs.domain.aggregates.catalogue_entry import EntryKind

Hint = tuple[str, str]
"""In Russian and in English."""

_COURSE = "https://learning.centre.example/course/first-aid"
_ANNA = "account|https://hr.centre.example|0902"

HELP: tuple[Hint, ...] = (
    (
        "На каждом листе одна таблица: в первой строке заголовки, ниже по строке на запись.",
        "Each sheet is a table: headings in the first row, below them an entry in each row.",
    ),
    (
        (
            "Заголовки и названия листов не меняйте. Лишние столбцы и листы можно удалить, "
            "порядок столбцов любой."
        ),
        (
            "Keep the headings and the names of the sheets. Columns and sheets that you do not "
            "need may be deleted; columns may stand in any order."
        ),
    ),
    (
        "Выделенные столбцы обязательны. Подсказка появляется при наведении на заголовок.",
        "Coloured columns are required. A hint shows when you point at a heading.",
    ),
    (
        (
            "Строка со словом «пример» в столбце # не загружается. Удалите её или впишите в неё "
            "свои данные и сотрите слово «пример»."
        ),
        (
            "A row with the word пример in the column # is not imported. Delete it, or write your "
            "own data into it and clear the word."
        ),
    ),
    (
        (
            "Коды и табельные номера пишите как текст: столбцы уже имеют формат «Текстовый», и "
            "нули впереди сохраняются."
        ),
        (
            "Codes and personnel numbers are texts: the columns have the format Text, so zeros in "
            "front stay."
        ),
    ),
    (
        "Несколько значений в одной ячейке разделяйте точкой с запятой.",
        "Part several values of a cell by semicolons.",
    ),
    (
        "Объединённые ячейки и ячейки с ошибками (#Н/Д, #ССЫЛКА!) не принимаются.",
        "Merged cells and cells with errors (#N/A, #REF!) are refused.",
    ),
    (
        (
            "Люди указываются ключом: account|АДРЕС СИСТЕМЫ|ИМЯ УЧЁТНОЙ ЗАПИСИ, например "
            "account|https://hr.centre.example|0902, или mbox|mailto:АДРЕС ПОЧТЫ."
        ),
        (
            "People are named by key: account|ADDRESS OF THE SYSTEM|NAME OF THE ACCOUNT, such as "
            "account|https://hr.centre.example|0902, or mbox|mailto:E-MAIL ADDRESS."
        ),
    ),
    (
        "Проверка: lrs catalogue import ФАЙЛ --preview. Загрузка: lrs catalogue import ФАЙЛ.",
        "To check: lrs catalogue import FILE --preview. To import: lrs catalogue import FILE.",
    ),
)

HINTS: Mapping[str, Hint] = {
    "activities": (
        "Адреса модулей и тестов, входящих в курс, через точку с запятой.",
        "Addresses (IRIs) of the modules and tests of the course, with semicolons between.",
    ),
    "address": ("Почтовый адрес.", "Where the office is."),
    "agent": (
        "О ком речь: account|АДРЕС СИСТЕМЫ|ИМЯ или mbox|mailto:ПОЧТА.",
        "Who is meant: account|HOMEPAGE|NAME or mbox|mailto:ADDRESS.",
    ),
    "at_least": (
        "Сколько курсов из перечисленных достаточно. Пусто: нужны все.",
        "So many of the courses are enough. Empty: all of them.",
    ),
    "attempt_rule": (
        "Какая попытка засчитывается: best лучшая, last последняя, first первая.",
        "Which attempt counts: the best, the last or the first.",
    ),
    "authorities": (
        "Чьи записи засчитываются: имена ключей (lrs key list) через точку с запятой. Пусто: всех.",
        "Whose statements count: names of keys as in lrs key list, semicolons between. Empty: all.",
    ),
    "before_visitors": (
        "Нужна ли программа до начала работы с посетителями: да или нет.",
        "Whether it is wanted before one may serve visitors: да (yes) or нет (no).",
    ),
    "code": (
        "Код: буквы, цифры, точка, дефис и подчёркивание, без пробелов, до 64 знаков.",
        "Letters, digits, points, hyphens and underscores, no spaces, 64 characters at most.",
    ),
    "course": ("Адрес курса, как на листе courses.", "The course's address, as in courses."),
    "courses": (
        "Адреса курсов программы, как на листе courses, через точку с запятой.",
        "Addresses of the programme's courses, as in courses, with semicolons between.",
    ),
    "dislikes": ("Сколько раз нажали «плохо».", "How often visitors pressed dislike."),
    "due_days": (
        "Срок прохождения в днях с назначения или приёма на работу.",
        "So many days after assignment or joining it is due.",
    ),
    "equivalents": (
        (
            "Что засчитывается вместо курса программы: АДРЕС = АДРЕС КУРСА ПРОГРАММЫ, пробелы "
            "вокруг знака равенства, пары через точку с запятой."
        ),
        (
            "What counts instead of a course: IRI = IRI OF A COURSE OF THE PROGRAMME, with spaces "
            "around the equals sign and semicolons between pairs."
        ),
    ),
    "everyone": (
        "Относится ли ко всем: да или нет.",
        "Whether it applies to everyone: да (yes) or нет (no).",
    ),
    "hours": ("Продолжительность в часах.", "How long it takes, in hours."),
    "id": (
        "Адрес курса (IRI), как его передают модули.",
        "The course's address (IRI), as modules send it.",
    ),
    "kind": (
        "classroom очный, online дистанционный, blended смешанный, test тест.",
        "classroom, online, blended or test.",
    ),
    "likes": ("Сколько раз нажали «хорошо».", "How often visitors pressed like."),
    "min_hours": ("Сколько часов нужно пройти.", "So many hours are wanted."),
    "min_score": (
        "Наименьший результат, доля от 1: 0,8 это 80 %.",
        "The least score, a share of 1: 0.8 is 80 %.",
    ),
    "month": ("Месяц: 2026-03.", "The month: 2026-03."),
    "name": ("Фамилия, имя и отчество.", "The full name."),
    "newcomers": (
        "Относится ли к принятым на работу после начала действия правила: да или нет.",
        "Whether it applies to newcomers: да (yes) or нет (no).",
    ),
    "note": ("Примечание.", "A note."),
    "number": (
        "Табельный номер, с нулями впереди.",
        "The personnel number, with its zeros in front.",
    ),
    "office": ("Код центра, как на листе offices.", "The office's code, as in offices."),
    "offices": (
        "Коды центров, к которым относится, через точку с запятой.",
        "Codes of the offices it applies to, with semicolons between.",
    ),
    "on": ("Дата.", "The day."),
    "people": (
        "Ключи участников через точку с запятой.",
        "Agent keys of who took part, with semicolons between.",
    ),
    "person": (
        "Ключ того же человека, который остаётся основным.",
        "The agent key of the same person that stays the main one.",
    ),
    "post": ("Код должности, как на листе posts.", "The post's code, as in posts."),
    "posts": (
        "Коды должностей, к которым относится, через точку с запятой.",
        "Codes of the posts it applies to, with semicolons between.",
    ),
    "programme": (
        "Код программы, как на листе programmes.",
        "The programme's code, as in programmes.",
    ),
    "reason": ("Причина или основание.", "Why."),
    "renewal_days": (
        "За сколько дней до окончания напоминать о продлении.",
        "So many days before its end a certificate is to be renewed.",
    ),
    "services": (
        "Коды услуг, которым учит курс, через точку с запятой.",
        "Codes of the services it teaches, with semicolons between.",
    ),
    "since": ("С какого дня действует.", "From which day it holds."),
    "title": ("Название.", "The title."),
    "topic": ("Тема.", "The topic."),
    "trainer": (
        "Ключ тренера: account|АДРЕС СИСТЕМЫ|ИМЯ или mbox|mailto:ПОЧТА.",
        "Who trained: account|HOMEPAGE|NAME or mbox|mailto:ADDRESS.",
    ),
    "until": ("По какой день действует.", "Until which day it holds."),
    "valid_months": ("Сколько месяцев действует.", "So many months it is valid."),
    "valid_until": (
        "До какого дня действует. Либо этот столбец, либо valid_months.",
        "Until which day it is valid: this or valid_months.",
    ),
}

EXAMPLES: Mapping[EntryKind, Mapping[str, Any]] = {
    EntryKind.COURSE: {
        "id": _COURSE,
        "title.ru": "Первая помощь",
        "title.en": "First aid",
        "kind": "online",
        "hours": 8,
        "attempt_rule": "best",
        "valid_months": 12,
        "activities": f"{_COURSE}/test",
        "services": "passport",
    },
    EntryKind.OFFICE: {
        "code": "0012",
        "title.ru": "Центр на Северной",
        "title.en": "Northern centre",
        "address": "Северная ул., 12",
    },
    EntryKind.POST: {"code": "inspector", "title.ru": "Инспектор", "title.en": "Inspector"},
    EntryKind.SERVICE: {
        "code": "passport",
        "title.ru": "Выдача паспортов",
        "title.en": "Passports",
    },
    EntryKind.PROGRAMME: {
        "code": "windows",
        "title.ru": "Допуск к окну",
        "title.en": "Permission for the window",
        "since": "2026-02-01",
        "courses": _COURSE,
        "min_score": 0.8,
        "valid_months": 12,
        "renewal_days": 30,
        "posts": "inspector",
        "offices": "0012",
        "before_visitors": "да",
    },
    EntryKind.PERSON: {
        "agent": _ANNA,
        "name": "Зимина Анна Ильинична",
        "number": "0902",
        "office": "0012",
        "post": "inspector",
        "since": "2025-01-09",
    },
    EntryKind.LINK: {
        "agent": "mbox|mailto:anna.zimina@centre.example",
        "person": _ANNA,
        "reason": "Старая учётная запись",
    },
    EntryKind.EXEMPTION: {
        "programme": "windows",
        "agent": _ANNA,
        "reason": "Стаж более десяти лет",
        "since": "2026-01-01",
        "until": "2026-12-31",
    },
    EntryKind.REVOCATION: {
        "programme": "windows",
        "agent": _ANNA,
        "on": "2026-05-01",
        "reason": "Жалоба посетителя",
    },
    EntryKind.VISIT: {
        "code": "V-1",
        "on": "2026-04-02",
        "office": "0012",
        "trainer": "mbox|mailto:trainer@centre.example",
        "topic.ru": "Работа с очередью",
        "topic.en": "Queues",
        "course": _COURSE,
        "hours": 2,
        "people": _ANNA,
        "note": "Практика у окна",
    },
    EntryKind.RATING: {"office": "0012", "month": "2026-03", "likes": 12, "dislikes": 0},
}
