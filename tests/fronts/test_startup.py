"""What a plain `tur -e 1` imports: nothing that is slow and not needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from commandline import environment

SLOW = {
    "argparse",
    "ast",
    "asyncio",
    "cbor2",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "hashlib",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "prompt_toolkit",
    "random",
    "re",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "tokenize",
    "traceback",
    "typing",
    "urllib",
}
"""Modules of Python's library, and others, that take a millisecond or more."""

SEALING = {"cose", "items", "keyfiles", "keys", "keytexts", "sealing"}
"""The modules of `turmeric.durability` that only sealing needs; `hmac` and `cryptography` come with them."""

FRONTS = {"arguments", "collector", "command", "execution", "results", "statuses"}
"""The modules of `turmeric.fronts` that `-e` needs."""


def imported(*words: str) -> set[str]:
    """The modules that a `tur` with these words imports, and a bare Python does not."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "from turmeric.fronts.command import main\n"
        f"status = main({list(words)!r})\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)\n"
        "sys.exit(status)"
    )
    command = [sys.executable, "-S", "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_expression_imports_nothing_slow() -> None:
    tur_imports = imported("-e", "1")
    assert tur_imports & SLOW == set()
    assert {name.split(".")[2] for name in tur_imports if name.startswith("turmeric.fronts.")} == FRONTS
    assert tur_imports & {"hmac", "cryptography", *(f"turmeric.durability.{name}" for name in SEALING)} == set()


def test_usual_expressions_import_nothing_slow() -> None:
    text = (
        '(defn f [x & xs] (match x [a b] -> (+ a b) _ -> (reduce + 0 xs))) (println (f [1 2]) (map inc [1 2]) {:a "b"})'
    )
    assert imported("-e", text) & SLOW == set()


def test_version_and_help_load_no_language() -> None:
    for words in (["--version"], ["--help"], ["explain", "type-error"]):
        assert not any(name.startswith(("turmeric.running", "turmeric.assembly")) for name in imported(*words))


def test_a_plain_program_imports_nothing_of_instances(tmp_path: Path) -> None:
    (tmp_path / "plain.tur").write_text("(defn main [] 1)\n")
    names = imported("run", str(tmp_path / "plain.tur"))
    assert [name for name in names if ".instances" in name] == []
    assert names & (SLOW - {"re", "enum"}) == set()
