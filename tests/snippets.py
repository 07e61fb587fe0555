"""The fenced blocks of a Markdown document, and how each kind is tried.

A document is tried from top to bottom in an empty directory, with one fresh session:

    ```turmeric               evaluated in the session; `; => VALUE` at the end of a line (or alone
                              on the next) is the value of the form that ends there, as printed;
                              `; raises NAME` is the error it raises.  What the block prints is
                              shown in an ```output block right after it.
    ```turmeric file=a.tur    written to that file before anything runs (any language)
    ```turmeric no-run WHY    only read
    ```console                lines that begin with `$ ` go to one shell, the others are its output
    ```repl                   lines that begin with `> ` go to `tur repl`, the others are its output

In what is printed, a line `...` stands for any lines, and `...` in a line for any part of it.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from shells import conversation, shell

from turmeric.assembly.session import Session
from turmeric.fronts.results import readable
from turmeric.reading.reader import Form, read_all
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.report import report

FENCE = re.compile(r"^```([a-z]*)[ ]*(.*?)[ ]*$")
EXPECTATION = re.compile(r";+\s*(=>|raises)\s+(.*?)\s*$")


class Block:
    """A fenced block: the language, the rest of the fence line, the text, and its first line's number."""

    def __init__(self, language: str, info: str, line: int) -> None:
        self.language = language
        self.info = info
        self.line = line
        self.lines: list[str] = []
        self.output: Block | None = None

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)

    @property
    def file(self) -> str | None:
        """The file that the block is the content of."""
        return self.info.removeprefix("file=") if self.info.startswith("file=") else None


def blocks_of(text: str) -> list[Block]:
    """The blocks of a document; an ```output block belongs to the one just before it."""
    found: list[Block] = []
    current: Block | None = None
    adjacent = False
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if current is not None and line.strip() == "```":
            current, adjacent = None, True
        elif current is not None:
            current.lines.append(line)
        elif fence:
            current = Block(fence[1], fence[2], number + 1)
            if current.language == "output":
                assert adjacent and found, f"line {number}: an output block follows no block"
                found[-1].output = current
            else:
                found.append(current)
        elif line.strip():
            adjacent = False
    assert current is None, f"line {current.line}: a block is not closed" if current else ""
    return found


class Trial:
    """A document's session and directory, which is the current one."""

    def __init__(self, document: str, directory: Path) -> None:
        self.document = document
        self.directory = directory
        self.session = Session([str(directory)])
        self.session.activate()

    def try_block(self, block: Block) -> None:
        """Run a block and compare what it gives with what the document shows."""
        if block.file:
            write_file(self.directory, block)
        elif block.language == "turmeric" and block.info.startswith("no-run"):
            assert block.info.removeprefix("no-run").strip(), f"{self.place(block)}: no-run without a reason"
            read_all(block.text, self.place(block))
        elif block.language == "turmeric":
            assert not block.info, f"{self.place(block)}: unknown words {block.info!r} after turmeric"
            self.evaluate(block)
        elif block.language == "console":
            shown = transcript(block, "$ ")
            self.compare(block, shown, shell([command for command, _ in shown], self.directory))
        elif block.language == "repl":
            shown = transcript(block, "> ")
            self.compare(block, shown, conversation([entry for entry, _ in shown], self.directory))

    def evaluate(self, block: Block) -> None:
        """Evaluate the forms one by one; check values, errors, and what is printed."""
        forms = read_all(block.text, self.place(block))
        expected = expectations(block, forms, self.place(block))
        pipeline = self.session.pipeline()
        pipeline.scan(forms)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            for form in forms:
                value: object = None
                try:
                    for declaration in pipeline.expand(form):
                        value = pipeline.carry_out(declaration)
                    got = "=> " + readable(self.session, value)
                except TurmericError as error:
                    assert form in expected, f"{self.place(block)}\n{report(error)}"
                    got = f"raises {error.name}"
                assert got == expected.get(form, got), f"{self.place(block, form)}: {got}, not {expected[form]}"
        wanted = block.output.lines if block.output else []
        assert fits(wanted, printed.getvalue().splitlines()), f"{self.place(block)} prints\n{printed.getvalue()}"

    def compare(self, block: Block, shown: list[tuple[str, list[str]]], got: list[list[str]]) -> None:
        for (entry, wanted), lines in zip(shown, got, strict=True):
            assert fits(wanted, lines), f"{self.place(block)}: {entry}\n" + "\n".join(lines)

    def place(self, block: Block, form: Form | None = None) -> str:
        return f"{self.document}:{block.line + (form.span.line - 1 if form else 0)}"


def write_file(directory: Path, block: Block) -> None:
    path = directory / str(block.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")


def expectations(block: Block, forms: list[Form], place: str) -> dict[Form, str]:
    """What the comments say about the forms that end on their line, or on the line before."""
    found: dict[Form, str] = {}
    for number, line in enumerate(block.lines, 1):
        comment = EXPECTATION.search(line)
        if comment:
            before = [form for form in forms if form.span.line <= number]
            assert before and before[-1].span.end_line <= number, f"{place}: line {number} of the block ends no form"
            found[before[-1]] = f"{comment[1]} {comment[2]}"
    return found


def transcript(block: Block, prompt: str) -> list[tuple[str, list[str]]]:
    """The entries of a block, each with the lines shown below it."""
    shown: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if line.startswith(prompt):
            shown.append((line.removeprefix(prompt), []))
        elif shown and shown[-1][0].endswith("\\"):
            shown[-1] = (f"{shown[-1][0]}\n{line}", [])
        else:
            assert shown, f"line {block.line}: output before the first {prompt!r}"
            shown[-1][1].append(line)
    return shown


def fits(wanted: list[str], got: list[str]) -> bool:
    """Whether lines are as shown, where `...` stands for any lines, or for any part of one."""
    if not wanted:
        return not got
    if wanted[0] == "...":
        return any(fits(wanted[1:], got[start:]) for start in range(len(got) + 1))
    return bool(got) and fits_line(wanted[0], got[0]) and fits(wanted[1:], got[1:])


def fits_line(wanted: str, got: str) -> bool:
    return wanted == got or re.fullmatch(".*".join(map(re.escape, wanted.split("..."))), got) is not None
