"""The command line from outside: what is printed where, and the exit status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commandline import environment, tur

from turmeric.fronts.command import COMMANDS
from turmeric.fronts.helping import OVERVIEW, PAGES
from turmeric.version import __version__


def program(directory: Path, text: str, name: str = "p.tur") -> str:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


# -e -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("(+ 1 2)", "3\n"),
        ('"a\\nb"', '"a\\nb"\n'),
        ("nil", ""),
        ("(println 7)", "7\n"),
        ("1 2 3", "3\n"),
        ("(def x 2) (* x x)", "4\n"),
        ("", ""),
        ("'(a [b] {:c 1})", "(a [b] {:c 1})\n"),
    ],
)
def test_expression_prints_the_readable_last_value(text: str, printed: str) -> None:
    assert tur("-e", text) == (0, printed, "")


def test_expression_gets_arguments() -> None:
    assert tur("-e", "(args)", "a", "--debug") == (0, '("a" "--debug")\n', "")


def test_expression_shows_values_by_their_show_instance() -> None:
    text = '(struct p [x]) (instance Show p (show [v] (str "<" v.x ">"))) [(p 1) (p 2)]'
    assert tur("-e", text) == (0, "[<1> <2>]\n", "")


def test_expression_error() -> None:
    status, printed, error = tur("-e", '(+ 1 "a")')
    assert (status, printed) == (1, "")
    assert error.startswith("type-error: ")
    assert "at <expression>:1:1" in error
    assert "Traceback" not in error


def test_debug_shows_the_python_traceback() -> None:
    status, _, error = tur("--debug", "-e", '(+ 1 "a")')
    assert status == 1
    assert "Traceback (most recent call last)" in error
    assert "type-error: " in error


# run ------------------------------------------------------------------------------------------


def test_run_calls_main_with_the_arguments(tmp_path: Path) -> None:
    name = program(tmp_path, '(println "top")\n(defn main [words] (println words (args)))')
    expected = (0, 'top\n("a" "-e" "--help") ("a" "-e" "--help")\n', "")
    assert tur("run", name, "a", "-e", "--help", cwd=tmp_path) == expected
    assert tur(name, "a", "-e", "--help", cwd=tmp_path) == expected


def test_run_prints_no_value(tmp_path: Path) -> None:
    assert tur(program(tmp_path, "(+ 1 2)"), cwd=tmp_path) == (0, "", "")


def test_run_in_round_trip_mode(tmp_path: Path) -> None:
    name = program(tmp_path, "(defn f [n] (if (= n 0) 0 (+ n (f (- n 1)))))\n(println (f 10))")
    assert tur("run", "--mode", "roundtrip", "--engine=cek", name, cwd=tmp_path) == (0, "55\n", "")
    assert tur("--mode=roundtrip", name, cwd=tmp_path) == (0, "55\n", "")


def test_exit_gives_the_status(tmp_path: Path) -> None:
    name = program(tmp_path, '(println "before")\n(exit 7)\n(println "after")')
    assert tur(name, cwd=tmp_path) == (7, "before\n", "")


def test_error_of_a_program_is_reported_after_its_output(tmp_path: Path) -> None:
    name = program(tmp_path, '(println "before")\n(defn f [x] (+ x "a"))\n(f 1)')
    status, printed, error = tur(name, cwd=tmp_path)
    assert (status, printed) == (1, "before\n")
    assert error.splitlines()[0].startswith("type-error: ")
    assert "p.tur:2" in error
    assert len(error.splitlines()) <= 6
    assert "\x1b" not in error


def test_modules_are_found_below_the_current_directory(tmp_path: Path) -> None:
    program(tmp_path, "(defn total [] 42)", "app/orders.tur")
    name = program(tmp_path, "(import app.orders)\n(println (app.orders.total))", "app/main.tur")
    assert tur(name, cwd=tmp_path) == (0, "42\n", "")


def test_modules_of_a_program_elsewhere_are_found_beside_it(tmp_path: Path) -> None:
    program(tmp_path, "(defn total [] 42)", "there/orders.tur")
    program(tmp_path, "(import orders :as o)\n(println (o/total))", "there/main.tur")
    (tmp_path / "here").mkdir()
    assert tur("../there/main.tur", cwd=tmp_path / "here") == (0, "42\n", "")


def test_missing_file(tmp_path: Path) -> None:
    status, printed, error = tur("nothing.tur", cwd=tmp_path)
    assert (status, printed) == (1, "")
    assert error.startswith("io-error: cannot read nothing.tur")


def test_interrupt_of_a_program(tmp_path: Path) -> None:
    name = program(tmp_path, '(println "ready")\n(loop [] (recur))')
    command = [sys.executable, "-u", "-m", "turmeric", name]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=20)
    assert (running.returncode, error) == (130, "interrupted\n")


def test_nobody_reads_the_output(tmp_path: Path) -> None:
    name = program(tmp_path, "(loop [i 0] (if (< i 20000) (do (println i) (recur (+ i 1)))))")
    command = f"{sys.executable} -m turmeric {name} | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


# Usage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chek"], "there is no command `chek`, and no file of that name; did you mean `check`?"),
        (["--dbug"], "there is no option --dbug; did you mean --debug?"),
        (["-e"], "-e needs an expression"),
        (["run"], "`run` needs a file"),
        (["run", "--engine", "jit", "x.tur"], "--engine is auto or cek or compiled, not `jit`"),
        (["run", "--json", "x.tur"], "`run` has no option --json"),
        (["--mode"], "--mode needs a value: plain or roundtrip"),
        (["expand", "a.tur", "b.tur"], "`expand` does not know what to do with `b.tur`"),
        (["check"], "`check` needs a file"),
        (["resume"], "`resume` needs a file"),
        (["repl", "x"], "`repl` does not know what to do with `x`"),
        (["help", "exapnd"], "there is no command `exapnd`; did you mean `expand`?"),
        (["--version=3"], "--version takes no value"),
    ],
)
def test_usage_errors(words: list[str], message: str, tmp_path: Path) -> None:
    status, printed, error = tur(*words, cwd=tmp_path)
    assert (status, printed) == (2, "")
    assert error.startswith(f"tur: {message}"), error
    assert error.endswith("(see tur --help)\n")


def test_version() -> None:
    status, printed, error = tur("--version")
    assert (status, error) == (0, "")
    assert printed.startswith(f"turmeric {__version__} (Python 3.")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["run", "--help"], ["help", "run"]])
def test_help(words: list[str]) -> None:
    page = PAGES["run"] if "run" in words else OVERVIEW
    assert tur(*words) == (0, page, "")


def test_every_command_and_option_has_help() -> None:
    assert set(PAGES) == set(COMMANDS)
    for name, command in COMMANDS.items():
        assert f"  {name} " in OVERVIEW
        for option in command.options:
            assert option in PAGES[name] + OVERVIEW, (name, option)
    assert all(len(line) <= 95 for page in (OVERVIEW, *PAGES.values()) for line in page.splitlines())


def test_expressions_of_the_help_page_work() -> None:
    lines = [line.strip() for line in OVERVIEW.splitlines() if line.strip().startswith("tur -e '")]
    values = [tur("-e", line.split("'")[1])[:2] for line in lines]
    assert values == [(0, "(2 3 4)\n"), (0, "41\n")]


def test_colour_only_at_a_terminal() -> None:
    import pty

    def written(**env: str) -> bytes:
        main, side = pty.openpty()
        command = [sys.executable, "-m", "turmeric", "-e", "(nth [] 0)"]
        subprocess.run(command, env=environment(TERM="xterm", **env), stderr=side, timeout=60)
        os.close(side)
        found = os.read(main, 4096)
        os.close(main)
        return found

    assert b"\x1b[" in written()
    assert b"\x1b[" not in written(NO_COLOR="1")
