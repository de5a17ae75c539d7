"""Russian names in which surname, given name and patronymic agree in gender."""

from __future__ import annotations

from dataclasses import dataclass

from lrs.demo.dice import Dice


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = _words(
    "Абрамов Авдеев Агафонов Аксёнов Алексеев Андреев Антипов Афанасьев Баранов Белинский Беляев "
    "Богданов Борисов Быстров Васильев Вересов Веселов Виноградов Волошин Воронин Галкин Герасимов "
    "Голубев Горин Горский Давыдов Демидов Дмитриев Ермаков Ефимов Жуков Завадский Зайцев Зимин "
    "Ильин Калинин Карпенко Киселёв Ковалёв Козырев Комаров Королёв Котов Кравченко Крылов Кузьмин "
    "Лаврентьев Лазарев Ларин Лебедев Логинов Лукин Макаров Маслов Мельников Миронов Молчанов "
    "Назаров Нестеров Никитин Носов Озерский Орлов Осипов Панов Петренко Поляков Родионов Романов "
    "Рябинин Савельев Седых Селезнёв Соболев Соколов Сорокин Степанов Субботин Тарасов Терехов "
    "Тихонов Толстой Трофимов Уваров Успенский Фадеев Филатов Фомин Харитонов Хохлов Чернов Черных "
    "Шевченко Шестаков Шилов Щербаков Юдин Яковлев Ясинский"
)

MEN = _words(
    "Александр Алексей Андрей Антон Артём Борис Вадим Виктор Глеб Григорий Даниил Денис Дмитрий "
    "Евгений Иван Игорь Кирилл Максим Михаил Никита Николай Олег Павел Роман Сергей Тимур Фёдор"
)

WOMEN = _words(
    "Александра Алина Алла Анастасия Анна Валентина Вера Виктория Галина Дарья Диана Евгения "
    "Екатерина Елена Ирина Кира Кристина Ксения Лариса Лидия Людмила Марина Мария Надежда Наталья "
    "Оксана Ольга Полина Светлана София Тамара Татьяна Юлия Яна"
)

_FATHERS = _words(
    "Александров Алексеев Анатольев Андреев Борисов Вадимов Валерьев Викторов Владимиров Геннадьев "
    "Григорьев Денисов Дмитриев Евгеньев Иванов Игорев Константинов Леонидов Львов Максимов "
    "Михайлов Николаев Олегов Павлов Петров Романов Сергеев Юрьев Яковлев"
)

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюя",
        _words("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Name:
    """`surname` in the form of the person's gender."""

    surname: str
    given: str
    patronymic: str

    @property
    def full(self) -> str:
        return f"{self.surname} {self.given} {self.patronymic}"


def feminine(surname: str) -> str:
    """A woman's form of a man's surname; names in -ко and -ых have but one."""
    if surname.endswith(("ов", "ев", "ёв", "ин")):
        return surname + "а"
    if surname.endswith(("ий", "ой")):
        return surname[:-2] + "ая"
    return surname


def patronymic(stem: str, *, female: bool) -> str:
    """From a stem such as `Иванов`: Иванович, Ивановна."""
    return stem + ("на" if female else "ич")


def draw_name(dice: Dice, *, female: bool) -> Name:
    surname = dice.pick(SURNAMES)
    return Name(
        feminine(surname) if female else surname,
        dice.pick(WOMEN if female else MEN),
        patronymic(dice.pick(_FATHERS), female=female),
    )


def latin(text: str) -> str:
    """Letters fit for a mail address; the hard and the soft sign have none."""
    return "".join(_LATIN.get(letter, "") for letter in text.lower())
