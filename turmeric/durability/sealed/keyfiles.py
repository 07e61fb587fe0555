"""Where keys come from: a file that nobody else can read, or the environment.

    TURMERIC_KEYS       the content of a key file
    TURMERIC_KEY_FILE   the path of one
    otherwise           $XDG_CONFIG_HOME/turmeric/keys.json, if there is one

The content is described in `keytexts`.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time

from turmeric.durability.sealed.keys import Key, KeyRing
from turmeric.durability.sealed.keytexts import keys_of, text_of
from turmeric.running.replacing import replace_file
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from turmeric.running.world import World

KEYS_VARIABLE = "TURMERIC_KEYS"
FILE_VARIABLE = "TURMERIC_KEY_FILE"
SIZE_LIMIT = 1024 * 1024


# Finding --------------------------------------------------------------------------------------


def configured(environment: Mapping[str, str] = os.environ, clock: Callable[[], float] = time.time) -> KeyRing:
    """The key ring of this process, read anew; an empty one when nothing is configured.

    Raises io-error for a file that cannot be read or that others can read, value-error for a
    content that is no key ring, or when both variables are set.
    """
    text = environment.get(KEYS_VARIABLE)
    if text and environment.get(FILE_VARIABLE):
        raise failure("value-error", f"both {KEYS_VARIABLE} and {FILE_VARIABLE} are set; unset one of them")
    if text:
        return KeyRing(keys_of(text, KEYS_VARIABLE), KEYS_VARIABLE, clock)
    path = key_file(environment)
    if not environment.get(FILE_VARIABLE) and not os.path.exists(path):
        return KeyRing((), "this process", clock)
    return read_ring(path, clock)


def keys_for(world: World) -> KeyRing:
    """The key ring of a world: its own if it was given one, else the configured one."""
    ring: KeyRing | None = world.keys
    return configured() if ring is None else ring


def key_file(environment: Mapping[str, str] = os.environ) -> str:
    """The path of the key file, whether it exists or not."""
    settings = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return environment.get(FILE_VARIABLE) or os.path.join(settings, "turmeric", "keys.json")


def read_ring(path: str, clock: Callable[[], float] = time.time) -> KeyRing:
    """The ring in a key file.  Raises io-error and value-error, as `configured` does."""
    return KeyRing(keys_of(private_text(path), path), path, clock)


def private_text(path: str) -> str:
    """The text of a file that belongs to us and that nobody else can read or write."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            check_private(path, os.fstat(descriptor))
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise failure("io-error", f"cannot read the key file {path}: {error.strerror}", path) from None
    if len(data) > SIZE_LIMIT:
        raise failure("value-error", f"{path} is too long for a key file", path)
    return data.decode("utf-8", "replace")


def check_private(path: str, status: os.stat_result) -> None:
    """Raise io-error for an open file that others may know or change.  Windows has other permissions."""
    if not stat.S_ISREG(status.st_mode):
        raise failure("io-error", f"the key file {path} is no regular file", path)
    if os.name != "posix":
        return
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        text = f"the key file {path} can be used by others than its owner (its mode is {mode:03o}): chmod 600 {path}"
        raise failure("io-error", text, path)
    if status.st_uid not in (os.geteuid(), 0):
        raise failure("io-error", f"the key file {path} belongs to another user: chown it", path)


# Changing -------------------------------------------------------------------------------------


def add_key(path: str, key: Key) -> None:
    """Add a key to a file, which is made if it is not there, for its owner alone."""
    with refused(path):
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        with locked(path):
            ring = read_ring(path) if os.path.exists(path) else KeyRing((), path)
            ring = KeyRing([*ring.keys.values(), key], path)
            replace_file(path, text_of(ring.keys.values()).encode(), private=True)


def remove_key(path: str, id: str) -> None:
    """Take a key out of a file: what it sealed cannot be opened any more.  Raises missing-key."""
    with refused(path), locked(path):
        ring = read_ring(path)
        if ring.keys.pop(id, None) is None:
            raise failure("missing-key", f"{path} has no key `{id}`", id)
        replace_file(path, text_of(ring.keys.values()).encode(), private=True)


@contextlib.contextmanager
def refused(path: str) -> Iterator[None]:
    """What the system refuses becomes an io-error."""
    try:
        yield
    except OSError as error:
        raise failure("io-error", f"cannot change the key file {path}: {error.strerror}", path) from None


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Nobody else changes the file meanwhile, where the system has such locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
