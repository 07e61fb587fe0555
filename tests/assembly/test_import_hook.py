"""`import app.orders` from Python, for a file `app/orders.tur`: each case in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]

FILES = {
    "app/orders.tur": """
        (import app.prices :as p)
        ;;; Process one order.
        (defn process-order [x] (* x (p.price)))
        (defn- hidden [] 1)
        (defmacro twice [x] `(do ~x ~x))
        """,
    "app/prices.tur": "(defn price [] 7)",
    "app/order-lines.tur": "(def lines 3)",
    "app/other.py": "value = 'python'",
    "both.tur": "(def value :turmeric)",
    "both.py": "value = 'python'",
    "broken.tur": "(if)",
    "noisy.tur": '(println "loading")',
    "elsewhere/inner/deep.tur": "(defn f [] :deep)",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return directory


CASES = [
    ("import app.orders; print(app.orders.process_order(6))", "42"),
    ("from app.orders import process_order; print(process_order(6))", "42"),
    ("from app.orders import *; print(process_order(1))", "7"),
    ("from app import orders, prices; print(orders.process_order(1), prices.price())", "7 7"),
    ("import app.orders as o; print(o.__name__, o.__spec__.origin.endswith('app/orders.tur'))", "app.orders True"),
    ("import app.orders as o; print(dir(o), o.__all__)", "['process_order'] ['process_order']"),
    ("import app.order_lines; print(app.order_lines.lines)", "3"),
    ("import app.other; print(app.other.value)", "python"),
    ("import both; print(both.value)", "python"),
    ("import noisy; import noisy; import importlib; importlib.import_module('noisy')", "loading"),
    ("turmeric.install_import_hook(['elsewhere']); import inner.deep; print(inner.deep.f().name)", "deep"),
    ("turmeric.install_import_hook(); turmeric.install_import_hook(); print(len(hooks()))", "1"),
    ("print(isinstance(hooks()[0], type(sys.meta_path[-1])), 'turmeric.assembly' in sys.modules)", "True False"),
    ("import app.other, json; print('turmeric.assembly' in sys.modules)", "False"),
]


def run(text: str, project: Path) -> tuple[str, str]:
    """What a Python program prints, and its stderr, run in the project's directory."""
    lead = "import sys, turmeric\nhooks = lambda: [each for each in sys.meta_path if 'Tur' in type(each).__name__]\n"
    done = subprocess.run(
        [sys.executable, "-c", lead + text],
        capture_output=True,
        encoding="utf-8",
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{project}"},
        timeout=60,
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize(("text", "printed"), CASES)
def test_prints(text: str, printed: str, project: Path) -> None:
    assert run(text, project) == (printed, "")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import app.nothing", "ModuleNotFoundError: No module named 'app.nothing'"),
        ("import app.orders; app.orders.hidden", "AttributeError: the Turmeric module app.orders has no 'hidden'"),
        ("from app.orders import nothing", "ImportError: cannot import name 'nothing' from 'app.orders'"),
        ("import broken", "syntax-error: expected (if test then else), got (if)"),
    ],
)
def test_fails(text: str, error: str, project: Path) -> None:
    printed, reported = run(text, project)
    assert printed == ""
    assert error in reported.splitlines()[-1]


def test_a_module_that_failed_can_be_imported_when_it_is_mended(tmp_path: Path) -> None:
    (tmp_path / "mended.tur").write_text("(def x (throw 1))", encoding="utf-8")
    text = """
try:
    import mended
except turmeric.ProgramError as error:
    print(error.message)
open("mended.tur", "w").write("(def x 2)")
import mended
print(mended.x)
"""
    assert run(text, tmp_path) == ("1\n2", "")
