"""An instance as bytes for a file, and back: one sealed whole, which needs nothing else.

    ["turmeric instance", version,
     {"instance": {...}, "history": [{...}], "events": [{...}], "keys": [...], "blobs": [{...}]}]

The states inside stay sealed for the same instance, so it keeps its id: `Store.restore` puts it where no instance has
that id, and refuses it elsewhere.  Nobody owns what was exported; one that ran goes on from its last checkpoint.  An
export is a copy: if the original goes on as well, there are two, and what they do to the outside world is done twice.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from turmeric.durability.format import wire
from turmeric.durability.instances.records import RUNNING, Blob, Checkpoint, Event, Instance, Whole
from turmeric.durability.instances.stores.forms import Malformed, plain, record
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from turmeric.durability.instances.seals import Seals

MAGIC = "turmeric instance"
VERSION = 1
CONTEXT = "exported instance"
PARTS = {"instance", "history", "events", "keys", "blobs"}


def exported(seals: Seals, whole: Whole) -> bytes:
    """An instance, as `Store.whole` gives it, as sealed bytes."""
    instance = replace(whole.instance, owner=None)
    if instance.status == RUNNING:
        instance = replace(instance, due=0.0)
    content = {
        "instance": plain(instance),
        "history": [plain(point) for point in whole.history],
        "events": [plain(event) for event in whole.events],
        "keys": sorted(whole.keys),
        "blobs": [plain(blob) for blob in sorted(whole.blobs, key=lambda blob: blob.name)],
    }
    return seals.seal(wire.pack([MAGIC, VERSION, content]), CONTEXT)


def imported(seals: Seals, data: bytes) -> Whole:
    """What was exported.  Raises corrupt-data for anything else, and for what a newer release has exported;
    missing-key."""
    content = content_of(wire.parse(seals.open(data, CONTEXT)))
    try:
        whole = Whole(
            record(Instance, content["instance"]),
            tuple(record(Checkpoint, each) for each in content["history"]),
            tuple(record(Event, each) for each in content["events"]),
            frozenset(content["keys"]),
            tuple(record(Blob, each) for each in content["blobs"]),
        )
    except (Malformed, TypeError) as error:
        raise failure("corrupt-data", f"this is no exported instance: {error}") from error
    check(seals, whole)
    return whole


def content_of(found: Any) -> dict[str, Any]:
    """The parts of an export, after its version was checked."""
    if type(found) is not list or len(found) < 2 or found[0] != MAGIC or type(found[1]) is not int:
        raise failure("corrupt-data", "this is no exported instance")
    if found[1] != VERSION:
        text = f"format version {found[1]} of exported instances is unknown to this release, which reads {VERSION}"
        raise failure("corrupt-data", text)
    if len(found) != 3 or type(found[2]) is not dict or found[2].keys() != PARTS:
        raise failure("corrupt-data", "the exported instance does not have the parts it should have")
    content: dict[str, Any] = found[2]
    return content


def check(seals: Seals, whole: Whole) -> None:
    """Whether the parts belong together, and are all there."""
    instance = whole.instance
    numbers = [point.number for point in (*whole.history, instance.checkpoint)]
    if any(before >= after for before, after in pairwise(numbers)):
        raise failure("corrupt-data", "the checkpoints of the exported instance are not in order")
    if any(event.instance != instance.id for event in whole.events):
        raise failure("corrupt-data", "the exported instance has events of another one")
    if not all(type(key) is str for key in whole.keys):
        raise failure("corrupt-data", "the keys of the exported instance are none")
    needed = {name for point in (*whole.history, instance.checkpoint) for name in point.roots}
    check_blobs(seals, whole.blobs, needed)


def check_blobs(seals: Seals, blobs: Iterable[Blob], needed: set[bytes]) -> None:
    for blob in blobs:
        if seals.opened_blob(blob) is None:
            raise failure("corrupt-data", f"the blob {blob.name.hex()} is not what its name says")
        needed.update(blob.references)
    missing = needed - {blob.name for blob in blobs}
    if missing:
        raise failure("corrupt-data", f"the exported instance lacks the blob {min(missing).hex()}")
