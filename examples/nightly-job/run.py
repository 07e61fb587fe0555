"""A week of nights, by a clock that skips; the process is replaced in the middle of the week."""

from datetime import UTC, datetime

from turmeric.testing import Clock, SkippingRuntime

clock = Clock(datetime(2024, 2, 26, 15, 30, tzinfo=UTC).timestamp())


def process() -> SkippingRuntime:
    runtime = SkippingRuntime(store="sqlite:nightly.db", clock=clock)
    runtime.register("reports", {"collect": lambda: ["42 orders"], "send": send})
    return runtime


def send(lines) -> None:
    print(told(clock.now()), "-", *lines)


def told(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%a %d %b, %H:%M")


first = process()
first.start(first.load("nightly.tur").every_night, id="nightly")
first.pass_time(3.5 * 86400)
first.close()

print("another process")
second = process()
second.load("nightly.tur")
second.pass_time(3.5 * 86400)
job = second.instance("nightly").checkpoint
print("checkpoint", job.number, "waits until", told(job.wait.until))
