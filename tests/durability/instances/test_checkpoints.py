"""Jactl's contract: `save_checkpoint` and `delete_checkpoint` of an embedding program."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

import turmeric
from turmeric.durability.instances.service import Rules

KEY = b"k" * 32
PROGRAM = """
(import workflow :refer :all)

(defn order [n]
  (let [a (checkpoint "one" (* n 2))
        how (checkpoint :commit (fn [] :sunny) :recover (fn [] :again))
        b (step "three" (fn [] (+ a 1)))]
    [(instance-id) (checkpoint-number) b how]))

(defn careful []
  (let [first (try (checkpoint "one" :saved) (catch [e] (.message e)))
        second (checkpoint "again" :saved)]
    [first second (checkpoint-number)]))

(defn commits [log]
  (try (checkpoint :commit (fn [] :committed) :recover (fn [] :recovered))
    (catch [e] :failed)))

(defn failing [] (checkpoint "before" 1) (throw (error "no" nil)))
(defn waiting [] [(await-event "go") (checkpoint-number)])
(defn parent [] (start failing))
(defn sleeper [] (checkpoint "a" 1) (sleep 0.01) (checkpoint "b" 2) (checkpoint-number))
"""


class Kept:
    """What an embedding program may do: keep what it is given, by id and number."""

    def __init__(self) -> None:
        self.saved: dict[str, dict[int, bytes]] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.deleted: list[tuple[str, int]] = []
        self.fail: list[Exception] = []

    def save_checkpoint(
        self, id: str, number: int, data: bytes, source: str | None, offset: int | None, result: Any
    ) -> None:
        if self.fail:
            raise self.fail.pop()
        taken = self.saved.setdefault(id, {})
        if number in taken:
            raise OSError(f"checkpoint {number} is there already")
        taken[number] = data
        self.calls.append((number, source, offset, result))

    def delete_checkpoint(self, id: str, last_number: int) -> None:
        self.deleted.append((id, last_number))


class Awaited(Kept):
    """The same, slowly, on the loop."""

    async def save_checkpoint(self, *args: Any) -> None:  # type: ignore[override]
        await asyncio.sleep(0.01)
        Kept.save_checkpoint(self, *args)

    async def delete_checkpoint(self, *args: Any) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        Kept.delete_checkpoint(self, *args)


def runtime_with(kept: Any, directory: Path, **more: Any) -> tuple[turmeric.Runtime, Any]:
    (directory / "shop.tur").write_text(PROGRAM)
    runtime = turmeric.Runtime([str(directory)], key=KEY, checkpoints=kept, **more)
    return runtime, runtime.load(str(directory / "shop.tur"))


def test_numbers_source_offset_and_result(tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    handle = runtime.start(shop.order, 4)
    runtime.run_until_idle()
    place = PROGRAM.index('(checkpoint "one"')
    assert [call[0] for call in kept.calls] == [1, 2, 3]
    assert kept.calls[0][1:] == (f"{tmp_path}/shop.tur:5:11", place, 8)
    assert kept.calls[2][3] == 9
    assert turmeric.to_python(handle.result()) == [handle.id, 3, 9, "sunny"]
    assert kept.deleted == [(handle.id, 3)]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_restored_in_another_runtime_it_counts_on(number: int, tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    id = runtime.start(shop.order, 4).id
    runtime.run_until_idle()
    later = Kept()
    again, _ = runtime_with(later, tmp_path)
    handle = again.restore(kept.saved[id][number])
    again.run_until_idle()
    how = "again" if number == 2 else "sunny"
    assert turmeric.to_python(handle.result()) == [id, 3, 9, how if number < 3 else "sunny"]
    assert [call[0] for call in later.calls] == list(range(number + 1, 4))
    assert later.deleted == [(id, 3)]


def test_a_failed_save_is_raised_at_the_call_and_the_next_one_works(tmp_path: Path) -> None:
    kept = Kept()
    kept.fail = [OSError("disk full")]
    runtime, shop = runtime_with(kept, tmp_path)
    handle = runtime.start(shop.careful)
    runtime.run_until_idle()
    first, second, number = turmeric.to_python(handle.result())
    assert "disk full" in first
    assert (second, number) == ("saved", 1)
    assert [call[0] for call in kept.calls] == [1]


def test_neither_commit_nor_recover_runs_when_the_save_fails(tmp_path: Path) -> None:
    kept = Kept()
    kept.fail = [OSError("disk full")]
    runtime, shop = runtime_with(kept, tmp_path)
    handle = runtime.start(shop.commits, None)
    runtime.run_until_idle()
    assert turmeric.to_python(handle.result()) == "failed"


def test_a_failed_program_keeps_its_last_checkpoint(tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    handle = runtime.start(shop.failing)
    runtime.run_until_idle()
    assert (handle.status, kept.deleted) == ("failed", [])
    assert list(kept.saved[handle.id]) == [1]


def test_of_two_that_restore_the_same_checkpoint_one_wins(tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    id = runtime.start(shop.order, 4).id
    runtime.run_until_idle()
    shared = Kept()
    shared.saved = {id: {1: kept.saved[id][1]}}
    ends = []
    for _ in range(2):
        again, _ = runtime_with(shared, tmp_path)
        handle = again.restore(kept.saved[id][1])
        again.run_until_idle()
        ends.append(handle.status)
    assert ends == ["done", "failed"]
    assert [call[0] for call in shared.calls] == [2, 3]


def test_a_claim_decides_before_anything_runs(tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    id = runtime.start(shop.order, 4).id
    runtime.run_until_idle()
    claims: list[tuple[str, int]] = []

    class Claiming(Kept):
        def claim_checkpoint(self, id: str, number: int) -> bool:
            claims.append((id, number))
            return claims.count((id, number)) == 1

    for first in (True, False):
        again, _ = runtime_with(Claiming(), tmp_path)
        if first:
            again.restore(kept.saved[id][2])
        else:
            with pytest.raises(turmeric.TurmericError, match="somebody else"):
                again.restore(kept.saved[id][2])
            assert again.count()["running"] == 0


def test_a_wait_is_kept_in_the_data(tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    id = runtime.start(shop.waiting).id
    runtime.run_until_idle()
    again, _ = runtime_with(Kept(), tmp_path)
    handle = again.restore(kept.saved[id][1])
    again.run_until_idle()
    assert handle.status == "waiting"
    handle.send("go", 5)
    again.run_until_idle()
    assert turmeric.to_python(handle.result()) == [5, 1]


def test_what_needs_a_store_is_refused(tmp_path: Path) -> None:
    runtime, shop = runtime_with(Kept(), tmp_path)
    handle = runtime.start(shop.parent)
    runtime.run_until_idle()
    with pytest.raises(turmeric.TurmericError, match="use a store"):
        handle.result()


def test_data_of_somebody_else_is_refused(tmp_path: Path) -> None:
    kept = Kept()
    runtime, shop = runtime_with(kept, tmp_path)
    id = runtime.start(shop.order, 4).id
    runtime.run_until_idle()
    other = turmeric.Runtime([str(tmp_path)], key=b"o" * 32, checkpoints=Kept())
    for data in (kept.saved[id][1], kept.saved[id][1][:-1], b""):
        with pytest.raises(turmeric.DataError):
            other.restore(data)


def test_saving_is_awaited_and_others_run_meanwhile(tmp_path: Path) -> None:
    kept = Awaited()
    runtime, shop = runtime_with(kept, tmp_path)
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.001)

    async def main() -> list[Any]:
        ticking = asyncio.create_task(tick())
        serving = asyncio.create_task(runtime.serve())
        handles = [await runtime.aio.start(shop.order, n) for n in range(20)]
        found = [await runtime.aio.wait(handle.id, 20) for handle in handles]
        runtime.stop()
        await serving
        ticking.cancel()
        return found

    found = asyncio.run(main())
    assert [turmeric.to_python(each)[2] for each in found] == [2 * n + 1 for n in range(20)]
    assert sorted(number for _, number in kept.deleted) == [3] * 20
    numbers = [call[0] for call in kept.calls]
    assert numbers != [1, 2, 3] * 20, "instances ran one after the other"
    assert len(ticks) > 3


def test_a_blocking_save_does_not_block_the_loop(tmp_path: Path) -> None:
    loops: list[bool] = []

    class Blocking(Kept):
        def save_checkpoint(self, *args: Any) -> None:
            loops.append(threading.current_thread() is threading.main_thread())
            super().save_checkpoint(*args)

    runtime, shop = runtime_with(Blocking(), tmp_path)

    async def main() -> Any:
        serving = asyncio.create_task(runtime.serve())
        handle = await runtime.aio.start(shop.sleeper)
        found = await runtime.aio.wait(handle.id, 20)
        runtime.stop()
        await serving
        return found

    assert asyncio.run(main()) == 3
    assert loops == [False] * 3


def test_time_and_call_budgets_survive_a_restore(tmp_path: Path) -> None:
    (tmp_path / "loops.tur").write_text("""
(import workflow :refer :all)
(defn spin [n] (if (= n 0) nil (spin (- n 1))))
(defn work [] (spin 300) (checkpoint "half" 1) (spin 300) (checkpoint "most" 1) (spin 300) :done)
""")
    for most, expected in ((2000, "done"), (700, "failed")):
        kept = Kept()
        rules = Rules(calls=most)
        runtime = turmeric.Runtime([str(tmp_path)], key=KEY, checkpoints=kept, rules=rules)
        id = runtime.start(runtime.load(str(tmp_path / "loops.tur")).work).id
        runtime.run_until_idle()
        again = turmeric.Runtime([str(tmp_path)], key=KEY, checkpoints=Kept(), rules=rules)
        handle = again.restore(kept.saved[id][1])
        again.run_until_idle()
        assert handle.status == expected
        if expected == "failed":
            with pytest.raises(turmeric.TurmericError, match="700 calls"):
                handle.result()
