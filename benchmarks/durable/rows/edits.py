"""A program that waits is edited: before, beside or after the point where it waits.  What becomes of it?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.durable.figures import DBOS, OURS
from benchmarks.durable.measuring import Run, attempted
from benchmarks.durable.processes import ROOT, Failure
from benchmarks.durable.stores import DEFAULT, NORMAL

ROW = "an edit {} the waiting point"
PLACES = ("before", "beside", "after")
TURMERIC = """
(import workflow :refer :all)
(defn helper [x] (+ x 1))
(defn flow [n]
  (let [a (step "first" (fn [] (helper n)))]
    (let [b (await-event "go")]
      (step "last" (fn [] (list a (* 2 b)))))))
"""
PYTHON = """
from dbos import DBOS
@DBOS.step()
def first(n): return helper(n)
@DBOS.step()
def last(a, b): return [a, 2 * b]
@DBOS.step()
def zeroth(n): return n
def helper(x): return x + 1
@DBOS.workflow()
def flow(n):
    a = first(n)
    b = DBOS.recv("go", timeout_seconds=60)
    return last(a, b)
"""
EDITS = {
    "before": (
        ('(let [a (step "first"', '(let [z (step "zeroth" (fn [] n)) a (step "first"'),
        ("    a = first(n)", "    zeroth(n)\n    a = first(n)"),
    ),
    "beside": (("(+ x 1)", "(+ x 100)"), ("x + 1", "x + 100")),
    "after": (("(* 2 b)", "(* 3 b)"), ("    return last(a, b)", "    return last(a, b + b / 2)")),
}
RIGHT = {"before": [[2, 20]], "beside": [[2, 20]], "after": [[2, 30], [2, 20]]}
"""What may come out: after an edit of what comes after, what the new code gives, or the old."""

OURS_CODE = """
import json, sys
from turmeric import Runtime
from turmeric.durability.instances.service import Rules
url, path, step, id = sys.argv[1:]
said = []
def note(what, how):
    if what == "refused":
        said.append(how["reason"])
r = Runtime(store=url, key=b"k" * 32, note=note)
flow = r.load(path).flow
if step == "start":
    print(r.start(flow, 1, id=id).id)
    r.run_until_idle()
    print(json.dumps(["parked", r.instance(id).checkpoint.wait.name]))
else:
    r.send_event(id, "go", 10)
    r.run_until_idle()
    status = r.instance(id).status
    try:
        print(json.dumps(["done", [*r.result(id)]] if status == "done" else [status, said[-1] if said else ""]))
    except Exception as error:
        print(json.dumps(["failed", str(error)]))
"""
DBOS_CODE = """
import json, os, sys, time
url, path, step, id, version = sys.argv[1:]
sys.path.insert(0, os.path.dirname(path))
from dbos import DBOS, SetWorkflowID
more = {"application_version": version} if version else {}
DBOS(config={"name": "edits", "system_database_url": url, "log_level": "CRITICAL", **more})
from program import flow
DBOS.launch()
if step == "start":
    with SetWorkflowID(id):
        DBOS.start_workflow(flow, 1)
    time.sleep(0.5)
    print(json.dumps(["parked", DBOS.get_workflow_status(id).status]), flush=True)
else:
    DBOS.send(id, 10, "go")
    end = time.time() + 5
    while time.time() < end and DBOS.get_workflow_status(id).status in ("PENDING", "ENQUEUED"):
        time.sleep(0.1)
    found = DBOS.get_workflow_status(id)
    if found.status == "SUCCESS":
        print(json.dumps(["done", found.output]), flush=True)
    else:
        print(json.dumps([found.status, str(found.error or "")]), flush=True)
os._exit(0)
"""


@dataclass(frozen=True)
class Subject:
    """A system with a program, and how a process of it is started."""

    system: str
    python: Path
    code: str
    file: str
    program: str
    url: str
    more: tuple[str, ...] = ()


def edits(run: Run) -> None:
    """Ours on SQLite; DBOS on its default, with the version that it makes of the source, and with one that is kept."""
    for place in PLACES:
        if NORMAL in run.kinds:
            attempted(run, ROW.format(place), NORMAL, OURS, "text", partial(ours, run, place))
        if DEFAULT in run.kinds:
            attempted(run, ROW.format(place), DEFAULT, DBOS, "text", partial(peer, run, place))


def ours(run: Run, place: str) -> None:
    url = run.stores.fresh(NORMAL, OURS)
    subject = Subject(OURS, Path(sys.executable), OURS_CODE, "program.tur", TURMERIC, url)
    run.figures.add(ROW.format(place), NORMAL, OURS, "text", text=edited(run, subject, place))


def peer(run: Run, place: str) -> None:
    found = []
    for version in ("", "1"):
        url = run.stores.fresh(DEFAULT, DBOS)
        subject = Subject(DBOS, run.systems[DBOS].python, DBOS_CODE, "program.py", PYTHON, url, (version,))
        found.append(edited(run, subject, place))
    text = f"{found[0]}; with a fixed version: {found[1]}"
    run.figures.add(ROW.format(place), DEFAULT, DBOS, "text", text=text)


def edited(run: Run, subject: Subject, place: str) -> str:
    """Run to where it waits, edit the program, go on in another process."""
    directory = run.stores.directory / f"edit{next(run.stores.numbers)}"
    directory.mkdir()
    path = directory / subject.file
    path.write_text(subject.program)
    if carried_out(subject, path, "start")[0] != "parked":
        raise Failure("it does not come to where it waits")
    old, new = EDITS[place][subject.system == DBOS]
    assert subject.program.count(old) == 1
    path.write_text(subject.program.replace(old, new))
    return described(*carried_out(subject, path, "go on"), place)


def carried_out(subject: Subject, path: Path, step: str) -> tuple[str, object]:
    """What a process says at its end."""
    words = [str(subject.python), "-c", subject.code, subject.url, str(path), step, "the-order", *subject.more]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, env=env, cwd=path.parent, capture_output=True, text=True, timeout=60)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise Failure((done.stderr.strip().splitlines() or ["it does not say why"])[-1])
    status, value = json.loads(lines[-1])
    return status, value


def described(status: str, value: object, place: str) -> str:
    """What became of it, in words."""
    if status == "done":
        return "goes on" if value in RIGHT[place] else f"goes on, to a wrong result: {value}"
    if value:
        return f"{status}: {' '.join(str(value).split())}"
    return f"{status}, without an error"
