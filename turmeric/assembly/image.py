"""The precompiled standard library: one file beside the package, made when it is built.

The image holds each module's declarations, with the code of each as a blob that is
unpacked when it is first called.  In a checkout the image is made anew when a source has
changed; where it cannot be written, the library is loaded from its sources.
"""

from __future__ import annotations

import marshal
import os

from turmeric.intermediate.anf import Code
from turmeric.intermediate.portable import from_data, to_data
from turmeric.reading.declarations import Declaration
from turmeric.version import __version__
from turmeric.vocabulary.spans import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGE = os.path.join(PACKAGE, "library.image")
MARSHAL = 4
COMPILER = ("vocabulary", "reading", "intermediate", "assembly")
"""Packages whose change makes an image stale."""

Packed = tuple["Any", ...]


class LazyCode:
    """A blob that becomes code when it is first needed."""

    __slots__ = ("blob", "code", "file")

    def __init__(self, blob: bytes, file: str) -> None:
        self.blob = blob
        self.file = file
        self.code: Code | None = None

    def get(self) -> Code:
        if self.code is None:
            self.code = from_data(marshal.loads(self.blob), self.file)
        return self.code


def pack(declaration: Declaration) -> Packed:
    """A declaration in A-normal form as plain data."""
    blobs = {name: marshal.dumps(to_data(code), MARSHAL) for name, code in declaration.code.items()}  # type: ignore[arg-type]
    span = declaration.span.key()[1:] if declaration.span is not None else None
    extra = (declaration.doc, declaration.parameters, declaration.private)
    return (declaration.kind, declaration.name, declaration.data, span, *extra, blobs)


def unpack(data: Packed, file: str) -> Declaration:
    """The declaration, its code still lazy; `file` is where its source is now."""
    kind, name, parts, span, doc, parameters, private, blobs = data
    code: dict[str, object] = {part: LazyCode(blob, file) for part, blob in blobs.items()}
    made = Declaration(kind, name, code, parts, Span(file, *span) if span is not None else None)
    made.doc, made.parameters, made.private = doc, parameters, private
    return made


def stamp(library: str, released: bool = False, more: tuple[str, ...] = ()) -> Packed:
    """What the image depends on: the release, and in a checkout its sources' sizes and times (and `more`)."""
    if released or os.path.dirname(library) == PACKAGE:
        return (__version__,)
    folders = [library, *(os.path.join(PACKAGE, name) for name in (*COMPILER, *more))]
    found: list[tuple[str, int, int]] = []
    for folder in folders:
        for entry in os.scandir(folder):
            if entry.name.endswith((".tur", ".py")):
                status = entry.stat()
                found.append((entry.name, status.st_size, status.st_mtime_ns))
    return (__version__, *sorted(found))


def read(library: str) -> dict[str, Any] | None:
    """The modules of the image, or None when there is none that fits."""
    try:
        with open(IMAGE, "rb") as file:
            made, modules = marshal.loads(file.read())
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return modules if made == stamp(library) else None


def write(made: Packed, modules: dict[str, Any], path: str = IMAGE) -> bool:
    """Store the image, whole or not at all; False when the place cannot be written."""
    data = marshal.dumps((made, modules), MARSHAL)
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        return False
    return True
