"""One instance that this process holds: its turns, and saving it between them.

What concerns the store are generators that yield what it is to do, and are sent what came of it; so the same
code runs with a store that blocks, with one that is awaited, and under a test that ends it at any point:

    ("save", held, save)        a method of the store and its arguments
    ("pause", seconds)          let time pass
    ("await", awaitable)        the value of what Python awaits

What the program does between two requests runs at once, in `turn`.  The rule that all rests on: the program goes on
only after the store has said that its state is kept.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from turmeric.durability.instances.answers import Give, Raise
from turmeric.durability.instances.places import place_of
from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCEL_TOLD,
    CANCELLED,
    Checkpoint,
    Held,
    Instance,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.states import States
from turmeric.durability.instances.store import BlobsGone, Ended, Lost, Missing, StoreError, Unavailable
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.service import Service

Operation = tuple[Any, ...]
Steps = Generator[Operation, Any, Any]

LOOKS = 8
"""How often to look whether a save has happened whose outcome is not known, before giving up the instance."""


def pause(attempt: int) -> Operation:
    """Let some time pass before the store is asked again."""
    return ("pause", min(5.0, 0.05 * 2**attempt))


class Abandoned(Exception):
    """This process no longer runs the instance: somebody else has it, or nothing is known of the store any more."""


class Waiting(Exception):
    """The instance waits: from here on it is only a row."""


class Execution:
    """An instance that was claimed.  `id` and `number` are what the program sees of it."""

    def __init__(self, service: Service, instance: Instance) -> None:
        self.service = service
        self.instance = instance
        self.id = instance.id
        self.held = Held(instance.id, instance.epoch)
        self.number = instance.checkpoint.number
        self.cancel = instance.cancel
        self.spent = instance.spent
        self.states = States(service.world, service.seals, instance.id, service.rules.bundle)
        if service.whole:
            self.states.whole_only()
        self.k: Any = None
        """What waits for the answer to the request that is under way."""

    def turn(self, how: Give | Raise) -> Any:
        """Let the program go on after a request: a struct `ended` or `asked`, or the error that it ended with."""
        k, self.k = self.k, None
        if type(how) is Raise:
            return self.called("go-wrong", [k, how.error.value])
        assert type(how) is Give
        return self.called("go-on", [k, how.value])

    def called(self, name: str, args: list[Any]) -> Any:
        """Call a function of the module `workflow` while this is the instance that runs."""
        world = self.service.world
        before, world.instance = world.instance, self
        start = self.service.clock.now()
        try:
            return world.call(self.service.library(name), args, prompt=True)
        except TurmericError as error:
            return error
        except SystemExit as end:
            return self.left(end.code)
        finally:
            world.instance = before
            self.spent += max(0.0, self.service.clock.now() - start)

    def left(self, status: Any) -> Any:
        """The program has called `exit`, which ends the instance and not whoever runs it."""
        from turmeric.running.structure import construct

        self.service.happened("exited", id=self.id, number=self.number, status=status)
        if not status:
            return construct(self.service.library("ended"), [None])
        return failure("error", f"the program has ended with the status {status}", status)

    def told_to_cancel(self) -> Raise | None:
        """The error for an instance that was asked to cancel, and does not know it yet."""
        if self.cancel != CANCEL_ASKED:
            return None
        self.cancel = CANCEL_TOLD
        return Raise(self.error("cancelled", "the instance was cancelled", self.id))

    def error(self, name: str, message: str, data: Any) -> TurmericError:
        """An error of the module `workflow`, which a program can catch."""
        from turmeric.running.structure import construct
        from turmeric.vocabulary.errors import exception_for

        return exception_for(construct(self.service.library(name), [message, data]))

    # Saving -----------------------------------------------------------------------------------

    def save(self, kind: str, name: str | None, value: Any, wait: Wait | None = None, **more: Any) -> Steps:
        """Save the instance as it waits for the answer to its request, to be restored with `value`.

        Gives what the store has found (`Saved`), or the error to be raised in the program.  With a `wait` that nothing
        has ended yet it raises Waiting.
        """
        for whole in (False, True):
            if whole:
                self.states.forget()
            try:
                made = self.made(kind, name, value, wait, **more)
            except TurmericError as error:
                return Raise(error)
            try:
                saved = yield ("save", self.held, made)
                return self.after(made, saved)
            except BlobsGone:
                continue
            except Lost:
                raise
            except (Missing, Ended) as error:
                self.states.forget()
                return Raise(failure("value-error", str(error)))
            except Unavailable as error:
                return (yield from self.looked(made, error))
            except StoreError as error:
                return self.failed_save(error)
        return self.failed_save(BlobsGone("parts of earlier checkpoints are missing"))

    def made(self, kind: str, name: str | None, value: Any, wait: Wait | None = None, **more: Any) -> Save:
        """What is to be saved.  Raises not-serializable."""
        number, now = self.number + 1, self.service.clock.now()
        state, roots, blobs = self.states.encoded(number, self.k, value)
        source, offset = place_of(self.service, self.k)
        point = Checkpoint(number, kind, now, state, name, source, offset, roots, wait)
        version = self.service.version_of(self.instance.function)
        until = now + self.service.rules.lease
        return Save(point, until, version, self.cancel, self.spent, blobs, **more)

    def after(self, made: Save, saved: Saved) -> Saved | Raise:
        """The save has happened."""
        self.number = made.checkpoint.number
        self.service.happened("saved", id=self.id, number=self.number, kind=made.checkpoint.kind)
        if made.checkpoint.wait is not None and saved.outcome is None:
            raise Waiting
        self.cancel = max(self.cancel, saved.cancel)
        return self.told_to_cancel() or self.out_of_time() or saved

    def out_of_time(self) -> Raise | None:
        """The error for an instance that has run for longer than it may; told once."""
        most = self.service.rules.seconds
        if most is None or self.spent <= most or self.cancel == CANCEL_TOLD:
            return None
        self.cancel = CANCEL_TOLD
        return Raise(self.error("out-of-budget", f"the instance has run for longer than {most} seconds", most))

    def looked(self, made: Save, error: Exception) -> Steps:
        """Look whether a save has happened, of which the store could not say.  It is not tried again: the program gets
        the error, and may do so.  As long as nothing is known it does not run on."""
        for attempt in range(LOOKS):
            try:
                row = yield ("get", self.id)
            except Unavailable:
                yield pause(attempt)
                continue
            if row is None or row.epoch != self.held.epoch:
                raise Abandoned("it was claimed by somebody else") from error
            if row.checkpoint.number == made.checkpoint.number and row.checkpoint.state == made.checkpoint.state:
                told = row.outcome is not None and row.outcome.kind == CANCELLED
                return self.after(made, Saved(row.cancel if told else self.cancel, row.outcome))
            return self.failed_save(error)
        raise Abandoned(f"the store cannot be reached: {error}")

    def failed_save(self, error: Exception) -> Raise:
        """Nothing was saved; what was saved before is still there."""
        self.states.forget()
        self.service.happened("save-failed", id=self.id, number=self.number, reason=str(error))
        return Raise(failure("io-error", f"the checkpoint could not be saved: {error}", self.number + 1))
