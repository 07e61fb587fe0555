"""The states of one instance as sealed bytes, and back.

    [k value]           what is to be gone on with, and the value it gets when it is restored
    [function args]     before anything has run
    hash                what a large one is kept under: a message in a blob, which refers to earlier ones

A small state is written whole each time.  Once one is larger than `SMALL`, it goes into blobs, and from then on
what has not changed is not written again.
"""

from __future__ import annotations

from contextlib import contextmanager
from math import inf

from turmeric.durability import saving
from turmeric.durability.code.sources import CURRENT, SAVED
from turmeric.durability.instances.records import Checkpoint
from turmeric.durability.instances.seals import of_state
from turmeric.durability.stores.blobs import HASH, MemoryBlobs, data_in, references_in
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from turmeric.durability.instances.records import Blob
    from turmeric.durability.instances.seals import Seals
    from turmeric.running.world import World

SMALL = 16_384
"""Bytes of a state that is written whole."""
WHOLE, IN_BLOBS, WITH_CODE = b"\x00", b"\x01", b"\x02"
"""The first byte of what is sealed; the last one is a whole message that carries its code."""


class Kept(MemoryBlobs):
    """What an instance that runs needs to know of its blobs in the store: how large they are and what they
    refer to.  Content is here of those that it was restored from (lazy values may ask for it), and of new ones."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: dict[bytes, tuple[int, tuple[bytes, ...]]] = {}
        self.fresh: list[bytes] = []
        """Those that the store does not have yet."""
        self.pruned = 1000

    def has(self, name: bytes) -> bool:
        return name in self.weights

    def write(self, name: bytes, blob: bytes) -> None:
        self.keep(name, blob)
        self.fresh.append(name)

    def keep(self, name: bytes, blob: bytes) -> None:
        """Know a blob that the store has."""
        references = tuple(references_in(blob))
        self.table[name] = blob
        self.weights[name] = (len(blob) - HASH * len(references), references)

    def take_fresh(self) -> list[tuple[bytes, bytes]]:
        """The new blobs, which the store gets now."""
        fresh, self.fresh = self.fresh, []
        return [(name, self.table.pop(name)) for name in fresh]

    def weight(self, names: Iterable[bytes]) -> int:
        return sum(self.weights[name][0] for name in self.below(names))

    def below(self, names: Iterable[bytes]) -> set[bytes]:
        """All that can be reached from some blobs."""
        found: set[bytes] = set()
        work = list(names)
        while work:
            name = work.pop()
            if name not in found:
                found.add(name)
                work.extend(self.weights[name][1])
        return found

    def crowded(self) -> bool:
        """Whether so many are known that it is time to prune."""
        return len(self.weights) > 2 * self.pruned

    def prune(self, needed: Iterable[bytes]) -> None:
        """Forget what is not reached from those that are needed."""
        reached = self.below(needed)
        self.weights = {name: each for name, each in self.weights.items() if name in reached}
        self.pruned = max(1000, len(self.weights))

    @contextmanager
    def saving(self) -> Iterator[None]:
        yield

    alone = saving


class States:
    """Encodes and decodes the states of one instance."""

    def __init__(self, world: World, seals: Seals, id: str, bundle: bool = False) -> None:
        self.world = world
        self.seals = seals
        self.id = id
        self.bundle = bundle
        self.small: float = SMALL
        self.forget()

    def whole_only(self) -> None:
        """Use no blobs, however large a state is."""
        self.small = inf

    def forget(self) -> None:
        """Know nothing of what was saved before: the next state is written whole."""
        self.blobs = Kept()
        self.saver: Saver | None = None

    # Saving -----------------------------------------------------------------------------------

    def encoded(self, number: int, what: Any, value: Any) -> tuple[bytes, tuple[bytes, ...], tuple[Blob, ...]]:
        """A state, sealed: the bytes, the blobs it refers to, the new ones.  Raises not-serializable."""
        state = vectors.from_iterable([what, value])
        context = of_state(self.id, number)
        if self.saver is None:
            data = saving.serialize(self.world, state, keep=True, bundle=self.bundle)
            if len(data) <= self.small or self.bundle:
                return self.seals.seal((WITH_CODE if self.bundle else WHOLE) + data, context), (), ()
            self.saver = Saver(self.world, self.blobs, "state")
        root = self.saver.save(state)
        new = tuple(self.seals.sealed_blob(name, blob) for name, blob in self.blobs.take_fresh())
        if self.blobs.crowded():
            self.blobs.prune({root, *(known.message for known in self.saver.known.values())})
        return self.seals.seal(IN_BLOBS + root, context), (root,), new

    # Restoring --------------------------------------------------------------------------------

    def decoded(self, checkpoint: Checkpoint, blobs: dict[bytes, Blob]) -> tuple[Any, Any]:
        """What is to be gone on with, and its value.  Raises corrupt-data, schema-mismatch, missing-key."""
        assert checkpoint.state is not None
        data = self.seals.open(checkpoint.state, of_state(self.id, checkpoint.number))
        if data[:1] == IN_BLOBS:
            state = self.loaded(data[1:], blobs)
        else:
            mode = SAVED if self.bundle and data[:1] == WITH_CODE else CURRENT
            state = saving.deserialize(self.world, data[1:], mode)
        what, value = state
        return what, value

    def loaded(self, root: bytes, blobs: dict[bytes, Blob]) -> Any:
        """A state that is kept in blobs."""
        self.forget()
        for name, blob in blobs.items():
            found = self.seals.opened_blob(blob)
            if found is None:
                raise failure("corrupt-data", f"the blob {name.hex()} is not what its name says")
            self.blobs.keep(name, found)
        self.blobs.set_head("state", root)
        self.saver = Saver(self.world, self.blobs, "state")
        return self.saver.load()


def message_of(seals: Seals, id: str, checkpoint: Checkpoint, blobs: dict[bytes, Blob]) -> bytes:
    """The message of a state, to be looked at without restoring it."""
    assert checkpoint.state is not None
    data = seals.open(checkpoint.state, of_state(id, checkpoint.number))
    if data[:1] != IN_BLOBS:
        return data[1:]
    return data_in(seals.opened_blob(blobs[data[1:]]) or b"")
