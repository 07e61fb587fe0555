"""One instance that this process holds: from one request to the next, until it waits, ends, or is lost.

`run` does no I/O.  It is a generator that yields what the store is to do, and is sent what came of it; so the same
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

from turmeric.durability.instances import results
from turmeric.durability.instances.answers import Give, Raise
from turmeric.durability.instances.places import place_of
from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCEL_TOLD,
    CANCELLED,
    DONE,
    FAILED,
    RUNNING,
    Checkpoint,
    End,
    Held,
    Instance,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.seals import of_result
from turmeric.durability.instances.states import States
from turmeric.durability.instances.store import BlobsGone, Ended, Lost, Missing, StoreError, Unavailable
from turmeric.running.continuation import Continuation
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.service import Service

Operation = tuple[Any, ...]
Steps = Generator[Operation, Any, Any]

LOOKS = 8
"""How often to look whether a save has happened whose outcome is not known, before giving up the instance."""


def backoff(attempts: int) -> float:
    """Seconds until an instance is tried again that could not be restored so many times."""
    return min(60.0, 2.0**attempts)


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
        self.why: dict[str, str] = {}
        """The reason with which it has failed, to be told."""

    # The whole --------------------------------------------------------------------------------

    def run(self) -> Steps:
        """Run it until it waits, has ended, or is lost."""
        from turmeric.durability.instances.requests import answer

        try:
            if self.instance.attempts > self.service.rules.attempts:
                return (yield from self.set_aside())
            try:
                found = yield from self.restored()
            except TurmericError as error:
                return (yield from self.unrestorable(error))
            except Unavailable as error:
                return (yield from self.unreadable(error))
            while type(found) is Struct and found.type.name == "asked":
                found = self.turn((yield from answer(self, found)))
            yield from self.finish(found)
        except Waiting:
            self.service.happened("waiting", id=self.id, number=self.number)
        except (Lost, Abandoned) as error:
            self.service.happened("lost", id=self.id, number=self.number, reason=str(error))

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

    # Beginning --------------------------------------------------------------------------------

    def restored(self) -> Steps:
        """Bring its state back, and let it run to its first request."""
        from turmeric.durability.instances.requests import outcome_of

        point = self.instance.checkpoint
        blobs = (yield ("blobs", list(point.roots))) if point.roots else {}
        what, value = self.states.decoded(point, blobs)
        self.service.happened("resumed" if point.number else "started", id=self.id, number=point.number)
        if type(what) is not Continuation:
            return self.called("run-instance", [what, value, self.service.rules.calls])
        self.k = what
        return self.turn(outcome_of(self, self.instance.outcome, point.wait, value))

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

    def unrestorable(self, error: TurmericError) -> Steps:
        """Its state cannot be brought back here.  Damage does not heal; other code, or another key, may come."""
        if error.name == "corrupt-data" or self.instance.attempts >= self.service.rules.attempts:
            self.why = {"reason": str(error)}
            return (yield from self.end(FAILED, results.failed(self.service.world, error)))
        wait = backoff(self.instance.attempts)
        self.service.happened("refused", id=self.id, number=self.number, reason=str(error), again=wait)
        yield ("release", self.held, self.service.clock.now() + wait, True)
        return None

    def unreadable(self, error: Exception) -> Steps:
        """The store did not give what belongs to its state: that is not the instance's fault, and does not count."""
        self.service.happened("store-error", id=self.id, reason=str(error))
        yield ("release", self.held, self.service.clock.now() + 1.0)

    def set_aside(self) -> Steps:
        """It has been restored again and again without reaching its next checkpoint: it would go on like that."""
        attempts = self.instance.attempts - 1
        message = (
            f"set aside: {attempts} attempts to go on from checkpoint {self.number} have ended with their process, "
            "or could not restore it; once the cause is mended, resume it"
        )
        error = failure("error", message, attempts)
        self.why = {"reason": str(error)}
        yield from self.end(FAILED, results.failed(self.service.world, error))

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
                yield ("pause", min(5.0, 0.05 * 2**attempt))
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

    # Ending -----------------------------------------------------------------------------------

    def finish(self, found: Any) -> Steps:
        """It has ended: with a value, or with an error."""
        world = self.service.world
        if isinstance(found, TurmericError):
            cancelled = self.cancel == CANCEL_TOLD and found.name == "cancelled"
            self.why = {"reason": str(found)}
            return (yield from self.end(CANCELLED if cancelled else FAILED, results.failed(world, found)))
        try:
            result = results.done(world, found.values[0])
        except TurmericError as error:
            self.why = {"reason": str(error)}
            return (yield from self.end(FAILED, results.failed(world, error)))
        return (yield from self.end(DONE, result))

    def end(self, status: str, result: bytes) -> Steps:
        """Write how it ended.  If the store cannot say whether that has happened, whoever claims it next does the
        last stretch again."""
        sealed = self.service.seals.seal(result, of_result(self.id))
        end = End(status, sealed, self.service.clock.now(), self.spent)
        for attempt in range(LOOKS):
            try:
                yield ("finish", self.held, end)
                break
            except Unavailable as error:
                yield ("pause", min(5.0, 0.05 * 2**attempt))
                if (yield from self.has_ended(error)):
                    break
        else:
            raise Abandoned("the store cannot be reached")
        self.service.happened(status, id=self.id, number=self.number, **self.why)

    def has_ended(self, error: Exception) -> Steps:
        """Whether its end was written after all."""
        try:
            row = yield ("get", self.id)
        except Unavailable:
            return False
        if row is None or row.epoch != self.held.epoch:
            raise Abandoned("it was claimed by somebody else") from error
        return row.status != RUNNING
