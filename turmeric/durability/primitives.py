"""The primitives of the module `serial`: saving values and bringing them back."""

from __future__ import annotations

import os

from turmeric.durability import saving
from turmeric.durability.instances import instances_of
from turmeric.running.files import FileHandle
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

OPTIONS = ("keep",)


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
    return saving.deserialize(require_world(), data)


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


TABLE: dict[str, Callable[..., Any]] = {
    "serialize": serialize,
    "deserialize": deserialize,
    "current-version": current_version,
    "close-resource*": close_resource,
    "absolute-path*": os.path.abspath,
    "lazy-resource": lazy_resource,
    "lazy?": lambda value: type(value) is Lazy,
    "realized?": realized,
}
