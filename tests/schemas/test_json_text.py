from __future__ import annotations

import json
from time import perf_counter

import pytest

from lrs.domain.errors import InvalidStatement, MalformedJson, TooLarge
from schemas import parse_json, parse_statements
from schemas.json_text import values_of

MEGABYTE = 1_000_000


def nested(levels: int) -> bytes:
    """An object that nests to this many levels, itself the first."""
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


def fault(body: bytes) -> tuple[str, str | None]:
    with pytest.raises(MalformedJson) as caught:
        parse_statements(body)
    return caught.value.code, caught.value.pointer


def test_one_object_is_one_statement_and_no_array() -> None:
    """xAPI 1.0.3 part 3, 2.1.2: a body is a statement or an array of them."""
    parsed, was_array = parse_statements('\r\n\t {"имя": 1.10} '.encode())
    assert not was_array
    assert [p.value for p in parsed] == [{"имя": 1.1}]
    assert [p.text.decode() for p in parsed] == ['{"имя": 1.10}']


def test_each_element_of_an_array_keeps_its_own_bytes() -> None:
    """What is stored is what was received, byte for byte: spaces, escapes and number forms."""
    texts = ['{"a" : 1e2 }', '{"\\u0061":"[{\\"]"}', '{"b":["ё",{}]}']
    parsed, was_array = parse_statements(f" [ {' , '.join(texts)} ] ".encode())
    assert was_array
    assert [p.text.decode() for p in parsed] == texts
    assert [p.value for p in parsed] == [json.loads(text) for text in texts]


@pytest.mark.parametrize("body", [b"[]", b" [ ] "])
def test_an_empty_array_holds_no_statement(body: bytes) -> None:
    """xAPI 1.0.3 part 3, 2.1.2 does not forbid it."""
    assert parse_statements(body) == ([], True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{}}",
        b"{} {}",
        b"{},",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a"}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":.5}',
        b'{"a":tru}',
        b'{"a":"\n"}',
        b'{"a":"\\x"}',
        b"[{}",
        b"[{},]",
        b"[{} {}]",
        b"[,{}]",
        b"[{}]]",
        b"[{}],",
        b'{"a":"',
        b'{"a":"\\u12"}',
        b"\xc2\xa0{}",
        b'{"a":"\0"}',
        b"// {}\n{}",
    ],
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    """RFC 8259, without any of the usual leniences."""
    assert fault(body)[0] == "malformed-json"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a":1,"a":1}', "duplicate-key"),
        (b'{"a":{"b":1,"\\u0062":2}}', "duplicate-key"),
        (b'{"a":NaN}', "number-out-of-range"),
        (b'{"a":Infinity}', "number-out-of-range"),
        (b'{"a":-Infinity}', "number-out-of-range"),
        (b'{"a":1e999}', "number-out-of-range"),
        (b'{"a":-1.5e400}', "number-out-of-range"),
        (b'{"a":' + b"1" * 5000 + b"}", "number-out-of-range"),
        (b'{"a":-' + b"1" * 400 + b"}", "number-out-of-range"),
        (b'{"a":"x\\u0000"}', "forbidden-character"),
        (b'{"a":["\\ud800"]}', "forbidden-character"),
        (b'{"\\uDFFF":1}', "forbidden-character"),
        (b'{"a":{"b":"\\udc00\\ud800"}}', "forbidden-character"),
        (nested(65), "nesting-too-deep"),
        (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", "nesting-too-deep"),
    ],
)
def test_json_with_two_readings_is_refused_with_its_place(body: bytes, code: str) -> None:
    """Parsers and databases differ on these, so the statement that holds one is named."""
    assert fault(body) == (code, "")
    assert fault(b"[{},{},{}," + body + b"]") == (code, "/3")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xef\xbb\xbf{}", "byte-order-mark"),
        (b'{"a":"\xff"}', "not-utf8"),
        (b'{"a":"\xed\xa0\x80"}', "not-utf8"),
        (b'{"a":"\xc0\x80"}', "not-utf8"),
        ("{}".encode("utf-16"), "not-utf8"),
        ("{}".encode("utf-16-le"), "not-utf8"),
        ("{}".encode("utf-32-be"), "not-utf8"),
    ],
)
def test_only_utf8_without_a_mark_is_taken(body: bytes, code: str) -> None:
    """RFC 8259, 8.1."""
    assert fault(body) == (code, None)


@pytest.mark.parametrize(
    "body",
    [b'{"a":"\\ud83d\\ude00"}', b'{"a":"\\\\u0000"}', b'{"a":"\\\\ud800"}', '{"a":"😀"}'.encode()],
)
def test_whole_pairs_and_escaped_backslashes_are_no_forbidden_characters(body: bytes) -> None:
    """Only half a pair, or U+0000 itself, is refused."""
    assert parse_statements(body)[0][0].value == json.loads(body)


def test_sixty_four_levels_are_deep_enough_and_an_array_of_statements_is_none_of_them() -> None:
    """The statement is level 1, alone or in a batch; brackets in strings are no levels."""
    for body in (nested(64), b"[" + nested(64) + b"]", b'{"a":"' + b"[{" * 999 + b'"}'):
        assert parse_statements(body)[0]


def test_large_finite_numbers_stay_as_they_are() -> None:
    """xAPI 1.0.3 part 2, 2.2: at least the precision of IEEE 754; integers lose nothing."""
    number = 10**308
    assert parse_json(str(number)) == number
    assert parse_json("-12345678901234567890123") == -12345678901234567890123


@pytest.mark.parametrize(("body", "pointer"), [(b"5", ""), (b"[{},[]]", "/1"), (b"[null]", "/0")])
def test_an_element_that_is_no_object_is_no_statement(body: bytes, pointer: str) -> None:
    """It is JSON, so the fault is the statement's."""
    with pytest.raises(InvalidStatement) as caught:
        parse_statements(body)
    assert (caught.value.code, caught.value.pointer) == ("not-an-object", pointer)


def test_more_statements_than_allowed_are_too_large() -> None:
    """The limit is a setting; exactly as many pass."""
    assert len(parse_statements(b"[{},{}]", max_statements=2)[0]) == 2
    with pytest.raises(TooLarge) as caught:
        parse_statements(b"[{},{},{}]", max_statements=2)
    assert caught.value.code == "too-many-statements"


def test_other_json_may_be_of_any_type_and_is_as_strict() -> None:
    """xAPI 1.0.3 part 2, 2.2: parameters are held to the standard of statements."""
    assert parse_json(' {"mbox":"mailto:анна@example.org"} ')["mbox"].startswith("mailto:")
    assert parse_json(b"[1,null]") == [1, None]
    for text in ('{"a":1,"a":1}', "\ufeff{}", "NaN", "", "{}x", '"\ud800"', "[" * 65 + "]" * 65):
        with pytest.raises(MalformedJson):
            parse_json(text)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MEGABYTE,
        b'{"a":' * MEGABYTE,
        b'{"a":"' + b"\\" * MEGABYTE,
        b'"' * MEGABYTE,
        b'{"a":"' + b"[" * MEGABYTE,
        b'{"a":' + b"1" * MEGABYTE + b"}",
        b'{"a":0.' + b"1" * MEGABYTE + b"e999}",
        b'{"a":"' + b"\\ud800" * 200_000 + b'"}',
        b"[" + b"{}," * 9_999 + b" " * MEGABYTE,
        b'{"a":[' + b"[]," * 300_000 + b"5",
        b" " * MEGABYTE,
    ],
)
def test_hostile_bodies_are_refused_in_linear_time(body: bytes) -> None:
    """A megabyte takes milliseconds, and never the interpreter's stack."""
    start = perf_counter()
    with pytest.raises((MalformedJson, InvalidStatement, TooLarge)):
        parse_statements(body)
    assert perf_counter() - start < 10


def test_no_message_echoes_what_was_sent() -> None:
    """A body may hold personal data; an error is logged and passed on."""
    for body in (b'{"S3cret":1,"S3cret":2}', b'{"a":"S3cret', b'{"a":"S3cret\\u0000"}'):
        with pytest.raises(MalformedJson) as caught:
            parse_statements(body)
        assert "S3cret" not in f"{caught.value} {caught.value.detail} {caught.value.pointer}"


@pytest.mark.parametrize(
    ("body", "most"),
    [
        (b'{"a":[' + b"[]," * 200 + b"1]}", 100),
        (b'{"a":[' + b"1," * 200 + b"1]}", 100),
        (b'{"a":[' + b'{"b":1},' * 200 + b"1]}", 100),
        (b"[" + b",".join([b'{"a":[1,2,3,4,5,6,7]}'] * 200) + b"]", 1_000),
        (b'[{"a":1},{"a":[' + b"1," * 200 + b"1]}]", 1_000),
    ],
)
def test_too_many_values_are_refused(body: bytes, most: int) -> None:
    """In all, and in one statement a tenth of that."""
    with pytest.raises(TooLarge, match="values"):
        parse_statements(body, max_values=most)
    assert parse_statements(body, max_values=100 * most)


def test_what_stands_in_texts_is_no_value() -> None:
    """An essay with a hundred thousand commas is one."""
    note = b'{"a":"%b"}' % (b"," * 5_000)
    assert parse_statements(note, max_values=1_000)
    essay = b'{"a":"' + rb"\",[{ " * 100_000 + b'"}'
    assert parse_statements(essay, max_values=1_000)
    assert values_of(essay) < 10
