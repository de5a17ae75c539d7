"""What courses are about, in Russian and English."""

FORMS = (
    ("Основы", "Basics"), ("Практикум", "Workshop"), ("Изменения за год", "What is new"),
    ("Сложные случаи", "Hard cases"), ("Приём документов", "Intake"),
    ("Ошибки и жалобы", "Mistakes and complaints"), ("Проверка знаний", "Test of knowledge"),
    ("Для наставников", "For mentors"), ("Для новых сотрудников", "For new staff"),
    ("Углублённый курс", "Advanced course"),
)  # fmt: skip
TOPICS = (
    ("регистрация рождения", "births"), ("регистрация брака", "marriages"),
    ("замена паспорта", "passports"), ("загранпаспорт", "travel documents"),
    ("регистрация по месту жительства", "residence"), ("земельные участки", "land plots"),
    ("недвижимость", "real estate"), ("материнский капитал", "maternity capital"),
    ("пособия на детей", "child benefits"), ("пенсии", "pensions"),
    ("социальные выплаты", "social payments"), ("водительские права", "driving licences"),
    ("регистрация транспорта", "vehicles"), ("налоги", "taxes"),
    ("предпринимательство", "small business"), ("жилищные субсидии", "housing subsidies"),
    ("запись в школу", "school places"), ("детские сады", "nurseries"),
    ("электронная подпись", "electronic signatures"), ("персональные данные", "personal data"),
    ("пожарная безопасность", "fire safety"), ("конфликты с посетителями", "conflicts"),
    ("стресс на работе", "stress"), ("клиентоориентированность", "service"),
    ("доступная среда", "accessibility"), ("противодействие коррупции", "anti-corruption"),
    ("межведомственные запросы", "requests between agencies"), ("архивные справки", "archives"),
    ("охотничьи билеты", "hunting licences"), ("электронная очередь", "the queue system"),
)  # fmt: skip
