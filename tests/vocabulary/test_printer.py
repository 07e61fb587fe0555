"""The printer: what values look like, and that the reader reads them back."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turmeric.reading.reader import is_complete, read_all
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.numerals import integer_text, parse_number
from turmeric.vocabulary.printer import BRIEF, Limit, display, write
from turmeric.vocabulary.structs import CONSTRUCTOR, Struct, StructType
from turmeric.vocabulary.symbols import keyword, symbol

POINT = StructType("m", "point", ("x", "y"))
NONE = StructType("m", "None", (), kind=CONSTRUCTOR)


def a_list(*items):
    return lists.from_iterable(items)


def s(name):
    return symbol(name)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (-7, "-7"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1e16, "1e+16"),
        (1e-9, "1e-09"),
        (math.inf, "+inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (True, "true"),
        (False, "false"),
        (None, "nil"),
        ("a", '"a"'),
        ('a"\\\n\t\r\0', '"a\\"\\\\\\n\\t\\r\\0"'),
        ("\x1b\x7f\x85\u2028", '"\\u{1b}\\u{7f}\\u{85}\\u{2028}"'),
        ("é日\U0001f600", '"é日\U0001f600"'),
        ("\ud800", '"\\u{d800}"'),
        (b"a\x00\xff\"\\\n", '#b"a\\0\\xff\\"\\\\\\n"'),
        (keyword("kw"), ":kw"),
        (keyword("a b"), '#keyword"a b"'),
        (keyword(""), '#keyword""'),
        (s("a.b"), "a.b"),
        (s("a b"), '#symbol"a b"'),
        (s(""), '#symbol""'),
        (s("12"), '#symbol"12"'),
        (s("-1x"), '#symbol"-1x"'),
        (s(".5"), '#symbol".5"'),
        (s("nil"), '#symbol"nil"'),
        (s(":a"), '#symbol":a"'),
        (s(":"), ":"),
        (s("'a"), "#symbol\"'a\""),
        (s("#a"), '#symbol"#a"'),
        (s("a#"), "a#"),
        (lists.EMPTY, "()"),
        (a_list(1, a_list("b"), lists.EMPTY), '(1 ("b") ())'),
        (a_list(s("quote"), s("x")), "'x"),
        (a_list(s("quasiquote"), a_list(s("unquote"), s("x"), s("y"))), "`(unquote x y)"),
        (a_list(s("unquote-splicing"), s("x")), "~@x"),
        (a_list(s("unquote"), a_list(s("deref"), s("x"))), "~ @x"),
        (a_list(s("quote")), "(quote)"),
        (vectors.from_iterable([1, 2]), "[1 2]"),
        (vectors.EMPTY, "[]"),
        (maps.from_pairs([(keyword("a"), 1), (keyword("b"), 2)]), "{:a 1, :b 2}"),
        (maps.EMPTY, "{}"),
        (sets.from_iterable([1, 2]), "#{1 2}"),
        (Struct(POINT, (1, "a")), '(point 1 "a")'),
        (NONE.nullary, "(None)"),
        (POINT, "#<type m.point>"),
        (datetime.date(2020, 1, 2), "#<python datetime.date datetime.date(2020, 1, 2)>"),
        (object(), "#<python object>"),
        ([1], "#<python list [1]>"),
    ],
)
def test_write(value, text):
    assert write(value) == text


def test_display_shows_strings_raw_at_the_top_only():
    assert display('a "b"\n') == 'a "b"\n'
    assert display(a_list("a")) == '("a")'
    assert display(None) == "nil"


def test_python_objects_that_fail_or_say_too_much():
    class Broken:
        def __repr__(self):
            raise RuntimeError

    class Long:
        def __repr__(self):
            return "x\n" * 1000

    assert write(Broken()).startswith("#<python ")
    assert "\n" not in write(Long())
    assert len(write(Long())) < 200


def test_objects_of_the_run_time_describe_themselves():
    kind = type("Closure", (), {"describe": lambda self: "#<function f>", "__module__": "turmeric.running.values"})
    assert write(a_list(kind())) == "(#<function f>)"


def test_replaced():
    point = Struct(POINT, (1, 2))
    assert write(a_list(point, 3), {id(point): "<1|2>"}) == "(<1|2> 3)"
    assert display(point, {id(point): "<1|2>"}) == "<1|2>"


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [
        (vectors.from_iterable(range(9)), Limit(3, 100), "[0 1 2 ...]"),
        (vectors.from_iterable(range(3)), Limit(3, 100), "[0 1 2]"),
        (sets.from_iterable(range(9)), Limit(2, 100), "#{0 1 ...}"),
        (maps.from_pairs([(n, n) for n in range(9)]), Limit(2, 100), "{0 0, 1 1, ...}"),
        (a_list(a_list(1, 2, 3), 2, 3), Limit(2, 100), "((1 2 ...) 2 ...)"),
        ("a" * 100, Limit(2, 10), '"aaaaaaaaa...'),
        (vectors.from_iterable(range(100)), Limit(100, 10), "[0 1 2 3 4..."),
    ],
)
def test_limit(value, limit, text):
    assert write(value, limit=limit) == text


def test_limit_of_display():
    assert display("abcdef", limit=Limit(1, 3)) == "abc..."
    assert display("abc", limit=Limit(1, 3)) == "abc"
    assert len(write("a" * 10_000, limit=BRIEF)) <= 83


def test_deep_nesting():
    nested = lists.EMPTY
    for _ in range(1_000_000):
        nested = lists.cons(nested, lists.EMPTY)
    assert write(nested) == "(" * 1_000_001 + ")" * 1_000_001
    assert write(nested, limit=Limit(3, 10)) == "(" * 10 + "..."


def names():
    odd = st.sampled_from(["true", "nan", "+inf", "1", "-", "...", "a b"])
    return odd | st.text(st.characters(codec="utf-8"), max_size=6)


def scalars():
    return (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(st.characters(codec="utf-8"))
        | st.binary()
        | names().map(symbol)
        | names().map(keyword)
    )


SUGAR_NAMES = st.sampled_from(["quote", "quasiquote", "unquote", "unquote-splicing", "deref"]).map(symbol)


def data():
    return st.recursive(
        scalars(),
        lambda inner: (
            st.lists(inner, max_size=4).map(lists.from_iterable)
            | st.tuples(SUGAR_NAMES, inner).map(lists.from_iterable)
            | st.lists(inner, max_size=4).map(vectors.from_iterable)
            | st.lists(inner, max_size=4).map(sets.from_iterable)
            | st.lists(st.tuples(inner, inner), max_size=4).map(maps.from_pairs)
        ),
        max_leaves=20,
    )


@given(data())
def test_what_is_written_reads_back(value):
    text = write(value)
    (form,) = read_all(text, "t.tur")
    assert equal(form.datum, value)
    assert write(form.datum) == text


@given(st.integers(0, 30_000), st.integers(-3, 3), st.integers(2, 10))
def test_integers_of_any_size(exponent, offset, base):
    number = base**exponent + offset
    assert parse_number(integer_text(number)) == number
    assert integer_text(-number) == ("-" + integer_text(number) if number > 0 else integer_text(-number))


@given(st.text(st.sampled_from("()[]{}#'`~@\"\\;|:, \n1ax.+-_{}u"), max_size=12))
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        forms = read_all(text, "t.tur")
    except SourceError as error:
        assert error.span is not None
        assert 1 <= error.span.line <= text.count("\n") + 1
        return
    assert is_complete(text)
    for form in forms:
        assert equal(read_all(write(form.datum), "t.tur")[0].datum, form.datum)
