"""Four orders; the days pass in no time, by the clock of `turmeric.testing`."""

from shop import Shop

import turmeric
import turmeric.testing

DAY = 86400


def main() -> None:
    runtime = turmeric.testing.runtime(store="sqlite:orders.db")
    shop = Shop()
    shop.offer(runtime)
    orders = runtime.load("orders.tur")

    print("a small order, while the payment service is down for two attempts")
    shop.faults = 2
    small = runtime.start(orders.process_order, 1, 4200)
    print(" ", runtime.run(small), "at checkpoint", runtime.instance(small.id).checkpoint.number)

    print("three large orders")
    handles = []
    for number in (2, 3, 4):
        handles.append(runtime.start(orders.process_order, number, 250_000))
        runtime.pass_time(60)
    runtime.pass_time(DAY)
    print("  after a day:", [handle.status for handle in handles])
    handles[0].send("approved", True)
    runtime.pass_time(60)
    handles[1].send("approved", "too expensive")
    runtime.pass_time(3 * DAY)
    for handle in handles:
        print(" ", handle.status, "-", ended(handle))


def ended(handle) -> str:
    try:
        return handle.result()
    except turmeric.TurmericError as error:
        return error.message


main()
