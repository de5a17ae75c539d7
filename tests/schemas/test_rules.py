from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas import rules


@pytest.mark.parametrize(
    "iri",
    [
        "http://v/done",
        "http://[::1]/",
        "http://[2001:db8::192.0.2.1]:8080/x",
        "http://[v1.a:b]/",
        "https://user:pass@lms.example.org:443/a/b;c=1?q=/?#frag/?",
        "urn:uuid:8f87ccde-bb56-4c2e-ab83-44982ef22df0",
        "tag:example.org,2020:course",
        "mailto:anna@example.org",
        "http://пример.рф/курс/ё?вопрос=1#ответ",
        "http://example.com/فعل/خواندن",
        "http://v/%D0%B9",
        "http://v/\U00020000?\ue000",
        "file:///c/x",
    ],
)
def test_iris_of_every_shape_are_iris(iri: str) -> None:
    """RFC 3987, 2.2."""
    assert rules.is_iri(iri)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "course/1",
        "/course/1",
        "//v/done",
        "www.example.org",
        "1http://v/",
        "ab=c://v/",
        "http://v/a b",
        " http://v/",
        "http://v/\n",
        "http://v/{a}",
        "http://v/a|b",
        'http://v/"',
        "http://v/%zz",
        "http://v/%4",
        "http://v:8a/",
        "http://[::1",
        "http://[1:2]/",
        "http://v/#a#b",
        "http://v/\u202e",
        "http://v/\ue000",
        "C:\\courses",
    ],
)
def test_what_has_no_scheme_or_forbidden_characters_is_no_iri(text: str) -> None:
    """xAPI 1.0.3 part 2, 2.2: a scheme is required; RFC 3987, 2.2 and 4.1."""
    assert not rules.is_iri(text)


@pytest.mark.parametrize(
    "text",
    [
        "http:",
        "http://",
        "https:///x",
        "http:/single",
        "http:x",
        "HTTP://",
        "https://?q",
        "http://#f",
        "http://:80/x",
        "http://anna@/x",
        "https://anna:secret@:443",
    ],
)
def test_an_http_iri_without_a_host_is_no_iri(text: str) -> None:
    """RFC 9110, 4.2.1: two packages published without an address would be one course."""
    assert not rules.is_iri(text)
    assert rules.is_iri(text.lower().replace("http", "file", 1))


def test_a_uri_is_an_iri_in_ascii() -> None:
    """xAPI 1.0.3 part 2, 2.4.2.3: openid is a URI."""
    assert rules.is_uri("https://anna.example.org/")
    assert not rules.is_uri("https://анна.example.org/")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("mailto:anna@example.org", True),
        ("mailto:a.b+c%20d@localhost", True),
        ("mailto:анна@пример.рф", True),
        ("anna@example.org", False),
        ("mailto:example.org", False),
        ("mailto:@example.org", False),
        ("mailto:anna@", False),
        ("mailto:anna@example..org", False),
        ("mailto:a@b@example.org", False),
        ("mailto:an na@example.org", False),
        ("mailto:anna@example.org?subject=x", False),
        ("mailto:anna@example.org\n", False),
        ("MAILTO:anna@example.org", False),
        ("http://anna@example.org", False),
    ],
)
def test_an_mbox_is_mailto_and_one_address(text: str, good: bool) -> None:
    """xAPI 1.0.3 part 2, 2.4.2.3."""
    assert rules.is_mbox(text) is good


@pytest.mark.parametrize(
    "tag",
    [
        "ru",
        "cmn",
        "en-US",
        "es-419",
        "sr-Latn-RS",
        "zh-cmn-Hans-CN",
        "de-CH-1996",
        "sl-rozaj-biske",
        "en-a-bbb-b-ccc",
        "en-x-a-a",
        "x-own",
        "i-klingon",
        "en-GB-oed",
        "EN-us",
        "abcdefgh",
    ],
)
def test_well_formed_language_tags(tag: str) -> None:
    """RFC 5646, 2.1."""
    assert rules.is_language_tag(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "a",
        "a12345",
        "a12345678",
        "en_US",
        "en-",
        "-en",
        "en-a",
        "en-a-bbb-a-ccc",
        "en US",
        "de-1996-1996",
        "en-toolongsubtag",
        "x",
        "i-unknown",
        "рус",
        "ru\n",
        "ſv",
        "e-US",
    ],
)
def test_malformed_language_tags(tag: str) -> None:
    """RFC 5646, 2.1; 2.2.9: no variant and no singleton twice."""
    assert not rules.is_language_tag(tag)


@pytest.mark.parametrize(
    "duration",
    [
        "PT5M",
        "P4W",
        "P0.5W",
        "P3Y",
        "P1DT12H36M0.12567S",
        "P3Y1M29DT4H35M59.14S",
        "PT16559.14S",
        "PT04H00M00S",
        "PT1H0M0,1S",
        "P1Y1.5M",
        "PT0S",
    ],
)
def test_durations(duration: str) -> None:
    """xAPI 1.0.3 part 2, 4.6; in 2.0 finer than 0.01 s is accepted too."""
    assert rules.is_duration(duration)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1YT",
        "-PT5M",
        "+PT5M",
        "PT-5M",
        "P4W1D",
        "PT1.5H1S",
        "PT.5S",
        "PT5.S",
        "PT5",
        "5M",
        "PT5M ",
        "PT5M\n",
        "pt5m",
        "PA1H0M0S",
        "P1S",
        "PT1D",
        "PT1S1M",
        "PT٥M",
        "P0001-00-00T00:00:00",
    ],
)
def test_what_is_no_duration(text: str) -> None:
    """ISO 8601:2004, 4.4.3.2, never the alternative format of 4.4.3.3."""
    assert not rules.is_duration(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-03-01T09:30:00Z", True),
        ("2026-03-01T09:30:00.123456789+00:00", True),
        ("2026-03-01T09:30:00-05:00", True),
        ("2026-03-01T09:30:00", True),
        ("2026-03-01T09:30:00-00:00", False),
        ("2026-03-01T09:30:00-0000", False),
        ("2026-03-01T09:30:00-00", False),
        ("2026-02-30T09:30:00Z", False),
        ("2026-03-01", False),
        ("2026-W09-1T09:30:00Z", True),
        ("20260301T093000Z", True),
        ("2026-03-10T24:00:00Z", True),
        ("9999-12-31T24:00:00Z", False),
        ("2026-03-01T09:30:00Z\n", False),
        ("9999-12-31T23:59:59-01:00", False),
        ("0001-01-01T00:00:00+01:00", False),
        ("", False),
    ],
)
def test_timestamps_are_those_that_the_clock_can_read(text: str, good: bool) -> None:
    """xAPI 1.0.3 part 2, 4.5."""
    assert rules.is_timestamp(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("8f87ccde-bb56-4c2e-ab83-44982ef22df0", True),
        ("8F87CCDE-BB56-4C2E-AB83-44982EF22DF0", True),
        ("8f87ccdebb564c2eab8344982ef22df0", False),
        ("{8f87ccde-bb56-4c2e-ab83-44982ef22df0}", False),
        ("urn:uuid:8f87ccde-bb56-4c2e-ab83-44982ef22df0", False),
        ("8f87ccde-bb56-4c2e-ab83-44982ef22dfg", False),
        ("8f87ccde-bb56-4c2e-ab83-44982ef22df0\n", False),
        ("", False),
    ],
)
def test_a_uuid_has_its_standard_form(text: str, good: bool) -> None:
    """xAPI 1.0.3 part 2, 4.4."""
    assert rules.is_uuid(text) is good


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (rules.is_string, ["", "a"], [5, None, True, [], {}]),
        (rules.is_boolean, [True, False], ["true", 1, 0, None]),
        (rules.is_integer, [0, -5], [True, 5.0, "5", None]),
        (rules.is_number, [5, 0.5], ["5", True, None, [5]]),
        (rules.is_scaled, [-1, 0, 1, 1.0, 0.5], [1.01, -1.01, True, "1", None]),
        (rules.is_length, [0, 27], [-1, 27.0, True, "27", None]),
        (rules.is_account_name, ["a", " "], ["", 5, None]),
        (rules.is_sha1, ["aF" * 20], ["a" * 39, "g" * 40, "a" * 41, "a" * 40 + "\n", 5]),
        (rules.is_sha2, ["aF" * 32, "0" * 96, "9" * 128], ["a" * 40, "g" * 64, "a" * 160, 5]),
        (rules.is_content_type, ["a/b", "text/plain; charset=x", "a/b+c"], ["a", "a/", "a b/c", 5]),
        (rules.is_version_1, ["1.0", "1.0.x"], ["1.1.0", "0.9.9", "2.0.0", "1.00", 1.0]),
        (rules.is_version_2, ["1.0", "1.0.9", "2.0.0", "2.0"], ["2.1.0", "3.0.0", "1.1.0", 2.0]),
    ],
)
def test_nothing_is_coerced(
    rule: Callable[[object], bool], good: list[object], bad: list[object]
) -> None:
    """xAPI 1.0.3 part 2, 2.2: the wrong data type is refused, whatever it could be read as."""
    assert all(rule(value) for value in good)
    assert not any(rule(value) for value in bad)


@pytest.mark.parametrize("rule", [getattr(rules, name) for name in rules.__all__])
def test_every_rule_takes_any_value(rule: Callable[[object], bool]) -> None:
    """A predicate answers; it never raises."""
    assert not any(rule(value) for value in (None, [], {}, [None], {"a": 1}, object()))
