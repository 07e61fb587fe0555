"""Key rings: which key seals and which opens, where they come from, and that no secret gets out."""

from __future__ import annotations

import base64
import copy
import json
import os
import pickle
import stat
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.durability import seal_vectors as vectors
from turmeric.durability.sealed.keyfiles import add_key, configured, read_ring, remove_key
from turmeric.durability.sealed.keys import Key, KeyRing, hkdf
from turmeric.durability.sealed.keytexts import keys_of, text_of, time_text
from turmeric.running.replacing import replace_file
from turmeric.vocabulary.errors import TurmericError

SECRET = bytes(range(100, 132))
TEXT = base64.urlsafe_b64encode(SECRET).decode()
DAY = 86400


def ring(*keys: Key, now: float = 1000.0) -> KeyRing:
    return KeyRing(keys, clock=lambda: now)


# HKDF -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("secret", "salt", "info", "expected"), vectors.HKDF_SHA_256)
def test_hkdf_as_published(secret: bytes, salt: bytes, info: bytes, expected: str) -> None:
    assert hkdf(secret, info, len(expected) // 2, salt).hex() == expected


def test_each_purpose_has_a_key_of_its_own() -> None:
    """The values are part of the format: with others, old bytes could not be opened."""
    key = Key("k", SECRET)
    assert key.derived("mac").hex() == "c29c6492ed2ee2e85a4bf835c9801075a045b7d04f0af3c7ac6f5127adfad8ad"
    assert key.derived("encrypt").hex() == "1dd1cc8811fddfc4be589e39bb549a2faecd753cf68145dde9d66d42c524a6ca"


# Which key ------------------------------------------------------------------------------------


def test_the_newest_key_seals() -> None:
    old, new, same = Key("old", SECRET, 10), Key("new", SECRET, 20), Key("same", SECRET, 20)
    assert ring(new, old).sealing_key() is new
    assert ring(old, new, same).sealing_key() is same
    assert ring(same, new, old).sealing_key() is new


def test_a_key_of_a_faster_clock_seals() -> None:
    assert ring(Key("k", SECRET, 2000), now=1000.0).sealing_key().id == "k"


def test_expired_opens_and_retired_does_not() -> None:
    key = Key("k", SECRET, 10, expires=50, retires=90)
    assert ring(key, now=49.9).sealing_key() is key
    for now in (50.0, 89.9):
        assert ring(key, now=now).opening_key("k") is key
        assert missing(ring(key, now=now).sealing_key) == (
            "no key to seal with: all keys of the key ring have expired; `tur key new` makes a key"
        )
    assert missing(lambda: ring(key, now=90.0).opening_key("k")) == (
        "these bytes are sealed with the key `k`, which is retired"
    )


def test_retiring_alone_ends_sealing_too() -> None:
    key = Key("k", SECRET, 10, retires=90)
    assert ring(key, now=89.0).sealing_key() is key
    assert missing(ring(key, now=90.0).sealing_key)


def test_an_older_key_that_is_valid_seals_when_the_newest_has_expired() -> None:
    old, new = Key("old", SECRET, 10), Key("new", SECRET, 20, expires=50)
    assert ring(old, new, now=40.0).sealing_key() is new
    assert ring(old, new, now=60.0).sealing_key() is old


def test_unknown_keys() -> None:
    text = missing(lambda: ring(Key("k", SECRET)).opening_key("x"))
    assert text == "these bytes are sealed with the key `x`, which the key ring does not have"
    assert "TURMERIC_KEY_FILE or TURMERIC_KEYS gives it some" in missing(lambda: ring().opening_key("x"))
    assert missing(ring().sealing_key) == "no key to seal with: the key ring has no keys; `tur key new` makes a key"


def missing(action: object) -> str:
    assert callable(action)
    with pytest.raises(TurmericError) as caught:
        action()
    assert caught.value.name == "missing-key"
    return caught.value.message


@pytest.mark.parametrize("id", ["", "a b", "a\n", "é", "k" * 65, "a:b", "`"])
def test_ids_are_plain(id: str) -> None:
    refused(lambda: Key(id, SECRET), "value-error", "a key's id has 1 to 64 letters")


def test_keys_that_make_no_sense() -> None:
    refused(lambda: Key("k", SECRET[1:]), "value-error", "the secret of the key `k` does not have 32 bytes")
    refused(lambda: Key("k", SECRET, 0, expires=9, retires=8), "value-error", "retires before it expires")
    refused(lambda: ring(Key("k", SECRET), Key("k", SECRET)), "value-error", "two keys with the id `k`")


def refused(action: object, name: str, text: str) -> None:
    """The error an action must raise, and no trace of the secret in it."""
    assert callable(action)
    with pytest.raises(TurmericError) as caught:
        action()
    assert caught.value.name == name
    assert text in caught.value.message
    everything = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert TEXT[:12] not in everything and repr(SECRET)[2:20] not in everything


# Secrets stay inside --------------------------------------------------------------------------


def test_no_text_of_a_key_has_its_secret() -> None:
    key = Key("k", SECRET)
    for text in (repr(key), str(key), repr(ring(key)), f"{key}", repr([key]), repr(vars(ring(key)))):
        assert "k" in text
        assert repr(SECRET)[2:20] not in text and TEXT not in text and SECRET.hex() not in text


def test_a_key_is_not_pickled_and_not_copied() -> None:
    for action in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="a key is not pickled"):
            action(Key("k", SECRET))  # type: ignore[operator]


# Texts ----------------------------------------------------------------------------------------


def content(**changes: object) -> dict[str, object]:
    row = {"id": "k", "secret": TEXT, "created": "2026-02-03T10:00:00Z", **changes}
    return {"turmeric-keys": 1, "keys": [{name: value for name, value in row.items() if value != "left out"}]}


def test_text_and_back() -> None:
    keys = [Key("a", SECRET, 10), Key("b", SECRET[::-1], 20, DAY, 2 * DAY)]
    again = keys_of(text_of(keys), "x")
    for key, back in zip(keys, again, strict=True):
        assert (key.id, key.created, key.expires, key.retires) == (back.id, back.created, back.expires, back.retires)
        assert key.exposed() == back.exposed()


@pytest.mark.parametrize("secret", [TEXT, TEXT.rstrip("=")])
def test_a_key_as_people_write_it(secret: str) -> None:
    (key,) = keys_of(json.dumps(content(secret=secret, expires="2027-02-03T10:00:00Z")), "x")
    assert key.exposed() == SECRET
    assert (time_text(key.created), key.retires) == ("2026-02-03T10:00:00Z", None)
    assert key.expires == key.created + 365 * DAY


WRONG = {
    "no JSON": ("{", "should be an object"),
    "a list": ([], "should be an object"),
    "a newer format": ({"turmeric-keys": 2, "keys": []}, 'with "turmeric-keys": 1'),
    "a boolean for the format": ({"turmeric-keys": True, "keys": []}, 'with "turmeric-keys": 1'),
    "no keys": ({"turmeric-keys": 1}, 'a list "keys"'),
    "more fields": ({"turmeric-keys": 1, "keys": [], "x": 1}, "nothing else"),
    "a key that is text": ({"turmeric-keys": 1, "keys": [TEXT]}, "key 1 should have the fields"),
    "a misspelt field": (content(expire="2027-02-03T10:00:00Z"), "key 1 should have the fields"),
    "no secret": (content(secret="left out"), "key 1 should have the fields"),
    "the secret as id": (content(id=TEXT + "=", secret="k"), "the id of key 1"),
    "an id that is a number": (content(id=7), "the id of key 1"),
    "a short secret": (content(secret=TEXT[:-5]), "the secret of the key `k` is not 32 bytes"),
    "a long secret": (content(secret="A" + TEXT), "the secret of the key `k` is not 32 bytes"),
    "spaces in the secret": (content(secret=TEXT[:9] + " " + TEXT[9:]), "the secret of the key `k` is not 32 bytes"),
    "a secret that is no base64url": (content(secret="+" + TEXT[1:]), "the secret of the key `k` is not 32 bytes"),
    "bits after the secret": (content(secret=TEXT[:-2] + "-"), "the secret of the key `k` is not 32 bytes"),
    "a secret that is a number": (content(secret=7), "the secret of the key `k` is not 32 bytes"),
    "no creation": (content(created=None), "`created` of the key `k` is not a time"),
    "an expiry that is no time": (content(expires="soon"), "`expires` of the key `k` is not a time"),
    "an expiry that is a number": (content(expires=0), "`expires` of the key `k` is not a time"),
    "an empty expiry": (content(expires=""), "`expires` of the key `k` is not a time"),
    "a sloppy time": (content(retires="2027-2-3T10:00:00Z"), "`retires` of the key `k` is not a time"),
    "a time without a zone": (content(expires="2027-02-03T10:00:00"), "`expires` of the key `k` is not a time"),
    "a field twice": ('{"turmeric-keys": 1, "keys": [], "keys": []}', "should be an object"),
    "too deep": ("[" * 100_000, "should be an object"),
}


@pytest.mark.parametrize(("wrong", "text"), WRONG.values(), ids=WRONG.keys())
def test_texts_that_are_no_key_ring(wrong: object, text: str) -> None:
    refused(lambda: keys_of(wrong if isinstance(wrong, str) else json.dumps(wrong), "ring.json"), "value-error", text)


@given(text=st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_text_is_a_ring_or_an_error(text: str) -> None:
    try:
        keys_of(text, "x")
    except TurmericError as error:
        assert error.name == "value-error"


# Files ----------------------------------------------------------------------------------------


def test_a_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    before = os.umask(0)
    try:
        add_key(str(path), Key("a", SECRET, 1))
        add_key(str(path), Key("b", SECRET, 2))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(read_ring(str(path)).keys) == ["a", "b"]
    assert os.listdir(path.parent) == ["keys.json"]


def test_a_private_file_is_never_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    synced = os.fsync

    def note(descriptor: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    before = os.umask(0)
    try:
        replace_file(str(tmp_path / "new"), b"x", private=True)
        replace_file(str(tmp_path / "new"), b"y")
    finally:
        os.umask(before)
    assert [mode for mode in modes if mode != stat.S_IMODE(tmp_path.stat().st_mode)] == [0o600, 0o600]
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])
def test_a_file_that_others_can_use_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    add_key(str(path), Key("a", SECRET, 1))
    path.chmod(mode)
    for action in (lambda: read_ring(str(path)), lambda: add_key(str(path), Key("b", SECRET))):
        refused(action, "io-error", f"(its mode is {mode:03o}): chmod 600 {path}")
    path.chmod(0o400)
    assert list(read_ring(str(path)).keys) == ["a"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    add_key(str(path), Key("a", SECRET, 1))
    os.chown(path, 12345, -1)
    refused(lambda: read_ring(str(path)), "io-error", "belongs to another user")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    refused(lambda: read_ring(str(tmp_path / "none")), "io-error", "cannot read the key file")
    refused(lambda: read_ring(str(tmp_path)), "io-error", "the key file")
    os.mkfifo(tmp_path / "pipe", 0o600)
    refused(lambda: read_ring(str(tmp_path / "pipe")), "io-error", "is no regular file")
    refused(lambda: add_key(str(tmp_path / "pipe" / "x"), Key("a", SECRET)), "io-error", "cannot change the key file")
    (tmp_path / "long").write_bytes(b" " * 1024 * 1024 + b" ")
    (tmp_path / "latin").write_bytes(b'{"\xe9"')
    for name in ("long", "latin"):
        (tmp_path / name).chmod(0o600)
    refused(lambda: read_ring(str(tmp_path / "long")), "value-error", "too long for a key file")
    refused(lambda: read_ring(str(tmp_path / "latin")), "value-error", "is no key ring")


def test_an_id_is_used_once(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.json")
    add_key(path, Key("a", SECRET, 1))
    refused(lambda: add_key(path, Key("a", SECRET, 2)), "value-error", "two keys with the id `a`")
    assert read_ring(path).keys["a"].created == 1


def test_keys_added_at_the_same_time_are_all_there(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.json")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add_key(path, Key(f"k{number}", SECRET)), range(24)))
    assert len(read_ring(path).keys) == 24


def test_removing(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.json")
    add_key(path, Key("a", SECRET, 1))
    add_key(path, Key("b", SECRET, 2))
    remove_key(path, "a")
    assert list(read_ring(path).keys) == ["b"]
    assert missing(lambda: remove_key(path, "a")) == f"{path} has no key `a`"


# What is configured ---------------------------------------------------------------------------


def test_the_environment_and_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "turmeric" / "keys.json")
    settings = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert list(configured(settings).keys) == []
    add_key(path, Key("in-file", SECRET))
    assert list(configured(settings).keys) == ["in-file"]
    other = str(tmp_path / "other.json")
    named = {**settings, "TURMERIC_KEY_FILE": other}
    refused(lambda: configured(named), "io-error", f"cannot read the key file {other}: No such file")
    add_key(other, Key("other", SECRET))
    assert list(configured(named).keys) == ["other"]
    direct = {**settings, "TURMERIC_KEYS": text_of([Key("direct", SECRET)]), "TURMERIC_KEY_FILE": ""}
    assert list(configured(direct).keys) == ["direct"]
    assert list(configured({**named, "TURMERIC_KEYS": ""}).keys) == ["other"]
    refused(lambda: configured({**direct, **named}), "value-error", "both TURMERIC_KEYS and TURMERIC_KEY_FILE are set")
    refused(lambda: configured({"TURMERIC_KEYS": TEXT}), "value-error", "TURMERIC_KEYS is no key ring")


def test_the_clock_is_passed_on(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.json")
    add_key(path, Key("k", SECRET, 10, expires=50))
    settings = {"TURMERIC_KEY_FILE": path}
    assert configured(settings, lambda: 49.0).sealing_key().id == "k"
    assert missing(configured(settings, lambda: 50.0).sealing_key)
