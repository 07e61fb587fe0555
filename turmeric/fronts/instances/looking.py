"""Looking into the state of an instance without restoring it: frames, variables, what would not fit."""

from __future__ import annotations

from turmeric.durability.instances.records import Checkpoint, Instance
from turmeric.durability.instances.seals import Seals
from turmeric.durability.instances.states import message_of
from turmeric.fronts.instances.opening import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.format.message import Message
    from turmeric.durability.instances.store import Store
    from turmeric.fronts.tabular import Paper

    Data = dict[str, Any]

OWN = ("workflow.", "checkpoint.", "effects.", "control.")
"""Functions of the library that every instance waits in: they say nothing to whoever wrote the program."""
UNDO = "workflow.*undo*"
"""The variable that holds what an instance would undo."""


def state_of(store: Store, instance: Instance, session: Session) -> Data:
    """The newest state of an instance, as `tur inspect --json` describes a file.

    Raises missing-key, corrupt-data.
    """
    from turmeric.fronts.inspecting import examined
    from turmeric.fronts.saved import restore_main

    data = message_in(store, instance.id, instance.checkpoint)
    restore_main(session, data, None)
    return {"sealed": None, **examined(rooted(data), session, len(data))}


def message_in(store: Store, id: str, point: Checkpoint) -> bytes:
    """The message of a checkpoint; of one that is kept in blobs the newest one."""
    from turmeric.durability.sealed.keyfiles import configured

    blobs = ask(store, "blobs", list(point.roots)) if point.roots else {}
    return message_of(Seals(configured()), id, point, blobs)


def rooted(data: bytes) -> Message:
    """A message of which only what is to be gone on with counts, not the value that it gets."""
    from turmeric.durability.format import wire
    from turmeric.durability.format.message import Message

    message = Message(data)
    row = message.heap[message.root[0]]
    if row[0] == wire.VECTOR and type(row[1]) is list and message.heap[row[1][0]][0] == wire.CONTINUATION:
        message.root = row[1]
    return message


def state_lines(state: Data, paper: Paper) -> Iterator[str]:
    """What people are shown of it: what belongs to whoever wrote the program."""
    from turmeric.fronts.inspection_table import FEW, chain, limited, module_line, sections
    from turmeric.fronts.misfits import verdict
    from turmeric.fronts.tabular import counted

    own = [each for each in state["frames"] if not each["function"].startswith(OWN)]
    shared = [each for each in state["shared"] if each["path"] and UNDO not in each["path"]]
    shown = {**state, "frames": own, "shared": shared}
    yield f"state: {counted(state['bytes'], 'byte')}, written by {state['writer']}"
    for module in state["modules"]:
        yield module_line(module)
    if state["earlier"]["objects"]:
        objects, messages = counted(state["earlier"]["objects"], "object"), len(state["earlier"]["messages"])
        yield f"what did not change is kept in {counted(messages, 'earlier blob')}: {objects} that are not shown here"
    if state["root"] == "continuation":
        yield from chain(shown, paper)
    else:
        yield f"it has not run yet: {paper.cut(state['value'], 20, 400)}"
    for title, lines in sections(shown, paper):
        if lines:
            yield title
            yield from limited(lines, FEW)
    yield from verdict(state, paper)
