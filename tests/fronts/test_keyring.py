"""`tur key`, and sealed files for `tur resume` and `tur inspect`."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from commandline import tur

PROGRAM = """
(defn ask [question]
  (cloneable-shift [k] (write-file "ask.bin" (seal (serialize k) :encrypt (= question "secret?"))) (println question)))
(defn main [args] (str "got " (ask (first args))))
"""


def secrets_in(path: Path) -> list[str]:
    return [row["secret"] for row in json.loads(path.read_text())["keys"]]


def test_new_list_remove(tmp_path: Path) -> None:
    status, first, error = tur("key", "new", "--file", "keys.json", "--expires", "90", "--retires=120", cwd=tmp_path)
    assert (status, error) == (0, "")
    assert re.fullmatch(
        r"keys\.json: new key \d{4}-\d\d-\d\d-[0-9a-f]{6}, created [\d-]{10}, expires [\d-]{10}, retires [\d-]{10}\n",
        first,
    )
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    status, second, _ = tur("key", "new", "--id", "two", cwd=tmp_path, TURMERIC_KEY_FILE="keys.json")
    assert second.startswith("keys.json: new key two, created ") and second.endswith(", never expires\n")
    status, listed, _ = tur("key", "list", "--file", "keys.json", cwd=tmp_path)
    lines = listed.splitlines()
    assert lines[0] == "keys.json: 2 keys"
    assert [line.split()[1] for line in lines[1:]] == ["opens", "seals"]
    secrets = secrets_in(tmp_path / "keys.json")
    assert len(set(secrets)) == 2 and all(len(secret) == 43 for secret in secrets)
    assert not any(secret in text for secret in secrets for text in (first, second, listed))
    assert tur("key", "remove", "two", "--file=keys.json", cwd=tmp_path)[0] == 0
    assert tur("key", "list", "--file", "keys.json", cwd=tmp_path)[1].startswith("keys.json: 1 key\n")


def test_new_goes_to_the_usual_place(tmp_path: Path) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert tur("key", "list", **home) == (0, "this process: 0 keys\n", "")
    path = tmp_path / "turmeric" / "keys.json"
    assert tur("key", "new", **home)[1].startswith(f"{path}: new key ")
    assert tur("-e", '(unseal (seal #b"x"))', **home) == (0, '#b"x"\n', "")
    content = path.read_text()
    assert tur("key", "list", TURMERIC_KEYS=content)[1].startswith("TURMERIC_KEYS: 1 key\n")
    assert tur("-e", '(unseal (seal #b"x"))', TURMERIC_KEYS=content) == (0, '#b"x"\n', "")


def test_expired_and_retired_keys_are_listed_as_such(tmp_path: Path) -> None:
    assert tur("key", "new", "--file", "keys.json", "--id", "k", cwd=tmp_path)[0] == 0
    path = tmp_path / "keys.json"
    content = json.loads(path.read_text())
    content["keys"][0].update(created="2020-01-01T00:00:00Z", expires="2020-02-01T00:00:00Z")
    path.write_text(json.dumps(content))
    listed = tur("key", "list", "--file", "keys.json", cwd=tmp_path)[1]
    assert listed == "keys.json: 1 key\n  k  opens     created 2020-01-01, expires 2020-02-01\n"
    content["keys"][0].update(retires="2020-03-01T00:00:00Z")
    path.write_text(json.dumps(content))
    assert "  k  not used  created" in tur("key", "list", "--file", "keys.json", cwd=tmp_path)[1]
    status, _, error = tur("-e", '(seal #b"x")', cwd=tmp_path, TURMERIC_KEY_FILE="keys.json")
    assert (status, error.splitlines()[0]) == (
        1, "missing-key: no key to seal with: all keys of keys.json have expired; `tur key new` makes a key",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["key"], "`key` needs `new`, `list` or `remove`"),
        (["key", "make"], "`key` needs `new`, `list` or `remove`"),
        (["key", "new", "k"], "`key new` takes no operands"),
        (["key", "remove"], "`key remove` takes the id of a key"),
        (["key", "list", "--expires", "3"], "`key list` has no option --expires"),
        (["key", "new", "--expires", "0"], "--expires is a number of days from 1 to 36500, not `0`"),
        (["key", "new", "--expires", "soon"], "--expires is a number of days from 1 to 36500, not `soon`"),
        (["key", "new", "--retires", "9" * 5000], "--retires is a number of days"),
        (["key", "new", "--retires"], "--retires needs a number of days"),
        (["resume", "x", "--file", "y"], "`resume` has no option --file"),
    ],
)
def test_wrong_command_lines(words: list[str], message: str, tmp_path: Path) -> None:
    status, printed, error = tur(*words, cwd=tmp_path, TURMERIC_KEY_FILE="keys.json")
    assert (status, printed) == (2, "")
    assert error.startswith(f"tur: {message}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_changed_while_the_environment_has_the_keys(tmp_path: Path) -> None:
    status, _, error = tur("key", "new", cwd=tmp_path, TURMERIC_KEYS="x")
    assert (status, error.splitlines()[0]) == (
        2,
        "tur: the keys come from TURMERIC_KEYS; --file says which file to change",
    )


def test_a_key_file_for_all_is_refused(tmp_path: Path) -> None:
    assert tur("key", "new", "--file", "keys.json", cwd=tmp_path)[0] == 0
    (tmp_path / "keys.json").chmod(0o644)
    for words in (["key", "list"], ["key", "new"], ["-e", '(seal #b"x")']):
        status, printed, error = tur(*words, cwd=tmp_path, TURMERIC_KEY_FILE="keys.json")
        assert (status, printed) == (1, "")
        assert "io-error: the key file keys.json can be used by others than its owner (its mode is 644)" in error
        assert "chmod 600 keys.json" in error


@pytest.mark.parametrize(
    ("question", "algorithm"), [("name?", "HMAC 256/256"), ("secret?", "AES-256-GCM")]
)  # fmt: skip
def test_sealed_files(question: str, algorithm: str, tmp_path: Path) -> None:
    (tmp_path / "ask.tur").write_text(PROGRAM)
    keys = {"TURMERIC_KEY_FILE": "keys.json"}
    assert tur("key", "new", "--id", "k1", cwd=tmp_path, **keys)[0] == 0
    assert tur("ask.tur", question, cwd=tmp_path, **keys) == (0, question + "\n", "")
    assert tur("resume", "ask.bin", "7", cwd=tmp_path, **keys) == (0, '"got 7"\n', "")
    status, shown, _ = tur("inspect", "ask.bin", cwd=tmp_path, **keys)
    assert f"sealed with the key k1 ({algorithm}); the seal holds\n" in shown
    assert json.loads(tur("inspect", "ask.bin", "--json", cwd=tmp_path, **keys)[1])["sealed"] == {
        "key": "k1", "algorithm": algorithm,
    }  # fmt: skip
    for command in ("resume", "inspect"):
        assert tur(command, "ask.bin", cwd=tmp_path) == (
            1, "", "missing-key: these bytes are sealed with the key `k1`, and this process has no keys; "
            "TURMERIC_KEY_FILE or TURMERIC_KEYS gives it some\n",
        )  # fmt: skip
        status, printed, error = tur(command, "ask.bin", cwd=tmp_path, TURMERIC_KEY_FILE="other.json")
        assert (status, printed, error) == (
            1, "", "io-error: cannot read the key file other.json: No such file or directory\n",
        )  # fmt: skip


def test_a_file_without_a_seal_says_so(tmp_path: Path) -> None:
    assert tur("-e", '(write-file "x.bin" (serialize 1))', cwd=tmp_path)[0] == 0
    shown = tur("inspect", "x.bin", "--json", cwd=tmp_path)[1]
    assert json.loads(shown)["sealed"] is None
