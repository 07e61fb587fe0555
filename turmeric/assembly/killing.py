"""Killing a program at each of its checkpoints in turn, to see that it comes to the same end each time.

    def prepare(runtime):
        runtime.register("payments", {"charge": charge})
        return runtime.load("orders.tur").process_order

    print(kill_everywhere(prepare, 42, events={"approved": True}))
"""

from __future__ import annotations

import io
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from turmeric.assembly.mortal import MOMENTS, Killed, Kills, MortalStore, Place
from turmeric.assembly.services import found_store
from turmeric.assembly.skipping import Clock, Ids, SkippingRuntime
from turmeric.durability.instances.records import ENDED
from turmeric.running.steps import AUTO
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from turmeric.durability.instances.service import Rules

    Prepare = Callable[[SkippingRuntime], Any]


@dataclass
class Settings:
    """How programs are run: `kill_everywhere` says what each is."""

    prepare: Prepare
    args: Sequence[Any]
    events: Mapping[str, Any]
    store: Callable[[], Any]
    rules: Rules | None
    roots: list[str] | None
    engine: str
    down: float


@dataclass
class Run:
    """One run, in as many processes as it took.  `outcome` is how it ended, as text; `effects` are the calls of
    registered functions and the lines that were printed."""

    places: list[Place] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    printed: str = ""
    outcome: str = ""
    value: Any = None
    deaths: int = 0

    @property
    def effects(self) -> Counter[str]:
        return Counter([*self.calls, *self.printed.splitlines()])


@dataclass(frozen=True)
class Kill:
    """What a kill at one place led to, compared with a run without kills: the effects that were done more often,
    and those that were not done so often."""

    place: Place
    moment: str
    outcome: str
    repeated: tuple[str, ...]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"killed {self.moment} {self.place}: {self.outcome}"]
        parts += [f"  once more: {each}" for each in self.repeated]
        parts += [f"  once less: {each}" for each in self.missing]
        return "\n".join(parts)


@dataclass(frozen=True)
class Report:
    """A run without kills, and one for each kill; all had the same outcome."""

    straight: Run
    kills: list[Kill]

    @property
    def repeated(self) -> set[str]:
        """All effects that some kill made happen again."""
        return {each for kill in self.kills for each in kill.repeated}

    def __str__(self) -> str:
        return "\n".join([f"without kills: {self.straight.outcome}", *map(str, self.kills)])


def kill_everywhere(
    prepare: Prepare,
    *args: Any,
    events: Mapping[str, Any] | None = None,
    moments: Sequence[str] = MOMENTS,
    before_each: Callable[[], object] | None = None,
    store: Callable[[], Any] = lambda: "memory:",
    rules: Rules | None = None,
    roots: list[str] | None = None,
    engine: str = AUTO,
    down: float = 0.0,
) -> Report:
    """Run a function as an instance, once as it is; then again for each of its saves, killing the process before that
    save or after it (`moments`).  Each time somebody else, a runtime in which nothing is left of the first one,
    claims it from the store and goes on to its end.

    `prepare` gets each new runtime, registers and loads what is needed, and gives the function, which is called with
    `args`.  `events` are sent to whoever waits for one of those names.  `before_each` is called before each run, to
    set up anew what the program acts on.  `store` gives the address of a new store for each run, `down` is how many
    seconds pass after a kill; the others are the arguments of `Runtime`.

    Raises AssertionError at the first kill after which the program does not end as it does without.
    """
    settings = Settings(prepare, args, events or {}, store, rules, roots, engine, down)

    def fresh(kills: Kills) -> Run:
        if before_each is not None:
            before_each()
        return run_with_kills(settings, kills)

    straight = fresh(lambda place, moment: False)
    report = Report(straight, [])
    for place in straight.places:
        for moment in moments:
            if place.kind == "end" and moment == "after":
                continue
            run = fresh(partial(is_it, (place, moment)))
            report.kills.append(compared(straight, run, place, moment))
    return report


def is_it(wanted: tuple[Place, str], place: Place, moment: str) -> bool:
    return wanted == (place, moment)


def compared(straight: Run, run: Run, place: Place, moment: str) -> Kill:
    """Raises AssertionError when a run did not end as the one without kills."""
    more, less = run.effects - straight.effects, straight.effects - run.effects
    kill = Kill(place, moment, run.outcome, tuple(more.elements()), tuple(less.elements()))
    if not run.deaths:
        raise AssertionError(f"the program does not do the same each time: it never came to {place}")
    if run.outcome != straight.outcome:
        raise AssertionError(f"without kills: {straight.outcome}\n{kill}")
    return kill


def run_with_kills(settings: Settings, kills: Kills) -> Run:
    """Run a program to its end, in a new process after each kill."""
    run, printed = Run(), io.StringIO()
    clock, ids, address = Clock(), Ids(0), settings.store()
    kept = found_store(address) if address == "memory:" else address
    id = ids()
    while True:
        store = MortalStore(found_store(kept), run.places, kills)
        runtime = SkippingRuntime(settings.roots, store, clock, settings.rules, settings.engine, ids)
        with redirect_stdout(io.StringIO()):
            function = settings.prepare(runtime)
        runtime.calls = run.calls
        try:
            with redirect_stdout(printed):
                runtime.start(function, *settings.args, id=id)
                run.value, run.outcome = ended(runtime, id, settings.events)
        except Killed:
            run.deaths += 1
            store.bury(clock.now() + settings.down)
            continue
        run.printed = printed.getvalue()
        runtime.close()
        return run


def ended(runtime: SkippingRuntime, id: str, events: Mapping[str, Any]) -> tuple[Any, str]:
    """Let an instance run to its end: its value, and how it ended, as text."""
    try:
        value = runtime.run(id, events=events)
        return value, f"done: {write(value)}"
    except TurmericError as error:
        status = runtime.instance(id).status
        if status not in ENDED:
            raise
        return None, f"{status}: {error.name}: {error.message}"
