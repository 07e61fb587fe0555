"""`tur worker`: several on one store, signals, killing, its log, its counters."""

from __future__ import annotations

import signal
import sqlite3
import urllib.request
from pathlib import Path

import pytest
from stored import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


# Several --------------------------------------------------------------------------------------


def test_two_workers_share_a_store(place: Place) -> None:
    ids = {place.start("process-order", str(number)) for number in range(8)}
    with place.running("worker") as one, place.running("worker") as two:
        place.until(lambda: len(place.listed("--status", "waiting")) == 8)
        for id in ids:
            place.well("send", id, "approved")
        place.until(lambda: len(place.listed("--status", "done")) == 8)
        for each in (one, two):
            each.told(signal.SIGTERM)
        assert (one.ended(), two.ended()) == (0, 0)
    assert sorted(place.effects()) == sorted(f"{what} {number}" for what in ("charge", "ship") for number in range(8))
    assert {each["id"] for worker in (one, two) for each in worker.logged("done")} == ids


def test_a_worker_takes_over_from_one_that_was_killed(place: Place) -> None:
    id = place.start("work", "1000")
    with place.running("worker", "--lease", "1s") as first:
        place.until(lambda: "working" in place.effects())
        first.kill()
    place.write("orders.tur", (place.directory / "orders.tur").read_text().replace("(time.sleep seconds)", ""))
    with place.running("worker", "--lease", "1s") as second:
        place.until(lambda: second.logged("refused") or second.logged("done"))
    assert place.effects().count("begin") == 1
    (resumed,) = [each for each in second.log() if each["event"] in ("resumed", "refused")][:1]
    assert (resumed["id"], resumed["number"]) == (id, 1)


def test_a_long_step_keeps_its_lease(place: Place) -> None:
    """The step stops the loop for longer than the lease; another worker waits for it all the same."""
    place.start("work", "3")
    with place.running("worker", "--lease", "1s") as one:
        place.until(lambda: "working" in place.effects())
        with place.running("worker", "--lease", "1s"):
            place.until(lambda: "rest" in place.effects())
        assert one.logged("lost") == []
    assert place.effects() == ["begin", "working", "worked", "rest"]


# Signals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_step(place: Place, number: signal.Signals) -> None:
    """The step goes on to its end and is saved, what comes after it is left to others."""
    id = place.start("work", "1.5")
    with place.running("worker") as worker:
        place.until(lambda: "working" in place.effects())
        worker.told(number)
        assert worker.ended() == 0
    assert place.effects() == ["begin", "working", "worked"]
    (stopping,) = worker.logged("stopping")
    assert (stopping["signal"], stopping["running"]) == (number.name, 1)
    assert worker.log()[-1]["event"] == "stopped"
    found = place.shown(id)
    assert (found["status"], found["owner"], found["checkpoint"]["name"], found["attempts"]) == (
        "running",
        None,
        "work",
        0,
    )
    place.well("worker", "--until-idle")
    assert place.effects() == ["begin", "working", "worked", "rest"]


def test_a_step_that_takes_longer_than_the_grace_is_left_to_others(place: Place) -> None:
    id = place.start("work", "1000")
    with place.running("worker", "--grace", "0.5s") as worker:
        place.until(lambda: "working" in place.effects())
        worker.told(signal.SIGTERM)
        assert worker.ended() == 0
    assert [each["id"] for each in worker.logged("released")] == [id]
    found = place.shown(id)
    assert (found["status"], found["owner"], found["checkpoint"]["name"], found["attempts"]) == (
        "running",
        None,
        "begin",
        0,
    )


def test_a_second_signal_ends_at_once(place: Place) -> None:
    id = place.start("work", "1000")
    with place.running("worker", "--grace", "1h") as worker:
        place.until(lambda: "working" in place.effects())
        worker.told(signal.SIGTERM)
        place.until(lambda: worker.logged("stopping"))
        worker.told(signal.SIGTERM)
        assert worker.ended() == 128 + signal.SIGTERM
    assert place.shown(id)["owner"] is not None  # others wait for its lease to end


def test_an_idle_worker_ends_at_once(place: Place) -> None:
    place.start("nap", "1000")
    with place.running("worker", "--grace", "1h") as worker:
        place.until(lambda: worker.logged("waiting"))
        worker.told(signal.SIGTERM)
        assert worker.ended() == 0


# What it says ---------------------------------------------------------------------------------


def test_the_log(place: Place) -> None:
    place.start("fetch", '"missing"')
    with place.running("worker", "--until-idle", "--debug") as worker:
        assert worker.ended() == 0
    serving, *lines, stopped = worker.log()
    assert (serving["event"], stopped["event"]) == ("serving", "stopped")
    assert serving["store"] == f"sqlite:///{place.directory}/orders.db" and serving["program"] == str(place.directory)
    assert [(each["event"], each["function"], each["number"]) for each in lines] == [
        ("started", "orders.fetch", 0), ("saved", "orders.fetch", 1), ("failed", "orders.fetch", 1),
    ]  # fmt: skip
    assert lines[1]["kind"] == "step" and lines[2]["reason"].endswith("orders.tur:26:44: error: nothing there")


def test_an_instance_whose_code_is_not_there(place: Place) -> None:
    place.start("nothing")
    (place.directory / "orders.tur").unlink()
    with place.running("worker", "--until-idle") as worker:
        assert worker.ended() == 0
    (refused,) = worker.logged("refused")
    assert refused["function"] == "orders.nothing"
    assert "the module orders of orders.nothing cannot be found" in refused["reason"]
    assert "with `--program` where it is" in refused["reason"]


def test_exit_ends_an_instance_and_not_the_worker(place: Place) -> None:
    place.write("leaving.tur", "(module leaving)\n(defn leave [n] (exit n))\n")
    well, badly = (place.well("start", "leaving.tur:leave", number).strip() for number in ("0", "3"))
    place.start("nothing")
    place.well("worker", "--until-idle", "--concurrency", "1")
    assert [each["status"] for each in (place.shown(well), place.shown(badly))] == ["done", "failed"]
    assert "the program has ended with the status 3" in place.shown(badly)["error"]
    assert len(place.listed("--status", "done")) == 2


def test_a_store_that_is_locked_for_long(place: Place) -> None:
    place.start("nothing")
    connection = sqlite3.connect(place.directory / "orders.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    status, _, err = place.tur("cancel", "--store", "sqlite:orders.db?timeout=0.2", place.listed()[0]["id"])
    assert status == 1 and err.startswith("io-error: ") and "lock" in err, err
    with place.running("worker", "--store", "sqlite:orders.db?timeout=0.2") as worker:
        place.until(lambda: worker.logged("store-error"))
        connection.execute("ROLLBACK")
        place.until(lambda: worker.logged("done"))
    connection.close()


# Counters -------------------------------------------------------------------------------------


def counters_of(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_counters_at_a_port(place: Place) -> None:
    place.start("process-order", "1")
    place.start("fetch", '"missing"')
    with place.running("worker", "--counters", "0") as worker:
        place.until(lambda: worker.logged("waiting") and worker.logged("failed"))
        (where,) = worker.logged("counters")
        with urllib.request.urlopen(where["url"], timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            found = counters_of(answer.read().decode())
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(where["url"].replace("metrics", "other"), timeout=10)
        worker.told(signal.SIGTERM)
        assert worker.ended() == 0
    wanted = {
        "turmeric_claims_total": 2, "turmeric_started_total": 2, "turmeric_saved_total": 3, "turmeric_waiting_total": 1,
        "turmeric_failed_total": 1, "turmeric_lost_total": 0, "turmeric_save_failed_total": 0, "turmeric_running": 0,
        'turmeric_instances{status="waiting"}': 1, 'turmeric_instances{status="failed"}': 1,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted


def test_counters_in_a_file(place: Place) -> None:
    place.start("nothing")
    place.well("worker", "--until-idle", "--counters", "counters.prom")
    found = counters_of((place.directory / "counters.prom").read_text())
    assert (found["turmeric_done_total"], found['turmeric_instances{status="done"}']) == (1, 1)


def test_a_port_that_is_taken(place: Place) -> None:
    import socket

    place.start("nothing")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = place.tur("worker", "--until-idle", "--counters", str(port))
    assert status == 1 and f"io-error: cannot listen at the port {port}" in err, err
