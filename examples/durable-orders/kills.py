"""Kill the order at each of its checkpoints: it ends the same, and is charged and shipped once."""

from shop import Shop

from turmeric.testing import kill_everywhere

shop = Shop()


def prepare(runtime):
    shop.offer(runtime)
    return runtime.load("orders.tur").process_order


report = kill_everywhere(prepare, 7, 250_000, events={"approved": True}, before_each=shop.answers.clear)
print(report.straight.outcome)
for kill in report.kills:
    print(f"killed {kill.moment} {kill.place}")
    for effect in kill.repeated:
        print("    asked again:", effect)
done = {effect for effect in report.repeated if effect.startswith(" ") and "mail" not in effect}
print("done twice:", sorted(done) or "nothing")
