"""What the compiler relies on in Python, by itself: whoever moves to another version looks here first."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any

import pytest

from turmeric.running.compiled.sites import first_instruction


def made(text: str, lines: dict[str, int], **names: Any) -> Callable[..., Any]:
    """The function `f` of a text, in which each call of a name has the line that `lines` gives."""
    module = ast.parse(text)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in lines:
            for each in (node, node.func):
                each.lineno = each.end_lineno = lines[node.func.id]
    names["__builtins__"] = {"type": type, "int": int, "False": False}
    exec(compile(module, "<made>", "exec"), names)
    return names["f"]  # type: ignore[no-any-return]


def fails(*args: object) -> Any:
    raise KeyError


def passes(value: Any = 1) -> Any:
    return value


def frames(function: Callable[..., Any], *args: object) -> list[TracebackType]:
    """The traceback of what a function raises, from the function itself inwards."""
    found: list[TracebackType] = []
    try:
        function(*args)
    except BaseException as error:
        traceback = error.__traceback__
        while traceback is not None:
            found.append(traceback)
            traceback = traceback.tb_next
        return found[1:]
    raise AssertionError("nothing was raised")


def line_of(code: CodeType, offset: int) -> int | None:
    return next(line for start, end, line in code.co_lines() if start <= offset < end)


@pytest.mark.parametrize("text", [
    "def f(x): return a(x) + b(x) + c(x)",
    "def f(x): return a(b(x), c(x))",
    "def f(x):\n while True:\n  y = a(x) if b(x) is None else c(x)\n  return y",
    "def f(x): return (t := a(x)) if type(t2 := b(x)) is int and c(t2) else 3",
])
@pytest.mark.parametrize("failing", "abc")
def test_the_instruction_gives_the_line_of_the_call(text: str, failing: str) -> None:
    functions = {name: fails if name == failing else passes for name in "abc"}
    if "is None" in text and failing == "a":
        functions["b"] = lambda x: None
    function = made(text, {"a": 11, "b": 22, "c": 33}, **functions)
    first = frames(function, 1)[0]
    assert first.tb_frame.f_code.co_name == "f"
    assert line_of(first.tb_frame.f_code, first.tb_lasti) == {"a": 11, "b": 22, "c": 33}[failing]


def test_the_locals_of_a_traceback() -> None:
    """Parameters, variables, targets of walruses; of a free variable its value; nothing that has none yet."""
    text = "def make(free):\n def f(x):\n  y = x + 1\n  z = (w := y + 1) + fails()\n  return free\n return f"
    [first, *_] = frames(made(text + "\nf = make(7)", {}, fails=fails), 1)
    assert first.tb_frame.f_locals == {"x": 1, "y": 2, "w": 3, "free": 7}


def test_a_name_in_code_that_never_runs_is_a_free_variable() -> None:
    text = "def make(free):\n def f(x):\n  return fails()\n  if False:\n   free\n return f\nf = make(7)"
    [first, *_] = frames(made(text, {}, fails=fails), 1)
    assert first.tb_frame.f_locals == {"x": 1, "free": 7}


def test_locals_that_were_assigned_at_once() -> None:
    """Either all of them, or none."""
    text = "def f(x, y):\n x, y = y, fails(x)\n return x"
    assert frames(made(text, {}, fails=fails), 1, 2)[0].tb_frame.f_locals == {"x": 1, "y": 2}


def test_a_full_stack_leaves_the_function_that_called() -> None:
    """The traceback ends with the caller: what was called has not begun, and its arguments were evaluated."""
    seen: list[str] = []
    text = "def f(n): return note(n) + f(n + 1)"
    function = made(text, {"note": 11, "f": 22}, note=lambda n: seen.append(n) or 0)
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(limit - 100)
        found = frames(function, 0)
    finally:
        sys.setrecursionlimit(limit)
    last = found[-1]
    if last.tb_frame.f_code.co_name == "<lambda>":
        last = found[-2]
    line = line_of(last.tb_frame.f_code, last.tb_lasti)
    count = last.tb_frame.f_locals["n"]
    assert (line, len(seen)) in ((22, count + 1), (11, count))


def test_after_a_full_stack_the_limit_is_what_it_was() -> None:
    limit = sys.getrecursionlimit()
    endless = made("def f(): return f()", {})
    for _ in range(3):
        with pytest.raises(RecursionError):
            endless()
    assert sys.getrecursionlimit() == limit


def test_a_profile_function_that_raises_at_a_call() -> None:
    """The called function is in the traceback, at its start; the profile function is switched off."""
    text = "def make(free):\n def g(x):\n  return [x, free]\n def f(x):\n  return g(x)\n return f, g\nf, g = make(7)"
    names: dict[str, Any] = {}
    exec(text, names)

    def hook(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code is names["g"].__code__:
            raise KeyError

    before = sys.getprofile()
    sys.setprofile(hook)
    try:
        found = frames(names["f"], 1)
        assert sys.getprofile() is None
    finally:
        sys.setprofile(before)
    caller, called = found[0], found[1]
    assert (caller.tb_frame.f_code.co_name, called.tb_frame.f_code.co_name) == ("f", "g")
    assert called.tb_lasti < first_instruction(called.tb_frame.f_code)


def test_python_warns_of_literals_compared_by_identity(recwarn: pytest.WarningsRecorder) -> None:
    """So the compiler never makes that: `Syntax.no_literal`."""
    compile("1 is None", "<made>", "eval")
    assert [each.category for each in recwarn.list] == [SyntaxWarning]
    compile("(literal := 1) is None", "<made>", "eval")
    assert len(recwarn.list) == 1
