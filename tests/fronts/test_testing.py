"""`tur test`: which files it finds, what it prints, the exit status."""

from __future__ import annotations

from pathlib import Path

from commandline import tur

IMPORT = "(import test :refer [deftest is])\n"
GOOD = IMPORT + "(deftest sums (is (= 4 (+ 2 2))))\n"
BAD = IMPORT + "(deftest sums (is (= 5 (+ 2 2))))\n"


def write(directory: Path, **files: str) -> None:
    for name, text in files.items():
        path = directory / (name.replace("__", "/") + ".tur")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_finds_test_files_below_a_directory(tmp_path: Path) -> None:
    write(tmp_path, test_b=GOOD, a_test=GOOD, inner__c_test=GOOD, other=BAD, testing=BAD)
    summary = "1 test, 1 check passed, 0 failed, 0 errors"
    files = ["a_test.tur", "test_b.tur", "inner/c_test.tur"]
    printed = "".join(f"{file}\n{summary}\n" for file in files)
    assert tur("test", cwd=tmp_path) == (0, printed, "")
    assert tur("test", "inner", cwd=tmp_path) == (0, f"inner/c_test.tur\n{summary}\n", "")


def test_a_file_by_name_needs_no_pattern(tmp_path: Path) -> None:
    write(tmp_path, laws=GOOD)
    assert tur("test", "laws.tur", cwd=tmp_path)[0] == 0


def test_a_failure_gives_status_1_and_the_others_still_run(tmp_path: Path) -> None:
    write(tmp_path, a_test=BAD, b_test=GOOD)
    status, printed, error = tur("test", cwd=tmp_path)
    assert (status, error) == (1, "")
    assert "FAIL a_test.sums (a_test.tur:2:19)\n  expected: (= 5 (+ 2 2))\n" in printed
    assert printed.endswith("b_test.tur\n1 test, 1 check passed, 0 failed, 0 errors\n")


def test_a_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    write(tmp_path, a_test="(import test)\n(nth [] 0)\n", b_test=GOOD)
    status, printed, error = tur("test", cwd=tmp_path)
    assert status == 1
    assert error.startswith("index-error: ")
    assert printed.endswith("b_test.tur\n1 test, 1 check passed, 0 failed, 0 errors\n")


def test_nothing_to_test(tmp_path: Path) -> None:
    message = "tur: no test files (test_*.tur or *_test.tur) there\n"
    assert tur("test", cwd=tmp_path) == (1, "", message)
    write(tmp_path, a_test="1")
    assert tur("test", cwd=tmp_path) == (1, "a_test.tur\n", "it does not import `test`: no tests\n")


def test_modules_beside_the_tests(tmp_path: Path) -> None:
    write(
        tmp_path,
        app__orders="(defn total [] 42)",
        app__orders_test=f"{IMPORT}(import app.orders)\n(deftest total (is (= 42 (app.orders.total))))",
    )
    assert tur("test", cwd=tmp_path)[0] == 0


def test_round_trip_mode(tmp_path: Path) -> None:
    write(tmp_path, a_test=GOOD)
    assert tur("test", "--mode", "roundtrip", cwd=tmp_path)[0] == 0
