"""Makes the samples of this release's format version: only ever for a new version (README.md).

    python tests/formats/make.py
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1])]

from tests.durability import second_decoder
from turmeric.assembly.session import Session
from turmeric.durability.wire import VERSION
from turmeric.vocabulary.printer import write


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

    def used(self, data: bytes) -> str:
        """What `use` prints, and its value."""
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            value = self.call("use", data)
        return f"{printed.getvalue()}=> {write(value)}\n"


def main() -> None:
    for source in sorted((HERE / f"v{VERSION}").glob("*.tur")):
        data = Sample(source).made()
        source.with_suffix(".bin").write_bytes(data)
        text = second_decoder.shown(second_decoder.Message(data))
        source.with_suffix(".txt").write_text(text, encoding="utf-8")
        source.with_suffix(".out").write_text(Sample(source).used(data), encoding="utf-8")
        print(f"{source.stem}: {len(data)} bytes")


if __name__ == "__main__":
    main()
