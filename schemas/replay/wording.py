"""The words of explanations in each language, and how it writes numbers and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Wording:
    """One language: `texts` are sentences and labels with places in braces, the others what it
    calls the values that reports write in English.
    """

    language: str
    decimal: str
    day_form: str
    texts: Mapping[str, str]
    outcomes: Mapping[str, str]
    statuses: Mapping[str, str]
    certificates: Mapping[str, str]

    def text(self, name: str, **places: object) -> str:
        """The sentence or label, with its places filled."""
        return self.texts[name].format(**places)

    def number(self, value: float) -> str:
        """A number as the language writes it."""
        return f"{round(value, 4):g}".replace(".", self.decimal)

    def day(self, day: date) -> str:
        """A day of the calendar."""
        return day.strftime(self.day_form) if day.year >= 1000 else day.isoformat()

    def truth(self, value: bool | None) -> str:
        """Yes, no, or not known."""
        return self.texts["unknown" if value is None else "yes" if value else "no"]


ENGLISH = Wording(
    language="en",
    decimal=".",
    day_form="%Y-%m-%d",
    texts={
        "yes": "yes",
        "no": "no",
        "unknown": "not known",
        "nothing": "nothing",
        "statement": "statement: {what}",
        "erased": "a statement whose content is erased",
        "voiding": "the statement at position {target} is voided: {what}",
        "linked": "{agent} is linked to {person}",
        "unlinked": "{agent} is not linked to {person} any more",
        "record": "personnel record: {what}",
        "record-withdrawn": "the personnel record is withdrawn: {what}",
        "exemption": "exempt from {programme}{span}",
        "exemption-withdrawn": "the exemption from {programme} is withdrawn",
        "revocation": "the certificate of {programme} is revoked on {on}",
        "revocation-withdrawn": "the revocation of the certificate of {programme} is withdrawn",
        "course": "the course {what} is described, version {version}",
        "course-withdrawn": "the course {what} is withdrawn",
        "programme": "the rule of the programme {what} is recorded, version {version}",
        "programme-withdrawn": "the programme {what} is withdrawn",
        "not-theirs": "the identifier was not known to be this person's then",
        "no-change": "it changed nothing",
        "since": " from {day}",
        "until": " through {day}",
        "no-line": "no longer in the transcript",
        "new-line": "new in the transcript",
        "no-verdict": "the programme no longer concerns this person",
        "too-small": "{what} changed by less than is shown",
        "score": "score",
        "success": "success",
        "hours": "hours",
        "attempts": "attempts",
        "sessions_attended": "sessions attended",
        "sessions_missed": "sessions missed",
        "reached": "status since",
        "completed": "completed",
        "valid_from": "valid from",
        "valid_until": "valid until",
        "due_by": "due by",
        "renewal_from": "renewal from",
        "version": "version of the rule",
        "applies": "the programme applies",
        "before_visitors": "required before serving visitors",
        "evidence": "now based on other statements",
        "may_serve": "may serve visitors",
        "in_the_way": "missing programmes",
        "missing": "missing: {what}",
        "nothing-done": "{course}: nothing is done yet",
        "not-enough": "{course}: {status} on {day}",
        "with-score": "{text}, score {score}",
        "too-late": "{text}, which is after the day in question",
        "wanted": "courses required: {wanted}; counted so far: {achieved}",
        "min_score": "a score of {score} is required",
        "counts-from": "only what was done from {day} on counts",
        "hours-missing": "{spent} of {wanted} hours",
        "ends": "certificates of this version end on {day}",
        "heading": "for {day}, as known at position {position} of the log, {instant}",
        "source": "statement {statement}, by {by}",
        "by": "by {by}",
        "changed-by": "changed by:",
        "changed-later": "changed later by:",
        "nobody": "nobody known",
        "content-erased": "its content is erased",
        "more-people": "{count} people are named; the first {shown} are shown",
        "untouched": "it did not touch this person's training",
        "later-voided": "voided",
        "later-not voided": "a statement that would void it has no effect",
        "later-referred to": "another statement refers to it",
        "later-identifier linked": "{subject} became {after} instead of {before}",
        "later-moved to another course": "it counts for the course {after} instead of {before}",
        "later-course described": "another attempt or validity counts in the course {subject}",
        "later-programme described": "the rule of the programme {subject} changed",
        "later-replaced": "a later version replaced it",
        "later-withdrawn": "withdrawn",
        "later-deleted": "the document was deleted",
        "later-bytes pruned": "the bytes of this version were deleted",
        "later-revoked": "the key was revoked",
    },
    outcomes={},
    statuses={},
    certificates={},
)

RUSSIAN = Wording(
    language="ru",
    decimal=",",
    day_form="%d.%m.%Y",
    texts={
        "yes": "да",
        "no": "нет",
        "unknown": "неизвестно",
        "nothing": "не указано",
        "statement": "запись: {what}",
        "erased": "запись, содержание которой стёрто",
        "voiding": "отменена запись на позиции {target}: {what}",
        "linked": "{agent} — тот же человек, что {person}",
        "unlinked": "{agent} больше не считается тем же человеком, что {person}",
        "record": "кадровые данные: {what}",
        "record-withdrawn": "кадровые данные отозваны: {what}",
        "exemption": "освобождение от программы {programme}{span}",
        "exemption-withdrawn": "освобождение от программы {programme} отозвано",
        "revocation": "сертификат по программе {programme} аннулирован с {on}",
        "revocation-withdrawn": "аннулирование сертификата по программе {programme} отозвано",
        "course": "описан курс {what}, версия {version}",
        "course-withdrawn": "отозвано описание курса {what}",
        "programme": "записаны правила программы {what}, версия {version}",
        "programme-withdrawn": "программа {what} отозвана",
        "not-theirs": "тогда ещё не было известно, что это тот же человек",
        "no-change": "ничего не изменилось",
        "since": " с {day}",
        "until": " по {day}",
        "no-line": "больше нет в списке обучения",
        "new-line": "новое в списке обучения",
        "no-verdict": "программа больше не касается этого человека",
        "too-small": "{what}: изменение меньше показанной точности",
        "score": "балл",
        "success": "успешно",
        "hours": "часы",
        "attempts": "попытки",
        "sessions_attended": "посещено занятий",
        "sessions_missed": "пропущено занятий",
        "reached": "статус с",
        "completed": "дата прохождения",
        "valid_from": "действует с",
        "valid_until": "действует по",
        "due_by": "срок",
        "renewal_from": "продление с",
        "version": "версия правил",
        "applies": "программа назначена",
        "before_visitors": "нужна для допуска к приёму посетителей",
        "evidence": "теперь основание — другие записи",
        "may_serve": "допуск к приёму посетителей",
        "in_the_way": "не пройдены программы",
        "missing": "не хватает: {what}",
        "nothing-done": "{course}: обучение не начато",
        "not-enough": "{course}: {status}, {day}",
        "with-score": "{text}, балл {score}",
        "too-late": "{text} — позже дня, о котором вопрос",
        "wanted": "нужно пройти курсов: {wanted}, пока засчитано: {achieved}",
        "min_score": "нужен балл не ниже {score}",
        "counts-from": "засчитывается обучение не ранее {day}",
        "hours-missing": "часов {spent} из {wanted}",
        "ends": "сертификаты по этой версии правил действуют по {day}",
        "heading": "на {day}, по данным до позиции {position}, {instant}",
        "source": "запись {statement}, источник: {by}",
        "by": "источник: {by}",
        "changed-by": "что это изменило:",
        "changed-later": "что изменило это позже:",
        "nobody": "неизвестен",
        "content-erased": "содержание стёрто",
        "more-people": "названо людей: {count}; показаны первые {shown}",
        "untouched": "обучения этого человека не касается",
        "later-voided": "отменена",
        "later-not voided": "запись, которая должна была её отменить, не действует",
        "later-referred to": "на неё ссылается другая запись",
        "later-identifier linked": "{subject}: теперь это {after}, а не {before}",
        "later-moved to another course": "засчитывается по курсу {after}, а не {before}",
        "later-course described": "в курсе {subject} засчитывается другая попытка или другой срок",
        "later-programme described": "изменились правила программы {subject}",
        "later-replaced": "заменена более поздней версией",
        "later-withdrawn": "отозвана",
        "later-deleted": "документ удалён",
        "later-bytes pruned": "байты этой версии удалены",
        "later-revoked": "ключ отозван",
    },
    outcomes={
        "planned": "занятие запланировано",
        "enrolled": "назначение на курс",
        "withdrawn": "отмена назначения",
        "came_in": "приход на занятие",
        "went_out": "уход с занятия",
        "attended": "посещение",
        "absent": "неявка",
        "started": "начало обучения",
        "progressed": "ход обучения",
        "completed": "прохождение",
        "passed": "успешная сдача",
        "failed": "неуспешная сдача",
        "scored": "оценка",
        "satisfied": "условие курса выполнено",
        "waived": "зачёт без обучения",
        "ended": "окончание сеанса",
        "abandoned": "сеанс прерван",
        "certified": "выдача сертификата",
        "forfeited": "отзыв сертификата",
        "rated": "отзыв о курсе",
    },
    statuses={
        "enrolled": "назначен",
        "in progress": "изучается",
        "attended": "посещён",
        "completed": "пройден",
        "passed": "сдан",
        "failed": "не сдан",
        "waived": "зачтён без обучения",
        "withdrawn": "назначение отменено",
    },
    certificates={
        "assigned": "назначена",
        "in progress": "обучение идёт",
        "certified": "сертификат действует",
        "due": "пора продлить сертификат",
        "expired": "срок сертификата истёк",
        "revoked": "сертификат аннулирован",
        "exempt": "освобождение",
    },
)


def wording(languages: Sequence[str]) -> Wording:
    """The language that the reader likes best, of those that there are; else English."""
    for tag in languages:
        primary = tag.partition("-")[0].partition("_")[0].lower()
        for one in (RUSSIAN, ENGLISH):
            if primary == one.language:
                return one
    return ENGLISH
