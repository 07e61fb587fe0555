"""Keys and key rings: which key seals, and which one opens.

A key has one secret of 32 bytes.  What it is used for, to authenticate or to encrypt, gets
a key of its own from the secret (HKDF, RFC 5869), so one cannot be passed off as the other.

    created ──── seals and opens ────> expires ──── opens only ────> retires ──── nothing

Both ends are optional.  The newest key that has not expired seals; any key that is not
retired opens what names it.  So keys are changed by adding one, and later removing the old.
Nothing here reads a file or a clock: `keyfiles` does the one, the other is passed in.
"""

from __future__ import annotations

import hmac
import time

from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

SECRET_SIZE = 32
ID_LIMIT = 64
ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
PURPOSES = {"mac": b"turmeric seal 1: mac", "encrypt": b"turmeric seal 1: encrypt"}
MAKE = "`tur key new` makes a key"
GIVE = "TURMERIC_KEY_FILE or TURMERIC_KEYS gives it some"


class Key:
    """A secret with a name.  Times are whole seconds since 1970, in UTC; None: never.

    The secret is in no text that is made of a key, and a key cannot be pickled.
    """

    __slots__ = ("_derived", "_secret", "created", "expires", "id", "retires")

    def __init__(
        self, id: str, secret: bytes, created: int = 0, expires: int | None = None, retires: int | None = None
    ) -> None:
        if not valid_id(id):
            raise failure("value-error", f"a key's id has 1 to {ID_LIMIT} letters, digits, dots, hyphens, underscores")
        if type(secret) is not bytes or len(secret) != SECRET_SIZE:
            raise failure("value-error", f"the secret of the key `{id}` does not have {SECRET_SIZE} bytes")
        if expires is not None and retires is not None and retires < expires:
            raise failure("value-error", f"the key `{id}` retires before it expires")
        self.id = id
        self.created = created
        self.expires = expires
        self.retires = retires
        self._secret = secret
        self._derived: dict[str, bytes] = {}

    def derived(self, purpose: str) -> bytes:
        """The key for a purpose, `"mac"` or `"encrypt"`."""
        found = self._derived.get(purpose)
        if found is None:
            found = self._derived[purpose] = hkdf(self._secret, PURPOSES[purpose], SECRET_SIZE)
        return found

    def seals(self, now: float) -> bool:
        return self.opens(now) and (self.expires is None or now < self.expires)

    def opens(self, now: float) -> bool:
        return self.retires is None or now < self.retires

    def exposed(self) -> bytes:
        """The secret itself, for the one place that writes key files."""
        return self._secret

    def __repr__(self) -> str:
        return f"<key {self.id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled")


class KeyRing:
    """Keys by id.  `source` says in messages where they come from; `clock` gives the time."""

    def __init__(
        self, keys: Iterable[Key] = (), source: str = "the key ring", clock: Callable[[], float] = time.time
    ) -> None:
        self.keys: dict[str, Key] = {}
        self.source = source
        self.clock = clock
        for key in keys:
            if key.id in self.keys:
                raise failure("value-error", f"{source}: there are two keys with the id `{key.id}`")
            self.keys[key.id] = key

    def sealing_key(self) -> Key:
        """The newest key that has not expired; of equally old ones the last.  Raises missing-key."""
        now = self.clock()
        valid = [key for key in reversed(self.keys.values()) if key.seals(now)]
        if valid:
            return max(valid, key=lambda key: key.created)
        reason = f"all keys of {self.source} have expired" if self.keys else f"{self.source} has no keys"
        raise failure("missing-key", f"no key to seal with: {reason}; {MAKE}")

    def opening_key(self, id: str) -> Key:
        """The key of that id.  Raises missing-key when it is unknown or retired."""
        key = self.keys.get(id)
        if key is None and not self.keys:
            text = f"these bytes are sealed with the key `{id}`, and {self.source} has no keys; {GIVE}"
            raise failure("missing-key", text, id)
        if key is None:
            text = f"these bytes are sealed with the key `{id}`, which {self.source} does not have"
            raise failure("missing-key", text, id)
        if not key.opens(self.clock()):
            raise failure("missing-key", f"these bytes are sealed with the key `{id}`, which is retired", id)
        return key

    def __repr__(self) -> str:
        return f"<key ring {self.source}: {', '.join(self.keys) or 'empty'}>"


def valid_id(id: str) -> bool:
    """Whether a text may name a key: it is shown in messages, whoever wrote it."""
    return 0 < len(id) <= ID_LIMIT and ID_CHARACTERS.issuperset(id)


def hkdf(secret: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF with SHA-256 (RFC 5869): a key of `length` bytes, at most 8160, for the purpose `info`."""
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    made = block = b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([number]), "sha256")
        made += block
    return made[:length]
