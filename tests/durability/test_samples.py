"""The samples of all versions of the format, by the second decoder and by Turmeric; the second decoder
against what `tur inspect` knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.durability import second_decoder
from tests.durability.cddl import plain
from tests.durability.strategies import VALUES
from tests.formats.make import CHAIN, RING, Sample
from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.inspection import describe
from turmeric.durability.saving import deserialize, serialize
from turmeric.durability.sealed.sealing import open_sealed

FORMATS = Path(__file__).resolve().parents[1] / "formats"
SOURCES = sorted(FORMATS.glob("v*/*.tur"))
SAMPLES = [source for source in SOURCES if source.stem != CHAIN]
CHAINS = [source for source in SOURCES if source.stem == CHAIN]


def names(sources: list[Path]) -> list[str]:
    return [f"{source.parent.name}/{source.stem}" for source in sources]


@pytest.mark.parametrize("source", SAMPLES, ids=names(SAMPLES))
def test_a_sample_is_what_it_was(source: Path) -> None:
    """And goes on as it did."""
    data = source.with_suffix(".bin").read_bytes()
    assert Sample(source).used(data) == source.with_suffix(".out").read_text(encoding="utf-8")


CURRENT = [source for source in SAMPLES if source.parent.name == f"v{wire.VERSION}"]


@pytest.mark.parametrize("source", CURRENT, ids=names(CURRENT))
def test_a_sample_that_is_read_and_written_again_is_the_same(source: Path) -> None:
    """What this release writes is what it wrote when it made the samples: the order, the numbers, each byte."""
    data = source.with_suffix(".bin").read_bytes()
    world = Sample(source).session.world
    assert serialize(world, deserialize(world, data)) == data


@pytest.mark.parametrize("source", SAMPLES, ids=names(SAMPLES))
def test_the_second_decoder_reads_a_sample(source: Path) -> None:
    data = source.with_suffix(".bin").read_bytes()
    text = second_decoder.shown(second_decoder.Message(data))
    assert text == source.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", CHAINS, ids=names(CHAINS))
def test_a_chain_is_what_it_was(source: Path, tmp_path: Path) -> None:
    directory = tmp_path / "chain"
    shutil.copytree(source.with_suffix(""), directory)
    expected = source.with_suffix(".out").read_text(encoding="utf-8").splitlines(keepends=True)
    for number, wanted in enumerate(expected, 1):
        sample = Sample(source)
        assert sample.used(sample.saver(directory, str(number)).load()) == wanted


@pytest.mark.parametrize("source", CHAINS, ids=names(CHAINS))
def test_the_second_decoder_follows_a_chain(source: Path) -> None:
    texts = [second_decoder.shown(second_decoder.stored(source.with_suffix(""), name)) for name in "123"]
    assert "\n".join(texts) == source.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["sealed", "encrypted"])
def test_a_sealed_sample_opens(form: str) -> None:
    if form == "encrypted":
        pytest.importorskip("cryptography")
    sealed = (FORMATS / "v1" / f"values.{form}").read_bytes()
    assert open_sealed(sealed, RING) == (FORMATS / "v1" / "values.bin").read_bytes()


def test_the_samples_have_every_kind_of_row() -> None:
    """But those that no file has."""
    blobs = [blob.read_bytes() for blob in (FORMATS / "v1" / "chain" / "blobs").rglob("*") if blob.is_file()]
    messages = [source.with_suffix(".bin").read_bytes() for source in SAMPLES]
    messages += [blob[4 + 20 * int.from_bytes(blob[:4], "big") :] for blob in blobs]
    kinds, ways, flags, unset = set(), set(), 0, set()
    for data in messages:
        for row in plain(data).value[5]:
            kinds.add(row[0])
            if row[0] == wire.HANDLER:
                ways |= set(row[2::3])
            elif row[0] == wire.CONTINUATION:
                flags |= row[1]
            elif row[0] == wire.SENTINEL:
                unset.add(row[1])
    assert kinds == set(wire.NAMES) - {wire.BASE, wire.EXTERNAL}
    assert ways == set(range(len(wire.WAYS)))
    assert flags == 15
    assert unset == {0, 1}


def test_the_second_decoder_is_a_program_that_needs_no_project(tmp_path: Path) -> None:
    """It runs without this project's code, and without cbor2."""
    program = tmp_path / "decoder.py"
    shutil.copy(second_decoder.__file__, program)
    for target in (["values.bin"], ["chain", "3"]):
        words = [sys.executable, "-I", "-X", "utf8", str(program), str(FORMATS / "v1" / target[0]), *target[1:]]
        done = subprocess.run(words, capture_output=True, encoding="utf-8", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        expected = (FORMATS / "v1" / target[0]).with_suffix(".txt").read_text(encoding="utf-8")
        assert done.stdout == expected if len(target) == 1 else expected.endswith(done.stdout)
    imports = [line for line in program.read_text().splitlines() if "import" in line and line[:1] in "if"]
    assert sorted(line.split()[1] for line in imports) == ["__future__", "hashlib", "pathlib", "struct", "sys"]


@pytest.mark.parametrize("source", SAMPLES, ids=names(SAMPLES))
def test_it_sees_what_tur_inspect_sees(source: Path) -> None:
    data = source.with_suffix(".bin").read_bytes()
    described: dict[str, Any] = describe(Contents(Message(data)))
    message = second_decoder.Message(data)
    assert (described["writer"], described["program"]) == (message.writer, message.program)
    modules = [[row["module"], row["file"], row["version"]] for row in described["modules"]]
    assert modules == [row for row in message.modules if len(row) == 3]
    kinds = Counter(wire.NAMES[row[0]] for row in message.heap)
    assert {name: number for name, number in described["objects"].items() if name in kinds} == kinds


def test_it_sees_the_frames_that_tur_inspect_sees() -> None:
    session = Session([])
    session.evaluate("""
      (defn leaf [x] (+ x (cloneable-shift [k] k)))
      (defn down [n text] (if (= n 0) (leaf n) (list text (down (- n 1) (str text n)))))
    """)
    data = serialize(session.world, session.evaluate('(reset (down 5 "t"))'))
    lines = second_decoder.shown(second_decoder.Message(data)).splitlines()
    frames = describe(Contents(Message(data)))["frames"]
    assert len(frames) == 6
    for frame, line in zip(frames, [line.strip() for line in lines if line.startswith("    ")], strict=True):
        assert line.startswith(f"{frame['function']} at {frame['at']}:{frame['line']}")


@settings(max_examples=200, deadline=None)
@given(value=VALUES)
def test_it_reads_generated_values(value: object) -> None:
    session = Session([])
    data = serialize(session.world, value)
    message = second_decoder.Message(data)
    assert repr((message.heap, message.root)) == repr((wire.unframe(data)[5], wire.unframe(data)[6]))
    second_decoder.shown(message)


@pytest.mark.parametrize("change", [(b"", 4), (b"\x9f", 3), (b"\0", -9)])
def test_it_refuses_damage(change: tuple[bytes, int]) -> None:
    data = (FORMATS / "v1" / "values.bin").read_bytes()
    new, at = change
    broken = data[:at] + new + data[at + 1 :]
    with pytest.raises((AssertionError, ValueError)):
        second_decoder.Message(broken)
