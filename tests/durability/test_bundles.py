"""Code that travels with a continuation: two processes, and the state that it sees."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from turmeric import Runtime
from turmeric.durability.code.bundling import contents_of
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.vocabulary.errors import DataError, ProgramError, TurmericError

ROOT = Path(__file__).resolve().parents[2]


def tur(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a fresh process."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "turmeric", *words], cwd=directory, env=env, capture_output=True, text=True, timeout=60
    )


PROGRAM = """
(struct item [name : string, price : int64])
(deferror broken [message])
(defeffect Rate [item])
(defdata shape (circle r) (square side))
(defclass Area [a] (area [x : a] : number))
(instance Area shape (area [s] (match s (circle r) (* 3 r r) (square a) (* a a))))
(instance Show item (show [i] (str "<" i.name ">")))
(instance Serializable shape
  (serialize [s] (match s (circle r) [:circle r] (square a) [:square a]))
  (deserialize [parts] (if (= (nth parts 0) :circle) (circle (nth parts 1)) (square (nth parts 1)))))
(def limit 10)
(def counter (ref 0))
(defdynamic *who* "nobody")
(defn unused [] (println "never"))
(defn helper [x : int64] (if (> x limit) (throw (broken "too much")) (* x 2)))
(defn sum [items : vector] (reduce (fn [a i : item] (+ a i.price)) 0 items))
(defn ask [question]
  (cloneable-shift [k] (write-file "saved.bin" (serialize k :code :bundle)) question))
(defn total [items tax shape]
  (try
    (let [answer (ask "go on?")]
      (swap! counter inc)
      (println (show (nth items 0)) (area shape) (area (circle answer)) *who* @counter)
      [(+ (helper tax) (sum items) (helper answer)) (perform (Rate 1)) (item "c" 7)])
    (catch [e : broken] (str "caught " e.message))))
(defn start []
  (binding [*who* "me"]
    (handle (total [(item "a" 10) (item "b" 20)] 3 (square 3))
      (Rate [i] k) (continue k limit))))
(defn main [] (println (start)))
"""
RESULT = "<a> 9 48 me 1\n[44 10 <c>]\n"


def save(directory: Path, program: str = PROGRAM) -> bytes:
    directory.mkdir(exist_ok=True)
    (directory / "shop.tur").write_text(program)
    done = tur(directory, "run", "shop.tur")
    assert done.returncode == 0, done.stderr
    return (directory / "saved.bin").read_bytes()


def test_resumes_in_a_process_without_the_source(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "shop.tur").unlink()
    done = tur(tmp_path, "resume", "--code", "saved", "saved.bin", "4")
    assert (done.returncode, done.stdout) == (0, RESULT), done.stderr
    done = tur(tmp_path, "resume", "--code", "saved", "saved.bin", "40")
    assert done.stdout == "<a> 9 4800 me 1\ncaught too much\n", done.stderr


def test_the_resumed_part_gives_its_value(tmp_path: Path) -> None:
    data = save(tmp_path, PROGRAM.replace("(println (start))", "(start)"))
    runtime = Runtime(roots=[str(tmp_path / "nowhere")])
    result = runtime.resume(runtime.deserialize(data, code="saved"), 4)
    assert str(runtime.call(runtime.eval("str"), result)) == "[44 10 <c>]"
    assert result[2].type.symbol != "shop.item"  # nobody has it but the bundle


NEWER = (
    PROGRAM.replace("(* x 2)", "(* x 1000)")
    .replace("price : int64]", "price : int64, size]")
    .replace('(item "a" 10)', '(item "a" 10 1)')
    .replace('(item "b" 20)', '(item "b" 20 1)')
    .replace('(item "c" 7)', '(item "c" 7 1)')
    .replace("(def limit 10)", "(def limit 2)")
    .replace('"caught "', '"stopped "')
    .replace("(* 3 r r)", "(* 4 r r)")
)


def test_runs_beside_newer_source(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "shop.tur").write_text(NEWER)
    done = tur(tmp_path, "resume", "saved.bin", "4")
    assert done.returncode == 1
    assert done.stderr.startswith("schema-mismatch: ") and "these bytes hold the code" in done.stderr
    done = tur(tmp_path, "resume", "--code", "saved", "saved.bin", "4")
    assert (done.returncode, done.stdout) == (0, RESULT), done.stderr


def test_runs_beside_a_newer_module_that_is_loaded(tmp_path: Path) -> None:
    data = save(tmp_path)
    (tmp_path / "shop.tur").write_text(NEWER)
    runtime = Runtime(roots=[str(tmp_path)])
    runtime.import_module("shop")
    runtime.session.world.main = "shop"
    k = runtime.deserialize(data, code="saved")
    assert runtime.serialize(k, keep=True) == data
    with pytest.raises(TurmericError, match="schema-mismatch"):
        runtime.deserialize(data)


def test_types_that_are_the_same_are_the_same_type(tmp_path: Path) -> None:
    data = save(tmp_path, PROGRAM.replace("(println (start))", "(start)"))
    runtime = Runtime(roots=[str(tmp_path)])
    runtime.import_module("shop")
    result = runtime.resume(runtime.deserialize(data, code="saved"), 4)
    assert result[2].type is runtime.eval("(import shop)\nshop.item")
    assert runtime.call(runtime.eval("(fn [c : shop.item] c.price)"), result[2]) == 7


def test_types_that_changed_are_two_types(tmp_path: Path) -> None:
    data = save(tmp_path, PROGRAM.replace("(println (start))", "(start)"))
    (tmp_path / "shop.tur").write_text(NEWER)
    runtime = Runtime(roots=[str(tmp_path)])
    runtime.import_module("shop")
    result = runtime.resume(runtime.deserialize(data, code="saved"), 4)
    runtime.eval("(import shop)")
    assert result[2].values == ("c", 7)
    with pytest.raises(TurmericError, match="type-error"):
        runtime.call(runtime.eval("(fn [c : shop.item] c.price)"), result[2])
    again = runtime.deserialize(runtime.serialize(result[2]), code="saved")
    assert again == result[2]


def test_the_same_bytes_again(tmp_path: Path) -> None:
    data = save(tmp_path)
    for roots in ([str(tmp_path)], []):
        runtime = Runtime(roots=roots)
        if roots:
            runtime.import_module("shop")
        runtime.session.world.main = "shop"
        k = runtime.deserialize(data, code="saved")
        assert runtime.serialize(k, keep=True) == data
        assert runtime.serialize(k, keep=True, code="bundle") == data


def test_definitions_that_are_the_same_are_the_process_s(tmp_path: Path) -> None:
    data = save(tmp_path)
    runtime = Runtime(roots=[str(tmp_path)])
    shop = runtime.import_module("shop")
    runtime.resume(runtime.deserialize(data, code="saved"), 4)
    assert shop.counter.value == 1
    (tmp_path / "shop.tur").write_text(PROGRAM.replace("(ref 0)", "(ref (- 5 5))"))
    other = Runtime(roots=[str(tmp_path)])
    shop = other.import_module("shop")
    other.resume(other.deserialize(data, code="saved"), 4)
    assert shop.counter.value == 0  # made in another way: the bundle has its own


def test_only_what_is_needed_goes_along(tmp_path: Path) -> None:
    message = Message(save(tmp_path))
    names = {each.name for _, each in contents_of(message.code[0]).declarations}
    assert {"helper", "sum", "limit", "counter", "item", "shape", "broken"} <= names
    assert names.isdisjoint({"unused", "main", "start", "ask", "total"})


def test_bytes_of_plain_values_hold_no_code() -> None:
    runtime = Runtime(roots=[])
    data = runtime.serialize(runtime.eval("[1 2 (Some 3)]"), code="bundle")
    assert Message(data).code == []
    assert runtime.deserialize(data, code="saved") == runtime.eval("[1 2 (Some 3)]")


def test_saved_asks_for_bytes_with_code(tmp_path: Path) -> None:
    data = save(tmp_path, PROGRAM.replace(" :code :bundle", ""))
    with pytest.raises(TurmericError, match="no code of the module shop is in these bytes"):
        Runtime(roots=[str(tmp_path)]).deserialize(data, code="saved")


def test_code_typed_at_the_repl_travels(tmp_path: Path) -> None:
    first = Runtime(roots=[str(tmp_path)])
    first.eval("(defn twice [x] (* 2 x))")
    first.eval("(def saved nil)")
    assert first.eval("(def result (+ 1 (twice (cloneable-shift [k] (set! saved k) 10))))") == 10
    data = first.serialize(first.eval("saved"), keep=True, code="bundle")
    other = Runtime(roots=[str(tmp_path)])
    with pytest.raises(TurmericError, match="schema-mismatch"):
        other.deserialize(data)
    k = other.deserialize(data, code="saved")
    assert other.resume(k, 20) == 41
    assert other.serialize(other.deserialize(data, code="saved")) == data


def test_code_of_two_bundles_and_of_the_program_in_one_continuation(tmp_path: Path) -> None:
    """A continuation captured around others that had travelled: each frame keeps its own code."""
    first = Runtime(roots=[str(tmp_path)])
    first.eval("(struct box [x])\n(defn ask [] (cloneable-shift [k] k))")
    first.eval("(defn f [] (let [b (box 1)] (let [v (ask)] (box (+ b.x v)))))")
    inner = first.serialize(first.eval("(reset (f))"), code="bundle")
    second = Runtime(roots=[str(tmp_path)])
    second.eval("(struct box [x])\n(defn ask [] (cloneable-shift [k] k))")
    second.eval("(defn f [k] (match (k 5) (box x) (let [v (ask)] [(box (* x v)) :second])))")
    k = second.deserialize(inner, code="saved")
    data = second.serialize(second.call(second.eval("(fn [k] (reset (f k)))"), k), code="bundle")
    third = Runtime(roots=[str(tmp_path)])
    result = third.resume(third.deserialize(data, code="saved"), 7)
    assert str(third.call(third.eval("str"), result)) == "[(box 42) :second]"


def test_strict_asks_for_the_same_versions(tmp_path: Path) -> None:
    save(tmp_path)
    assert tur(tmp_path, "resume", "--code", "strict", "saved.bin", "4").returncode == 0
    (tmp_path / "shop.tur").write_text(PROGRAM + "\n; a comment\n")
    assert tur(tmp_path, "resume", "saved.bin", "4").returncode == 0
    done = tur(tmp_path, "resume", "--code", "strict", "saved.bin", "4")
    assert done.returncode == 1
    assert "the module shop was version" in done.stderr


def test_options_that_make_no_sense() -> None:
    runtime = Runtime(roots=[])
    for text in (
        "(serialize 1 :code :saved)", "(serialize 1 :colour 1)", "(deserialize (serialize 1) :code :bundle)",
        "(deserialize (serialize 1) :code 5)", "(deserialize (serialize 1) :keep true)",
    ):  # fmt: skip
        with pytest.raises(TurmericError, match="value-error"):
            runtime.eval(text)
    with pytest.raises(TurmericError, match="arity-error"):
        runtime.eval("(deserialize (serialize 1) :code)")
    with pytest.raises(ValueError, match="one of saved, current, strict"):
        runtime.deserialize(runtime.serialize(1), code="mine")


def test_a_bundle_of_another_release_is_refused_by_name(tmp_path: Path) -> None:
    data = save(tmp_path)
    runtime = Runtime(roots=[str(tmp_path / "nowhere")])
    for name in ("list", "reducing"):
        runtime.session.world.modules[name].definitions.pop("reduce", None)
    with pytest.raises(TurmericError, match=r"needs .*reduce, which this release does not have"):
        runtime.deserialize(data, code="saved")
    assert not runtime.session.world.bundles


def mutated(data: bytes, choose: random.Random) -> bytes:
    """The message with another bundle: some of its parts are others; the checksums are right."""
    items = wire.unframe(data)
    bundle = wire.parse(items[4][0], nesting=200)
    for _ in range(choose.randint(1, 3)):
        spoil(bundle, choose)
    items[4] = [wire.pack(bundle)]
    return wire.frame(items[:-1])


VALUES = (None, 0, -1, 1, 2, 7, 1 << 40, "x", "", b"", True, [], [0], [[]], 1.5)


def spoil(data: list[object], choose: random.Random) -> None:
    """Change, drop, repeat or swap one part somewhere."""
    while True:
        inner = [part for part in data if isinstance(part, list) and part]
        if not inner or choose.random() < 0.15:
            break
        data = choose.choice(inner)
    place = choose.randrange(len(data))
    way = choose.randrange(4)
    if way == 0:
        data[place] = choose.choice(VALUES)
    elif way == 1:
        del data[place]
    elif way == 2:
        data.insert(place, data[choose.randrange(len(data))])
    else:
        data[place], data[-1] = data[-1], data[place]


def test_a_malformed_bundle_is_refused(tmp_path: Path) -> None:
    data = save(tmp_path)
    choose = random.Random(4)
    refused = 0
    runtime = Runtime(roots=[str(tmp_path / "nowhere")])
    for _ in range(600):
        try:
            runtime.deserialize(mutated(data, choose), code="saved")
        except DataError as error:
            assert error.name in ("corrupt-data", "schema-mismatch"), error
            refused += 1
        except ProgramError:
            pass  # it was well formed, and an instance's method of it ran
    assert refused > 400


def test_bits_flipped_in_a_bundle_are_refused(tmp_path: Path) -> None:
    data = save(tmp_path)
    bundle = wire.unframe(data)[4][0]
    start = data.index(bundle)
    runtime = Runtime(roots=[str(tmp_path / "nowhere")])
    for place in range(start, start + len(bundle), 97):
        for bit in (1, 64):
            spoiled = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            with pytest.raises(TurmericError, match="corrupt-data"):
                runtime.deserialize(spoiled, code="saved")


def test_no_module_of_a_bundle_can_be_named_from_outside(tmp_path: Path) -> None:
    data = save(tmp_path)
    runtime = Runtime(roots=[str(tmp_path)])
    runtime.deserialize(data, code="saved")
    hidden = next(name for name in runtime.session.world.modules if name.startswith("shop["))
    items = wire.unframe(data)
    tables = wire.parse(items[2])
    tables[3] = [[hidden, *row[1:]] if len(row) > 1 else row for row in tables[3]]
    items[2] = wire.pack(tables)
    with pytest.raises(TurmericError, match="corrupt-data"):
        runtime.deserialize(wire.frame(items[:-1]))


def test_variables_of_a_bundle_s_own_types_and_its_own_dynamic_variables(tmp_path: Path) -> None:
    first = Runtime(roots=[str(tmp_path)])
    first.eval("(struct box [x])\n(defdynamic *unit* 1)\n(defn ask [] (cloneable-shift [k] k))")
    first.eval("(defn f [b : box] (def c : box b) (let [v (ask)] (box (+ c.x b.x v *unit*))))")
    data = first.serialize(first.eval("(reset (binding [*unit* 100] (f (box 1))))"), code="bundle")
    other = Runtime(roots=[str(tmp_path)])
    result = other.resume(other.deserialize(data, code="saved"), 5)
    assert result.values == (107,)
    changed = Runtime(roots=[str(tmp_path)])
    changed.eval("(struct box [y x])")
    result = changed.resume(changed.deserialize(data, code="saved"), 5)
    assert result.values == (107,)
