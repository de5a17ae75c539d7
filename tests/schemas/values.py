"""Single values as the standard allows them, every form of each: what the strategies draw from."""

from __future__ import annotations

from hashlib import sha256

IRIS = (
    "http://v/done",
    "HTTPS://user:pass@lms.example.org:443/a/b;c=1?q=/?#frag/?",
    "https://пример.рф/курс/ё?вопрос=%D0%B9#1",
    "http://example.com/فعل",
    "http://[::1]:80/",
    "http://[2001:db8::192.0.2.1]",
    "http://[v1.a:b]/",
    "http://v/%D0%B9%20?\ue000",
    "urn:x:1",
    "tag:a,b:c",
    "file:///c/x",
    "x:",
)

URIS = ("https://anna.example.org/", "http://[::1]/", "https://example.org/?a=%20#b")

MBOXES = (
    "mailto:a@b.org",
    "mailto:имя+%20@пример.рф",
    "mailto:o'neil.x_y~z*&=/$!@localhost",
)

TAGS = (
    "ru",
    "cmn",
    "en-US",
    "EN-us",
    "es-419",
    "sr-Latn-RS",
    "zh-cmn-Hans-CN",
    "sl-rozaj-biske",
    "de-1996",
    "en-a-bbb-b-ccc-x-d",
    "abcdefgh",
    "x-own-1",
    "i-klingon",
    "en-GB-oed",
    "sgn-BE-FR",
    "art-lojban",
)

TIMESTAMPS_2 = (
    "2026-03-01T09:30:00Z",
    "2026-03-01t09:30:00.1z",
    "2026-03-01 09:30:00.123456-03:00",
    "2026-03-01T09:30:00.123456789012+05:00",
    "2024-02-29T23:59:59-23:59",
    "2016-12-31T23:59:60Z",
    "1969-12-31T23:59:59.999999+00:00",
    "0001-01-02T00:00:00Z",
    "9999-12-30T23:59:59.999999Z",
)
"""As RFC 3339 has them, which 2.0 demands."""

TIMESTAMPS_1 = (
    "2026-03-01 09:30:00.123456-03",
    "2026-03-01T09:30:00,5+0530",
    "2026-03-01T09:30:00.5",
    "2026-03-01T09:30Z",
    "2026-03-01T09,5+03",
    "2026-03-10T24:00:00Z",
    "20260301T093000.5Z",
    "2026-W09-7T09:30:00Z",
    "2026060T0930+0300",
)
"""As ISO 8601 has them besides, which 1.0.3 allows."""

TIMESTAMPS = TIMESTAMPS_2 + TIMESTAMPS_1

DURATIONS = (
    "PT0S",
    "P1Y2M3DT4H5M6.789S",
    "PT04H00M00S",
    "P4W",
    "P0.5W",
    "P0,5D",
    "P1Y",
    "P2M",
    "PT1.123456789S",
    "PT36H",
    "PT1M",
)

CONTENT_TYPES = (
    "text/plain",
    "text/plain; charset=utf-8",
    "application/vnd.x+json",
    'image/png;a="б"',
)

BORDERS = (
    0,
    -1,
    10**17,
    -(2**63),
    10**30,
    0.1,
    -0.0,
    5e-324,
    1.7976931348623157e308,
)
"""Numbers that some library or database takes for another."""

CONTENTS = {
    sha256(content).hexdigest(): content
    for content in (b"", b"%PDF-1.7\n", b"\r\n--x\r\n\0\xff", "лист присутствия".encode())
}
"""Bytes of attachments by their SHA-256."""
