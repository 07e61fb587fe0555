"""The module `logic` against models: unification as in Robinson's algorithm, constraints and
relations on lists by trying all values of a small domain; and runs that are stored half-way."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from turmeric.assembly.session import Session
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
IMPORT = """(import logic :refer [run* run === =/= fresh conde membero appendo rembero reverso distincto
                          lcons symbolo numbero stringo absento all conso])"""


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session([])
    made.activate()
    made.evaluate(IMPORT)
    return made


def answers(session: Session, program: str) -> list[object]:
    """The elements of the list that a program gives."""
    return list(session.evaluate(program))  # type: ignore[call-overload]


# Unification ---------------------------------------------------------------------------------

Term = tuple  # type: ignore[type-arg]
"""("var", name), ("atom", text), ("empty",), ("pair", first, rest), ("vector", a, ...), ("some", a)."""

VARIABLES = ("a", "b", "c", "d")
leaves = st.one_of(
    st.sampled_from(VARIABLES).map(lambda name: ("var", name)),
    st.sampled_from(["1", "2", ":k", '"s"', "nil"]).map(lambda text: ("atom", text)),
    st.just(("empty",)),
)
terms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("pair"), inner, inner),
        st.lists(inner, max_size=3).map(lambda parts: ("vector", *parts)),
        st.tuples(st.just("some"), inner),
    ),
    max_leaves=8,
)


def text_of(term: Term) -> str:
    """A term as Turmeric code; a proper list as a list."""
    kind, *parts = term
    if kind in ("var", "atom"):
        return str(parts[0])
    if kind == "empty":
        return "(list)"
    if kind == "pair":
        elements, end = unchained(term)
        if end == ("empty",):
            return f"(list {' '.join(map(text_of, elements))})"
        return f"(lcons {text_of(parts[0])} {text_of(parts[1])})"
    return f"[{' '.join(map(text_of, parts))}]" if kind == "vector" else f"(Some {text_of(parts[0])})"


def unchained(term: Term) -> tuple[list[Term], Term]:
    """The elements of a chain of pairs, and its end."""
    elements = []
    while term[0] == "pair":
        elements.append(term[1])
        term = term[2]
    return elements, term


Bindings = dict[str, Term]


def applied(bindings: Bindings, term: Term) -> Term:
    """The term with its bound variables replaced, all the way down."""
    if term[0] == "var":
        return applied(bindings, bindings[term[1]]) if term[1] in bindings else term
    return (term[0], *(applied(bindings, part) if isinstance(part, tuple) else part for part in term[1:]))


def mgu(equations: list[tuple[Term, Term]]) -> Bindings | None:
    """The most general unifier, by replacing variables in the equations that are left; None if there is none."""
    bindings: Bindings = {}
    while equations:
        left, right = (applied(bindings, side) for side in equations.pop())
        if left == right:
            continue
        if right[0] == "var":
            left, right = right, left
        if left[0] == "var":
            if left[1] in names_in(right):
                return None
            bindings[left[1]] = right
        elif left[0] != right[0] or left[0] == "atom" or len(left) != len(right):
            return None
        else:
            equations.extend(zip(left[1:], right[1:], strict=True))
    return bindings


def names_in(term: Term) -> list[str]:
    if term[0] == "var":
        return [term[1]]
    return [name for part in term[1:] if isinstance(part, tuple) for name in names_in(part)]


def shown(term: Term, names: dict[str, str]) -> str:
    """A term as an answer shows it; `names` gets a name for each variable, in order."""
    kind, *parts = term
    if kind == "var":
        return names.setdefault(parts[0], f"_.{len(names)}")
    if kind == "atom":
        return str(parts[0])
    if kind in ("empty", "pair"):
        elements, end = unchained(term)
        inside = [shown(element, names) for element in elements]
        if end != ("empty",):
            inside += [".", shown(end, names)]
        return f"({' '.join(inside)})"
    inside = [shown(part, names) for part in parts]
    return f"[{' '.join(inside)}]" if kind == "vector" else f"(Some {inside[0]})"


@EXAMPLES
@given(u=terms, v=terms, w=terms)
def test_unification(session: Session, u: Term, v: Term, w: Term) -> None:
    """Two equations have the answer that the most general unifier says."""
    bindings = mgu([(u, v), (v, w)])
    names = " ".join(VARIABLES)
    program = f"(run* [{names}] (=== {text_of(u)} {text_of(v)}) (=== {text_of(v)} {text_of(w)}))"
    found = [write(answer) for answer in answers(session, program)]
    if bindings is None:
        assert found == []
    else:
        assert applied(bindings, u) == applied(bindings, v) == applied(bindings, w)
        whole = ("vector", *(("var", name) for name in VARIABLES))
        assert found == [shown(applied(bindings, whole), {})]


@EXAMPLES
@given(u=terms, v=terms)
def test_the_terms_of_an_answer_are_equal(session: Session, u: Term, v: Term) -> None:
    program = f"(run* [x y] (fresh [{' '.join(VARIABLES)}] (=== [x y] [{text_of(u)} {text_of(v)}]) (=== x y)))"
    found = answers(session, program)
    assert len(found) == (mgu([(u, v)]) is not None)
    assert all(write(x) == write(y) for x, y in found)  # type: ignore[attr-defined]


@EXAMPLES
@given(u=terms, v=terms)
def test_disequality_is_the_opposite_of_equality(session: Session, u: Term, v: Term) -> None:
    """It fails when the terms are equal in any case, and says nothing when they never are."""
    bindings = mgu([(u, v)])
    names = " ".join(VARIABLES)
    found = answers(session, f"(run* [{names}] (=/= {text_of(u)} {text_of(v)}))")
    if bindings == {}:
        assert found == []
    else:
        assert len(found) == 1
        assert isinstance(found[0], Struct) is (bindings is not None)
    both = f"(run* [{names}] (=/= {text_of(u)} {text_of(v)}) (=== {text_of(u)} {text_of(v)}))"
    assert answers(session, both) == []


# Constraints ---------------------------------------------------------------------------------

VALUES: dict[str, object] = {"0": "0", "1": "1", "'x": "x", '"s"': '"s"', "[0 'x]": ("0", "x")}
"""The domain: how each value is written, and the model of it: texts, and tuples for vectors."""

KINDS = {"symbolo": ("x",), "numbero": ("0", "1"), "stringo": ('"s"',)}
UNKNOWNS = ("a", "b", "c")

small_terms = st.recursive(
    st.sampled_from([*UNKNOWNS, *UNKNOWNS, "0", "1", "'x", '"s"']),
    lambda inner: st.tuples(inner, inner),
    max_leaves=3,
)
goals = st.one_of(
    st.tuples(st.just("=/="), small_terms, small_terms),
    st.tuples(st.just("=/="), small_terms, small_terms),
    st.tuples(st.just("==="), small_terms, small_terms),
    st.tuples(st.sampled_from(["===", "=/="]), st.sampled_from(UNKNOWNS), st.sampled_from(UNKNOWNS)),
    st.tuples(st.sampled_from(sorted(KINDS)), small_terms),
    st.tuples(st.just("absento"), st.sampled_from(["0", "'x"]), small_terms),
)


def code(term: object) -> str:
    return f"[{' '.join(map(code, term))}]" if isinstance(term, tuple) else str(term)


def goal_code(goal: tuple[object, ...]) -> str:
    return f"({goal[0]} {' '.join(map(code, goal[1:]))})"


def value_of(term: object, values: dict[str, object]) -> object:
    """The model of a term, given those of its variables."""
    if isinstance(term, tuple):
        return tuple(value_of(part, values) for part in term)
    return values.get(str(term), str(term).removeprefix("'"))


def holds(goal: tuple[object, ...], values: dict[str, object]) -> bool:
    name, *terms = goal
    models = [value_of(term, values) for term in terms]
    if name == "===":
        return models[0] == models[1]
    if name == "=/=":
        return models[0] != models[1]
    if name == "absento":
        return models[0] not in leaves_of(models[1])
    return models[0] in KINDS[str(name)]


def leaves_of(model: object) -> list[object]:
    return [leaf for part in model for leaf in leaves_of(part)] if isinstance(model, tuple) else [model]


def assignments() -> Iterator[dict[str, object]]:
    for values in itertools.product(VALUES.values(), repeat=len(UNKNOWNS)):
        yield dict(zip(UNKNOWNS, values, strict=True))


def model_of(value: object) -> object:
    """The model of a value that Turmeric gave."""
    return tuple(map(model_of, value)) if isinstance(value, Vector) else write(value)


@EXAMPLES
@given(chosen=st.lists(goals, min_size=1, max_size=5), data=st.data())
def test_constraints_leave_the_values_for_which_they_hold(
    session: Session, chosen: list[tuple[object, ...]], data: st.DataObject
) -> None:
    """Whatever the order of constraints and choices."""
    choices = [f"(membero {name} (list {' '.join(VALUES)}))" for name in UNKNOWNS]
    order = data.draw(st.permutations([*map(goal_code, chosen), *choices]))
    found = answers(session, f"(run* [{' '.join(UNKNOWNS)}] {' '.join(order)})")
    wanted = [tuple(values.values()) for values in assignments() if all(holds(goal, values) for goal in chosen)]
    assert sorted(map(repr, map(model_of, found))) == sorted(map(repr, wanted))


@EXAMPLES
@given(chosen=st.lists(goals, min_size=1, max_size=5))
def test_an_answer_says_what_holds(session: Session, chosen: list[tuple[object, ...]]) -> None:
    """Of all values exactly those for which the goals hold fit the answer and its constraints."""
    found = answers(session, f"(run* [{' '.join(UNKNOWNS)}] {' '.join(map(goal_code, chosen))})")
    for values in assignments():
        whole = tuple(values.values())
        wanted = all(holds(goal, values) for goal in chosen)
        assert any(fits(answer, whole) for answer in found) is wanted, (found, whole)


def fits(answer: object, whole: object) -> bool:
    """Whether an answer stands for a value, among others."""
    constraints: object = []
    if isinstance(answer, Struct):
        answer, constraints = answer.values
    names: dict[str, object] = {}
    if not matches(model_of(answer), whole, names):
        return False
    assert isinstance(constraints, list | List)
    return all(holds(tuple(map(model_of, constraint)), names) for constraint in constraints)


def matches(pattern: object, value: object, names: dict[str, object]) -> bool:
    if isinstance(pattern, str) and pattern.startswith("_."):
        return names.setdefault(pattern, value) == value
    if isinstance(pattern, tuple) and isinstance(value, tuple) and len(pattern) == len(value):
        return all(matches(part, inside, names) for part, inside in zip(pattern, value, strict=True))
    return pattern == value


@EXAMPLES
@given(chosen=st.lists(goals, min_size=1, max_size=5))
def test_no_constraint_of_an_answer_follows_from_another(session: Session, chosen: list[tuple[object, ...]]) -> None:
    """The disequalities of an answer, each with one of the others denied, can still be broken."""
    for answer in answers(session, f"(run* [{' '.join(UNKNOWNS)}] {' '.join(map(goal_code, chosen))})"):
        if not isinstance(answer, Struct):
            continue
        differing = [form[1:] for form in map(model_of_form, answer.values[1]) if form[0] == "=/="]
        assert len(set(differing)) == len(differing)
        names = sorted({leaf for leaf in leaves_of(tuple(differing)) if str(leaf).startswith("_.")}, key=str)
        for kept, broken in itertools.permutations(differing, 2):
            stated = f"(=/= {' '.join(map(quoted, kept))}) (=== {' '.join(map(quoted, broken))})"
            program = f"(run 1 [q] (fresh [{' '.join(map(quoted, names))}] {stated}))"
            assert answers(session, program), (kept, broken)


def model_of_form(form: List) -> tuple[object, ...]:
    return tuple(map(model_of, form))


def quoted(model: object) -> str:
    """A model as code, in which names of answers are variables."""
    if isinstance(model, tuple):
        return f"[{' '.join(map(quoted, model))}]"
    text = str(model)
    return text.replace("_.", "v") if text.startswith("_.") else "'x" if text == "x" else text


# Relations on lists --------------------------------------------------------------------------

numbers = st.lists(st.integers(0, 3), max_size=6)


def code_of_list(values: list[int]) -> str:
    return f"(list {' '.join(map(str, values))})"


@EXAMPLES
@given(values=numbers)
def test_appendo_gives_all_splits_in_order(session: Session, values: list[int]) -> None:
    found = answers(session, f"(run* [x y] (appendo x y {code_of_list(values)}))")
    splits = [(values[:place], values[place:]) for place in range(len(values) + 1)]
    assert [tuple(map(list, answer)) for answer in found] == splits  # type: ignore[call-overload]


@EXAMPLES
@given(values=numbers, more=numbers)
def test_appendo_joins(session: Session, values: list[int], more: list[int]) -> None:
    left, right, both = map(code_of_list, (values, more, values + more))
    assert list(map(list, answers(session, f"(run* [q] (appendo {left} {right} q))"))) == [values + more]  # type: ignore[call-overload]
    assert list(map(list, answers(session, f"(run* [q] (appendo q {right} {both}))"))) == [values]  # type: ignore[call-overload]


@EXAMPLES
@given(values=numbers, value=st.integers(0, 3))
def test_relations_on_known_lists(session: Session, values: list[int], value: int) -> None:
    l = code_of_list(values)  # noqa: E741
    assert answers(session, f"(run* [q] (membero q {l}))") == values
    assert len(answers(session, f"(run* [q] (membero {value} {l}))")) == values.count(value)
    without = list(values)
    if value in without:
        without.remove(value)
    assert list(map(list, answers(session, f"(run* [q] (rembero {value} {l} q))"))) == [without]  # type: ignore[call-overload]
    for goal in (f"(reverso {l} q)", f"(reverso q {l})"):
        assert list(map(list, answers(session, f"(run* [q] {goal})"))) == [values[::-1]]  # type: ignore[call-overload]
    assert len(answers(session, f"(run* [] (distincto {l}))")) == (len(set(values)) == len(values))


# Searches of some size, and stored ones ------------------------------------------------------


def test_a_hundred_and_one_splits(session: Session) -> None:
    assert len(answers(session, "(run* [x y] (appendo x y (range 100)))")) == 101


def test_depth_is_bounded_by_memory_alone(session: Session) -> None:
    """Terms and searches may be deeper than Python's stack."""
    nested = "(loop [i 0 t 1] (if (= i 20000) t (recur (+ i 1) [t])))"
    assert len(answers(session, f"(run* [q] (=== {nested} {nested}))")) == 1
    assert len(answers(session, f"(run* [q] (=== q {nested}))")) == 1
    chain = "(loop [i 0 t x] (if (= i 20000) t (recur (+ i 1) (lcons i t))))"
    assert len(answers(session, f"(run* [q] (fresh [x] (=== q {chain}) (=== x (list))))")[0]) == 20000  # type: ignore[arg-type]
    counting = "(defn count-to [n] (if (= n 0) (=== 1 1) (fresh [x] (=== x n) (count-to (- n 1)))))"
    assert len(answers(session, f"{counting} (run 1 [q] (count-to 20000))")) == 1


ZEBRA = """
(struct house [nation smoke drink pet colour])
(defn right-of [left right houses]
  (fresh [first more]
    (conso first more houses)
    (conde
      [(=== first left) (fresh [others] (conso right others more))]
      [(right-of left right more)])))
(defn next-to [a b houses] (conde [(right-of a b houses)] [(right-of b a houses)]))
(defn known [facts then]
  (fresh [nation smoke drink pet colour] (then (merge (house nation smoke drink pet colour) facts))))
(defn one-of [facts houses] (known facts (fn [house] (membero house houses))))
(defn two-of [relation a b houses] (known a (fn [x] (known b (fn [y] (relation x y houses))))))
(defn zebra [houses]
  (all
    (fresh [b d e]
      (known {:nation 'norwegian} (fn [a] (known {:drink 'milk} (fn [c] (=== houses (list a b c d e)))))))
    (one-of {:nation 'english :colour 'red} houses)
    (two-of right-of {:colour 'ivory} {:drink 'coffee :colour 'green} houses)
    (two-of next-to {:nation 'norwegian} {:colour 'blue} houses)
    (one-of {:smoke 'kools :colour 'yellow} houses)
    (one-of {:nation 'spanish :pet 'dog} houses)
    (one-of {:nation 'ukrainian :drink 'tea} houses)
    (one-of {:nation 'japanese :smoke 'parliaments} houses)
    (one-of {:smoke 'oldgolds :pet 'snails} houses)
    (one-of {:smoke 'lucky-strikes :drink 'oj} houses)
    (two-of next-to {:smoke 'kools} {:pet 'horse} houses)
    (two-of next-to {:smoke 'chesterfields} {:pet 'fox} houses)
    (one-of {:pet 'zebra} houses)))
"""


def test_zebra_puzzle(session: Session) -> None:
    (houses,) = answers(session, f"{ZEBRA} (run* [q] (zebra q))")
    owners = {write(house.values[3]): write(house.values[0]) for house in houses}  # type: ignore[attr-defined]
    assert owners == {
        "fox": "norwegian", "horse": "ukrainian", "snails": "english", "dog": "spanish", "zebra": "japanese",
    }  # fmt: skip


INTERPRETER = """
(defn looked-up [name env value]
  (fresh [other its-value outer]
    (=== env (lcons [other its-value] outer))
    (conde [(=== name other) (=== value its-value)]
           [(=/= name other) (looked-up name outer value)])))
(defn unbound [name env]
  (conde [(=== env (list))]
         [(fresh [other value outer]
            (=== env (lcons [other value] outer)) (=/= name other) (unbound name outer))]))
(defn all-evaluated [expressions env values]
  (conde [(=== expressions (list)) (=== values (list))]
         [(fresh [first rest value others]
            (=== expressions (lcons first rest)) (=== values (lcons value others))
            (evaluated first env value) (all-evaluated rest env others))]))
(defn evaluated [expression env value]
  (conde
    [(=== expression (list 'quote value)) (unbound 'quote env) (absento 'closure value)]
    [(fresh [parts]
       (=== expression (lcons 'list parts)) (unbound 'list env) (absento 'closure parts)
       (all-evaluated parts env value))]
    [(symbolo expression) (looked-up expression env value)]
    [(fresh [f argument x body inner given]
       (=== expression (list f argument))
       (evaluated f env (list 'closure x body inner))
       (evaluated argument env given)
       (evaluated body (lcons [x given] inner) value))]
    [(fresh [x body]
       (=== expression (list 'lambda (list x) body)) (symbolo x) (unbound 'lambda env)
       (=== value (list 'closure x body env)))]))
"""


def test_a_relational_interpreter_finds_a_program_that_gives_itself(session: Session) -> None:
    (quine,) = answers(session, f"{INTERPRETER} (run 1 [q] (evaluated q (list) q))")
    assert isinstance(quine, Struct)
    half = "(lambda (_.0) (list _.0 (list 'quote _.0)))"
    assert write(quine.values[0]) == f"({half} '{half})"
    assert write(quine.values[1]) == "((=/= _.0 closure) (=/= _.0 list) (=/= _.0 quote) (symbolo _.0))"


STORED = """
(import logic :refer [run* === =/= fresh membero appendo project succeed symbolo])
(defn save-at [place x]
  (project [x]
    (do
      (when (= x place) (cloneable-shift [k] (write-file "run.bin" (serialize k)) (continue k)))
      succeed)))
(defn main []
  (println
    (run* [x y z]
      (symbolo z) (=/= z 'a) (=/= y (list 4))
      (appendo x y '(1 2 3 4))
      (save-at '(1 2) x))))
"""


def tur(directory: Path, seed: int, *words: str) -> str:
    env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "turmeric", *words], cwd=directory, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_goes_on_in_another_process(tmp_path: Path) -> None:
    """With the same answers, and from the same bytes, whatever the process."""
    (tmp_path / "search.tur").write_text(STORED)
    printed, saved = set(), set()
    for seed in (1, 2):
        printed.add(tur(tmp_path, seed, "run", "search.tur"))
        saved.add((tmp_path / "run.bin").read_bytes())
        printed.add(tur(tmp_path, seed + 2, "resume", "run.bin"))
    assert (len(printed), len(saved)) == (1, 1)
    assert printed.pop().count("such-that") == 4
