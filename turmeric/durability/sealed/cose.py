"""Sealed bytes: COSE_Mac0 and COSE_Encrypt0 (RFC 9052, algorithms of RFC 9053), one strict profile.

    COSE_Mac0      17([ h'{1: 5, ? 4: key id}', {},          payload,    tag ])   HMAC 256/256
    COSE_Encrypt0  16([ h'{1: 3, ? 4: key id}', {5: nonce},  ciphertext      ])   AES-256-GCM

Algorithm and key id stand in the protected header, so that they are authenticated too.
What is not exactly of this shape is refused, in deterministic encoding and with nothing
behind it.  The bytes inside are not looked at: here they have no meaning.

`parse` takes the shape apart and believes nothing; `opened` gives the bytes inside, once
their seal was found right with the key.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from turmeric.durability.format.items import ARRAY, BYTES, MAP, TAG, TEXT, UNSIGNED, Reader, byte_string, head
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ALGORITHM, KEY_ID, NONCE = 1, 4, 5
"""Labels of COSE's headers (RFC 9052, section 3.1)."""

HMAC_256 = 5
AES_256_GCM = 3
ALGORITHMS = {HMAC_256: "HMAC 256/256", AES_256_GCM: "AES-256-GCM"}

MAC0 = 17
ENCRYPT0 = 16
FORMS = {MAC0: (HMAC_256, 4), ENCRYPT0: (AES_256_GCM, 3)}
"""The tag of each form: its algorithm, and how many parts it has."""

MAC_SIZE = 32
NONCE_SIZE = 12
GCM_TAG_SIZE = 16
KEY_ID_LIMIT = 64
HEADER_LIMIT = 6 + KEY_ID_LIMIT
MAC0_START, NO_HEADER = head(TAG, MAC0) + head(ARRAY, 4), head(MAP, 0)
ENCRYPTED_LIMIT = 2**31 - 1 - GCM_TAG_SIZE
"""What the library encrypts at once; the limit of AES-GCM itself is far higher."""


def damaged(message: str) -> TurmericError:
    return failure("corrupt-data", message)


class Sealed:
    """The parts of sealed bytes.  Nothing of them is authentic before `opened` gives the payload."""

    __slots__ = ("algorithm", "key_id", "nonce", "payload", "protected", "tag")

    def __init__(self, protected: bytes, nonce: bytes, payload: bytes, tag: bytes) -> None:
        self.algorithm, self.key_id = read_protected(protected)
        self.protected = protected
        self.nonce = nonce
        self.payload = payload
        self.tag = tag


# Reading --------------------------------------------------------------------------------------


def parse(data: bytes) -> Sealed:
    """The parts of sealed bytes.  Raises corrupt-data for all that is not exactly of the two forms."""
    reader = Reader(data)
    tag = reader.head(TAG)
    if tag not in FORMS:
        raise damaged("these bytes are not sealed")
    algorithm, parts = FORMS[tag]
    reader.expect(ARRAY, parts)
    protected = reader.bytes(1, HEADER_LIMIT)
    nonce = b""
    if tag == ENCRYPT0:
        reader.expect(MAP, 1)
        reader.expect(UNSIGNED, NONCE)
        nonce = reader.bytes(NONCE_SIZE, NONCE_SIZE)
    else:
        reader.expect(MAP, 0)
    payload = reader.bytes(GCM_TAG_SIZE if tag == ENCRYPT0 else 0, len(data))
    sealed = Sealed(protected, nonce, payload, reader.bytes(MAC_SIZE, MAC_SIZE) if tag == MAC0 else b"")
    reader.end()
    if sealed.algorithm != algorithm:
        raise damaged(f"these bytes are sealed with algorithm {sealed.algorithm} of COSE, which is not accepted here")
    return sealed


def read_protected(protected: bytes) -> tuple[int, bytes | None]:
    """The algorithm and the key id of a protected header: deterministic, and nothing else in it."""
    reader = Reader(protected)
    count = reader.head(MAP)
    if count not in (1, 2):
        raise reader.malformed()
    reader.expect(UNSIGNED, ALGORITHM)
    algorithm = reader.head(UNSIGNED)
    key_id = None
    if count == 2:
        reader.expect(UNSIGNED, KEY_ID)
        key_id = reader.bytes(1, KEY_ID_LIMIT)
    reader.end()
    return algorithm, key_id


# Writing --------------------------------------------------------------------------------------


@lru_cache
def protected_header(algorithm: int, key_id: bytes | None) -> bytes:
    """The same for all that a key seals."""
    pairs = head(UNSIGNED, ALGORITHM) + head(UNSIGNED, algorithm)
    if key_id is not None:
        pairs += head(UNSIGNED, KEY_ID) + byte_string(key_id)
    return head(MAP, 1 if key_id is None else 2) + pairs


def mac0(payload: bytes, key: bytes, key_id: bytes | None, context: bytes = b"") -> bytes:
    """A COSE_Mac0 of bytes, which stay readable.  `context` is authenticated, not contained (external_aad)."""
    protected = protected_header(HMAC_256, key_id)
    tag = byte_string(mac(protected, context, payload, key))
    return b"".join([MAC0_START, byte_string(protected), NO_HEADER, head(BYTES, len(payload)), payload, tag])


def encrypt0(payload: bytes, key: bytes, key_id: bytes | None, nonce: bytes, context: bytes = b"") -> bytes:
    """A COSE_Encrypt0 of bytes.  A nonce is used for one message only, or the key's secrecy is lost."""
    if len(payload) > ENCRYPTED_LIMIT:
        raise failure("value-error", f"{len(payload)} bytes are too many to encrypt: at most {ENCRYPTED_LIMIT}", None)
    protected = protected_header(AES_256_GCM, key_id)
    encrypted = cipher(key).encrypt(nonce, payload, authenticated("Encrypt0", protected, context))
    unprotected = head(MAP, 1) + head(UNSIGNED, NONCE) + byte_string(nonce)
    parts = [head(TAG, ENCRYPT0), head(ARRAY, 3), byte_string(protected), unprotected, head(BYTES, len(encrypted))]
    return b"".join([*parts, encrypted])


COPIED = 65_536
"""A payload of fewer bytes is copied for its tag, which is faster than two calls."""

# The seal itself ------------------------------------------------------------------------------


def opened(sealed: Sealed, key: bytes, context: bytes = b"") -> bytes:
    """The bytes inside.  Raises corrupt-data unless the seal was made of them with that key and context."""
    if sealed.algorithm == HMAC_256:
        expected = mac(sealed.protected, context, sealed.payload, key)
        if not hmac.compare_digest(expected, sealed.tag):
            raise not_authentic()
        return sealed.payload
    opener = cipher(key)
    from cryptography.exceptions import InvalidTag

    try:
        return opener.decrypt(sealed.nonce, sealed.payload, authenticated("Encrypt0", sealed.protected, context))
    except (InvalidTag, OverflowError):
        raise not_authentic() from None


def not_authentic() -> TurmericError:
    return damaged("the seal does not hold: the bytes were changed, or sealed with another key or for another context")


def mac(protected: bytes, context: bytes, payload: bytes, key: bytes) -> bytes:
    """The tag over a MAC_structure (RFC 9052, section 6.3)."""
    start = authenticated("MAC0", protected, context) + head(BYTES, len(payload))
    if len(payload) < COPIED:
        return hmac.digest(key, start + payload, "sha256")
    keyed = hmac.new(key, start, "sha256")
    keyed.update(payload)
    return keyed.digest()


def authenticated(form: str, protected: bytes, context: bytes) -> bytes:
    """What is authenticated beside the payload: an Enc_structure, or a MAC_structure up to its payload."""
    parts = head(ARRAY, 4 if form == "MAC0" else 3) + head(TEXT, len(form)) + form.encode()
    return parts + byte_string(protected) + byte_string(context)


def cipher(key: bytes) -> AESGCM:
    """AES-GCM with a key, from a package that not everybody needs."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        text = "encryption needs the Python package `cryptography`: pip install turmeric[crypto]"
        raise failure("python-error", text, "ImportError") from None
    return AESGCM(key)
