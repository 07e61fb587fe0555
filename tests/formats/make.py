"""Makes the samples of this release's format version: only ever for a new version (README.md).

    python -m tests.formats.make
"""

from __future__ import annotations

import contextlib
import io
import shutil
from pathlib import Path
from typing import Any

from tests.durability import second_decoder
from turmeric.assembly.session import Session
from turmeric.durability.format.wire import VERSION
from turmeric.durability.sealed.keys import Key, KeyRing
from turmeric.durability.sealed.sealing import seal
from turmeric.durability.stores.blobs import DirectoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary.printer import write

HERE = Path(__file__).resolve().parent
RING = KeyRing([Key("sample", bytes(range(32)))])
"""The key of the sealed samples: it is no secret."""
CHAIN = "chain"
"""The module whose `states` are saved into a directory of blobs, under the names 1, 2, 3."""


class Sample:
    """A module of samples: `make` gives bytes, `use` says what they are."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.session = Session([str(source.parent)])
        self.session.activate()

    def call(self, name: str, *arguments: Any) -> Any:
        function = self.session.loader.import_module(self.source.stem).definitions[name].force()
        return self.session.world.call(function, list(arguments), prompt=True)

    def made(self) -> bytes:
        with contextlib.redirect_stdout(io.StringIO()):
            return bytes(self.call("make"))

    def used(self, data: Any) -> str:
        """What `use` prints, and its value."""
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            value = self.call("use", data)
        return f"{printed.getvalue()}=> {write(value)}\n"

    def saver(self, directory: Path, name: str) -> Saver:
        return Saver(self.session.world, DirectoryBlobs(str(directory)), name)


def make(source: Path) -> None:
    """The bytes of a sample, what the second decoder says they are, and what `use` gives."""
    data = Sample(source).made()
    source.with_suffix(".bin").write_bytes(data)
    source.with_suffix(".txt").write_text(second_decoder.shown(second_decoder.Message(data)), encoding="utf-8")
    source.with_suffix(".out").write_text(Sample(source).used(data), encoding="utf-8")


def make_chain(source: Path) -> None:
    """The states of a program in a directory of blobs, each under a name of its own and sharing with those before."""
    directory = source.with_suffix("")
    shutil.rmtree(directory, ignore_errors=True)
    sample = Sample(source)
    known: dict[Any, Any] = {}
    texts, values = [], []
    for number, state in enumerate(sample.call("states"), 1):
        saver = sample.saver(directory, str(number))
        saver.known = known
        saver.save(state)
        known = saver.known
        texts.append(second_decoder.shown(second_decoder.stored(directory, str(number))))
        reader = Sample(source)
        values.append(reader.used(reader.saver(directory, str(number)).load()))
    (directory / "lock").unlink()
    source.with_suffix(".txt").write_text("\n".join(texts), encoding="utf-8")
    source.with_suffix(".out").write_text("".join(values), encoding="utf-8")


def make_sealed(directory: Path) -> None:
    """One sample sealed, and sealed and encrypted, always with the same nonce."""
    data = (directory / "values.bin").read_bytes()
    (directory / "values.sealed").write_bytes(seal(data, RING))
    encrypted = seal(data, RING, encrypt=True, randomness=lambda count: bytes(range(count)))
    (directory / "values.encrypted").write_bytes(encrypted)


def main() -> None:
    directory = HERE / f"v{VERSION}"
    for source in sorted(directory.glob("*.tur")):
        (make_chain if source.stem == CHAIN else make)(source)
    make_sealed(directory)
    for file in sorted(each for each in directory.rglob("*") if each.is_file() and each.suffix not in (".tur", ".txt")):
        print(f"{file.stat().st_size:8} {file.relative_to(directory)}")


if __name__ == "__main__":
    main()
