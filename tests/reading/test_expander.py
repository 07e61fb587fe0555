"""The expander on its own: names, marks, places, and the shapes of core forms."""

from __future__ import annotations

import pytest

from turmeric.assembly.session import Session
from turmeric.reading import core
from turmeric.reading.core import Call, Const, Core, Global, If, Lambda, Let, Letrec, Local, Loop, Marked, Recur, Seq
from turmeric.reading.reader import read_all
from turmeric.reading.scope import Scope
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.symbols import Symbol, symbol


@pytest.fixture(scope="module")
def session() -> Session:
    return Session([])


@pytest.fixture
def expand(session: Session):  # type: ignore[no-untyped-def]
    """The core form of a text's one form, in an empty module."""

    def expanded(text: str) -> Core:
        expander = session.pipeline(session.new_module("user")).expander
        (form,) = read_all(text, "<test>")
        return expander.expand(form.datum, Scope(), None, form.span)

    return expanded


SHAPES = {
    "5": Const,
    "'a": Const,
    "[1 2]": Const,
    "['a {:k 'b}]": Const,
    "[x]": Call,
    "x": Global,
    "(f x)": Call,
    "(if 1 2)": If,
    "(do 1 2)": Seq,
    "(let [a 1] a)": Let,
    "(letrec [f (fn [] (f))] f)": Letrec,
    "(fn [] 1)": Lambda,
    "(fn f [] (f))": Letrec,
    "(fn f [] 1)": Lambda,
    "(reset 1)": Marked,
    "(try 1 (catch [e] 2))": Marked,
    "(do (defer 1) 2)": Marked,
    "(when 1 2)": If,
}


@pytest.mark.parametrize("text", SHAPES)
def test_shape(text: str, expand) -> None:  # type: ignore[no-untyped-def]
    assert type(expand(text)) is SHAPES[text]


def test_a_constant_collection_holds_values_not_code(expand) -> None:  # type: ignore[no-untyped-def]
    assert list(expand("['a]").value) == [symbol("a")]


def test_a_local_name_hides_a_special_form(expand) -> None:  # type: ignore[no-untyped-def]
    made = expand("(let [if 1] (if 1 2))")
    assert isinstance(made, Let) and isinstance(made.body, Call)
    assert isinstance(made.body.function, Local) and made.body.function.var is made.var


def test_names_with_other_marks_are_other_names() -> None:
    scope = Scope()
    plain = scope.bind(symbol("tmp"))
    marked = scope.bind(symbol("tmp").with_mark((1, "m")))
    assert scope.find("tmp", ()) is plain
    assert scope.find("tmp", ((1, "m"),)) is marked
    assert scope.find("tmp", ((2, "m"),)) is None


def test_an_inner_scope_hides_an_outer_one() -> None:
    outer = Scope()
    hidden = outer.bind(symbol("a"))
    inner = Scope(Scope(outer))
    assert inner.find("a", ()) is hidden
    own = inner.bind(symbol("a"))
    assert inner.find("a", ()) is own and inner.visible() == {"a"}


def test_a_template_symbol_has_no_place(session: Session) -> None:
    made = session.evaluate("`(a ~'b)")
    assert isinstance(made.head, Symbol) and made.head.span is None and made.head.marks


def test_set_marks_the_variable(expand) -> None:  # type: ignore[no-untyped-def]
    made = expand("(let [a 1 b 2] (set! a 2))")
    assert made.var.assigned and not made.body.var.assigned


def test_only_what_may_be_read_early_is_early(expand) -> None:  # type: ignore[no-untyped-def]
    made = expand("(do (defn f [] x) (def x 1) (def y 2) y)")
    assert isinstance(made, Let) and made.var.name == "x" and made.var.early and made.var.assigned


def test_neighbouring_functions_share_a_letrec(expand) -> None:  # type: ignore[no-untyped-def]
    made = expand("(do (defn f [] (g)) (defn g [] (f)) (f))")
    assert isinstance(made, Letrec) and [var.name for var, _ in made.bindings] == ["f", "g"]


def test_recur_finds_its_loop(expand) -> None:  # type: ignore[no-untyped-def]
    made = expand("(loop [] (recur))")
    assert isinstance(made, Loop) and isinstance(made.body, Recur) and made.body.target is made.target


def test_reset_of_a_thunk_calls_it(expand) -> None:  # type: ignore[no-untyped-def]
    made = expand("(reset (fn [] 1))")
    assert made.kind == core.PROMPT and isinstance(made.body, Call)


MISTAKES = {
    "(if)": "expected (if test then else), got (if)",
    "(let [a] a)": "expected a value for a in the bindings of let",
    "(let 5 a)": "expected the bindings of let, [name value ...], got 5",
    "(fn 5 1)": "expected a vector of parameters, got 5",
    "(fn [a a] 1)": "the parameter `a` appears twice in `fn`",
    "(fn [a.b] 1)": "`a.b` cannot be the name of a variable",
    "(quote)": "expected (quote datum), got (quote)",
    "(recur)": "`recur` must be the last thing its loop or function does; here its value would be used",
    "(set! 5 1)": "`set!` changes variables; 5 is none (a ref is changed by set-ref!)",
    "(shift [a b] 1)": "expected (shift [k] body ...), got [a b] for [k]",
    "(try 1 (finally 1) (finally 2))": "a `try` has at most one `finally`",
    "(try 1 (catch e 2))": "expected (catch [e] ...) or (catch [e : type] ...)",
    "(try (catch [e] 1) 2)": "`catch` and `finally` come last in a `try`",
    "(match 1 2)": "expected a body after the pattern 2",
    "(match 1 [a a] -> 1)": "the name `a` appears twice in a pattern",
    "(list (def a 1))": "`def` must stand directly in a body or at the top level",
    "(list (import x))": "`import` may stand at the top level of a file only",
    "(.field)": "expected (.field value), got no value",
    "(do (def))": "expected a name after def",
    "(do (def a 1 2) a)": "expected (def a value), got (def a 1 2)",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistake(text: str, expand) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SourceError) as raised:
        expand(text)
    assert raised.value.message == MISTAKES[text]
    assert raised.value.span is not None
