"""The primitives of the module `serial`: saving values and bringing them back."""

from __future__ import annotations

from turmeric.durability import saving
from turmeric.running.structure import short
from turmeric.running.world import require_world
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.symbols import Keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

OPTIONS = ("keep",)
SEALED = (b"\xd0", b"\xd1")
"""How sealed bytes begin (durability/sealing.py)."""


def serialize(value: Any, *options: Any) -> bytes:
    """`(serialize x :keep true)`."""
    chosen: dict[str, Any] = {}
    if len(options) % 2:
        raise failure("arity-error", "serialize takes pairs of an option and its value after the value", len(options))
    for key, choice in zip(options[::2], options[1::2], strict=True):
        if not isinstance(key, Keyword) or key.name not in OPTIONS:
            raise failure("value-error", f"serialize knows the option :keep, not {short(key)}", key)
        chosen[key.name] = choice
    keep = chosen.get("keep")
    return saving.serialize(require_world(), value, keep is not None and keep is not False)


def deserialize(data: Any) -> Any:
    if data[:1] in SEALED:
        raise failure("corrupt-data", "these bytes are sealed; (deserialize (unseal bytes)) opens them first")
    return saving.deserialize(require_world(), data)


def seal(data: bytes, encrypt: Any, context: str) -> bytes:
    """`(seal bytes :encrypt encrypt :context context)`."""
    from turmeric.durability import sealing
    from turmeric.durability.keyfiles import keys_for

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
    from turmeric.durability import sealing
    from turmeric.durability.keyfiles import keys_for

    return sealing.open_sealed(data, keys_for(require_world()), context=context_bytes(context), limit=len(data))


def current_version() -> str:
    """The version of the program's main module."""
    world = require_world()
    module = world.modules.get(world.main or "user")
    return module.version if module is not None else "0"


TABLE: dict[str, Callable[..., Any]] = {
    "serialize": serialize,
    "deserialize": deserialize,
    "seal*": seal,
    "unseal*": unseal,
    "current-version": current_version,
}
