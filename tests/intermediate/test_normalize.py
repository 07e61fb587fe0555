"""The normalizer: what is named, in which order, and what leaves a frame."""

from __future__ import annotations

import pytest

from turmeric.intermediate.printing import print_code
from turmeric.reading.exits import LATE

CASES = {
    "primitives nest": (
        "(defn f [a b] (+ 1 (* a b)))",
        """
        fn user.f(a.1, b.2)
          core.+(1, core.*(a.1, b.2))
        """,
    ),
    "a call that is not last is named": (
        "(defn f [a] (+ 1 (g a)))",
        """
        fn user.f(a.1)
          let %.2 = user.g(a.1)  ; point g {}
          core.+(1, %.2)
        """,
    ),
    "a call in tail position leaves no frame": (
        "(defn f [a] (let [b (+ a 1)] (if a (g b) (do (g a)))))",
        """
        fn user.f(a.1)
          b.2 = core.+(a.1, 1)
          if a.1
            user.g(b.2)
          else
            user.g(a.1)
        """,
    ),
    "a let of a call is that call's frame": (
        "(defn f [a] (let [b (g a)] (h b a)))",
        """
        fn user.f(a.1)
          let b.3 = user.g(a.1)  ; point g {a.1}
          user.h(b.3, a.1)
        """,
    ),
    "what a later operand could disturb is named first": (
        "(defn f [r] (list @r (g r) @r))",
        """
        fn user.f(r.1)
          %.3 = core.deref(r.1)
          let %.2 = user.g(r.1)  ; point g {r.1, %.3}
          core.list(%.3, %.2, core.deref(r.1))
        """,
    ),
    "an assigned variable is a cell": (
        "(defn f [n] (set! n (+ n 1)) n)",
        """
        fn user.f(n.1)
          n.2 = cell(n.1)
          %.3 = @n.2 := core.+(@n.2, 1)
          @n.2
        """,
    ),
    "branches that meet": (
        "(defn f [a] (list (if a (g a) 2)))",
        """
        fn user.f(a.1)
          let %.3 =  ; point if {}
            if a.1
              let %.4 = user.g(a.1)  ; point g {}
              %.4
            else
              2
          core.list(%.3)
        """,
    ),
    "simple branches are chosen in place": (
        "(defn f [a] (list (if a 1 2)))",
        """
        fn user.f(a.1)
          core.list((a.1 ? 1 : 2))
        """,
    ),
    "a loop": (
        "(defn f [n] (loop [i 0] (if (< i n) (recur (+ i 1)) i)))",
        """
        fn user.f(n.1)
          start.2 = 0
          i.3 = start.2
          loop i.4 = start.2  ; keeps {n.1}
            if core.<(i.4, n.1)
              recur(core.+(i.4, 1))
            else
              i.4
        """,
    ),
    "functions that refer to each other": (
        "(defn f [] (defn a [] (b)) (defn b [] (a)) (a))",
        """
        fn user.f()
          fix a.1 = fn user.f.a
          fix b.2 = fn user.f.b
          a.1()
        fn user.f.a() captures {b.2}
          b.2()
        fn user.f.b() captures {a.1}
          a.1()
        """,
    ),
    "keyword defaults": (
        "(defn f [&key (a 1)] a)",
        """
        fn user.f(:a %a.1)
          a.2 = (core.missing?(%a.1) ? 1 : %a.1)
          a.2
        """,
    ),
    "a clean-up": (
        "(defn f [x] (defer (g x)) (h x))",
        """
        fn user.f(x.1)
          cleanup(fn user.f.defer)
            let %.2 = user.h(x.1)  ; point h {}
            %.2
        fn user.f.defer() captures {x.1}
          user.g(x.1)
        """,
    ),
    "labels are counted": (
        "(defn f [] (g) (g) (h) 1)",
        """
        fn user.f()
          let %.1 = user.g()  ; point g {}
          let %.2 = user.g()  ; point g.2 {}
          let %.3 = user.h()  ; point h {}
          1
        """,
    ),
    "leaving in tail position is just the value": (
        "(defn f [a] (if a (return 1) (return (g))))",
        """
        fn user.f(a.1)
          if a.1
            1
          else
            user.g()
        """,
    ),
    "an early exit is a branch: no frame": (
        "(defn f [a] (when a (return (g))) (h) 2)",
        """
        fn user.f(a.1)
          if a.1
            user.g()
          else
            let %.2 = user.h()  ; point h {}
            2
        """,
    ),
    "an early exit with a value is an `if`": (
        "(defn f [a] (when a (return 1)) (+ a 2))",
        """
        fn user.f(a.1)
          (a.1 ? 1 : core.+(a.1, 2))
        """,
    ),
    "what would follow an exit is left out": (
        "(defn f [a] (h a (return 1) (g)))",
        """
        fn user.f(a.1)
          1
        """,
    ),
    "an exit drops the frames between, and goes on in tail position": (
        "(defn f [a] (g (if a (g (if (h) (return (h a)) 2)) 3)))",
        """
        fn user.f(a.1)
          let %.4 =  ; point if {}
            if a.1
              let %.2 = user.h()  ; point h {a.1}
              if %.2
                leave 1
                  user.h(a.1)
              else
                let %.5 = user.g(2)  ; point g {}
                %.5
            else
              3
          user.g(%.4)
        """,
    ),
    "a frame that turns out not to be needed is not dropped": (
        "(defn f [a] (+ 1 (if a (if (g) (do (h) (if a (return 1) (h))) 2) 3)))",
        """
        fn user.f(a.1)
          let %.6 =  ; point if.2 {}
            if a.1
              let %.2 = user.g()  ; point g {a.1}
              if %.2
                let %.3 = user.h()  ; point h {a.1}
                if a.1
                  leave 1
                    1
                else
                  let %.7 = user.h()  ; point h.2 {}
                  %.7
              else
                2
            else
              3
          core.+(1, %.6)
        """,
    ),
    "a value that may leave another block is computed first": (
        "(defn f [a] (g (block* b (+ (h) (return (+ (if a (leave* b 1) 2) (g)))))))",
        """
        fn user.f(a.1)
          let %.4 =  ; point block {}
            let %.2 = user.h()  ; point h {a.1}
            if a.1
              1
            else
              let %.3 = user.g()  ; point g {}
              leave 1
                core.+(2, %.3)
          user.g(%.4)
        """,
    ),
    "a block that nothing leaves is its body": (
        "(defn f [a] (block* a (block* b (g (block* c 1)))))",
        """
        fn user.f(a.1)
          user.g(1)
        """,
    ),
    "breaking out of a loop and going on in it": (
        "(defn f [a] (while (g) (when (h) (break a)) (when (h) (continue-loop)) (g)) 1)",
        """
        fn user.f(a.1)
          let %.6 =  ; point block.2 {}
            loop   ; keeps {a.1}
              let %.2 = user.g()  ; point g {a.1}
              if %.2
                let %.5 =  ; point block {a.1}
                  let %.3 = user.h()  ; point h {a.1}
                  if %.3
                    leave 1
                      a.1
                  else
                    let %.4 = user.h()  ; point h.2 {}
                    if %.4
                      nil
                    else
                      let %.7 = user.g()  ; point g.2 {}
                      %.7
                recur()
              else
                nil
          1
        """,
    ),
    "an exit out of a function is a throw to its block": (
        "(defn f [] (g (fn [x] (return x))) 1)",
        """
        fn user.f()
          %return.1 = control.fresh-identity()
          let %.2 = control.landing(%return.1)  ; point landing {%return.1}
          handler(nil, "control.escaping", "catch", %.2)
            binding("control.*extent*", core.list(core.vector(%return.1, nil, nil)))
              let %.4 = user.g(fn user.f.fn)  ; point g {}
              1
        fn user.f.fn(x.3) captures {%return.1}
          control.leave-block(%return.1, "LATE", x.3)
        """,
    ),
}


def lines(text: str) -> list[str]:
    """Lines without the indentation that all of them share."""
    import textwrap

    return textwrap.dedent(text).strip("\n").rstrip().split("\n")


@pytest.mark.parametrize("case", CASES)
def test_normal_form(case: str, compile) -> None:  # type: ignore[no-untyped-def]
    text, wanted = CASES[case]
    codes = compile("(defn g [& xs] 1) (defn h [& xs] 1) " + text)
    assert lines(print_code(codes["f"])) == lines(wanted.replace("LATE", LATE["return"]))


def test_an_exit_through_a_crossed_block_crosses_it_too(compile) -> None:  # type: ignore[no-untyped-def]
    """The inner block becomes a region because of its own exit; that makes the other exit a throw."""
    text = "(defn f [a] (block* outer (block* inner (if a (leave* outer 1) (fn [] (leave* inner 2))))))"
    code = print_code(compile(text)["f"])
    assert code.count("handler(") == 2
    assert code.count("control.leave-block(") == 2
    local = "(defn f [a] (block* outer (g (block* inner (if a (leave* outer 1) (h (leave* inner 2)))))))"
    assert "handler(" not in print_code(compile(local)["f"])


def test_same_text_gives_the_same_code(compile) -> None:  # type: ignore[no-untyped-def]
    text = "(defn f [a] (loop [i 0] (when (< i a) (let [x (f i)] (list x (fn [] x))) (recur (+ i 1)))))"
    assert print_code(compile(text)["f"]) == print_code(compile(text)["f"])


def test_a_deep_simple_expression_is_named_in_parts(compile) -> None:  # type: ignore[no-untyped-def]
    text = "(defn f [x] " + "(+ 1 " * 100 + "x" + ")" * 101
    assert max(len(line) for line in print_code(compile(text)["f"]).split("\n")) < 1000


def test_a_definition_whose_value_is_a_function_is_a_thunk(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile("(def f (fn [x] x))")["f"]
    assert code.params.variables() == []
