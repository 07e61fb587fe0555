"""A fuzzer for saved state: mutants of ten samples, with a right checksum.

    python -m tests.durability.fuzzing --cases 10000000 --seed 1

runs ten million cases on one core, in about an hour, and ends with status 1 if there was a find.  A find is a mutant
that raises anything but corrupt-data or schema-mismatch (the error of a program's own instance,
which runs last, excepted); one that takes more than `PATIENCE` seconds; or one that is accepted, and
that printing, hashing, inspecting, storing again or resuming then answers with an exception that is
no error of the language.  Finds are written to `--keep DIR`; those that were fixed are in `corpus/`.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import cbor2

from tests.durability.mutations import mutated
from tests.durability.samples import samples
from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.inspection import describe
from turmeric.durability.saving import deserialize, serialize
from turmeric.running.continuation import Continuation
from turmeric.vocabulary.equality import equal, hash_of
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.vectors import Vector

PATIENCE = 10.0
TURN = 0.02
"""Seconds that a resumed mutant may run: a continuation may well be one that goes on for ever."""
EXPECTED = ("corrupt-data", "schema-mismatch")
CORPUS = Path(__file__).parent / "corpus"


class Hanging(BaseException):
    """A case took more than `PATIENCE` seconds."""


def alarm(number: int, frame: FrameType | None) -> None:
    raise Hanging


class Fuzzer:
    """Runs cases in one session, and counts what came of them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.session = Session([])
        self.samples = samples(self.session)
        self.parsed = {name: cbor2.dumps(unpacked(data)) for name, data in self.samples.items()}
        self.resume = self.session.evaluate("(fn [k] (resume k 1))")
        self.outcomes: Counter[str] = Counter()
        self.finds: list[tuple[bytes, str]] = []
        self.last: Path | None = None
        """Where each case is written before it runs, should it take the process along."""

    def run(self, cases: int) -> None:
        """Run that many random cases."""
        before = signal.signal(signal.SIGALRM, alarm)
        names = list(self.parsed)
        for _ in range(cases):
            name, other = self.random.choice(names), self.random.choice(names)
            items = cbor2.loads(self.parsed[name])
            donor = cbor2.loads(self.parsed[other])
            try:
                data = packed(mutated(items, donor, self.random), self.random)
            except (cbor2.CBOREncodeError, UnicodeEncodeError, RecursionError):
                continue
            if self.last is not None:
                self.last.write_bytes(data)
            self.case(data)
        signal.signal(signal.SIGALRM, before)

    def case(self, data: bytes) -> str:
        """One mutant: what came of it.  Finds are noted."""
        signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)
        try:
            outcome = self.outcome(data)
        except Hanging:
            outcome = self.find(data, "it took too long\n" + traceback.format_exc(limit=-3, chain=False))
        except BaseException:
            outcome = self.find(data, traceback.format_exc(limit=-6, chain=False))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.outcomes[outcome] += 1
        return outcome

    def find(self, data: bytes, what: str) -> str:
        """Note a find, unless there was one in the same place."""
        if what not in {known for _, known in self.finds}:
            self.finds.append((data, what))
        return "find"

    def outcome(self, data: bytes) -> str:
        if self.random.random() < 0.05:
            self.inspect(data)
        try:
            value = deserialize(self.session.world, data)
        except TurmericError as error:
            if error.name in EXPECTED:
                return error.name
            if b"instance" in self.kinds(data):
                return "the instance's error"
            raise
        self.use(value)
        return "accepted"

    def kinds(self, data: bytes) -> set[bytes]:
        """Whether a message has stand-ins, whose instances are the program's."""
        tags = {row[0] for row in wire.unframe(data)[5]}
        return {b"instance"} if tags & {wire.STAND_IN, wire.RESOURCE} else set()

    def inspect(self, data: bytes) -> None:
        try:
            describe(Contents(Message(data)), None, len(data))
        except TurmericError as error:
            if error.name not in EXPECTED:
                raise

    def use(self, value: Any) -> None:
        """What a program may do with what it got: nothing but errors of the language come of it."""
        for act in (write, hash_of, lambda each: equal(each, each), self.store, self.go_on):
            try:
                act(value)
            except TurmericError:
                self.outcomes["errors of the language"] += 1

    def store(self, value: Any) -> None:
        deserialize(self.session.world, serialize(self.session.world, value, keep=True))

    def go_on(self, value: Any) -> None:
        """Resume the continuations in it, some of the times."""
        inside = list(value)[:4] if isinstance(value, Vector) else [value]
        for each in inside:
            if type(each) is Continuation:
                signal.setitimer(signal.ITIMER_REAL, TURN, PATIENCE)
                try:
                    self.session.world.call(self.resume, [each])
                except Hanging:
                    self.outcomes["still running"] += 1
                finally:
                    signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)


def unpacked(data: bytes) -> list[Any]:
    """The items of a message, its tables as data."""
    items = wire.unframe(data)
    return [wire.parse(items[2]), *items[3:7]]


def packed(items: list[Any], choice: random.Random) -> bytes:
    """The bytes of a message with these items; now and then with bytes changed after that."""
    tables, *rest = items
    body = wire.frame([wire.MAGIC, wire.VERSION, cbor2.dumps(tables), *rest])[: -wire.CHECKSUM]
    if choice.random() < 0.1:
        changed = bytearray(body)
        for _ in range(choice.randint(1, 3)):
            changed[choice.randrange(len(changed))] = choice.randrange(256)
        body = bytes(changed)
    return body + wire.checksum(body)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.durability.fuzzing")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a directory for the bytes of finds")
    chosen = parser.parse_args(words)
    fuzzer = Fuzzer(chosen.seed)
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        fuzzer.last = chosen.keep / f"last-{chosen.seed}.bin"
    began = time.monotonic()
    fuzzer.run(chosen.cases)
    print(f"{chosen.cases} cases in {time.monotonic() - began:.0f} s, seed {chosen.seed}: {dict(fuzzer.outcomes)}")
    for number, (data, what) in enumerate(fuzzer.finds):
        print(f"find {number}: {what}")
        if chosen.keep is not None:
            (chosen.keep / f"find-{chosen.seed}-{number}.bin").write_bytes(data)
    return 1 if fuzzer.finds else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
