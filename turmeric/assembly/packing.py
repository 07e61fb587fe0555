"""Declarations of a program as plain data, if they depend on nothing but what an entry of `kept` says."""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code
from turmeric.intermediate.portable import Packer, from_data
from turmeric.reading import declarations as kinds
from turmeric.reading.declarations import Declaration
from turmeric.vocabulary.spans import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class NotKept(Exception):
    """A declaration that may mean something else at another time."""


class OwnPacker(Packer):
    """Packs code of one file; collects the names of globals that it changes."""

    def __init__(self, path: str, changed: set[str]) -> None:
        super().__init__()
        self.path = path
        self.changed = changed

    def pack(self, item: Any) -> Any:
        if isinstance(item, Span) and item.file != self.path:
            raise NotKept  # a place in another file
        if isinstance(item, anf.SetGlobal):
            self.changed.add(item.name)
        packed = super().pack(item)
        if isinstance(item, anf.Constant) and has_marks(packed):
            raise NotKept  # a symbol that a macro made
        return packed


def has_marks(packed: Any) -> bool:
    """Whether a packed constant holds a symbol that is not just a name."""
    work = [packed]
    while work:
        item = work.pop()
        if type(item) is tuple:
            if len(item) == 3 and item[0] == "symbol" and item[2]:
                return True
            work.extend(item)
    return False


def pack(declaration: Declaration, path: str, changed: set[str]) -> tuple[Any, ...]:
    """A declaration as plain data; raises NotKept for one that must be made anew: what a macro of the program
    gives may depend on anything.  `changed` gets the names of the globals that it changes."""
    span = declaration.span
    if declaration.kind == kinds.MACRO or (span is not None and span.file != path):
        raise NotKept
    codes = {}
    for name, code in declaration.code.items():
        packer = OwnPacker(path, changed)
        body = packer.pack(code)
        codes[name] = (packer.vars, body)
    extra = (declaration.doc, declaration.parameters, declaration.private)
    place = span.key()[1:] if span is not None else None
    return (declaration.kind, declaration.name, declaration.data, place, *extra, codes)


def unpack(row: tuple[Any, ...], path: str) -> Declaration:
    kind, name, data, place, doc, parameters, private, codes = row
    code: dict[str, object] = {part: from_data(packed, path) for part, packed in codes.items()}
    assert all(isinstance(each, Code) for each in code.values())
    made = Declaration(kind, name, code, data, Span(path, *place) if place is not None else None)
    made.doc, made.parameters, made.private = doc, parameters, private
    return made
