"""COSE_Mac0 and COSE_Encrypt0: the published vectors, and nothing but the exact shape is accepted."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import cbor2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.durability import seal_vectors as vectors
from turmeric.durability.format.items import BYTES, Reader, byte_string, head
from turmeric.durability.sealed import cose
from turmeric.vocabulary.errors import TurmericError

KEY = bytes(range(32))
NONCE = bytes(12)


def refused(action: Callable[[], object]) -> str:
    """The message of the corrupt-data that an action must raise."""
    with pytest.raises(TurmericError) as caught:
        action()
    assert caught.value.name == "corrupt-data"
    return caught.value.message


# Published vectors ----------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "data", "expected"), vectors.HMAC_SHA_256)
def test_hmac(key: bytes, data: bytes, expected: str) -> None:
    assert hmac.digest(key, data, "sha256").hex() == hmac.new(key, data, "sha256").hexdigest() == expected


def test_mac0_as_published() -> None:
    published = bytes.fromhex(vectors.MAC0_PASS)
    assert cose.mac0(vectors.CONTENT, vectors.MAC_KEY, None) == published
    assert cose.opened(cose.parse(published), vectors.MAC_KEY) == vectors.CONTENT


@pytest.mark.parametrize(("protected", "external", "expected"), vectors.MAC0_INPUTS)
def test_what_a_mac_is_made_over(protected: str, external: bytes, expected: str) -> None:
    made = cose.authenticated("MAC0", bytes.fromhex(protected), external) + byte_string(vectors.CONTENT)
    assert made == bytes.fromhex(expected)


def test_mac_with_external_data_as_published() -> None:
    _, external, _ = vectors.MAC0_INPUTS[1]
    assert cose.mac(b"", external, vectors.CONTENT, vectors.MAC_KEY).hex().upper() == vectors.MAC0_EXTERNAL_TAG


@pytest.mark.parametrize("text", [*vectors.MAC0_FAIL.values(), *vectors.MAC0_OTHER.values()])
def test_mac0_that_is_refused(text: str) -> None:
    refused(lambda: cose.opened(cose.parse(bytes.fromhex(text)), vectors.MAC_KEY))


def test_encrypt0_as_published() -> None:
    published = bytes.fromhex(vectors.ENCRYPT0_PASS)
    assert cose.encrypt0(vectors.CONTENT, vectors.ENCRYPTION_KEY, None, vectors.ENCRYPTION_NONCE) == published
    assert cose.opened(cose.parse(published), vectors.ENCRYPTION_KEY) == vectors.CONTENT


@pytest.mark.parametrize(("protected", "external", "expected"), vectors.ENCRYPT0_INPUTS)
def test_what_an_encryption_authenticates(protected: str, external: bytes, expected: str) -> None:
    assert cose.authenticated("Encrypt0", bytes.fromhex(protected), external) == bytes.fromhex(expected)


@pytest.mark.parametrize("text", vectors.ENCRYPT0_OTHER.values())
@pytest.mark.parametrize("key", [vectors.ENCRYPTION_KEY, vectors.MAC_KEY[:16]])
def test_encrypt0_that_is_refused(text: str, key: bytes) -> None:
    refused(lambda: cose.opened(cose.parse(bytes.fromhex(text)), key))


# The shape ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1])
def test_heads_are_those_of_deterministic_cbor(number: int) -> None:
    assert head(0, number) == cbor2.dumps(number, canonical=True)
    reader = Reader(head(0, number))
    assert reader.head(0) == number
    reader.end()


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65535, 65536])
def test_any_cbor_reader_reads_what_is_made(length: int) -> None:
    payload = bytes(length)
    tag = cbor2.loads(cose.mac0(payload, KEY, b"key-1"))
    assert (tag.tag, tag.value[1], tag.value[2]) == (17, {}, payload)
    assert cbor2.loads(tag.value[0]) == {1: 5, 4: b"key-1"}
    tag = cbor2.loads(cose.encrypt0(payload, KEY, b"key-1", NONCE))
    assert (tag.tag, tag.value[1], len(tag.value[2])) == (16, {5: NONCE}, length + 16)
    assert cbor2.loads(tag.value[0]) == {1: 3, 4: b"key-1"}


def message(
    tag: bytes = b"\xd1", start: bytes = b"\x84", protected: bytes = b"\xa2\x01\x05\x04\x41k",
    unprotected: bytes = b"\xa0", payload: bytes = b"\x43abc", mac: bytes = b"\x58\x20" + bytes(32), rest: bytes = b"",
) -> bytes:  # fmt: skip
    """A COSE_Mac0 with some of its parts replaced."""
    return tag + start + byte_string(protected) + unprotected + payload + mac + rest


MALFORMED = {
    "trailing bytes": message(rest=b"\0"),
    "a long tag": message(tag=b"\xd8\x11"),
    "no tag": message(tag=b""),
    "the tag twice": message(tag=b"\xd1\xd1"),
    "self-described": message(tag=b"\xd9\xd9\xf7\xd1"),
    "an indefinite array": message(start=b"\x9f", rest=b"\xff"),
    "a long array head": message(start=b"\x98\x04"),
    "five parts": message(start=b"\x85", rest=b"\0"),
    "three parts": message(start=b"\x83", mac=b""),
    "an indefinite header": message(protected=b"\xbf\x01\x05\x04\x41k\xff"),
    "a header twice": message(protected=b"\xa2\x01\x05\x01\x05"),
    "headers in another order": message(protected=b"\xa2\x04\x41k\x01\x05"),
    "a header more": message(protected=b"\xa3\x01\x05\x03\x00\x04\x41k"),
    "no headers": message(protected=b"\xa0"),
    "an empty header": message(protected=b""),
    "something after the header": message(protected=b"\xa2\x01\x05\x04\x41k\x00"),
    "a long label": message(protected=b"\xa2\x18\x01\x05\x04\x41k"),
    "a long algorithm": message(protected=b"\xa2\x01\x18\x05\x04\x41k"),
    "critical headers": message(protected=b"\xa2\x01\x05\x02\x81\x04"),
    "a key id that is text": message(protected=b"\xa2\x01\x05\x04\x61k"),
    "an empty key id": message(protected=b"\xa2\x01\x05\x04\x40"),
    "a long key id": message(protected=b"\xa2\x01\x05\x04\x58\x41" + b"k" * 65),
    "an unprotected header": message(unprotected=b"\xa1\x04\x41k"),
    "an unprotected list": message(unprotected=b"\x80"),
    "a detached payload": message(payload=b"\xf6"),
    "a text payload": message(payload=b"\x63abc"),
    "a payload in chunks": message(payload=b"\x5f\x43abc\xff"),
    "a long payload head": message(payload=b"\x58\x03abc"),
    "a payload of 2**64 - 1 bytes": message(payload=b"\x5b" + b"\xff" * 8),
    "a payload of 4 GB": message(payload=b"\x5a" + b"\xff" * 4),
    "a short MAC": message(mac=b"\x48" + bytes(8)),
    "no MAC": message(mac=b"\x40"),
    "a long MAC": message(mac=b"\x58\x21" + bytes(33)),
    "another algorithm": message(protected=b"\xa2\x01\x04\x04\x41k"),
    "the algorithm of the other form": message(protected=b"\xa2\x01\x03\x04\x41k"),
    "a nonce": message(unprotected=b"\xa1\x05\x4c" + bytes(12)),
    "nothing": b"",
}


def test_the_sample_has_the_right_shape() -> None:
    assert cose.parse(message()).key_id == b"k"


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_exactly_of_the_shape_is_refused(data: bytes) -> None:
    assert "seal" in refused(lambda: cose.parse(data))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary(max_size=70) | st.text(max_size=8) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers() | st.binary(), inner, max_size=3),
    max_leaves=6,
)
ALGORITHMS = st.sampled_from([3, 4, 5, -7])
PROTECTED = st.fixed_dictionaries({}, optional={1: ALGORITHMS | ANY, 4: st.binary(max_size=66) | ANY})
ALMOST = st.builds(
    lambda tag, protected, parts, canonical: cbor2.dumps(
        cbor2.CBORTag(tag, [cbor2.dumps(protected, canonical=canonical), *parts]), canonical=canonical
    ),
    st.sampled_from([16, 17, 18]),
    PROTECTED,
    st.lists(st.just({}) | st.just({5: NONCE}) | st.just(bytes(32)) | ANY, max_size=4),
    st.booleans(),
)


@settings(max_examples=500, deadline=None)
@given(data=st.binary(max_size=200) | ALMOST | st.binary(max_size=60).map(lambda rest: message()[:-40] + rest))
@example(data=b"\xd1\x84\x5b\x7f" + b"\xff" * 7)
def test_only_the_declared_error_escapes(data: bytes) -> None:
    """Whatever the bytes; and what is accepted is what would be written."""
    try:
        sealed = cose.parse(data)
        cose.opened(sealed, KEY)
    except TurmericError as error:
        assert error.name == "corrupt-data"
    else:
        raise AssertionError("these bytes were never sealed")


@settings(max_examples=200, deadline=None)
@given(
    payload=st.binary(max_size=300),
    key_id=st.none() | st.binary(min_size=1, max_size=64),
    context=st.binary(max_size=40),
    encrypt=st.booleans(),
)
def test_round_trip(payload: bytes, key_id: bytes | None, context: bytes, encrypt: bool) -> None:
    made = cose.encrypt0(payload, KEY, key_id, NONCE, context) if encrypt else cose.mac0(payload, KEY, key_id, context)
    sealed = cose.parse(made)
    assert sealed.key_id == key_id
    assert cose.opened(sealed, KEY, context) == payload
    refused(lambda: cose.opened(sealed, KEY, context + b"x"))
    refused(lambda: cose.opened(sealed, KEY[::-1], context))


def test_the_mac_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(a: bytes, b: bytes) -> bool:
        compared.extend((a, b))
        return True

    monkeypatch.setattr(cose.hmac, "compare_digest", compare)
    assert cose.opened(cose.parse(message()), KEY) == b"abc"
    assert compared[1] == bytes(32)


def test_too_much_to_encrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cose, "ENCRYPTED_LIMIT", 3)
    assert cose.encrypt0(b"abc", KEY, None, NONCE)
    with pytest.raises(TurmericError, match="4 bytes are too many to encrypt") as caught:
        cose.encrypt0(b"abcd", KEY, None, NONCE)
    assert caught.value.name == "value-error"


def test_a_length_is_checked_before_anything_is_taken() -> None:
    reader = Reader(head(BYTES, 2**40) + b"abc")
    refused(lambda: reader.bytes(0, 2**62))
