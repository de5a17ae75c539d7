"""The offices that serve visitors, and the rooms where their staff are taught."""

from __future__ import annotations

from dataclasses import dataclass

from lrs.demo.vocabulary import HR, LEARNING, PLACE, activity
from lrs.domain.xapi.agent import JsonObject


@dataclass(frozen=True, slots=True)
class Office:
    """One office; `district` in the nominative."""

    code: str
    title: str
    en: str
    district: str

    def place(self) -> JsonObject:
        return activity(
            f"{LEARNING}/place/office-{self.code}",
            PLACE,
            f"Офис «{self.title}», район {self.district}",
            f"{self.en} office",
        )

    def team(self) -> JsonObject:
        """The office as the Group that its people belong to."""
        return {
            "objectType": "Group",
            "name": f"Офис «{self.title}»",
            "account": {"homePage": HR + "/offices", "name": self.code},
        }


_OFFICES = (
    ("Заречный", "Zarechny", "Заречный"),
    ("Северный", "Severny", "Верхние Поля"),
    ("Озёрный", "Ozyorny", "Озёрный"),
    ("На Садовой", "Sadovaya Street", "Старый Город"),
    ("Привокзальный", "Station Square", "Привокзальный"),
    ("Сосновый бор", "Sosnovy Bor", "Сосновый Бор"),
    ("Набережный", "Embankment", "Речной"),
    ("Южный", "Yuzhny", "Нижние Сады"),
    ("Университетский", "University", "Академический"),
    ("Заводской", "Zavodskoy", "Заводской"),
    ("Новый город", "Novy Gorod", "Новый Город"),
    ("Флагманский", "Flagship", "Центральный"),
)
OFFICES = tuple(Office(f"{number:02}", *row) for number, row in enumerate(_OFFICES, start=1))


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the training centre."""

    slug: str
    ru: str
    en: str

    def place(self) -> JsonObject:
        return activity(
            f"{LEARNING}/place/{self.slug}",
            PLACE,
            f"Учебный центр, {self.ru}",
            f"Training centre, {self.en}",
        )


WELCOME_ROOM = Room("room-1", "аудитория 1", "room 1")
CLASSROOMS = (Room("room-2", "аудитория 2", "room 2"), Room("room-3", "аудитория 3", "room 3"))
COMPUTER_ROOM = Room("computers", "компьютерный класс", "computer room")
