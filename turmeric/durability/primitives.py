"""The primitives of the module `serial`: saving values and bringing them back."""

from __future__ import annotations

import os

from turmeric.durability import saving
from turmeric.durability.code.sources import CURRENT, MODES
from turmeric.durability.format.streaming import read_message
from turmeric.durability.later import lazy
from turmeric.durability.stand_ins.instances import instances_of
from turmeric.running.files import FileHandle
from turmeric.running.handles import handle_of, read_bytes, write_to
from turmeric.running.lazies import Lazy
from turmeric.running.structure import is_python, short
from turmeric.running.world import require_world
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.symbols import Keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def serialize(value: Any, *options: Any) -> bytes:
    """`(serialize x :keep true :code :bundle)`."""
    return saving.serialize(require_world(), value, *saving_options("serialize", options))


def serialize_to(value: Any, port: Any, *options: Any) -> None:
    """`(serialize-to x port :keep true :code :bundle)`."""
    chosen = saving_options("serialize-to", options)
    saving.serialize_to(require_world(), value, lambda data: write_to(port, data), *chosen)


def saving_options(name: str, options: tuple[Any, ...]) -> tuple[bool, bool]:
    """The values of `:keep` and of `:code :bundle`."""
    found = pairs(name, options, ("keep", "code"))
    keep = found.get("keep")
    return keep is not None and keep is not False, code_option(name, found, ("bundle",)) is not None


def pairs(name: str, options: tuple[Any, ...], known: tuple[str, ...]) -> dict[str, Any]:
    """Options in pairs of a keyword and a value."""
    if len(options) % 2:
        raise failure("arity-error", f"{name} takes pairs of an option and its value at the end", len(options))
    found: dict[str, Any] = {}
    for key, choice in zip(options[::2], options[1::2], strict=True):
        if not isinstance(key, Keyword) or key.name not in known:
            listed = " and ".join(f":{each}" for each in known)
            what = "the options" if len(known) > 1 else "the option"
            raise failure("value-error", f"{name} knows {what} {listed}, not {short(key)}", key)
        found[key.name] = choice
    return found


def code_option(name: str, options: dict[str, Any], known: tuple[str, ...]) -> str | None:
    """The value of :code."""
    choice = options.get("code")
    if choice is None:
        return None
    if not isinstance(choice, Keyword) or choice.name not in known:
        listed = " or ".join(f":{each}" for each in known)
        raise failure("value-error", f"the :code of {name} is {listed}, not {short(choice)}", choice)
    return choice.name


def deserialize(data: Any, *options: Any) -> Any:
    """`(deserialize data :code :saved :memory 1000000000)`."""
    found = pairs("deserialize", options, ("code", "memory"))
    mode, memory = code_option("deserialize", found, MODES), found.get("memory")
    if memory is not None and (type(memory) is not int or memory <= 0):
        raise failure("value-error", f"the :memory of deserialize is a number of bytes, not {short(memory)}", memory)
    return saving.deserialize(require_world(), data, mode or CURRENT, memory=memory)


def deserialize_from(port: Any, *default: Any) -> Any:
    """`(deserialize-from port default)`."""
    if not handle_of(port, "deserialize-from").binary:
        message = f"deserialize-from needs a file that was opened for bytes, as with mode \"rb\": {port.path}"
        raise failure("io-error", message, port.path)
    data = read_message(lambda count: read_bytes(port, count))
    if data is not None:
        return saving.deserialize(require_world(), data)
    if not default:
        raise failure("io-error", f"there is no more saved value in {port.path}", port.path)
    return default[0]


def seal(data: bytes, encrypt: Any, context: str) -> bytes:
    """`(seal bytes :encrypt encrypt :context context)`."""
    from turmeric.durability.sealed import sealing
    from turmeric.durability.sealed.keyfiles import keys_for

    wanted = encrypt is not None and encrypt is not False
    return sealing.seal(data, keys_for(require_world()), encrypt=wanted, context=context_bytes(context))


def context_bytes(context: str) -> bytes:
    """A context in UTF-8."""
    try:
        return context.encode()
    except UnicodeEncodeError as error:
        raise failure("value-error", f"a context has half a surrogate pair, at index {error.start}", context) from None


def unseal(data: bytes, context: str) -> bytes:
    """`(unseal bytes :context context)`; what is in memory already is not too long."""
    from turmeric.durability.sealed import sealing
    from turmeric.durability.sealed.keyfiles import keys_for

    return sealing.open_sealed(data, keys_for(require_world()), context=context_bytes(context), limit=len(data))


def current_version() -> str:
    """The version of the program's main module."""
    world = require_world()
    module = world.modules.get(world.main or "user")
    return module.version if module is not None else "0"


def close_resource(value: Any) -> None:
    """Close what can be closed."""
    if isinstance(value, FileHandle) or (is_python(value) and callable(getattr(value, "close", None))):
        value.close()


def lazy_resource(value: Any) -> Lazy:
    """A lazy value that is there, and will be its resource's token where it is stored."""
    if not instances_of(require_world()).resource(value):
        kind = type_name(value)
        message = f"lazy-resource expects a resource, and there is no instance Resource-Serializable {kind}"
        raise failure("no-instance", message, value)
    return Lazy(None, value)


def realized(value: Any) -> bool:
    if type(value) is not Lazy:
        raise failure("type-error", f"realized? expects a lazy value, got {short(value)}", value)
    return value.is_here()


def lazy_value(value: Any) -> Lazy:
    """`(lazy v)`."""
    return lazy(require_world(), value)


TABLE: dict[str, Callable[..., Any]] = {
    "serialize": serialize,
    "deserialize": deserialize,
    "serialize-to": serialize_to,
    "deserialize-from": deserialize_from,
    "seal*": seal,
    "unseal*": unseal,
    "current-version": current_version,
    "close-resource*": close_resource,
    "absolute-path*": os.path.abspath,
    "lazy": lazy_value,
    "lazy-resource": lazy_resource,
    "lazy?": lambda value: type(value) is Lazy,
    "realized?": realized,
}
