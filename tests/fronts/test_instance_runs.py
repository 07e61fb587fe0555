"""`tur run` of programs that are durable instances, and `tur resume ID`: through processes that are killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from stored import Place

from tests.durability.instances.stores_under_test import ADDRESSES, SHARED

JOB = """\
(module job)
(import workflow :refer :all)
(import time)

(defn note [& words]
  (append-file "effects.log" (str (apply str words) "\\n"))
  (println (apply str words)))

(defn child [n] (sleep 0.2) (note "child " n) (* n n))

(defn main [how & _]
  (step "a" (fn [] (note "a")))
  (let [id (start child 7)]
    (sleep 0.1)
    (note "child gave " (await-instance id)))
  (step "b" (fn [] (note "b")))
  (cond
    (= how "fail") (unless (file-exists? "mended") (throw (error "not mended" how)))
    (= how "exit") (exit 3)
    (= how "hang") (unless (file-exists? "mended") (note "hanging") (time.sleep 1000))
    (= how "nap") (do (note "napping") (time.sleep 1))
    (= how "leave") (do (start sleep 1000) (start child 8))
    (= how "wait") (note "got " (await-event "go")))
  (note "end"))
"""
DONE = ["a", "child 7", "child gave 49", "b"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write("job.tur", JOB)
    return made


def mend(place: Place) -> None:
    place.write("mended", "")


def main_id(place: Place) -> str:
    return str(place.listed("--function", "job.main")[0]["id"])


# Running --------------------------------------------------------------------------------------


def test_main_is_an_instance_when_the_program_imports_workflow(place: Place) -> None:
    status, out, err = place.tur("run", "job.tur", "well")
    assert (status, out.split("\n")) == (0, [*DONE, "end", ""])
    assert err.startswith("tur: made the key ") and err.count("\n") == 1
    listed = place.listed()
    assert {(each["function"], each["status"]) for each in listed} == {("job.main", "done"), ("job.child", "done")}


def test_a_program_without_workflow_makes_no_store(place: Place) -> None:
    place.write("plain.tur", '(defn main [] (checkpoint "here") (println "plain"))\n')
    assert place.tur("plain.tur") == (0, "plain\n", "")
    assert sorted(path.name for path in place.directory.glob("*.bin")) == ["checkpoint-here.bin"]
    assert not (place.directory / "orders.db").exists()


def test_a_program_without_workflow_is_an_instance_with_a_store(place: Place) -> None:
    place.write("plain.tur", '(defn main [] (checkpoint "here") (println "plain"))\n')
    assert place.tur("run", "--store", "orders.db", "plain.tur")[:2] == (0, "plain\n")
    (found,) = place.listed()
    assert found["function"] == "plain.main" and found["checkpoint"]["name"] == "here"
    assert list(place.directory.glob("*.bin")) == []


def test_a_module_that_the_program_imports_may_be_the_one_that_imports_workflow(place: Place) -> None:
    place.write("steps.tur", '(module steps)\n(import workflow)\n(defn f [] (workflow.step "f" (fn [] 1)))\n')
    place.write("top.tur", "(import steps)\n(defn main [] (println (steps.f)))\n")
    assert place.tur("top.tur")[:2] == (0, "1\n")
    assert [each["function"] for each in place.listed()] == ["top.main"]


def test_a_store_in_memory_needs_no_key(place: Place) -> None:
    status, out, err = place.tur("run", "--store", "memory:", "job.tur", "well")
    assert (status, out.split("\n"), err) == (0, [*DONE, "end", ""], "")
    assert place.tur("start", "--store", "memory:", "orders.tur:nothing")[0] == 2


def test_a_store_for_a_program_without_main_is_remarked_on(place: Place) -> None:
    place.write("plain.tur", "(println 1)\n")
    status, out, err = place.tur("run", "--store", "orders.db", "plain.tur")
    assert (status, out) == (0, "1\n") and "has no `main`" in err


def test_an_error_says_how_to_go_on(place: Place) -> None:
    status, _, err = place.tur("run", "job.tur", "fail")
    lines = err.splitlines()[1:]
    assert status == 1 and lines[0] == "error: not mended" and lines[1].startswith("  at job.tur:18:52 in job.main"), (
        err
    )
    id = main_id(place)
    assert lines[-1] == f"tur: `tur resume --wait {id[:8]}` goes on from its last checkpoint"
    mend(place)
    assert place.tur("resume", "--wait", id[:8]) == (0, "end\n", "")
    assert place.effects() == [*DONE, "end"]


def test_exit_ends_the_instance(place: Place) -> None:
    status, out, err = place.tur("run", "job.tur", "exit")
    assert status == 3 and "error" not in err and "end" not in out
    assert place.listed("--function", "job.main")[0]["status"] == "failed"


def test_what_it_has_started_runs_while_it_is_due(place: Place) -> None:
    status, out, err = place.tur("run", "job.tur", "leave")
    assert status == 0 and "2 instances that it started will go on when a worker runs" in err, (out, err)


def test_an_instance_is_not_frozen_into_a_file(place: Place) -> None:
    with place.running("run", "job.tur", "nap") as run:
        place.until(lambda: "napping" in place.effects())
        run.told(signal.SIGUSR1)
        assert run.ended() == 0
    assert "could not be stored while it runs as an instance, which is saved in its store" in run.err.read_text()
    assert list(place.directory.glob("*.bin")) == []


# Killed ---------------------------------------------------------------------------------------


def test_after_kill_9_resume_goes_on(place: Place) -> None:
    with place.running("run", "job.tur", "hang") as run:
        place.until(lambda: "hanging" in place.effects())
        run.kill()
    id = main_id(place)
    assert place.listed("--function", "job.main")[0]["owner"] is not None
    mend(place)
    assert place.tur("resume", id[:8]) == (0, "end\n", "")
    assert place.effects() == [*DONE, "hanging", "end"]


def test_one_that_runs_is_not_taken_over(place: Place) -> None:
    with place.running("run", "job.tur", "hang"):
        place.until(lambda: "hanging" in place.effects())
        status, _, err = place.tur("resume", main_id(place))
        assert status == 1 and "runs the instance" in err and "has a lease until" in err, err


def test_a_worker_does_not_take_what_runs_in_the_foreground(place: Place) -> None:
    with place.running("run", "job.tur", "hang"):
        place.until(lambda: "hanging" in place.effects())
        place.well("worker", "--until-idle")
        assert place.effects().count("hanging") == 1


def test_ctrl_c_releases_and_says_how_to_go_on(place: Place) -> None:
    with place.running("run", "job.tur", "hang") as run:
        place.until(lambda: "hanging" in place.effects())
        run.told(signal.SIGINT)
        assert run.ended() == 130
    (found,) = place.listed("--function", "job.main")
    assert found["owner"] is None and found["status"] == "running"
    err = run.err.read_text()
    assert f"tur: the instance is saved; `tur resume --wait {found['id'][:8]}` goes on from its last checkpoint" in err


def test_an_event_reaches_a_run_in_the_foreground(place: Place) -> None:
    with place.running("run", "job.tur", "wait") as run:
        place.until(lambda: (place.directory / "orders.db").exists())
        place.until(lambda: place.listed("--function", "job.main", "--status", "waiting"))
        place.until(lambda: (place.listed("--function", "job.main")[0]["waits_for"] or {}).get("kind") == "event")
        place.well("send", main_id(place), "go", "5")
        assert run.ended() == 0
    assert place.effects() == [*DONE, "got 5", "end"]


# Resuming -------------------------------------------------------------------------------------


def test_resume_stops_where_it_waits(place: Place) -> None:
    id = place.start("process-order", "21")
    status, out, err = place.tur("resume", id)
    assert (status, out) == (0, "charge 21\n")
    assert err.startswith(f'tur: the instance {id} waits for event "approved" until ')
    assert place.tur("resume", id)[:2] == (0, "")
    place.well("send", id, "approved", "7")
    assert place.tur("resume", id) == (0, "ship 21\n[42 7]\n", "")


def test_resume_waits_in_real_time_if_it_is_told_to(place: Place) -> None:
    id = place.start("nap", "0.3")
    assert place.tur("resume", id)[1] == ""
    assert place.tur("resume", "--wait", id) == (0, ":rested\n", "")


def test_resume_in_other_code(place: Place) -> None:
    id = place.start("process-order", "21")
    place.well("resume", id)
    place.well("send", id, "approved")
    place.write("orders.tur", (place.directory / "orders.tur").read_text().replace("[total answer]", "[answer]"))
    status, _, err = place.tur("resume", id)
    assert status == 1 and f"the instance {id} cannot go on here: schema-mismatch: orders.process-order waits at" in err
    assert place.listed()[0]["status"] == "running"


def test_resume_in_the_code_that_came_along(place: Place) -> None:
    id = place.well("start", "--code", "bundle", "orders.tur:process-order", "21").strip()
    place.well("resume", "--code", "bundle", id)
    place.well("send", id, "approved", "1")
    place.write("orders.tur", (place.directory / "orders.tur").read_text().replace("[total answer]", "[answer]"))
    assert place.tur("resume", "--code", "bundle", id)[:2] == (0, "ship 21\n[42 1]\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["resume", "ID", "5"], "an instance gets values as events: tur send ID EVENT '5'"),
        (["resume", "--to", "x.bin", "ID"], "--to is for programs that are no instances"),
        (["resume", "--wait", "job.tur"], "--wait is for instances, and job.tur is a file"),
        (["resume", "--code", "saved", "ID"], "--code is current or bundle for instances"),
        (["resume", "--code", "bundle", "job.tur"], "--code is current, strict or saved for a file"),
    ],
)
def test_options_for_files_and_for_instances(place: Place, words: list[str], message: str) -> None:
    id = place.start("nothing")
    status, _, err = place.tur(*[id if word == "ID" else word for word in words])
    assert status == 2 and message.replace("ID", id) in err, err


def test_neither_a_file_nor_a_store(place: Place) -> None:
    status, _, err = place.tur("resume", "missing.bin")
    assert (status, err) == (1, "io-error: there is no file missing.bin, and no store at orders.db\n")


# Stores ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SHARED)
def test_killed_and_resumed_in_every_kind_of_store(tmp_path: Path, kind: str) -> None:
    place = Place(tmp_path, ADDRESSES[kind](tmp_path))
    place.write("job.tur", JOB)
    status, _, err = place.tur("ps")
    assert status == 1 and "there is no store at" in err, err
    with place.running("run", "job.tur", "hang") as run:
        place.until(lambda: "hanging" in place.effects())
        run.kill()
    mend(place)
    id = main_id(place)
    assert place.shown(id)["state"]["frames"][0]["function"] == "job.main"
    assert place.tur("resume", id[:8]) == (0, "end\n", "")
    assert place.effects() == [*DONE, "hanging", "end"]
    assert {each["status"] for each in place.listed()} == {"done"}


def test_a_server_that_cannot_be_reached(place: Place) -> None:
    pytest.importorskip("psycopg")
    status, _, err = place.tur("ps", "--store", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert status == 1 and err.startswith("io-error: ") and "cannot be reached" in err and "internal" not in err, err
