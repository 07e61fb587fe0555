"""The REPL at a terminal, through a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import environment

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()=>][0-9A-B]?|\r")


class Terminal:
    """A `tur` at the other end of a pseudo-terminal."""

    def __init__(self, state: Path, **env: str) -> None:
        self.end, side = pty.openpty()
        home = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "XDG_STATE_HOME": str(state), "COLUMNS": "100"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "turmeric"],
            stdin=side,
            stdout=side,
            stderr=side,
            env=environment(**{**home, **env}),
            start_new_session=True,
            preexec_fn=lambda: take_terminal(side),
            cwd=state,
        )
        os.close(side)
        self.raw = ""
        self.seen = 0

    def read_until(self, wanted: str, seconds: float = 15) -> None:
        """Wait for a text, without what moves the cursor, after the one waited for before."""
        end = time.monotonic() + seconds
        while (place := ESCAPES.sub("", self.raw).find(wanted, self.seen)) < 0:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.end], [], [], left)[0]:
                raise AssertionError(f"no {wanted!r} in {ESCAPES.sub('', self.raw)[self.seen :]!r}")
            self.raw += os.read(self.end, 65536).decode(errors="replace")
        self.seen = place + len(wanted)

    def type(self, keys: str) -> None:
        os.write(self.end, keys.encode())

    def ask(self, entry: str, answer: str) -> None:
        """Type an entry at the prompt; wait for the answer and the next prompt."""
        self.type(entry + "\r")
        self.read_until(answer)
        self.read_until("tur>")

    def close(self) -> int:
        """The exit status."""
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            os.close(self.end)


def take_terminal(side: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(side, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    made.read_until("tur>")
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()
        os.close(made.end)


def test_values_and_control_d(terminal: Terminal) -> None:
    terminal.ask("(+ 40 2)", "\n42\n")
    terminal.ask("(* *1 2)", "\n84\n")
    terminal.type("\x04")
    assert terminal.close() == 0


def test_quit(terminal: Terminal) -> None:
    terminal.ask("(nth [] 1)", "index-error")
    terminal.type(":quit\r")
    assert terminal.close() == 0


def test_an_entry_goes_on_until_its_brackets_are_closed(terminal: Terminal) -> None:
    terminal.type("(defn f [x]\r")
    terminal.read_until("...")
    terminal.ask("(* x 100)) :defined", "\n:defined\n")
    terminal.ask("(f 7)", "\n700\n")


def test_an_error_keeps_the_session(terminal: Terminal) -> None:
    terminal.ask("(def x 5) :defined", "\n:defined\n")
    terminal.ask("(nth [] x)", "index-error: ")
    terminal.ask("(+ x 500)", "\n505\n")
    terminal.ask("(type-of *e)", "index-error\n")


def test_control_c_interrupts_an_evaluation_and_keeps_the_session(terminal: Terminal) -> None:
    terminal.ask("(def x 5) :defined", "\n:defined\n")
    terminal.type("(do (println (* 111 3)) (loop [] (recur)))\r")
    terminal.read_until("333")
    time.sleep(0.1)
    terminal.type("\x03")
    terminal.read_until("interrupted")
    terminal.read_until("tur>")
    terminal.ask("(+ x 500)", "\n505\n")


def test_control_c_gives_what_was_interrupted(terminal: Terminal) -> None:
    terminal.ask("(defn after [i] (+ i 1)) :defined", "\n:defined\n")
    terminal.ask("(defn step [i] (when (= i 9) (println (* 111 3))) (after i)) :defined", "\n:defined\n")
    terminal.ask("(def more (rc true)) :defined", "\n:defined\n")
    terminal.type("(let [kept (* 7 11)] (loop [i 0] (when @more (recur (step i)))) [:kept kept])\r")
    terminal.read_until("333")
    terminal.type("\x03")
    terminal.read_until("interrupted at the call of user.")
    terminal.read_until("; (continue *k) goes on")
    terminal.read_until("tur>")
    terminal.type("(continue *k)\r")
    time.sleep(0.3)
    terminal.type("\x03")
    terminal.read_until("; (continue *k) goes on")
    terminal.read_until("tur>")
    terminal.ask("(set-ref! more false) :changed", "\n:changed\n")
    terminal.ask("(continue *k)", "\n[:kept 77]\n")
    terminal.ask("(continue *k)", "continuation-consumed")


def test_control_c_interrupts_what_waits(terminal: Terminal) -> None:
    terminal.ask("(import time) :imported", "\n:imported\n")
    terminal.type("(do (println (* 111 3)) (time.sleep 100))\r")
    terminal.read_until("333")
    time.sleep(0.1)
    terminal.type("\x03")
    terminal.read_until("interrupted\n")
    terminal.ask("(nil? *k)", "\ntrue\n")


def test_control_c_at_the_prompt_clears_the_line(terminal: Terminal) -> None:
    terminal.type("(this is unfinished")
    terminal.read_until("unfinished")
    terminal.type("\x03")
    terminal.read_until("tur>")
    terminal.ask("(+ 500 5)", "\n505\n")


def test_a_signal_from_outside_interrupts_too(terminal: Terminal) -> None:
    terminal.type("(do (println (* 111 3)) (loop [] (recur)))\r")
    terminal.read_until("333")
    time.sleep(0.1)
    os.kill(terminal.process.pid, signal.SIGINT)
    terminal.read_until("interrupted")
    terminal.read_until("tur>")
    terminal.ask("(+ 500 5)", "\n505\n")


def test_completion(terminal: Terminal) -> None:
    terminal.ask("(defn quite-unmistakable [x] (* x 11)) :defined", "\n:defined\n")
    terminal.type("(quite-un\t")
    terminal.read_until("mistakable")
    terminal.ask(" 11)", "\n121\n")


def test_history_is_kept(tmp_path: Path) -> None:
    first = Terminal(tmp_path)
    first.read_until("tur>")
    first.ask("(+ 40 2)", "\n42\n")
    first.type("\x04")
    assert first.close() == 0
    assert "(+ 40 2)" in (tmp_path / "turmeric" / "history").read_text()
    second = Terminal(tmp_path)
    second.read_until("tur>")
    second.type("\x1b[A\r")
    second.read_until("\n42\n")
    second.read_until("tur>")
    second.type("\x04")
    assert second.close() == 0


def test_a_history_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    terminal = Terminal(tmp_path, XDG_STATE_HOME=str(blocked))
    terminal.read_until("tur>")
    terminal.ask("(+ 40 2)", "\n42\n")
    terminal.type("\x04")
    assert terminal.close() == 0


def test_colours(terminal: Terminal) -> None:
    terminal.type('(if 1 "text" 2)')
    terminal.read_until("2)")
    assert re.search(r"\x1b\[[0-9;]*32[0-9;]*m\"text\"", terminal.raw) or "\x1b[0;32m" in terminal.raw
    terminal.type("\x03")
    terminal.read_until("tur>")
    terminal.type("\x04")
    assert terminal.close() == 0
