"""Three subscriptions over some months.  The clock is given to the runtime, and skips."""

from datetime import UTC, datetime

import turmeric
from turmeric.testing import Clock

DAY = 86400
clock = Clock(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
refused = {"eve": 99, "dan": 1}


def today() -> str:
    return datetime.fromtimestamp(clock.now(), UTC).strftime("%d %b")


def mail(customer: str, text: str) -> None:
    print(f"{today()}  {customer}: {text}")


def charge(customer: str, cents: int, key: str) -> None:
    if refused.get(customer, 0):
        refused[customer] -= 1
        print(f"{today()}  {customer}: the card is refused")
        raise OSError("refused")
    print(f"{today()}  {customer}: {cents} cents are charged")


runtime = turmeric.Runtime(store="memory:", clock=clock)
runtime.register("billing", {"mail": mail, "charge": charge})
subscribe = runtime.load("subscription.tur").subscribe
handles = {name: runtime.start(subscribe, name, 900, id=name) for name in ("ann", "dan", "eve")}


def live(days: int) -> None:
    """Some days pass, one after the other."""
    for _ in range(days):
        runtime.run_until_idle()
        clock.advance(DAY)
    runtime.run_until_idle()


live(10)
handles["ann"].send("cancel", True)
live(50)
handles["dan"].send("cancel", True)
live(1)
for name, handle in handles.items():
    try:
        print(name, handle.status, handle.result())
    except turmeric.TurmericError as error:
        print(name, handle.status, error.message)
