"""The services of the offices, a selection, by code."""

from __future__ import annotations

SERVICES: dict[str, tuple[str, str]] = {
    "birth": ("Регистрация рождения", "Registration of a birth"),
    "paternity": ("Установление отцовства", "Acknowledgement of paternity"),
    "marriage": ("Регистрация брака", "Registration of a marriage"),
    "divorce": ("Регистрация расторжения брака", "Registration of a divorce"),
    "name-change": ("Перемена имени", "Change of name"),
    "death": ("Регистрация смерти", "Registration of a death"),
    "passport": ("Внутренний паспорт", "Internal passport"),
    "travel-passport": ("Заграничный паспорт", "Passport for travel abroad"),
    "residence": ("Регистрация по месту жительства", "Registration of residence"),
    "stay": ("Регистрация по месту пребывания", "Registration of a temporary stay"),
    "driving-licence": ("Замена водительского удостоверения", "Renewal of a driving licence"),
    "property-title": ("Регистрация права на недвижимость", "Registration of title to property"),
    "property-extract": ("Выписка из реестра недвижимости", "Extract from the property register"),
    "cadastre": ("Кадастровый учёт", "Entry in the cadastre"),
    "no-convictions": ("Справка об отсутствии судимости", "Certificate of no convictions"),
    "tax-number": ("Постановка на налоговый учёт", "Tax registration"),
    "insurance-number": ("Страховой номер", "Social insurance number"),
    "health-policy": ("Полис медицинского страхования", "Health insurance policy"),
    "kindergarten": ("Запись в детский сад", "Place in a kindergarten"),
    "school": ("Запись в школу", "Place at a school"),
    "child-benefit": ("Пособие на ребёнка", "Child benefit"),
    "large-family": ("Удостоверение многодетной семьи", "Certificate of a large family"),
    "family-capital": ("Материнский капитал", "Family capital"),
    "housing-subsidy": ("Субсидия на оплату жилья", "Housing subsidy"),
    "utilities": ("Перерасчёт коммунальных платежей", "Adjustment of utility charges"),
    "pension": ("Назначение пенсии", "Award of a pension"),
    "veteran": ("Удостоверение ветерана труда", "Labour veteran's certificate"),
    "technical-aids": ("Технические средства реабилитации", "Technical aids for the disabled"),
    "carer": ("Выплата за уход", "Carer's allowance"),
    "social-card": ("Социальная карта", "Social card"),
    "parking": ("Парковочное разрешение", "Parking permit"),
    "business": ("Регистрация предпринимателя", "Registration of a sole trader"),
    "archive": ("Архивная справка", "Certificate from the archives"),
    "online-account": ("Учётная запись портала услуг", "Account on the services portal"),
    "signature": ("Электронная подпись", "Electronic signature"),
    "appeal": ("Жалоба на решение ведомства", "Appeal against an agency's decision"),
}
"""Titles in Russian and English."""

TAUGHT = {
    "civil-status": ("birth", "paternity", "marriage", "divorce", "name-change", "death"),
    "intake": ("passport", "travel-passport", "residence", "stay", "driving-licence",
               "property-title", "property-extract", "cadastre"),
    "inclusion": ("technical-aids", "carer", "veteran", "pension"),
    "info-security": ("online-account", "signature"),
    "services-law": ("appeal", "archive", "no-convictions"),
    "onboarding": ("tax-number", "insurance-number", "health-policy", "social-card"),
}  # fmt: skip
"""Which courses teach which of them, by slug."""
