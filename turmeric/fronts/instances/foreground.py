"""Running one instance in the foreground, and what it has started: nothing else in the store is touched."""

from __future__ import annotations

import os
import socket
import sys
import time

from turmeric.durability.instances.asking import language_error
from turmeric.durability.instances.records import ENDED, Held, Instance, Query
from turmeric.durability.instances.scheduling import Heartbeat, Scheduler
from turmeric.durability.instances.store import StoreError
from turmeric.fronts.instances.finding import all_instances
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.service import Service

BEGETTING = ("start", "fork")
"""Kinds of saves after which there are more instances."""
TROUBLE = {
    "lost": "somebody else has taken it over",
    "save-failed": "a checkpoint could not be saved",
    "store-error": "the store",
    "error": "an error of Turmeric's own, to be tried again",
}
LONGEST = 1.0
"""Seconds after which to look what others have done."""


class Foreground(Scheduler):
    """Runs an instance; with `waits` it waits as long as that does, and runs what it has started too."""

    def __init__(self, service: Service, id: str, waits: bool) -> None:
        super().__init__(service)
        self.id = id
        self.waits = waits
        self.family: dict[str, float | None] = {id: None}
        """The ids of what is run here, and when each is due."""
        self.grown = True
        self.refused: str | None = None
        """Why the instance cannot be restored here."""
        self.exited: int | None = None
        """The status with which the program has called `exit`."""
        self.failures: list[str] = []
        service.note = self.noted

    # What happens -----------------------------------------------------------------------------

    def noted(self, what: str, details: dict[str, Any]) -> None:
        id = details.get("id")
        if what == "saved" and details["kind"] in BEGETTING:
            self.grown = True
        elif what == "refused" and id == self.id:
            self.refused, self.stopping = details["reason"], True
        elif what == "exited" and id == self.id:
            self.exited = details["status"]
        elif what == "failed" and id != self.id:
            self.failures.append(str(id))
        elif what in TROUBLE:
            who = f"{id}: " if id is not None else ""
            print(f"tur: {who}{TROUBLE[what]}: {details.get('reason', '')}", file=sys.stderr)

    # Running ----------------------------------------------------------------------------------

    def run(self, instance: Instance) -> Instance:
        """Run an instance until it has ended, or waits; how it is then.  One that is still held by an owner is taken
        over from it.  Errors of the store are those of the language."""
        try:
            with Heartbeat(self):
                self.run_all(self.taken_over(instance))
            while True:
                if self.waits or not self.settled():
                    self.run_until_idle()
                found = self.found()
                if self.stopping or found.status in ENDED or not self.waits:
                    return found
                self.wait()
        except StoreError as error:
            raise language_error(error) from error

    def settled(self) -> bool:
        """Whether the instance cannot go on now."""
        due = self.found().due
        return due is None or due > self.service.clock.now()

    def found(self) -> Instance:
        found: Instance | None = self.service.store.get(self.id)
        if found is None:
            raise failure("value-error", f"the instance {self.id} was removed while it ran", self.id)
        return found

    def taken_over(self, instance: Instance) -> list[Instance]:
        """An instance that runs, claimed as if the lease of its owner were over."""
        if instance.owner is None or instance.due is None:
            return []
        now = self.service.clock.now()
        until = now + self.service.rules.lease
        claimed: list[Instance] = self.service.store.claim(
            self.service.owner, max(now, instance.due), until, 1, [instance.id]
        )
        for each in claimed:
            self.holding[each.id] = Held(each.id, each.epoch)
        return claimed

    def claim(self, only: list[str] | None = None) -> list[Instance]:
        if self.grown and self.waits:
            self.look()
        return super().claim(list(self.family))

    def look(self) -> None:
        """Find what the instance has started, and when each is due."""
        self.grown = False
        self.family = {self.id: self.found().due}
        work = [self.id]
        while work:
            for each in all_instances(self.service.store, Query(parent=work.pop())):
                if each.id not in self.family:
                    self.family[each.id] = each.due
                    work.append(each.id)

    def wait(self) -> None:
        """Wait until something is due, or others may have done something."""
        self.look()
        left = [due - time.time() for due in self.family.values() if due is not None]
        self.service.store.watch(min([LONGEST, *(max(0.01, each) for each in left)]))
        self.grown = True


# Owners ---------------------------------------------------------------------------------------


def is_gone(owner: str) -> bool:
    """Whether an owner was a process of this machine that has ended.  If this is wrong, nothing is lost: whatever an
    owner writes after somebody else's claim is refused."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
