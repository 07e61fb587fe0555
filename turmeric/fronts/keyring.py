"""`tur key`: making, listing and removing keys.  No secret is ever printed."""

from __future__ import annotations

import os
import time

from turmeric.fronts.arguments import UsageError
from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.sealed.keys import Key
    from turmeric.fronts.arguments import Arguments

DAY = 24 * 60 * 60
MOST_DAYS = 36500


def key(arguments: Arguments) -> int:
    """Carry out `tur key new`, `tur key list` or `tur key remove ID`."""
    what, *operands = arguments.operands or [""]
    actions = {"new": new, "list": show, "remove": remove}
    if what not in actions:
        raise UsageError("`key` needs `new`, `list` or `remove` (tur key --help shows examples)")
    if len(operands) != (what == "remove"):
        wanted = "the id of a key" if what == "remove" else "no operands"
        raise UsageError(f"`key {what}` takes {wanted}, and options")
    unfit = [] if what == "new" else [name for name in ("--id", "--expires", "--retires") if name in arguments.options]
    if unfit:
        raise UsageError(f"`key {what}` has no option {unfit[0]}")
    return actions[what](arguments)


def new(arguments: Arguments) -> int:
    """Add a new key to the file; it seals from now on."""
    path = file_to_change(arguments)
    ends = [days(arguments, name) for name in ("--expires", "--retires")]
    made = made_key(path, arguments.options.get("--id"), *ends)
    print(f"{path}: new key {made.id}, {dates(made)}")
    return OK


def made_key(path: str, id: str | None = None, expires: int | None = None, retires: int | None = None) -> Key:
    """A new key in a file; the ends of its use are in days from now."""
    from turmeric.durability.sealed.keyfiles import add_key
    from turmeric.durability.sealed.keys import SECRET_SIZE, Key

    now = int(time.time())
    id = id or time.strftime("%Y-%m-%d-", time.gmtime(now)) + os.urandom(3).hex()
    ends = [None if end is None else now + end * DAY for end in (expires, retires)]
    made = Key(id, os.urandom(SECRET_SIZE), now, *ends)
    add_key(path, made)
    return made


def show(arguments: Arguments) -> int:
    """List the keys: of the file that is named, else those that are configured."""
    from turmeric.durability.sealed.keyfiles import configured, read_ring

    path = arguments.options.get("--file")
    ring = configured() if path is None else read_ring(path)
    now = time.time()
    sealing = ring.sealing_key() if any(key.seals(now) for key in ring.keys.values()) else None
    print(f"{ring.source}: {len(ring.keys)} key{'' if len(ring.keys) == 1 else 's'}")
    for key in ring.keys.values():
        use = "seals" if key is sealing else "opens" if key.opens(now) else "not used"
        print(f"  {key.id}  {use:<8}  {dates(key)}")
    return OK


def remove(arguments: Arguments) -> int:
    """Take a key out of the file."""
    from turmeric.durability.sealed.keyfiles import remove_key

    path, id = file_to_change(arguments), arguments.operands[1]
    remove_key(path, id)
    print(f"{path}: removed the key {id}; what it sealed cannot be opened any more")
    return OK


def file_to_change(arguments: Arguments) -> str:
    """The file of `--file`, or the one that is configured."""
    from turmeric.durability.sealed.keyfiles import KEYS_VARIABLE, key_file

    if "--file" not in arguments.options and os.environ.get(KEYS_VARIABLE):
        raise UsageError(f"the keys come from {KEYS_VARIABLE}; --file says which file to change")
    return arguments.options.get("--file") or key_file()


def days(arguments: Arguments, name: str) -> int | None:
    """The number of days that an option has."""
    text = arguments.options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_DAYS and len(text) < 9):
        raise UsageError(f"{name} is a number of days from 1 to {MOST_DAYS}, not `{text}`")
    return int(text)


def dates(key: Key) -> str:
    """When a key was made and when it ends, in words."""
    words = [("created", key.created), ("expires", key.expires), ("retires", key.retires)]
    shown = [f"{word} {time.strftime('%Y-%m-%d', time.gmtime(end))}" for word, end in words if end is not None]
    return ", ".join(shown) + ("" if key.expires or key.retires else ", never expires")
