"""The primitives of the module `path`."""

from __future__ import annotations

import os.path

from turmeric.running.structure import short
from turmeric.vocabulary import lists
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def join(*parts: Any) -> str:
    for part in parts:
        if type(part) is not str:
            raise failure("type-error", f"join expects strings, got {short(part)}", part)
    return os.path.join(*parts) if parts else ""


def parts_of(path: str) -> list[str]:
    """The names along a path; first the root, if it has one."""
    drive, rest = os.path.splitdrive(path)
    root = [drive + os.sep] if os.path.isabs(path) else []
    return root + [part for part in rest.replace(os.altsep or os.sep, os.sep).split(os.sep) if part]


def with_extension(path: str, extension: str) -> str:
    return os.path.splitext(path)[0] + extension


TABLE: dict[str, Callable[..., Any]] = {
    "join": join,
    "parts": lambda path: lists.from_iterable(parts_of(path)),
    "base-name": os.path.basename,
    "directory": os.path.dirname,
    "extension": lambda path: os.path.splitext(path)[1],
    "stem": lambda path: os.path.splitext(os.path.basename(path))[0],
    "with-extension": with_extension,
    "absolute": os.path.abspath,
    "absolute?": os.path.isabs,
    "normalize": os.path.normpath,
    "relative": os.path.relpath,
    "exists?": os.path.exists,
    "file?": os.path.isfile,
    "directory?": os.path.isdir,
}
