"""`tur start`, `ps`, `show`, `send`, `cancel`, `fork`, `gc`: what an operator asks of a store."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import environment
from stored import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def worked(place: Place) -> None:
    """Run what is due."""
    place.well("worker", "--until-idle")


# Starting -------------------------------------------------------------------------------------


def test_an_order_from_start_to_end(place: Place) -> None:
    id = place.start("process-order", "21")
    worked(place)
    (waiting,) = place.listed("--status", "waiting")
    assert waiting["id"] == id and waiting["function"] == "orders.process-order" and waiting["version"] == "1.0"
    assert waiting["waits_for"]["kind"] == "event" and waiting["waits_for"]["name"] == "approved"
    assert waiting["waits_for"]["until"] == pytest.approx(waiting["checkpoint"]["time"] + 3600, abs=5)
    place.well("send", id[:6], "approved", '{:by "ann"}')
    worked(place)
    shown = place.shown(id)
    assert (shown["status"], shown["result"], shown["state"]) == ("done", '[42 {:by "ann"}]', None)
    assert place.effects() == ["charge 21", "ship 21"]


def test_the_first_start_makes_a_store_and_a_key_and_says_so(place: Place) -> None:
    first, second = place.tur("start", "orders.tur:nothing"), place.tur("start", "orders.tur:nothing")
    key = place.directory / "config" / "turmeric" / "keys.json"
    assert re.fullmatch(
        rf"tur: made the key \S+ in {re.escape(str(key))}; without it nothing in the store can be read\n", first[2]
    )
    assert key.stat().st_mode & 0o777 == 0o600
    assert (first[0], second[0], second[2]) == (0, 0, "")
    assert (place.directory / "orders.db").exists()


def test_no_key_is_made_for_a_store_that_is_there(place: Place) -> None:
    place.start("nothing")
    (place.directory / "config" / "turmeric" / "keys.json").unlink()
    for words in (["start", "orders.tur:nothing"], ["worker", "--until-idle"]):
        status, _, err = place.tur(*words)
        assert status == 1 and err.startswith("missing-key: what is in the store orders.db is sealed"), err
    assert not (place.directory / "config" / "turmeric" / "keys.json").exists()


def test_another_key_is_a_clear_error(place: Place) -> None:
    id = place.start("greet", '"ann"')
    (place.directory / "config" / "turmeric" / "keys.json").unlink()
    place.well("key", "new", "--id", "other")
    status, out, err = place.tur("show", id)
    assert status == 1 and "cannot be read here" in out and "missing-key" in out, (out, err)
    status, _, err = place.tur("resume", id)
    assert status == 1 and "cannot go on here: missing-key" in err, err


COMMANDS = [
    ["ps"], ["ps", "--outdated"], ["show", "1"], ["send", "1", "go"], ["cancel", "1"], ["fork", "1"], ["gc"],
    ["worker", "--until-idle"],
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("store", ["orders.db", "files:turmeric-store"])
def test_only_what_starts_something_makes_a_store(place: Place, words: list[str], store: str) -> None:
    before = sorted(os.listdir(place.directory))
    status, out, err = place.tur(*words, "--store", store)
    text = f"io-error: there is no store at {store}; `tur start` makes one, and --store says where it is\n"
    assert (status, out, err) == (1, "", text)
    assert sorted(os.listdir(place.directory)) == before


def test_a_database_of_somebody_else_is_no_store(place: Place) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(place.directory / "other.db")) as connection:
        connection.execute("CREATE TABLE mine (x)")
    status, _, err = place.tur("ps", "--store", "other.db")
    assert status == 1 and "there is no store at other.db" in err


def test_the_default_store_is_a_directory(tmp_path: Path) -> None:
    place = Place(tmp_path, "")
    place.start("nothing")
    assert (tmp_path / "turmeric-store").is_dir()
    worked(place)
    assert [each["status"] for each in place.listed()] == ["done"]


@pytest.mark.parametrize(
    ("url", "message"),
    [("mysql:x", "there is no mysql:"), ("memory:", "a store in memory ends with its process"), ("files:", "missing")],
)
def test_an_address_of_nothing(place: Place, url: str, message: str) -> None:
    status, _, err = place.tur("ps", "--store", url)
    assert status == 2 and message in err, err


def test_a_file_that_is_no_database(place: Place) -> None:
    place.write("junk.db", "no database at all, but long enough to be looked at\n" * 100)
    status, _, err = place.tur("ps", "--store", "junk.db")
    assert status == 1 and err.startswith("io-error: ") and "junk.db" in err and "internal" not in err, err


def test_an_id_is_started_once(place: Place) -> None:
    first = place.tur("start", "--id", "order-7", "orders.tur:greet", '"ann"')
    second = place.tur("start", "--id", "order-7", "orders.tur:greet", '"ben"')
    assert first[:2] == second[:2] == (0, "order-7\n")
    assert second[2] == "tur: there is an instance order-7 already; nothing was started\n"
    worked(place)
    assert place.shown("order-7")["result"] == '"hello ann"'


def test_a_program_elsewhere(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    place.variables["TURMERIC_STORE"] = str(tmp_path / "orders.db")
    (tmp_path / "orders.tur").rename(other / "orders.tur")
    here = tmp_path / "here"
    here.mkdir()
    place.directory = here
    status, _, err = place.tur("start", "../elsewhere/orders.tur:greet", '"ann"')
    assert status == 0 and f"a worker needs --program {other}" in err, err
    assert place.well("worker", "--until-idle", "--program", str(other)) == "hello ann\n"


# Values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("42", "42"), ("-5", "-5"), ("-0.5", "-0.5"), ('"a b"', '"a b"'), (":word", ":word"), ("nil", "nil"),
        ("[1 {:a #{2}}]", "[1 {:a #{2}}]"), ("(1 2)", "(1 2)"), ("true", "true"),
    ],
)  # fmt: skip
def test_arguments_are_data(place: Place, word: str, value: str) -> None:
    place.write("echo.tur", "(module echo)\n(defn same [x] [x])\n")
    id = place.well("start", "echo.tur:same", word).strip()
    worked(place)
    assert place.shown(id)["result"] == f"[{value}]"


@pytest.mark.parametrize("word", ["ann", "(f 1)", "[a]", "'x", "2026-01-31", "A-17", "[1 2", "1 2", ""])
def test_what_is_no_datum_is_refused_with_a_hint(place: Place, word: str) -> None:
    status, out, err = place.tur("start", "orders.tur:greet", word)
    assert (status, out) == (2, "") and err.startswith(f"tur: `{word}` ") and "--strings" in err, err
    assert not (place.directory / "orders.db").exists()


def test_strings_are_taken_as_they_are(place: Place) -> None:
    id = place.well("start", "--strings", "orders.tur:greet", "ann").strip()
    worked(place)
    assert place.shown(id)["result"] == '"hello ann"'
    waiting = place.start("process-order", "1")
    worked(place)
    place.well("send", "--strings", waiting, "approved", "by ann")
    worked(place)
    assert place.shown(waiting)["result"] == '[2 "by ann"]'


@pytest.mark.parametrize(
    ("target", "args", "status", "message"),
    [
        ("orders.tur", [], 2, "`start` needs a file and a function"),
        ("orders.tur:gret", [], 2, "orders.tur has no function `gret`; did you mean `greet`?"),
        ("missing.tur:f", [], 1, "cannot read missing.tur"),
        ("orders.tur:greet", [], 1, "arity-error: greet expects 1 argument, got 0"),
    ],
)
def test_what_cannot_be_started(place: Place, target: str, args: list[str], status: int, message: str) -> None:
    got, out, err = place.tur("start", target, *args)
    assert (got, out) == (status, "") and message in err, err
    assert not (place.directory / "orders.db").exists()


# Listing --------------------------------------------------------------------------------------


def test_ps_is_a_table(place: Place) -> None:
    id = place.start("process-order", "21")
    failed = place.start("fetch", '"missing"')
    worked(place)
    lines = place.well("ps").splitlines()
    assert lines[0].split() == ["ID", "FUNCTION", "STATUS", "WAITS", "FOR", "CHECKPOINT", "AGE", "TRIES"]
    assert re.fullmatch(rf"{failed[:8]}  orders.fetch +failed +1 first +\d+s +0", lines[1])
    assert re.fullmatch(
        rf'{id[:8]}  orders.process-order  waiting  event "approved" until [-\d: ]+  2 approved  +\d+s  +0', lines[2]
    )


def test_ps_selects(place: Place) -> None:
    greeting = place.start("greet", '"ann"')
    worked(place)
    nap = place.start("nap", "1000")
    assert [each["id"] for each in place.listed()] == [nap, greeting]
    assert [each["id"] for each in place.listed("--status", "done,failed")] == [greeting]
    assert [each["id"] for each in place.listed("--function", "orders.nap")] == [nap]
    _, out, err = place.tur("ps", "--limit", "1")
    assert nap[:8] in out and greeting[:8] not in out and "--limit shows more" in err
    for option, value in (("--status", "dead"), ("--limit", "0"), ("--limit", "many")):
        assert place.tur("ps", option, value)[0] == 2


def test_ps_selects_children(place: Place) -> None:
    place.write(
        "family.tur",
        "(module family)\n(import workflow :refer :all)\n(defn child [n] n)\n"
        "(defn parent [] (start child 1) (start child 2) 0)\n",
    )
    id = place.well("start", "family.tur:parent").strip()
    worked(place)
    children = place.listed("--parent", id[:8])
    assert [each["parent"] for each in children] == [id, id]
    assert {each["id"] for each in place.shown(id)["children"]} == {each["id"] for each in children}


def at_terminal(place: Place, columns: int, *words: str) -> str:
    """What a command writes to a terminal of so many columns."""
    end, side = pty.openpty()
    subprocess.run(["stty", "cols", str(columns)], stdin=side, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "turmeric", *words], stdin=side, stdout=side, stderr=side, cwd=place.directory,
        env={**environment(**place.variables), "TERM": "xterm", "COLUMNS": ""},
    )  # fmt: skip
    os.close(side)
    text = b""
    try:
        while piece := os.read(end, 65536):
            text += piece
    except OSError:  # the other end was closed
        pass
    os.close(end)
    assert process.wait(30) == 0, text
    return text.decode()


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_tables_fit_the_terminal(place: Place, columns: int) -> None:
    place.start("process-order", "21")
    worked(place)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in at_terminal(place, columns, "ps").splitlines()]
    assert lines[0].startswith("ID") and "waiting" in lines[1]
    assert max(map(len, lines)) <= columns
    shown = at_terminal(place, columns, "show", place.listed()[0]["id"])
    assert "\x1b[1m" in shown and "order = 21" in shown


def test_a_bar_on_a_terminal_shows_the_progress_of_long_work(place: Place) -> None:
    for _ in range(3):
        place.start("nothing")
    worked(place)
    shown = at_terminal(place, 80, "gc", "--older-than", "0")
    assert "removing instances [....................." in shown and "of 3" in shown
    assert "removed 3 instances that ended before" in shown


# Showing --------------------------------------------------------------------------------------


def test_show_says_where_an_instance_waits(place: Place) -> None:
    id = place.start("process-order", "21")
    worked(place)
    place.well("send", id, "other", "7", "--key", "k1")
    text = place.well("show", id[:8])
    for line in (
        f"instance {id}: waiting",
        "  function   orders.process-order, version 1.0",
        f"  checkpoint 2 approved (event) at {place.directory}/orders.tur:11:16, ",
        "  other, sent ",
        "  1 orders.process-order waits at await-event (orders.tur:11)",
        '      11 | answer (await-event "approved" :timeout 3600)]',
        "      order = 21\n      total = 42\n",
        "fits the code that is there now",
    ):
        assert line in text, (line, text)
    assert "workflow." not in text
    data = place.shown(id)
    assert [(each["name"], each["key"]) for each in data["events"]] == [("other", "k1")]
    assert data["state"]["frames"][0]["function"] == "orders.process-order"
    assert data["problem"] is None


def test_show_before_anything_has_run(place: Place) -> None:
    id = place.start("greet", '"ann"')
    text = place.well("show", id)
    assert 'it has not run yet: [orders.greet ("ann")]' in text


def test_show_an_instance_that_failed(place: Place) -> None:
    id = place.start("fetch", '"missing"')
    worked(place)
    text = place.well("show", id)
    assert "error:\n  error: nothing there\n    at " in text and '      path = "missing"' in text, text


def test_show_the_checkpoints_that_are_kept(place: Place) -> None:
    id = place.well("start", "--keep-checkpoints", "orders.tur:process-order", "1").strip()
    worked(place)
    assert [(each["number"], each["name"]) for each in place.shown(id)["history"]] == [
        (0, None), (1, "charge"), (2, "approved"),
    ]  # fmt: skip
    assert "checkpoints:\n  0 (start), " in place.well("show", id)


def test_show_a_large_state_in_blobs(place: Place) -> None:
    place.write(
        "large.tur",
        "(module large)\n(import workflow :refer :all)\n"
        '(defn f [] (let [words (map str (range 5000)) n 17] (step "one" (fn [] 1)) (await-event "go")\n'
        '  (step "two" (fn [] 1)) [(count words) n]))\n',
    )
    id = place.well("start", "large.tur:f").strip()
    worked(place)
    shown = place.shown(id)
    assert shown["state"]["frames"] and shown["problem"] is None
    status, out, err = place.tur("ps", "--outdated")
    assert (status, out) == (0, ""), (out, err)
    place.write("large.tur", (place.directory / "large.tur").read_text().replace("[(count words) n]", "[n n]"))
    assert place.tur("ps", "--outdated")[0] == 1


# Ids ------------------------------------------------------------------------------------------


def test_beginnings_of_ids(place: Place) -> None:
    for id in ("order-1", "order-2", "order-22"):
        place.well("start", "--id", id, "orders.tur:nothing")
    assert place.shown("order-1")["id"] == "order-1"
    assert place.shown("order-2")["id"] == "order-2"  # the whole of one, and the beginning of another
    status, out, err = place.tur("show", "order")
    assert (status, out) == (1, "")
    assert err.startswith("value-error: 3 instances begin with order: ") and "order-22 (orders.nothing, running)" in err
    for command in (["show"], ["cancel"], ["fork"], ["resume"]):
        assert "there is no instance zz in the store orders.db" in place.tur(*command, "zz")[2]
    assert "there is no instance zz in the store orders.db" in place.tur("send", "zz", "go")[2]


# Asking ---------------------------------------------------------------------------------------


def test_an_event_with_a_key_is_sent_once(place: Place) -> None:
    id = place.start("process-order", "1")
    assert place.tur("send", "--key", "k", id, "approved", "1") == (0, "", "")
    status, _, err = place.tur("send", "--key", "k", id, "approved", "2")
    assert (status, err) == (0, f"tur: an event with the key k was sent to {id} before; nothing was sent\n")
    worked(place)
    assert place.shown(id)["result"] == "[2 1]"


def test_what_has_ended_gets_nothing(place: Place) -> None:
    id = place.start("nothing")
    worked(place)
    status, _, err = place.tur("send", id, "go")
    assert status == 1 and "has ended: it is done" in err
    assert place.tur("cancel", id) == (1, "", f"tur: the instance {id} has ended: it is done\n")
    status, _, err = place.tur("resume", id)
    assert status == 1 and f"the instance {id} has ended: it is done" in err


def test_cancel(place: Place) -> None:
    id = place.start("nap", "1000")
    worked(place)
    place.well("cancel", id)
    assert "a worker (asked to cancel)" in place.well("ps")
    worked(place)
    assert place.shown(id)["status"] == "cancelled"


def test_fork(place: Place) -> None:
    id = place.well("start", "--keep-checkpoints", "orders.tur:process-order", "1").strip()
    worked(place)
    early, *late = [*place.well("fork", id, "1").split(), *place.well("fork", "--count", "2", id).split()]
    assert len({id, early, *late}) == 4
    assert place.shown(early)["checkpoint"]["number"] == 1
    worked(place)
    assert place.effects() == ["charge 1"]
    assert len(place.listed("--status", "waiting")) == 4
    status, _, err = place.tur("fork", id, "9")
    assert status == 1 and "has no checkpoint 9" in err
    assert place.tur("fork", id, "last")[0] == 2


# Cleaning -------------------------------------------------------------------------------------


def test_gc_removes_what_ended_long_ago(place: Place) -> None:
    done, failed = place.start("nothing"), place.start("fetch", '"missing"')
    worked(place)
    waiting = place.start("nap", "1000")
    assert place.well("gc").startswith("removed 0 instances that ended before ")
    assert place.well("gc", "--older-than", "0", "--dry-run").startswith("would remove 2 instances ")
    assert len(place.listed()) == 3
    assert place.well("gc", "--older-than", "0", "--keep-failed").startswith("removed 1 instance ")
    assert {each["id"] for each in place.listed()} == {failed, waiting}
    assert place.well("gc", "--older-than", "0s").startswith("removed 1 instance ")
    assert [each["id"] for each in place.listed()] == [waiting]
    assert done not in place.well("ps")


# Moving ---------------------------------------------------------------------------------------


def test_an_instance_moves_to_another_store(place: Place) -> None:
    id = place.start("process-order", "21")
    worked(place)
    place.well("send", id, "approved", "1")
    out = place.well("export", id[:6])
    assert re.fullmatch(rf"{id}.tur-instance: the instance {id}, waiting, \d+ bytes\n", out)
    file = place.directory / f"{id}.tur-instance"
    assert file.stat().st_mode & 0o777 == 0o600
    status, _, err = place.tur("import", file.name)
    assert status == 1 and f"there is an instance {id} in the store orders.db already" in err
    place.variables["TURMERIC_STORE"] = "files:other"
    assert place.well("import", file.name) == f"{id}\n"
    worked(place)
    assert place.shown(id)["result"] == "[42 1]"


def test_what_is_no_exported_instance(place: Place) -> None:
    id = place.start("nothing")
    place.well("export", "--to", "it", id)
    data = (place.directory / "it").read_bytes()
    (place.directory / "it").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    place.variables["TURMERIC_STORE"] = "new.db"
    for name in ("it", "orders.tur"):
        status, _, err = place.tur("import", name)
        assert status == 1 and err.startswith("corrupt-data: "), err
    assert place.tur("import", "missing")[2].startswith("io-error: cannot read missing")
    assert not (place.directory / "new.db").exists()
    status, _, err = place.tur("export", "--to", "no/such/directory/it", id, "--store", "orders.db")
    assert status == 1 and "cannot write no/such/directory/it" in err


# Versions -------------------------------------------------------------------------------------


def test_outdated_instances_and_why(place: Place) -> None:
    id, other = place.start("process-order", "1"), place.start("nap", "1000")
    worked(place)
    assert place.tur("ps", "--outdated") == (0, "", "2 instances checked: 0 do not fit the code that is there now\n")
    place.write("orders.tur", (place.directory / "orders.tur").read_text().replace('"hello "', '"hi "'))
    assert place.tur("ps", "--outdated")[0] == 0
    place.write("orders.tur", (place.directory / "orders.tur").read_text().replace("[total answer]", "[answer]"))
    status, out, err = place.tur("ps", "--outdated")
    assert status == 1 and err == "2 instances checked: 1 does not fit the code that is there now\n"
    assert "orders.process-order waits at `await-event` (orders.tur:11), and its variables were [order total]" in out
    status, out, _ = place.tur("ps", "--outdated", "--json")
    (found,) = json.loads(out)
    assert found["id"] == id != other and found["mismatches"][0]["kind"] == "point"
    (place.directory / "orders.tur").unlink()
    status, out, err = place.tur("ps", "--outdated")
    assert status == 1 and err.startswith("2 instances checked: 2 do") and "cannot be found" in out
