"""Names of modules that came with saved state, and run beside the program's own of the same name.

    app.orders[1f3a9c2e5b6d7f80].order   is   app.orders.order   as a bundle with that hash has it

No name that can be written in a program has this form, and none of it gets into bytes.
"""

from __future__ import annotations

DIGITS = frozenset("0123456789abcdef")
LENGTH = 16


def beside(module: str, key: str) -> str:
    """What a module of a bundle is called in this process."""
    return f"{module}[{key}]"


def key_in(name: str) -> str | None:
    """The hash in the full name of a bundle's module, or of something in it."""
    start = name.find("[")
    key = name[start + 1 : start + 1 + LENGTH]
    whole = start >= 0 and name[start + 1 + LENGTH : start + 2 + LENGTH] == "]"
    return key if whole and len(key) == LENGTH and DIGITS.issuperset(key) else None


def plain(name: str) -> str:
    """A full name as the program has it, and as it is stored."""
    key = key_in(name) if "[" in name else None
    return name if key is None else name.replace(f"[{key}]", "", 1)


def is_beside(name: str) -> bool:
    """Whether a full name is that of a bundle's module, or of something in it."""
    return "[" in name and key_in(name) is not None
