"""`tur inspect` and `tur diff`: tables, JSON and pictures of a small program, as a user sees them.

What they should print is in the folder `inspection`.  After a change that is meant,
`python tests/fronts/test_inspecting.py` writes it anew; look at the difference.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commandline import environment, tur

GOLDEN = Path(__file__).parent / "inspection"
PROGRAM = GOLDEN / "shop.tur"
EDITS = (("price : int64", "cents : int64"), ("(discount sum)", "(+ 1 (discount sum))"), ("sell", "check-out"))
VOLATILE = re.compile(r'("schema": |"old": |"new": |"writer": |written by turmeric )("?[^",]*"?)')
"""Schema ids and the release: no matter here."""
COMMANDS = {
    "table.txt": ("inspect", "first.bin"),
    "described.json": ("inspect", "first.bin", "--json"),
    "against.txt": ("inspect", "first.bin", "--against", "edited.tur"),
    "diff.txt": ("diff", "first.bin", "second.bin"),
    "diff.json": ("diff", "first.bin", "second.bin", "--json"),
    "picture.dot": ("inspect", "first.bin", "--graph", "picture.dot"),
    "picture.svg": ("inspect", "first.bin", "--graph", "picture.svg"),
}
STATUSES = {"against.txt": 1, "diff.txt": 1, "diff.json": 1}


def prepare(directory: Path) -> Path:
    """Run the program, which saves two files; and edit a copy of it."""
    text = PROGRAM.read_text()
    (directory / "shop.tur").write_text(text)
    assert tur("shop.tur", cwd=directory)[0] == 0
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new)
    (directory / "edited.tur").write_text(text)
    return directory


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("saved"))


def output(name: str, directory: Path) -> tuple[int, str]:
    """What a command prints, or the picture it writes, without what may differ."""
    status, out, err = tur(*COMMANDS[name], cwd=directory)
    assert err == ""
    if name.startswith("picture"):
        out = (directory / name).read_text()
    return status, VOLATILE.sub(r'\1"..."', out)


@pytest.mark.parametrize("name", COMMANDS)
def test_output_is_as_it_was(name: str, saved: Path) -> None:
    status, out = output(name, saved)
    assert out == (GOLDEN / name).read_text()
    assert status == STATUSES.get(name, 0)


def test_what_resume_says_is_what_inspect_says(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.tur").write_text((saved / "edited.tur").read_text())
    (tmp_path / "first.bin").write_bytes((saved / "first.bin").read_bytes())
    status, out, err = tur("resume", "first.bin", cwd=tmp_path)
    listed = (GOLDEN / "against.txt").read_text().splitlines()[1:]
    assert (status, out) == (1, "")
    assert err.splitlines()[1:] == listed
    assert err.startswith("schema-mismatch: shop.sell.fn no longer exists; it is shop.check-out.fn now")


def test_status_and_message_when_something_does_not_fit(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "first.bin").write_bytes((saved / "first.bin").read_bytes())
    status, out, _ = tur("inspect", "first.bin", cwd=tmp_path)
    assert status == 1
    assert "do not fit the code that is there now:" in out and "bring the module shop back" in out
    assert "frames, the innermost first:" in out


def test_a_module_with_a_mistake_does_not_hide_what_the_file_holds(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "first.bin").write_bytes((saved / "first.bin").read_bytes())
    (tmp_path / "shop.tur").write_text("(module shop)\n(defn f [")
    status, out, err = tur("inspect", "first.bin", cwd=tmp_path)
    assert (status, err) == (1, "")
    assert "shop.total waits at ask" in out
    assert "cannot be compared with the code that is there now:\n  read-error: " in out


def test_files_that_cannot_be_read(saved: Path, tmp_path: Path) -> None:
    data = (saved / "first.bin").read_bytes()
    (tmp_path / "damaged.bin").write_bytes(data[:50] + b"x" + data[51:])
    assert tur("inspect", "damaged.bin", cwd=tmp_path)[::2] == (
        1, "corrupt-data: the checksum does not match: the bytes are damaged or incomplete\n"
    )  # fmt: skip
    assert tur("diff", "damaged.bin", "none.bin", cwd=tmp_path)[::2] == (
        1, "io-error: cannot read none.bin: No such file or directory\n"
    )  # fmt: skip


def test_the_same_file_twice(saved: Path) -> None:
    status, out, _ = tur("diff", "first.bin", "first.bin", cwd=saved)
    assert (status, out.splitlines()[-1]) == (0, "the same")


def test_an_against_file_by_its_place(saved: Path, tmp_path: Path) -> None:
    """`app/shop.tur` is the module `app.shop`, whatever its directory is called."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "shop.tur").write_text(PROGRAM.read_text().replace("(module shop ", "(module app.shop "))
    (tmp_path / "run.tur").write_text("(import app.shop)\n(app.shop.main)\n")
    assert tur("run.tur", cwd=tmp_path)[0] == 0
    elsewhere = tmp_path / "elsewhere" / "app"
    elsewhere.mkdir(parents=True)
    (elsewhere / "shop.tur").write_text((tmp_path / "app" / "shop.tur").read_text().replace("(discount sum)", "sum"))
    (elsewhere.parent / "run.tur").write_text((tmp_path / "run.tur").read_text())
    assert tur("inspect", "first.bin", "--against", "app/shop.tur", cwd=tmp_path)[0] == 0
    status, out, err = tur("inspect", "first.bin", "--against", "elsewhere/app/shop.tur", cwd=tmp_path)
    assert (status, err) == (1, "")
    assert "1. app.shop.total waits at `ask`" in out


def test_pictures_need_a_name_that_says_what_they_are(saved: Path) -> None:
    status, _, err = tur("inspect", "first.bin", "--graph", "picture.png", cwd=saved)
    assert (status, err.splitlines()[0]) == (
        2, "tur: --graph needs the name of a file that ends in .svg or .dot, not `picture.png`"
    )  # fmt: skip
    status, _, err = tur("inspect", "first.bin", "--graph", "none/picture.svg", cwd=saved)
    assert (status, err.splitlines()[0]) == (1, "io-error: cannot write none/picture.svg: No such file or directory")


def test_the_picture_is_well_formed_and_nothing_lies_on_anything_else(saved: Path) -> None:
    tree = ElementTree.fromstring(output("picture.svg", saved)[1])
    boxes = [each for each in tree.iter("{http://www.w3.org/2000/svg}rect") if each.get("class") == "box"]
    places = [tuple(float(each.get(name, "0")) for name in ("x", "y", "width", "height")) for each in boxes]
    assert len(places) == 10
    for one, (x, y, width, height) in enumerate(places):
        for left, top, wide, high in places[:one]:
            assert x >= left + wide or left >= x + width or y >= top + high or top >= y + height
    texts = [each.text for each in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert '1  shop.total' in texts


def test_long_chains_and_large_values(tmp_path: Path) -> None:
    down = "(defn down [n] (if (= n 0) (cloneable-shift [k] k) (list (down (- n 1)))))"
    (tmp_path / "deep.tur").write_text(
        f'{down} (write-file "deep.bin" (serialize (reset (down 100000))))'
        '(write-file "wide.bin" (serialize (vec (map (fn [n] [n]) (range 0 10000)))))'
    )
    assert tur("deep.tur", cwd=tmp_path)[0] == 0
    status, out, _ = tur("inspect", "deep.bin", cwd=tmp_path)
    assert status == 0
    assert "deep.bin: continuation, 100000 frames" in out and "    ... 99960 more frames ..." in out
    assert len(out) < 10000
    for name, text in (("deep", "99976 more frames"), ("wide", "... 9992 more")):
        assert tur("inspect", f"{name}.bin", "--graph", f"{name}.svg", cwd=tmp_path)[0] == 0
        picture = (tmp_path / f"{name}.svg").read_text()
        assert text in picture and len(picture) < 60000


# At a terminal -------------------------------------------------------------------------------------

PAINT = re.compile(r"\x1b\[[0-9;]*m")


def at_terminal(directory: Path, columns: int, *words: str, **env: str) -> str:
    """What a command prints at a terminal of so many columns."""
    end, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    kept = environment(**{"TERM": "xterm", **env})
    kept.pop("COLUMNS", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "turmeric", *words], stdin=side, stdout=side, stderr=side, env=kept, cwd=directory
    )
    os.close(side)
    out = b""
    while True:
        try:
            read = os.read(end, 65536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        out += read
    os.close(end)
    process.wait(60)
    return out.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("words", [COMMANDS["table.txt"], COMMANDS["against.txt"], COMMANDS["diff.txt"]], ids=str)
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(words: tuple[str, ...], columns: int, saved: Path) -> None:
    lines = PAINT.sub("", at_terminal(saved, columns, *words)).splitlines()
    assert len(lines) > 8
    assert [line for line in lines if len(line) > columns] == []


def test_a_wide_terminal_shows_more_of_a_value(saved: Path) -> None:
    end = "picked by hand"
    assert end not in at_terminal(saved, 80, "inspect", "first.bin")
    assert end in at_terminal(saved, 220, "inspect", "first.bin")


def test_colours_are_for_terminals_only(saved: Path) -> None:
    assert PAINT.search(at_terminal(saved, 80, "inspect", "first.bin"))
    assert not PAINT.search(at_terminal(saved, 80, "inspect", "first.bin", NO_COLOR="1"))
    assert not PAINT.search(tur("inspect", "first.bin", cwd=saved)[1])


def rewrite() -> None:
    """Write the expected outputs anew."""
    with tempfile.TemporaryDirectory() as directory:
        prepare(Path(directory))
        for name in COMMANDS:
            (GOLDEN / name).write_text(output(name, Path(directory))[1])


def test_the_json_has_what_the_document_says(saved: Path) -> None:
    """Every key is named in docs/inspecting.md."""
    text = (Path(__file__).parents[2] / "docs" / "inspecting.md").read_text()
    found = json.loads((GOLDEN / "described.json").read_text())
    against = json.loads(tur(*COMMANDS["against.txt"], "--json", cwd=saved)[1])
    mismatch = against["mismatches"][0]
    diff = json.loads((GOLDEN / "diff.json").read_text())
    keys = [*found, *found["frames"][0], *found["frames"][0]["variables"][0], *found["shared"][0], *mismatch]
    keys += [*diff, *diff["frames"], *diff["changes"][0], *found["modules"][0], *found["marks"][0]]
    assert [key for key in keys if f"`{key}`" not in text] == []


if __name__ == "__main__":
    rewrite()
