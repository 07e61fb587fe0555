"""The report of an uncaught error: its lines, and that there are six at most."""

import pytest

from turmeric.reading.reader import read_all
from turmeric.vocabulary.errors import ProgramError, SourceError, failure
from turmeric.vocabulary.report import report
from turmeric.vocabulary.spans import Span, remember_text
from turmeric.vocabulary.structs import ERROR, Struct, StructType

FILE = "report-test.tur"
TEXT = '(defn f [x]\n\n  (+ x "a"))\n\n(f 1)\n'
PLACE = Span(FILE, 3, 3, 3, 12)


@pytest.fixture(autouse=True)
def text():
    remember_text(FILE, TEXT)


def an_error(**changes):
    error = failure("type-error", '+ expects numbers, got "a"', span=PLACE)
    for name, value in changes.items():
        setattr(error, name, value)
    return error


def test_message_place_excerpt():
    assert report(an_error()).split("\n") == [
        'type-error: + expects numbers, got "a"',
        "  at report-test.tur:3:3",
        '  3 |   (+ x "a"))',
        "    |   ^~~~~~~~~",
    ]


def test_pending_functions():
    calls = (("f", PLACE), ("g", Span(FILE, 5, 1, 5, 6)), ("h", None))
    lines = report(an_error(trace=calls)).split("\n")
    assert lines[1] == "  at report-test.tur:3:3 in f"
    assert lines[-1] == "  in g (report-test.tur:5), h"


def test_pending_functions_are_counted_when_many():
    calls = tuple((f"f{n}", Span(FILE, n + 10, 1, n + 10, 2)) for n in range(18))
    lines = report(an_error(trace=calls)).split("\n")
    assert lines[1] == "  at report-test.tur:3:3"
    assert lines[-1].startswith("  in f0 (report-test.tur:10), f1 (report-test.tur:11), ")
    assert lines[-1].endswith("f5 (report-test.tur:15) and 12 more")


def test_without_a_place():
    assert report(failure("error", "no")) == "error: no"
    assert report(an_error(span=None, trace=(("f", PLACE),))).split("\n")[1] == "  at report-test.tur:3:3 in f"


def test_without_the_text():
    error = failure("error", "no", span=Span("no-such-file.tur", 1, 1, 1, 2))
    assert report(error) == "error: no\n  at no-such-file.tur:1:1"


def test_values_that_are_no_errors():
    assert report(ProgramError("a")) == 'thrown: "a"'
    point = Struct(StructType("m", "point", ("x",)), (1,))
    assert report(ProgramError(point)) == "thrown: (point 1)"
    code = Struct(StructType("m", "my-error", ("code",), kind=ERROR), (7,))
    assert report(ProgramError(code)) == "my-error: (my-error 7)"


def test_source_error_points_at_both_places():
    with pytest.raises(SourceError) as caught:
        read_all("(f\n  [1 2", "unclosed.tur")
    assert report(caught.value).split("\n") == [
        "read-error: expected `]` but the input ended",
        "  at unclosed.tur:2:7",
        "  2 |   [1 2",
        "    |       ^",
        "  opened here: unclosed.tur:2:3",
    ]


@pytest.mark.parametrize("message", ["one\ntwo\nthree\n" * 5, "x" * 10_000, "a\x1b[31mb\u2028c\x85d", ""])
def test_never_more_than_six_lines(message):
    error = SourceError(failure("read-error", message).value, PLACE)
    error.related = ("opened here", PLACE)
    error.trace = tuple((f"odd\nname{n}", PLACE) for n in range(100))
    text = report(error)
    assert len(text.splitlines()) == 6
    assert all(len(line) < 400 for line in text.splitlines())
    assert "\x1b" not in text
    assert len(report(error, color=True).splitlines()) == 6


def test_color():
    assert report(failure("error", "no"), color=True) == "\x1b[1;31merror\x1b[0m: no"
