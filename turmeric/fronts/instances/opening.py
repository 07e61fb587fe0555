"""The store of a command, and the service for those that run or start something.

    --store URL, else $TURMERIC_STORE, else the directory `turmeric-store` in the current one

Only what starts something makes a store, or a key: the others say that there is none.
"""

from __future__ import annotations

import os
import sys

from turmeric.durability.instances.asking import performed
from turmeric.durability.instances.store import Store, StoreError, open_store
from turmeric.durability.instances.stores.existing import exists
from turmeric.fronts.arguments import UsageError
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.instances.asking import Asking
    from turmeric.durability.instances.service import Rules, Service
    from turmeric.fronts.arguments import Arguments

VARIABLE = "TURMERIC_STORE"
DEFAULT = "files:turmeric-store"
MEMORY = "memory:"


# Stores ---------------------------------------------------------------------------------------


def address(arguments: Arguments) -> str:
    """Where the store of a command is."""
    return arguments.options.get("--store") or os.environ.get(VARIABLE) or DEFAULT


def store_option(arguments: Arguments) -> str:
    """What another command has to be told to use the same store."""
    return f" --store {arguments.options['--store']}" if "--store" in arguments.options else ""


def is_there(url: str) -> bool:
    """Whether there is a store.  Raises UsageError for what is no address."""
    try:
        return exists(url)
    except ValueError as error:
        raise UsageError(str(error)) from error
    except StoreError as error:
        raise failure("io-error", str(error), url) from error


def existing_store(arguments: Arguments) -> Store:
    """The store of a command that makes none.  Raises io-error when it is not there, or cannot be opened."""
    url = address(arguments)
    if not url.startswith(MEMORY) and not is_there(url):
        text = f"there is no store at {url}; `tur start` makes one, and --store says where it is"
        raise failure("io-error", text, url)
    return kept_store(arguments)


def kept_store(arguments: Arguments) -> Store:
    """The store of a command, which is made if it is not there."""
    check_kept(arguments)
    return opened(address(arguments))


def check_kept(arguments: Arguments) -> None:
    """Raise UsageError for a store that only `tur run` can use."""
    if address(arguments).startswith(MEMORY):
        raise UsageError("a store in memory ends with its process: --store needs one that is kept")


def opened(url: str) -> Store:
    try:
        return open_store(url)
    except ValueError as error:
        raise UsageError(str(error)) from error
    except StoreError as error:
        raise failure("io-error", str(error), url) from error


def ask(store: Store, name: str, *args: Any) -> Any:
    """Call a method of a store; its errors are those of the language."""
    return performed(store, asked(name, *args))


def asked(*operation: Any) -> Asking:
    return (yield operation)


# Services -------------------------------------------------------------------------------------


def serving(
    arguments: Arguments,
    session: Session,
    makes: bool = False,
    note: Callable[[str, dict[str, Any]], None] = lambda what, details: None,
) -> Service:
    """A service in the store of a command; with `makes` a store, and a key, are made if there are none."""
    from turmeric.assembly.services import service_for

    url = address(arguments)
    store: Store | str = url
    if not makes:
        store = existing_store(arguments)
        check_key(arguments)
    elif not url.startswith(MEMORY):
        check_key(arguments, new=not is_there(url))
        store = opened(url)
    service = service_for(session, store, None, rules_of(arguments), None, False)
    service.note = note
    return service


def check_key(arguments: Arguments, new: bool = False) -> None:
    """See to it that there is a key to seal with: for a new store one is made.  Raises missing-key."""
    from turmeric.durability.sealed.keyfiles import configured, key_file
    from turmeric.fronts.keyring import made_key

    if configured().keys:
        return
    if not new:
        text = (
            f"what is in the store {address(arguments)} is sealed, and no key is configured: tur key --help says where"
        )
        raise failure("missing-key", text, address(arguments))
    path = key_file()
    key = made_key(path)
    print(f"tur: made the key {key.id} in {path}; without it nothing in the store can be read", file=sys.stderr)


def rules_of(arguments: Arguments) -> Rules:
    """How the options say that instances are treated."""
    from turmeric.durability.instances.service import Rules

    options, rules = arguments.options, Rules()
    code = options.get("--code", "current")
    if code not in ("current", "bundle"):
        raise UsageError(f"--code is current or bundle for instances, not `{code}`")
    rules.bundle = code == "bundle"
    rules.keep = "--keep-checkpoints" in options
    rules.lease = seconds(arguments, "--lease", rules.lease)
    rules.attempts = number(arguments, "--attempts", rules.attempts)
    return rules


# Numbers --------------------------------------------------------------------------------------

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def number(arguments: Arguments, name: str, default: int) -> int:
    """The number that an option has: 1 or more."""
    text = arguments.options.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        raise UsageError(f"{name} is a number, 1 or more, not `{text}`")
    return int(text)


def seconds(arguments: Arguments, name: str, default: float, zero: bool = False) -> float:
    """The time that an option has: `10`, `10s`, `1.5h`, `30d`."""
    text = arguments.options.get(name)
    if text is None:
        return default
    factor = UNITS.get(text[-1:], 0)
    try:
        found = float(text[:-1] if factor else text) * (factor or 1)
    except ValueError:
        found = -1.0
    if not (0 < found < 1e11 or (zero and found == 0)):
        raise UsageError(f"{name} is a time such as 30, 10s, 5m, 2h or 30d, not `{text}`")
    return found
