"""Going through A-normal form: the parts of a node, the functions in a function."""

from __future__ import annotations

from turmeric.intermediate.anf import Code, Control, Simple


def functions_of(code: Code) -> list[Code]:
    """A function and all those inside it."""
    found: list[Code] = []
    work: list[object] = [code]
    while work:
        node = work.pop()
        if isinstance(node, Code):
            found.append(node)
            work.append(node.body)
        else:
            work.extend(parts(node))
    return found


def parts(node: object) -> list[object]:
    """The nodes and functions directly inside a node."""
    found: list[object] = []
    for name in getattr(type(node), "__slots__", ()):
        part = getattr(node, name)
        if name == "loop":
            continue
        if isinstance(part, Control | Simple | Code):
            found.append(part)
        elif name == "bindings":
            found.extend(code for _, code in part)
        elif isinstance(part, tuple):
            found.extend(each for each in part if isinstance(each, Simple))
    return found
