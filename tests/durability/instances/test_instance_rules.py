"""What the rules of a runtime, and its stores, do to programs that run as instances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from turmeric import Runtime, TurmericError
from turmeric.durability.instances.service import Rules
from turmeric.testing import SkippingRuntime, kill_everywhere, runtime

IMPORT = "(import workflow :refer :all)\n"


def function(made: Runtime, text: str) -> Any:
    made.eval(IMPORT + text)
    return made.eval("f")


def busy(skipping: SkippingRuntime) -> None:
    """Offer `(busy.work seconds)`, which takes that long by the clock."""
    skipping.register("busy", {"work": lambda seconds: skipping.clock.advance(seconds)})
    skipping.eval("(import busy)")


def test_who_runs_too_long_is_told_once() -> None:
    skipping = runtime(rules=Rules(seconds=100))
    busy(skipping)
    text = """
    (defn f []
      (compensate (fn [] (step "undo" (fn [] (busy.work 1) (println "undone")))))
      (loop [n 1] (step "work" (fn [] (busy.work 30) n)) (recur (+ n 1))))
    """
    handle = skipping.start(function(skipping, text))
    with pytest.raises(TurmericError) as caught:
        skipping.run(handle)
    assert caught.value.name == "out-of-budget"
    assert caught.value.message == "the instance has run for longer than 100 seconds"
    assert skipping.instance(handle.id).spent == 121.0
    assert handle.status == "failed"


def test_waiting_does_not_count() -> None:
    skipping = runtime(rules=Rules(seconds=100))
    busy(skipping)
    text = "(defn f [] (busy.work 40) (sleep 86400) (busy.work 50) (sleep 1) :end)"
    assert repr(skipping.run(skipping.start(function(skipping, text)))) == ":end"


def test_the_time_that_was_spent_survives_kills() -> None:
    def prepare(skipping: SkippingRuntime) -> Any:
        busy(skipping)
        return function(skipping, '(defn f [] (loop [n 1] (step "work" (fn [] (busy.work 30) n)) (recur (+ n 1))))')

    report = kill_everywhere(prepare, rules=Rules(seconds=100), moments=["after"])
    assert report.straight.outcome.startswith("failed: out-of-budget")
    assert len(report.straight.places) == 5


def test_the_calls_that_were_made_survive_kills() -> None:
    def prepare(skipping: SkippingRuntime) -> Any:
        return function(skipping, '(defn f [] (checkpoint "again") (f))')

    report = kill_everywhere(prepare, rules=Rules(calls=120), moments=["after"])
    assert report.straight.outcome == (
        "failed: out-of-budget: the instance has made the 120 calls that it may make"
    )
    assert all(kill.repeated == kill.missing == () for kill in report.kills)


def test_a_store_without_a_database_has_no_transactions() -> None:
    skipping = runtime()
    text = '(defn f [] (try (transaction (fn [tx] 1)) (catch [e : value-error] (step "after" (fn [] e.message)))))'
    assert "database" in skipping.run(skipping.start(function(skipping, text)))


def test_a_failed_instance_goes_on_when_it_is_mended() -> None:
    skipping = runtime()
    works: list[bool] = []
    skipping.register("service", {"works": lambda: bool(works)})
    text = """
    (import service)
    (defn f []
      (let [a (step "first" (fn [] (println "first") 1))]
        (if (service.works) [a :well] (throw (io-error "down" nil)))))
    """
    handle = skipping.start(function(skipping, text))
    with pytest.raises(TurmericError, match="down"):
        skipping.run(handle)
    works.append(True)
    assert skipping.retry(handle.id)
    assert str(skipping.run(handle)[0]) == "1"
    assert not skipping.retry(handle.id)


def test_an_undo_that_failed_is_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    """The ones that were called before it are not, and those after it are."""
    skipping = runtime()
    works: list[bool] = []
    skipping.register("service", {"works": lambda: bool(works)})
    text = """
    (import service)
    (defn f []
      (compensate (fn [] (println "third")))
      (compensate (fn [] (if (service.works) (println "second") (throw (io-error "cannot undo" nil)))))
      (compensate (fn [] (println "first")))
      (throw (value-error "no" 1)))
    """
    handle = skipping.start(function(skipping, text))
    with pytest.raises(TurmericError, match="cannot undo"):
        skipping.run(handle)
    assert capsys.readouterr().out == "first\n"
    works.append(True)
    assert skipping.retry(handle.id)
    with pytest.raises(TurmericError, match="no"):
        skipping.run(handle)
    assert capsys.readouterr().out == "second\nthird\n"


def test_all_checkpoints_are_kept_by_rule() -> None:
    skipping = runtime(rules=Rules(keep=True))
    text = '(defn f [] (let [a (step "a" (fn [] 1)) b (step "b" (fn [] 2))] [(= (instance-id) "x") a b]))'
    handle = skipping.start(function(skipping, text))
    skipping.run(handle)
    assert [(each.number, each.kind, each.name) for each in skipping.history(handle.id)] == [
        (0, "start", None), (1, "step", "a"), (2, "step", "b"),
    ]  # fmt: skip
    forks = skipping.forks(handle.id, 3, 1)
    assert [list(skipping.run(fork)) for fork in forks] == [[False, 1, 2]] * 3


def test_python_collections_become_the_languages_own(tmp_path: Path) -> None:
    with Runtime(store=f"sqlite:{tmp_path}/a.db", key=b"k" * 32) as made:
        text = '(defn f [order] [(get order "id") (await-event "approved")])'
        handle = made.start(function(made, text), {"id": [1, 2]})
        handle.send("approved", {"by": ("ann",)})
        assert repr(made.call(made.eval("pr-str"), made.run(handle))) == "'[[1 2] {\"by\" [\"ann\"]}]'"
        made.close()


def test_a_program_cannot_exit_inside_a_transaction(tmp_path: Path) -> None:
    """It would end whoever runs the instance."""
    made = Runtime(store=f"sqlite:{tmp_path / 'a.db'}", key=b"k" * 32)
    text = '(defn f [] (try (transaction (fn [tx] (exit 3))) (catch [e : value-error] (.message e))))'
    handle = made.start(function(made, text))
    made.run_until_idle()
    assert handle.result() == "a program cannot exit inside a transaction"


def test_what_is_encrypted_cannot_be_read_in_the_store(tmp_path: Path) -> None:
    """Small states and large ones, which are kept in blobs, events and results."""
    pytest.importorskip("cryptography")
    file = tmp_path / "a.db"
    text = """
    (defn f [n]
      (let [secret (str "cleartext" (repeat-str "x" n)) more (map (fn [i] (str "cleartext" i)) (range 0 n))]
        [(await-event "go") (count secret) (count more) "cleartext"]))
    """
    ids = []
    for size in (3, 3000):
        made = Runtime(store=f"sqlite:{file}", key=b"k" * 32, encrypt=True)
        handle = made.start(function(made, text), size)
        made.run_until_idle()
        handle.send("go", "cleartext of an event")
        ids.append(handle.id)
        made.close()
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    made = Runtime(store=f"sqlite:{file}", key=b"k" * 32, encrypt=True)
    function(made, text)
    made.run_until_idle()
    found = [list(made.result(id)) for id in ids]
    made.close()
    stored += b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert found == [["cleartext of an event", 12, 3, "cleartext"], ["cleartext of an event", 3009, 3000, "cleartext"]]
    assert b"cleartext" not in stored
