"""`tur run --freeze-after` and SIGUSR1: a program is stored at a call that it makes, and goes on in another process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commandline import environment, tur
from freezing import FILE, in_two_parts, resume, run

from turmeric.fronts.statuses import FROZEN

PROGRAMS = {
    "loops": """
        (defn square [n] (* n n))
        (defn note [n] (println "note" n) n)
        (defn main [args]
          (let [total (ref 0)]
            (loop [i 0]
              (when (< i 9)
                (swap! total + (note (square i)))
                (recur (+ i 1))))
            (println args @total)
            :not-shown))
    """,
    "handlers": """
        (defeffect Ask [n])
        (defeffect Stop [n])
        (defn double [n] (* 2 n))
        (defn asking [n] (+ (double (perform (Ask n))) (double (perform (Ask (+ n 1))))))
        (defn main []
          (println (handle (double (asking 1)) (Ask [n] k) (continue k (double n))))
          (println (handle (double (asking 1)) (Ask [n] k) (let [value (continue k (double n))] (double value))))
          (println (handle (double (asking 1)) (Ask [n] ^multishot k) [(resume k 1) (resume k (double n))]))
          (println (handle (do (perform (Stop 3)) (double 1)) (Stop [n] k) (double n)))
          (println (try (double (throw (double 4))) (catch [e] [:caught (double e)])))
          (println (try-with (fn [] (double (throw :ask))) (fn [e k] (continue k (double 5))))))
    """,
    "clean-ups": """
        (defn say [x] (println x) x)
        (defn guarded [n] (defer (say [:deferred n])) (say [:body n]) (if (= n 2) (throw (say :thrown)) n))
        (defn main []
          (say (try (guarded 1) (finally (say :finally))))
          (say (try (guarded 2) (catch [e] (say e) :caught) (finally (say :finally))))
          (say (escape (fn [leave] (defer (say :left)) (leave (say :early)) :never))))
    """,
    "closures": """
        (defdynamic *depth* 0)
        (defn counter [] (let [n 0] (fn [& more &key (by 1)] (set! n (+ n by)) [n more])))
        (defn deep [n] (if (= n 0) *depth* (binding [*depth* (+ 1 *depth*)] (deep (- n 1)))))
        (defn main []
          (let [one (counter) other (counter)]
            (println (one) (one :by 5) (one 1 2) (other 3 :by 7))
            (println (deep 4) (map (fn [x] (first (one :by x))) (list 1 2 3)))
            (defn local [n] (if (= n 0) () (cons (one n) (local (- n 1)))))
            (println (local 3) (reduce + 0 (filter odd? (range 7))))))
    """,
    "forms": """
        (defn twice [n] (* 2 n))
        (println "one" (twice 1))
        (def two (twice (twice 1)))
        (println two (try (twice 3) (finally (println "clean" (twice 4)))))
        (def five (twice (+ two (twice 1))))
        (defmacro shown [form] `(println (quote ~form) ~form))
        (shown (twice five))
        (defn main [first & more] (println first more (twice five)) (exit 5))
    """,
}


def stored(directory: Path, name: str) -> Path:
    program = directory / f"{name}.tur"
    program.write_text(PROGRAMS[name])
    return program


STEPS = {"compiled": 1, "cek": 5, "auto": 5}
"""Each of the first 50 calls, or every fifth of them."""


@pytest.mark.parametrize("engine", STEPS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_goes_on_from_each_of_the_first_calls(name: str, engine: str, tmp_path: Path) -> None:
    program = stored(tmp_path, name)
    args = ("a", "b") if name in ("loops", "forms") else ()
    plain = run(program, engine, tmp_path, *args)
    assert plain[2] == ""
    found = [in_two_parts(program, engine, calls, tmp_path, *args) for calls in range(1, 51, STEPS[engine])]
    assert [each for each in found if each is not None and each != plain] == []
    assert sum(each is not None for each in found) > 3


def test_a_region_of_dynamic_wind_is_entered_again(tmp_path: Path) -> None:
    program = tmp_path / "wind.tur"
    program.write_text(
        "(defn tick [n] n)\n(defn main [] (dynamic-wind (fn [] (println :in)) (fn [] (println (tick 1)))"
        " (fn [] (println :out))))\n"
    )
    found = {in_two_parts(program, "compiled", calls, tmp_path) for calls in range(1, 20)}
    once, twice = ":in\n1\n:out\n", ":in\n:in\n1\n:out\n"
    assert (0, twice, "") in found
    assert {printed for _, printed, _ in filter(None, found)} <= {once, twice, ":in\n1\n:in\n:out\n"}


def test_a_program_is_stored_again_and_again(tmp_path: Path) -> None:
    program = stored(tmp_path, "loops")
    expected = run(program, "auto", tmp_path)[1]
    status, printed, _ = run(program, "auto", tmp_path, freeze_after="4-calls", to=FILE)
    sizes = []
    while status == FROZEN:
        sizes.append((tmp_path / FILE).stat().st_size)
        status, more, _ = resume(program, "auto", tmp_path, freeze_after="4-calls", to=FILE)
        printed += more
    assert (status, printed) == (0, expected)
    assert len(sizes) > 5
    assert max(sizes) < 2 * min(sizes)  # what is stored again does not grow


def test_what_is_stored_is_a_continuation_for_programs_too(tmp_path: Path) -> None:
    stored(tmp_path, "loops")
    assert tur("run", "--freeze-after", "20-calls", "--to", FILE, "loops.tur", cwd=tmp_path)[0] == FROZEN
    going_on = f'(do (continue (deserialize (read-file "{FILE}" :as :bytes))) nil)'
    status, printed, _ = tur("-e", going_on, cwd=tmp_path)
    assert (status, printed.splitlines()[-1]) == (0, "() 204")


def test_the_command_says_how_to_go_on(tmp_path: Path) -> None:
    program = stored(tmp_path, "loops")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    status, _, reported = tur("run", "--freeze-after", "9-calls", "--to", FILE, str(program), "a", cwd=elsewhere)
    assert (status, reported) == (FROZEN, f"stored in {FILE}; go on with: tur resume --program {tmp_path} {FILE}\n")
    status, printed, reported = tur(*reported.strip().partition("tur ")[2].split(), cwd=elsewhere)
    assert (status, printed.splitlines()[-1], reported) == (0, '("a") 204', "")


def test_a_file_is_sealed_if_there_is_a_key(tmp_path: Path) -> None:
    stored(tmp_path, "loops")
    keys = {"TURMERIC_KEY_FILE": str(tmp_path / "keys.json")}
    assert tur("key", "new", cwd=tmp_path, **keys)[0] == 0
    options = ("--freeze-after", "9-calls", "--to", FILE)
    assert tur("run", *options, "loops.tur", cwd=tmp_path, **keys)[0] == FROZEN
    assert tur("resume", FILE, cwd=tmp_path)[2].startswith("missing-key")
    assert tur("resume", FILE, cwd=tmp_path, **keys)[0] == 0


def test_what_cannot_be_stored_goes_on(tmp_path: Path) -> None:
    program = tmp_path / "holds.tur"
    program.write_text(
        "(import-python threading)\n(defn tick [lock] lock)\n"
        "(defn main [] (let [lock (threading.Lock)] (tick lock) (tick lock) (println (nil? lock))))\n"
    )
    status, printed, reported = tur("run", "--freeze-after", "3-calls", "--to", FILE, "holds.tur", cwd=tmp_path)
    assert (status, printed) == (0, "false\n")
    first, second, *_ = reported.splitlines()
    assert first == "the program could not be stored, and goes on:"
    assert second.startswith("not-serializable:")
    assert not (tmp_path / FILE).exists()


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    stored(tmp_path, "loops")
    path = "nowhere/frozen.bin"
    status, printed, reported = tur("run", "--freeze-after", "2-calls", "--to", path, "loops.tur", cwd=tmp_path)
    assert (status, printed.splitlines()[-1]) == (0, "() 204")
    assert f"io-error: cannot write {path}: No such file or directory" in reported


def test_forms_of_a_file_that_was_changed(tmp_path: Path) -> None:
    program = stored(tmp_path, "forms")
    assert run(program, "auto", tmp_path, "a", freeze_after="5-calls", to=FILE)[0] == FROZEN
    program.write_text(PROGRAMS["forms"] + "(println :more)")
    status, printed, reported = resume(program, "auto", tmp_path)
    assert (status, printed) == (1, "")
    assert reported.startswith("schema-mismatch: the program was stopped in a form of `forms`, whose file has changed")


def test_inside_of_python_code_nothing_is_stored(tmp_path: Path) -> None:
    program = tmp_path / "inside.tur"
    program.write_text(
        "(import-python functools)\n(defn add [a b] (println a b) (+ a b))\n"
        "(defn main [] (println (functools.reduce add [1 2 3 4])) (add 5 6))\n"
    )
    status, printed, _ = run(program, "compiled", tmp_path, freeze_after="3-calls", to=FILE)
    assert (status, printed) == (FROZEN, "1 2\n3 3\n6 4\n")
    assert resume(program, "compiled", tmp_path)[:2] == (0, "10\n5 6\n")


def test_a_program_with_tasks_is_not_stored_while_it_has_any(tmp_path: Path) -> None:
    program = tmp_path / "tasks.tur"
    program.write_text(
        "(defn tick [n] n)\n(defn main [] (println (await (async (tick 1)))) (tick 2) (println (tick 3)))\n"
    )
    plain = run(program, "auto", tmp_path)
    for calls in range(1, 40):
        assert in_two_parts(program, "auto", calls, tmp_path) in (plain, None)


@pytest.mark.parametrize("limit", ["", "0", "-1s", "calls", "0-calls", "1.5-calls", "nan", "inf", "5m"])
def test_a_limit_that_makes_no_sense(limit: str, tmp_path: Path) -> None:
    stored(tmp_path, "loops")
    status, printed, reported = tur("run", f"--freeze-after={limit}", "loops.tur", cwd=tmp_path)
    assert (status, printed) == (2, "")
    assert "--freeze-after is a time such as 5s, or a number of calls such as 1000-calls" in reported


# Signals --------------------------------------------------------------------------------------

ENDLESS = """
(defn step [n] (if (file-exists? "end") (exit 0) (+ n 1)))
(defn main [] (println "ready") (loop [n 0] (recur (step n))))
"""


class Started:
    """A `tur` that runs."""

    def __init__(self, directory: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "turmeric", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=directory,
            env=environment(PYTHONUNBUFFERED="1"),
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self) -> tuple[int, str, str]:
        out, errors = self.process.communicate(timeout=60)
        return self.process.returncode, out, errors


@pytest.mark.parametrize("engine", ["cek", "compiled"])
def test_a_signal_stores_a_program(engine: str, tmp_path: Path) -> None:
    (tmp_path / "endless.tur").write_text(ENDLESS)
    started = Started(tmp_path, "run", "--engine", engine, "endless.tur")
    assert started.line() == "ready\n"
    started.process.send_signal(signal.SIGUSR1)
    file = "frozen-endless.bin"
    assert started.end() == (FROZEN, "", f"stored in {file}; go on with: tur resume {file}\n")
    (tmp_path / "end").touch()
    assert tur("resume", file, cwd=tmp_path) == (0, "", "")


def test_a_program_that_is_stored_can_keep_running(tmp_path: Path) -> None:
    (tmp_path / "endless.tur").write_text(ENDLESS)
    started = Started(tmp_path, "run", "--keep-running", "--to", FILE, "endless.tur")
    assert started.line() == "ready\n"
    assert started.process.stderr is not None
    for _ in range(2):
        started.process.send_signal(signal.SIGUSR1)
        assert started.process.stderr.readline() == f"stored in {FILE}; go on with: tur resume {FILE}\n"
        assert started.process.poll() is None
    (tmp_path / "end").touch()
    assert started.end() == (0, "", "")
    assert tur("resume", FILE, cwd=tmp_path) == (0, "", "")


def test_after_some_time(tmp_path: Path) -> None:
    (tmp_path / "endless.tur").write_text(ENDLESS)
    one = tur("run", "--freeze-after", "0.2s", "--to", FILE, "endless.tur", cwd=tmp_path)
    two = tur("resume", "--freeze-after", "0.2", "--to", "again.bin", FILE, cwd=tmp_path)
    (tmp_path / "end").touch()
    three = tur("resume", "again.bin", cwd=tmp_path)
    assert (one[0], two[0], three[0]) == (FROZEN, FROZEN, 0)
    assert one[1] + two[1] + three[1] == "ready\n"


def test_a_program_that_waits_is_stored_when_it_goes_on(tmp_path: Path) -> None:
    program = "(defn main [] (println :ready) (println :got (read-line)) (println :end))"
    (tmp_path / "waits.tur").write_text(program)
    started = Started(tmp_path, "run", "--to", FILE, "waits.tur")
    assert started.line() == ":ready\n"
    started.process.send_signal(signal.SIGUSR1)
    assert started.process.stdin is not None
    time.sleep(0.1)
    started.process.stdin.write("text\n")
    assert started.end()[0] == FROZEN
    assert tur("resume", FILE, cwd=tmp_path) == (0, ":got text\n:end\n", "")


def test_the_reason_why_a_program_could_not_be_stored(tmp_path: Path) -> None:
    program = f"""
        (import-python functools)
        (import-python os)
        (defn add [a b] (os.kill {"(os.getpid)"} {int(signal.SIGUSR1)}) (first [(+ a b)]))
        (defn main [] (println (functools.reduce add [1 2 3])))
    """
    (tmp_path / "inside.tur").write_text(program)
    status, printed, reported = tur("run", "--engine", "cek", "inside.tur", cwd=tmp_path)
    assert (status, printed) in ((0, "6\n"), (FROZEN, ""))
    if status == 0:
        assert "the program could not be stored inside of the Python function reduce, and has ended" in reported


assert os.name == "posix"
