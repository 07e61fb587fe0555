"""Sealed bytes: only who has the key makes them, and no decoder sees what was not sealed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import turmeric
from turmeric.durability.format.items import byte_string
from turmeric.durability.sealed import cose, sealing
from turmeric.durability.sealed.keyfiles import add_key
from turmeric.durability.sealed.keys import Key, KeyRing
from turmeric.durability.sealed.sealing import described, is_sealed, open_sealed, seal
from turmeric.fronts.command import main
from turmeric.vocabulary.errors import DataError, TurmericError

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
RING = KeyRing([Key("first", FIRST, 10, expires=500), Key("second", SECOND, 5)], clock=lambda: 100.0)
SAVED = b"\xd9\xd9\xf7 what is saved, as far as a seal knows"


def error_of(action: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        action()
    return caught.value.name, caught.value.message


def refused(data: bytes, ring: KeyRing = RING, **how: bytes) -> str:
    """The message of the corrupt-data that opening must raise."""
    name, message = error_of(lambda: open_sealed(data, ring, **how))  # type: ignore[arg-type]
    assert name == "corrupt-data"
    return message


@settings(deadline=None)
@given(data=st.binary(max_size=300), encrypt=st.booleans(), context=st.binary(max_size=20))
def test_round_trip(data: bytes, encrypt: bool, context: bytes) -> None:
    sealed = seal(data, RING, encrypt=encrypt, context=context)
    assert is_sealed(sealed)
    assert open_sealed(sealed, RING, context=context) == data
    assert described(sealed) == {"key": "first", "algorithm": "AES-256-GCM" if encrypt else "HMAC 256/256"}
    assert len(data) < 8 or (data in sealed) is not encrypt


def test_the_bytes_of_a_seal_are_the_same_each_time_and_those_of_an_encryption_are_not() -> None:
    assert seal(SAVED, RING) == seal(SAVED, RING)
    assert seal(SAVED, RING, encrypt=True) != seal(SAVED, RING, encrypt=True)


def test_bytes_sealed_by_an_earlier_release_are_opened() -> None:
    """These may never change."""
    old = bytes.fromhex(
        "d1844aa2010504456669727374a04573617665645820b4b686b54d22c37826bbc49cb83be716eb57498eb1a1d4e2ae3e295607cdc063"
    )
    assert seal(b"saved", RING) == old and open_sealed(old, RING) == b"saved"
    encrypted = bytes.fromhex(
        "d0834aa2010304456669727374a1054c000000000000000000000000554ea37448e8b0ddd9385db89a716a8a1e14bb203415"
    )
    assert seal(b"saved", RING, encrypt=True, context=b"row 7", randomness=bytes) == encrypted
    assert open_sealed(encrypted, RING, context=b"row 7") == b"saved"


@pytest.mark.parametrize("encrypt", [False, True])
def test_no_flipped_bit_and_no_truncation_is_opened(encrypt: bool) -> None:
    data = seal(SAVED, RING, encrypt=encrypt)
    broken = [data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8)]
    broken += [data[:length] for length in range(len(data))]
    broken += [data + b"\0", b"\0" + data, data + data]
    for each in broken:
        name, message = error_of(lambda each=each: open_sealed(each, RING))  # type: ignore[misc]
        assert name == "corrupt-data" or (name == "missing-key" and "which the key ring does not have" in message)


@settings(max_examples=500, deadline=None)
@given(data=st.data(), encrypt=st.booleans())
def test_only_the_declared_errors_escape(data: st.DataObject, encrypt: bool) -> None:
    """Several bytes changed, taken out and put in."""
    made = bytearray(seal(SAVED, RING, encrypt=encrypt))
    original = bytes(made)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(made) - 1))
        made[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not made:
            break
    try:
        assert open_sealed(bytes(made), RING) == SAVED and bytes(made) == original
    except TurmericError as error:
        assert error.name in ("corrupt-data", "missing-key")


# Tampering ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encrypt", [False, True])
def test_another_key_id_of_the_ring(encrypt: bool) -> None:
    """Even if both ids stood for one secret."""
    data = seal(SAVED, RING, encrypt=encrypt)
    algorithm = cose.AES_256_GCM if encrypt else cose.HMAC_256
    mine, other = (byte_string(cose.protected_header(algorithm, name)) for name in (b"first", b"second"))
    swapped = data.replace(mine, other)
    assert cose.parse(swapped).key_id == b"second"
    for ring in (RING, KeyRing([Key("first", FIRST), Key("second", FIRST)])):
        assert refused(swapped, ring).startswith("the seal does not hold")


def test_a_key_id_that_could_not_be_one() -> None:
    for name in (None, b"a\n\x1b[2J", "é".encode(), b"`"):
        assert refused(cose.mac0(SAVED, FIRST, name)) == "the seal does not name its key"


def test_weaker_algorithms_and_the_other_form() -> None:
    data = seal(SAVED, RING)
    for algorithm in (0, 1, 3, 4, 6, 7, 14, 15, 23):
        other = data.replace(b"\xa2\x01\x05", bytes([0xA2, 1, algorithm]), 1)
        assert "is not accepted here" in refused(other)
    encrypted = seal(SAVED, RING, encrypt=True)
    for algorithm in (0, 1, 2, 5, 10, 24 - 1):
        assert "is not accepted here" in refused(encrypted.replace(b"\xa2\x01\x03", bytes([0xA2, 1, algorithm]), 1))


def test_the_key_of_one_purpose_does_not_serve_the_other() -> None:
    key = RING.keys["first"]
    assert refused(cose.mac0(SAVED, key.derived("encrypt"), b"first")).startswith("the seal does not hold")
    wrong = cose.encrypt0(SAVED, key.derived("mac"), b"first", bytes(12))
    assert refused(wrong).startswith("the seal does not hold")


@pytest.mark.parametrize("encrypt", [False, True])
def test_wrong_secret_wrong_context(encrypt: bool) -> None:
    data = seal(SAVED, RING, encrypt=encrypt, context=b"row 7")
    other = KeyRing([Key("first", SECOND)])
    for ring, context in ((other, b"row 7"), (RING, b"row 8"), (RING, b"")):
        assert refused(data, ring, context=context) == (
            "the seal does not hold: the bytes were changed, or sealed with another key or for another context"
        )


def test_what_is_not_sealed() -> None:
    assert refused(SAVED) == "these bytes are not sealed"
    assert refused(b"") == "these bytes are not sealed, or their seal is damaged (at byte 0)"


def test_length_is_limited_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    data = seal(SAVED, RING)
    assert open_sealed(data, RING, limit=len(data)) == SAVED
    monkeypatch.setattr(sealing.cose, "parse", lambda data: pytest.fail("parsed"))
    name, message = error_of(lambda: open_sealed(data, RING, limit=len(data) - 1))
    assert (name, "at most" in message) == ("corrupt-data", True)
    assert refused(bytes(sealing.LIMIT + 1)).startswith("the sealed bytes are 67108865 bytes long")


# Keys over time -------------------------------------------------------------------------------


def test_rotation() -> None:
    now = [100.0]
    old, new = Key("old", FIRST, 1, expires=200, retires=300), Key("new", SECOND, 150)
    before = KeyRing([old], clock=lambda: now[0])
    after = KeyRing([old, new], clock=lambda: now[0])
    data = seal(SAVED, before)
    assert described(seal(SAVED, after))["key"] == "new"
    now[0] = 250.0
    assert open_sealed(data, after) == SAVED
    assert error_of(lambda: seal(SAVED, before))[0] == "missing-key"
    now[0] = 300.0
    assert error_of(lambda: open_sealed(data, after)) == (
        "missing-key", "these bytes are sealed with the key `old`, which is retired",
    )  # fmt: skip
    removed = error_of(lambda: open_sealed(data, KeyRing([new])))
    assert removed == ("missing-key", "these bytes are sealed with the key `old`, which the key ring does not have")


# Without cryptography -------------------------------------------------------------------------


def test_encryption_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    encrypted = seal(SAVED, RING, encrypt=True)
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for action in (lambda: seal(SAVED, RING, encrypt=True), lambda: open_sealed(encrypted, RING)):
        with pytest.raises(TurmericError, match=r"pip install turmeric\[crypto\]") as caught:
            action()
        assert caught.value.name == "python-error"
    assert open_sealed(seal(SAVED, RING), RING) == SAVED


# In the language ------------------------------------------------------------------------------


@pytest.fixture
def runtime() -> Iterator[turmeric.Runtime]:
    with turmeric.Runtime([], keys=RING) as runtime:
        yield runtime


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(deserialize (unseal (seal (serialize [1 2]))))", "[1 2]"),
        ('(deserialize (unseal (seal (serialize [1 2]) :encrypt true :context "é") :context "é"))', "[1 2]"),
        ('(= (seal #b"x") (seal #b"x" :encrypt false :context ""))', "true"),
        ('(= (seal #b"x" :encrypt nil) (seal #b"x"))', "true"),
        ('(resume (deserialize (unseal (seal (serialize (reset (+ 1 (cloneable-shift [k] k))))))) 41)', "42"),
        ('(try (unseal (seal #b"x" :context "a") :context "b") (catch [e : corrupt-data] :refused))', ":refused"),
        ('(try (unseal (serialize 1)) (catch [e : corrupt-data] e.message))', '"these bytes are not sealed"'),
        ("(try (deserialize (seal (serialize 1))) (catch [e : corrupt-data] (includes? e.message \"(unseal bytes)\")))",
         "true"),
        ('(try (seal #b"x" :encrypted true) (catch [e : arity-error] e.message))',
         '"seal has no keyword :encrypted; did you mean :encrypt?"'),
        ('(try (seal "x") (catch [e : type-error] :refused))', ":refused"),
        ('(try (seal #b"x" :context 1) (catch [e : type-error] :refused))', ":refused"),
    ],
)  # fmt: skip
def test_in_the_language(text: str, value: str, runtime: turmeric.Runtime) -> None:
    assert runtime.eval(f"(= {value} {text})") is True, runtime.eval(text)


def test_in_python(runtime: turmeric.Runtime) -> None:
    data = runtime.seal(runtime.serialize(7), encrypt=True, context=b"row 7")
    assert runtime.deserialize(runtime.unseal(data, context=b"row 7")) == 7
    with pytest.raises(DataError, match="the seal does not hold"):
        runtime.unseal(data, context=b"row 8")
    with pytest.raises(DataError, match="at most 9 are accepted"):
        runtime.unseal(data, context=b"row 7", limit=9)


def test_a_lone_surrogate_is_no_context(runtime: turmeric.Runtime) -> None:
    for name in ("seal", "unseal"):
        with pytest.raises(TurmericError, match="half a surrogate pair, at index 1") as caught:
            runtime.call(runtime.eval(name), b"x", context="x\ud800")
        assert caught.value.name == "value-error"


# No decoder before the seal -------------------------------------------------------------------

DURABILITY = str(Path(sealing.__file__).parents[1])
BEFORE = {"cose.py", "items.py", "keys.py", "keytexts.py", "keyfiles.py", "sealing.py", "primitives.py"}
"""What may run before the seal was found right."""


def decoders_called(action: Callable[[], object]) -> set[str]:
    """The modules of `durability`, and of CBOR, of which a function was called."""
    called: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(DURABILITY) and frame.f_code.co_name != "<module>":
            called.add(Path(path).name)
        elif event == "c_call" and str(getattr(argument, "__module__", "")).startswith("cbor2"):
            called.add("cbor2")

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return called - BEFORE


@pytest.mark.parametrize("command", ["resume", "inspect"])
def test_no_decoder_is_called_before_the_seal_holds(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TURMERIC_KEYS", raising=False)
    monkeypatch.setenv("TURMERIC_KEY_FILE", "keys.json")
    add_key("keys.json", Key("first", FIRST))
    with turmeric.Runtime([], keys=RING) as runtime:
        data = runtime.eval("(reset (* 2 (cloneable-shift [k] (seal (serialize k)))))")
    (tmp_path / "good.bin").write_bytes(data)
    (tmp_path / "bad.bin").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    (tmp_path / "lost.bin").write_bytes(data.replace(b"first", b"other"))
    good = decoders_called(lambda: main([command, "good.bin"]))
    assert {"wire.py", "cbor2"} <= good
    capfd.readouterr()
    for name, message in (
        ("bad.bin", "corrupt-data: the seal does not hold"),
        ("lost.bin", "missing-key: these bytes"),
    ):
        assert decoders_called(lambda name=name: main([command, name])) == set()  # type: ignore[misc]
        assert capfd.readouterr().err.startswith(message)
