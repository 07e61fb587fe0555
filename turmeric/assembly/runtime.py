"""Turmeric inside a Python program.

    runtime = turmeric.Runtime(roots=["app"])
    orders = runtime.load("app/orders.tur")
    total = orders.order_total(turmeric.from_python([3, 4]))

Values go in and out as they are: numbers, strings, bytes, booleans and None are the same
on both sides, and `from_python` and `to_python` convert collections.  Functions of the
language are Python callables; they run in the runtime they come from, whichever is active.
"""

from __future__ import annotations

from turmeric.assembly.instances import Instances
from turmeric.assembly.namespaces import Constructor, Namespace
from turmeric.assembly.session import Session
from turmeric.running.depth import Room
from turmeric.running.steps import AUTO
from turmeric.running.world import ACTIVE
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any

    from turmeric.durability.instances.checkpoints import CheckpointStore
    from turmeric.durability.instances.service import Clock, Rules
    from turmeric.durability.instances.store import Store
    from turmeric.durability.sealed.keys import KeyRing
    from turmeric.running.world import World


def ring_of(secret: bytes) -> KeyRing:
    """A key ring of one secret.  Raises value-error unless it has 32 bytes."""
    from turmeric.durability.sealed.keys import Key, KeyRing

    return KeyRing([Key("runtime", secret)], "the runtime's key")


def is_cancelled(error: TurmericError) -> bool:
    return isinstance(error.value, Struct) and error.value.type.symbol == "async.cancelled"


class Runtime(Instances):
    """A world of modules of its own, and the instances of a store.  What is the process's stays as it is: the
    garbage collector's settings, the limit of recursion, signal handlers, hooks.

    `roots` are the directories where modules are looked for (by default the current one),
    `args` is what `(args)` gives, `keys` the key ring of `seal` and `unseal` (by default what the
    environment and the key file have), `engine` is how functions run: `"auto"`, `"cek"` or
    `"compiled"` (else `ValueError`).  All errors are `TurmericError`s.

    With a `store`, an address (`open_store` has the list) or a `Store`, it keeps durable instances; `key` are
    the 32 bytes that seal them, in place of `keys`.  `checkpoints` is, in place of a store, what saves and deletes
    checkpoints by itself (`CheckpointStore`).  `rules` say how instances are treated, `clock` is for tests; `note`
    is called with what happens, a word and a dictionary.  ValueError for both a store and `checkpoints`.
    """

    def __init__(
        self,
        roots: list[str] | None = None,
        args: list[str] | None = None,
        keys: KeyRing | None = None,
        engine: str = AUTO,
        store: str | Store | None = None,
        key: bytes | None = None,
        checkpoints: CheckpointStore | None = None,
        rules: Rules | None = None,
        clock: Clock | None = None,
        encrypt: bool = False,
        note: Callable[[str, dict[str, Any]], None] | None = None,
    ) -> None:
        before = ACTIVE.chosen
        with Room():
            self.session = Session(roots, args, engine)
        self.session.world.keys = keys if key is None else ring_of(key)
        super().__init__(None)
        if store is not None and checkpoints is not None:
            raise ValueError("a runtime has a store, or something that keeps checkpoints, not both")
        if store is not None or checkpoints is not None:
            self.open(store, checkpoints, rules, clock, encrypt, note)
        if before is not None:
            ACTIVE.world = before
        self._before: list[World | None] = []

    def open(
        self,
        store: str | Store | None,
        checkpoints: CheckpointStore | None = None,
        rules: Rules | None = None,
        clock: Clock | None = None,
        encrypt: bool = False,
        note: Callable[[str, dict[str, Any]], None] | None = None,
    ) -> None:
        """Keep instances in a store from now on; the arguments are those of the class."""
        from turmeric.assembly.services import service_for

        service = service_for(self.session, store, checkpoints, rules, clock, encrypt)
        if note is not None:
            service.note = note
        Instances.__init__(self, service)

    def register(self, name: str, functions: Mapping[str, Callable[..., Any]]) -> None:
        """Offer Python functions as a module: `(import NAME)`.  A coroutine function is called like any other: an
        instance that calls it is captured, not saved, and others run until it has its value."""
        from turmeric.assembly.registering import register

        register(self.session, name, functions)

    def load(self, path: str) -> Namespace:
        """Run a file's top-level forms as the main module (`main` is not called); its definitions."""
        return Namespace(self.session.load_main(path, start=True))

    def import_module(self, name: str) -> Namespace:
        """The definitions of the module of that name, which is loaded if it was not."""
        return Namespace(self.session.loader.import_module(name))

    def eval(self, text: str) -> Any:
        """The value of the last of the forms in a text, evaluated in the module `user`."""
        return self.session.evaluate(text)

    def call(self, function: Any, *args: Any, **keywords: Any) -> Any:
        """Call anything that can be called in the language, inside a delimiter.

        `k = runtime.call(f)` gives what `f` passes out of a `shift`.
        """
        if isinstance(function, Constructor):
            return function(*args, **keywords)
        linked = getattr(function, "function", None)
        more = linked.keyword_arguments(keywords) if keywords and linked is not None else ()
        if keywords and linked is None:
            raise TypeError(f"{function!r} takes no keyword arguments")
        return self.session.world.call(function, [*args, *more], prompt=True)

    def serialize(self, value: Any, keep: bool = False, code: str | None = None) -> bytes:
        """The bytes of a value or continuation; `keep` copies its refs instead of moving them.

        With `code="bundle"` the program's code that it needs goes along.  Raises ValueError for another
        `code`, and DataError, `not-serializable`, with the way to what has no encoding.
        """
        from turmeric.durability import saving

        if code not in (None, "bundle"):
            raise ValueError(f'code is None or "bundle", not {code!r}')
        return saving.serialize(self.session.world, value, keep, code == "bundle")

    def deserialize(self, data: bytes, code: str = "current", memory: int | None = None) -> Any:
        """The value that bytes stand for.

        `code` says which code it goes on in: `"current"`, that of this runtime where it fits, with
        migrations and renames; `"strict"`, the same without them, and every module must be the version
        that it was; `"saved"`, the code in the bytes, which may do anything: never for bytes from
        strangers.  `memory` is how many bytes the value may take, 256 MB or 25 times as many as `data`
        unless it is given.  Raises ValueError for another `code`, and DataError: `corrupt-data`, `schema-mismatch`.
        """
        from turmeric.durability import saving
        from turmeric.durability.code import sources

        if code not in sources.MODES:
            raise ValueError(f"code is one of {', '.join(sources.MODES)}, not {code!r}")
        return saving.deserialize(self.session.world, data, code, memory=memory)

    def seal(self, data: bytes, encrypt: bool = False, context: bytes = b"") -> bytes:
        """Bytes under the seal of the newest key; `durability/sealed/sealing.py` has the details."""
        from turmeric.durability.sealed import sealing
        from turmeric.durability.sealed.keyfiles import keys_for

        return sealing.seal(data, keys_for(self.session.world), encrypt=encrypt, context=context)

    def unseal(self, data: bytes, context: bytes = b"", limit: int | None = None) -> bytes:
        """The bytes under a seal, once it was checked; at most `limit` sealed bytes, or else 64 MiB.

        Raises DataError: `corrupt-data` for all that nobody with a key has sealed, `missing-key`.
        """
        from turmeric.durability.sealed import sealing
        from turmeric.durability.sealed.keyfiles import keys_for

        most = sealing.LIMIT if limit is None else limit
        return sealing.open_sealed(data, keys_for(self.session.world), context=context, limit=most)

    def resume(self, continuation: Any, value: Any = None) -> Any:
        """Go on with a continuation, to which `value` is the result of its `shift`."""
        world = self.session.world
        return world.call(world.library("resume"), [continuation, value], prompt=True)

    def close(self) -> None:
        """End its tasks, so that their clean-ups run, and the asyncio loop it made, if any.

        Raises the first error of a task that nothing has awaited, with the others as notes.  A task
        that could not even start is no error here.
        """
        errors = [error for error in self.session.close() if not is_cancelled(error)]
        for error in errors[1:]:
            errors[0].add_note(f"another task that nothing awaited: {error}")
        if self._service is not None:
            self._service.store.close()
        if errors:
            raise errors[0]

    def activate(self) -> None:
        """Make this the runtime for what belongs to none: primitives and operators called by Python."""
        self.session.activate()

    def __enter__(self) -> Runtime:
        self._before.append(ACTIVE.chosen)
        self.activate()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ACTIVE.world = self._before.pop()
