"""What a store keeps of instances, as plain records.

    Instance      one durable run: its status, its newest checkpoint, what it waits for, who owns it
    Checkpoint    a place where it was saved: number, name, source, time, state
    Wait          what a waiting instance waits for: a time, an event, the end of another instance
    Outcome       how a wait ended: decided once, by the store, and kept until the next save
    Event         something that was sent to an instance
    Save, End     what an owner writes

States, values of events and results are sealed bytes; all else is plain, so that a store can select by it.
Times are seconds since 1970.  An instance is due at a time, or never:

    it runs, nobody owns it        due at once
    it runs, somebody owns it      due when the owner's lease ends: then anybody may claim it
    it waits for a time            due then; for an event with a time-out likewise, or once the event is there
    it has ended                   never
"""

from __future__ import annotations

from dataclasses import dataclass

RUNNING, WAITING, DONE, FAILED, CANCELLED = STATUSES = ("running", "waiting", "done", "failed", "cancelled")
ENDED = (DONE, FAILED, CANCELLED)

TIMER, EVENT, INSTANCE = WAITS = ("timer", "event", "instance")

NOT_CANCELLED, CANCEL_ASKED, CANCEL_TOLD = range(3)
"""Whether an instance was asked to cancel, and whether it has been told."""


@dataclass(frozen=True, slots=True)
class Wait:
    """`name` is that of the event, or the id of the instance; `until` the time at which it is given up."""

    kind: str
    name: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wait ended: `"event"`, `"instance"`, `"timer"` (the time has come), `"cancelled"`.

    `payload` is what came with it, sealed: the event's value, the instance's result; `status` that of the
    instance that was awaited, None if there is no such instance (any more).
    """

    kind: str
    payload: bytes | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where an instance was saved.  Number 0 is its start, before anything has run.

    `state` is sealed; `roots` are the hashes of the blobs it refers to.  `source` is `file:line:column`,
    `offset` the number of characters before that place.  `kind` is the request that saved it.
    """

    number: int
    kind: str
    time: float
    state: bytes | None
    name: str | None = None
    source: str | None = None
    offset: int | None = None
    roots: tuple[bytes, ...] = ()
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One durable run, as it is in the store.

    function   what was started: `orders.process-order`
    version    the version of the program that saved it last
    checkpoint the newest one; without its state where many are listed
    epoch      how often it was claimed: an owner of an earlier epoch can write nothing any more
    attempts   how often it was claimed since it was saved last
    spent      seconds that it has run
    result     sealed: its value, or its error
    keep       whether all its checkpoints are kept
    """

    id: str
    function: str
    created: float
    checkpoint: Checkpoint
    version: str = ""
    parent: str | None = None
    status: str = RUNNING
    changed: float = 0.0
    due: float | None = 0.0
    owner: str | None = None
    epoch: int = 0
    attempts: int = 0
    cancel: int = NOT_CANCELLED
    outcome: Outcome | None = None
    spent: float = 0.0
    result: bytes | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What was sent to an instance: `payload` is sealed.  A second one with the same `key`, unless that is
    None, is the first one again."""

    instance: str
    name: str
    payload: bytes
    time: float
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The right to write an instance: it ends when somebody else claims it."""

    id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Blob:
    """Sealed bytes by the hash of what they hold, and the hashes of the blobs they refer to."""

    name: bytes
    data: bytes
    references: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """An instance with all that belongs to it: its earlier checkpoints that are kept, the events it has not taken,
    the keys of all that were sent to it, the blobs that its checkpoints lead to."""

    instance: Instance
    history: tuple[Checkpoint, ...] = ()
    events: tuple[Event, ...] = ()
    keys: frozenset[str] = frozenset()
    blobs: tuple[Blob, ...] = ()


@dataclass(frozen=True, slots=True)
class Save:
    """A new checkpoint of an instance that somebody holds, and what is to happen together with it.

    `until` is when the owner's lease ends then.  With a `wait` in the checkpoint the instance waits, and
    nobody owns it; unless what it waits for is there already.
    """

    checkpoint: Checkpoint
    until: float
    version: str = ""
    cancel: int = NOT_CANCELLED
    spent: float = 0.0
    blobs: tuple[Blob, ...] = ()
    given: object = None
    """What the program goes on with."""
    starts: tuple[Instance, ...] = ()
    sends: tuple[Event, ...] = ()
    cancels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save found: whether the instance was asked to cancel, and how its wait ended if it did at once."""

    cancel: int = NOT_CANCELLED
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class End:
    """How an instance ended: a status of `ENDED`, the sealed result.  One that failed keeps its last
    checkpoint, and so does any when all are kept."""

    status: str
    result: bytes
    time: float
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Query:
    """Which instances to list: all that fit every part that is not None; the newest first.

    `prefix` is what their ids begin with.  `after` is the id of the last one of an earlier page, which must be there
    still.
    """

    statuses: tuple[str, ...] | None = None
    function: str | None = None
    parent: str | None = None
    limit: int = 1000
    after: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """What `collect` removed: blobs that nothing refers to, and their bytes."""

    blobs: int = 0
    bytes: int = 0
