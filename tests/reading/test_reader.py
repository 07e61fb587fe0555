"""The reader: every row of the lexical table, and where its errors stand."""

import time

import pytest

from turmeric.reading.reader import is_complete, read_all, read_forms
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.lists import SourceList, from_iterable
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol, keyword, symbol


def one(text):
    (form,) = read_all(text, "t.tur")
    return form.datum


def words(text):
    return [write(form.datum) for form in read_all(text, "t.tur")]


def fault(text):
    with pytest.raises(SourceError) as caught:
        read_all(text, "t.tur")
    return caught.value


LITERALS = [
    ("42", 42),
    ("-7", -7),
    ("+7", 7),
    ("1_000", 1000),
    ("007", 7),
    ("0xff", 255),
    ("0XFF", 255),
    ("-0xff", -255),
    ("0xff_ff", 0xFFFF),
    ("0b101", 5),
    ("0o17", 15),
    ("3.14", 3.14),
    ("1e-9", 1e-9),
    ("1E9", 1e9),
    ("1e+16", 1e16),
    ("1_0.2_5", 10.25),
    ("-0.0", -0.0),
    ("0", 0),
    ("+inf", float("inf")),
    ("-inf", float("-inf")),
    ("nan", float("nan")),
    ("true", True),
    ("#t", True),
    ("false", False),
    ("#f", False),
    ("nil", None),
    (":k", keyword("k")),
    (":a/b.c", keyword("a/b.c")),
    (":10", keyword("10")),
    ('#keyword"a b"', keyword("a b")),
    ('#symbol"a b\\n"', symbol("a b\n")),
    ('#symbol""', symbol("")),
    ('""', ""),
    ('"a\\n\\t\\r\\0\\"\\\\"', 'a\n\t\r\0"\\'),
    ('"\\u{1F600}\\u{41}\\u{0}"', "\U0001f600A\0"),
    ('"two\nlines"', "two\nlines"),
    ('#"\\d+\\u{"', "\\d+\\u{"),
    ('#"two\nlines\\"', "two\nlines\\"),
    ('#b""', b""),
    ('#b"\\x00\\xffa\\n\\""', b'\x00\xffa\n"'),
]


@pytest.mark.parametrize(("text", "value"), LITERALS)
def test_literals(text, value):
    assert equal(one(text), value)
    assert type(one(text)) is type(value)


SYMBOLS = """
    order.payment.total fs.read-text fs/read-text .x ... -> ->> + - * / *user* === =/= ^multishot name# _.0 a: : & _
    x' set! nil? a|b trueish +x -x .- 日本 λ inf $ % x.0 -inf- nan? ..5 +. -...
"""


@pytest.mark.parametrize("name", SYMBOLS.split())
def test_plain_symbols(name):
    assert type(one(name)) is Symbol
    assert one(name).name == name
    assert write(one(name)) == name


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("()", lists.EMPTY),
        ("(1 2)", from_iterable([1, 2])),
        ("(1 (2) ())", from_iterable([1, from_iterable([2]), lists.EMPTY])),
        ("[1, 2]", vectors.from_iterable([1, 2])),
        ("[]", vectors.EMPTY),
        ("{:a 1, :b 2}", maps.from_pairs([(keyword("a"), 1), (keyword("b"), 2)])),
        ("#map{:a 1}", maps.from_pairs([(keyword("a"), 1)])),
        ("{}", maps.EMPTY),
        ("{1 :i 1.0 :f true :b}", maps.from_pairs([(1, keyword("i")), (1.0, keyword("f")), (True, keyword("b"))])),
        ("#{1 2}", sets.from_iterable([1, 2])),
        ("#set{1 2}", sets.from_iterable([1, 2])),
        ("#{}", sets.EMPTY),
        ("'x", from_iterable([symbol("quote"), symbol("x")])),
        ("`x", from_iterable([symbol("quasiquote"), symbol("x")])),
        ("~x", from_iterable([symbol("unquote"), symbol("x")])),
        ("~@x", from_iterable([symbol("unquote-splicing"), symbol("x")])),
        ("@x", from_iterable([symbol("deref"), symbol("x")])),
        ("~ @x", from_iterable([symbol("unquote"), from_iterable([symbol("deref"), symbol("x")])])),
        ("''()", from_iterable([symbol("quote"), from_iterable([symbol("quote"), lists.EMPTY])])),
        ("' ; why\n x", from_iterable([symbol("quote"), symbol("x")])),
    ],
)
def test_collections_and_sugar(text, datum):
    assert equal(one(text), datum)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ,,\n\t,", []),
        ("a,b", ["a", "b"]),
        ("1 ; two\n3", ["1", "3"]),
        ("1 ;", ["1"]),
        ("1 #| two\n #| nested |# x |# 3", ["1", "3"]),
        ("1 #|||# 2", ["1", "2"]),
        ("1 #|#||#|# 2", ["1", "2"]),
        ("1 #|a|#|b", ["1", "|b"]),
        ("#;1 2", ["2"]),
        ("#;#;1 2 3", ["3"]),
        ("(1 #;(2 3) 4)", ["(1 4)"]),
        ("(1 #;2)", ["(1)"]),
        ("{:a #;1 2}", ["{:a 2}"]),
        ("#;'a b", ["b"]),
        ("'#;a b", ["'b"]),
        ("#; 1", []),
        ("#!/usr/bin/env tur\n1", ["1"]),
        ("#!only", []),
        ("\ufeff#!x\n1", ["1"]),
        ("\ufeff1\xa02\u3000", ["1", "2"]),
        ("1\r\n2\r\n", ["1", "2"]),
        ('a"b"c', ["a", '"b"', "c"]),
        ("a(b)c[d]'e", ["a", "(b)", "c", "[d]", "'e"]),
        ("{:k (f x) :j (f x)}", ["{:k (f x), :j (f x)}"]),
    ],
)
def test_what_is_between_data(text, expected):
    assert words(text) == expected


ERRORS = [  # text, line, column, part of the message, place of the related span
    ("(f 1", 1, 5, "expected `)` but the input ended", (1, 1)),
    ("(f\n  [1 2\n", 3, 1, "expected `]` but the input ended", (2, 3)),
    ("#{1", 1, 4, "expected `}`", (1, 1)),
    ("\n(f ]", 2, 4, "expected `)` but found `]`", (2, 1)),
    ("(f\n 1))", 2, 4, "unexpected `)`", None),
    ("]", 1, 1, "unexpected `]`", None),
    ('\n "abc\n', 3, 1, 'expected `"` but the input ended', (2, 2)),
    ('#"abc', 1, 6, 'expected `"`', (1, 1)),
    ("a\n #| b #| c |#", 2, 14, "expected `|#`", (2, 2)),
    ("(a\n 'b '", 2, 6, "expected a datum after `'`", (2, 5)),
    ("(a ')", 1, 5, "expected a datum after `'` but found `)`", (1, 4)),
    ("(a #;)", 1, 6, "expected a datum after `#;`", (1, 4)),
    ("x\n  12abc", 2, 3, "bad number `12abc`", None),
    ("1/2", 1, 1, "bad number `1/2`", None),
    ("1.", 1, 1, "bad number `1.`", None),
    ("1__0", 1, 1, "bad number", None),
    ("1_", 1, 1, "bad number", None),
    ("1e", 1, 1, "bad number", None),
    ("1e5.0", 1, 1, "bad number", None),
    ("0x", 1, 1, "bad number", None),
    ("0xfg", 1, 1, "bad number", None),
    ("0x-1", 1, 1, "bad number", None),
    ("0b102", 1, 1, "bad number", None),
    ("1٣", 1, 1, "bad number", None),
    (".5", 1, 1, "write `0.5`", None),
    ("-.5", 1, 1, "write `-0.5`", None),
    ("1e999", 1, 1, "too large", None),
    ('"ab\n c\\q"', 2, 3, "unknown escape `\\q`", None),
    ('"\\x41"', 1, 2, "unknown escape `\\x`", None),
    ('"\\u{110000}"', 1, 2, "beyond the last character", None),
    ('"\\u{d800}"', 1, 2, "surrogate", None),
    ('"\\u{}"', 1, 2, "expected hexadecimal digits", None),
    ('"\\u{zz}"', 1, 2, "expected hexadecimal digits", None),
    ('"\\u41"', 1, 2, "expected hexadecimal digits", None),
    ('"\\u{41"', 1, 2, "expected hexadecimal digits", None),
    ('#b"a\\xg0"', 1, 5, "two hexadecimal digits", None),
    ('#b"\\u{41}"', 1, 4, "unknown escape `\\u` in bytes", None),
    ('#b"a\né"', 2, 1, "ASCII", None),
    ("#(a)", 1, 1, "unknown `#(`", None),
    ("(a #x)", 1, 4, "unknown `#x`", None),
    ("#", 1, 1, "unknown `#`", None),
    ("1\n#!x", 2, 1, "unknown `#!x`", None),
    ("#<function f>", 1, 1, "no text form", None),
    ("{:a 1 :b}", 1, 7, "value for every key, but :b has none", (1, 1)),
    ("{:a 1\n :a 2}", 2, 2, "duplicate key :a", (1, 2)),
    ("#{1 2 1}", 1, 7, "duplicate element 1", (1, 3)),
    ("#{(f) (f)}", 1, 7, "duplicate element (f)", (1, 3)),
]


@pytest.mark.parametrize(("text", "line", "column", "part", "related"), ERRORS)
def test_errors(text, line, column, part, related):
    error = fault(text)
    assert error.name == "read-error"
    assert part in error.message
    assert (error.span.line, error.span.column) == (line, column)
    assert (error.related and (error.related[1].line, error.related[1].column)) == related


def test_the_span_of_an_error_covers_the_token():
    assert fault("x\n  12abc y").span == Span("t.tur", 2, 3, 2, 8)
    assert fault('"a\\u{110000}b"').span == Span("t.tur", 1, 3, 1, 13)
    assert fault('"\\u{zz}"').span == Span("t.tur", 1, 2, 1, 4)


def test_spans():
    (first, second) = read_all('(a "x\ny"\n  [b :c])  \'d', "t.tur")
    assert first.span == Span("t.tur", 1, 1, 3, 10)
    assert first.datum.span == first.span
    assert first.datum.spans == (
        Span("t.tur", 1, 2, 1, 3),
        Span("t.tur", 1, 4, 2, 3),
        Span("t.tur", 3, 3, 3, 9),
    )
    a, _, vector = first.datum
    assert a.span == Span("t.tur", 1, 2, 1, 3)
    assert vector.spans == (Span("t.tur", 3, 4, 3, 5), Span("t.tur", 3, 6, 3, 8))
    assert isinstance(second.datum, SourceList)
    assert second.span == Span("t.tur", 3, 12, 3, 14)
    assert second.datum.spans == (Span("t.tur", 3, 12, 3, 13), Span("t.tur", 3, 13, 3, 14))
    assert one("{:a b}").spans == (Span("t.tur", 1, 2, 1, 4), Span("t.tur", 1, 5, 1, 6))
    assert one("#{a}").spans == (Span("t.tur", 1, 3, 1, 4),)
    assert one("#| \n\n |# a").span == Span("t.tur", 3, 5, 3, 6)


@pytest.mark.parametrize(
    ("text", "docs"),
    [
        (";;; Adds.\n(def x 1)", ["Adds."]),
        (";;; One.\n;;;   Two.\n;;;\n;;; Four.\n(def x 1)", ["One.\n  Two.\n\nFour."]),
        (";;; Far.\n\n(def x 1)", [None]),
        (";;; Old.\n\n;;; New.\n(def x 1)", ["New."]),
        (";; Two only.\n(def x 1)", [None]),
        (";;;; Four.\n(def x 1)", [None]),
        ("(def x 1) ;;; Behind.\n(def y 2)", [None, None]),
        ("(def x\n ;;; Within.\n)\n(def y 2)", [None, None]),
        ("(def x\n ;;; Within.\n 1) (def y 2)", [None, None]),
        (";;; A.\n(a)\n;;; B.\nb c", ["A.", "B.", None]),
        (";;; A.\r\n(a)", ["A."]),
        (";;; A.\n(a\n ;;; Inner.\n b)", ["A."]),
        (";;; A.\n;; note\n(a)", [None]),
    ],
)
def test_docs(text, docs):
    assert [form.doc for form in read_all(text, "t.tur")] == docs


INCOMPLETE = ["(", "(f [1", '"a', '(f "a', "#| x", '#b"', "{:a 1", "'", "#;", '"a\\', "#{1 '", '#"a\\', '"\\u{zz}']
COMPLETE = ["", "a", "(f)", ")", "(]", '"\\q"', "(f 12abc", "{:a}", "; (", "#| |#", "#("]


@pytest.mark.parametrize("text", INCOMPLETE)
def test_incomplete(text):
    assert not is_complete(text)


@pytest.mark.parametrize("text", COMPLETE)
def test_complete(text):
    assert is_complete(text)


def test_forms_come_one_at_a_time():
    forms = read_forms("1 2 )", "t.tur")
    assert [next(forms).datum, next(forms).datum] == [1, 2]
    with pytest.raises(SourceError):
        next(forms)


@pytest.mark.parametrize(
    ("opener", "closer", "depth"),
    [("(", ")", 100_000), ("[", "]", 100_000), ("{1 ", "}", 0), ("#{", "}", 20_000), ("'", "", 100_000), ("#;", "", 0)],
)
def test_deep_nesting(opener, closer, depth):
    text = opener * depth + "x" + closer * depth
    datum = one(text)
    assert write(datum) == text
    assert equal(datum, one(text))


@pytest.mark.parametrize("opener", ["(", "'", "#;", "{1 ", '"', "#|"])
def test_deep_nesting_unclosed(opener):
    assert not is_complete(opener * 100_001)


def test_huge_integers():
    digits = "123456789" * 5000
    number = one(digits)
    assert number % 1000 == 789
    assert write(number) == digits
    assert write(one("-" + digits)) == "-" + digits
    assert one("0x" + "f" * 10_000) == 16**10_000 - 1
    assert equal(one(write(10**4299)), 10**4299)


def test_long_strings_are_read_in_linear_time():
    started = time.perf_counter()
    assert len(one('"' + "\\n" * 200_000 + '"')) == 200_000
    assert time.perf_counter() - started < 2
