"""What a session needs to keep instances: a store, keys, rules."""

from __future__ import annotations

import os
from functools import partial

from turmeric.durability.instances.checkpoints import CheckpointStore, keeper_for
from turmeric.durability.instances.seals import Seals
from turmeric.durability.instances.service import Rules, Service, SystemClock
from turmeric.durability.instances.store import StoreError, open_store
from turmeric.durability.instances.stores.memory import MemoryStore
from turmeric.durability.sealed.keyfiles import keys_for
from turmeric.durability.sealed.keys import SECRET_SIZE, Key, KeyRing
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.instances.service import Clock
    from turmeric.durability.instances.store import Store


def service_for(
    session: Session,
    store: str | Store | None,
    checkpoints: CheckpointStore | None,
    rules: Rules | None,
    clock: Clock | None,
    encrypt: bool,
) -> Service:
    """A service for the instances of a session.  Raises io-error when the store cannot be opened, missing-key."""
    world = session.world
    ring = keys_for(world)
    if not ring.keys and store in (None, MemoryStore.url) and checkpoints is None:
        ring = KeyRing([Key("memory", os.urandom(SECRET_SIZE))], "this process")
    ring.sealing_key()
    seals = Seals(ring, encrypt)
    kept = None if checkpoints is None else keeper_for(checkpoints, seals)
    opened = found_store(store or MemoryStore.url) if kept is None else kept
    service = Service(world, opened, seals, clock or SystemClock(), rules or Rules(), whole=kept is not None)
    world.clock = partial(time_of, service)
    session.loader.import_module("workflow")
    return service


def found_store(store: str | Store) -> Store | Any:
    """The store at an address, or the one that was given."""
    if not isinstance(store, str):
        return store
    try:
        return open_store(store)
    except StoreError as error:
        raise failure("io-error", str(error), store) from error


def time_of(service: Service) -> float:
    return service.clock.now()
