"""What does not fit the code that is there now, as a list for people.

    1. shop.middle no longer exists; it is shop.center now, which has the same code
       in   frame 2, shop.middle (shop.tur:16)
       was  line 16, variables [tag]
       do   (defrename shop.middle shop.center)
"""

from __future__ import annotations

from turmeric.fronts.tabular import counted
from turmeric.running.conversion import to_python
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.fronts.tabular import Paper

PATHS = 3
"""Paths that are shown of each mismatch."""
HIDDEN = ("module", "waits-at")
"""Facts that the first line says."""


def verdict(described: dict[str, Any], paper: Paper) -> Iterator[str]:
    """Whether a message fits, and if not, all that does not."""
    if described["problem"]:
        yield paper.paint("cannot be compared with the code that is there now:", "bad")
        for line in described["problem"].splitlines():
            yield f"  {line}"
        return
    mismatches = described["mismatches"]
    if not mismatches:
        yield paper.paint("fits the code that is there now", "good")
        return
    do = "does" if len(mismatches) == 1 else "do"
    yield paper.paint(f"{counted(len(mismatches), 'thing')} {do} not fit the code that is there now:", "bad")
    yield from listed(mismatches, paper)


def listed(mismatches: list[dict[str, Any]], paper: Paper) -> Iterator[str]:
    """Each mismatch with its number."""
    for number, found in enumerate(mismatches, 1):
        lead = f"{number:3}. "
        yield from paper.wrapped(found["detail"], lead, len(lead))
        yield from particulars(found, paper, len(lead))


def particulars(found: dict[str, Any], paper: Paper, indent: int) -> Iterator[str]:
    """Where it is, what was, what is now, what can be done."""
    space = " " * indent
    shown = found["paths"][:PATHS]
    for path in shown:
        yield from paper.wrapped(path, f"{space}in   ", indent + 5)
    if found["count"] > len(shown):
        yield f"{space}     and {found['count'] - len(shown)} more"
    then, now = found["then"], found["now"]
    changed = {name: value for name, value in now.items() if then.get(name) != value}
    for word, facts in (("was", then), ("now", changed)):
        text = ", ".join(fact(name, value) for name, value in facts.items() if name not in HIDDEN)
        if text and changed:
            yield from paper.wrapped(text, f"{space}{word}  ", indent + 5)
    yield from paper.wrapped("; or ".join(found["advice"]), f"{space}do   ", indent + 5)


def fact(name: str, value: Any) -> str:
    """One fact: `line 12`, `variables [a b]`."""
    if name == "waits-at":
        return f"waits at `{value}`"
    if name == "fields" and isinstance(value, int):
        return counted(value, "field")
    return f"{name} {value if not isinstance(value, list) else '[' + ' '.join(value) + ']'}"


def error_lines(value: Any, paper: Paper) -> Iterator[str]:
    """What a `schema-mismatch` lists, under its report; nothing if a program made it by itself."""
    what = value.get("what")
    every = to_python(what.get("all")) if isinstance(what, Struct) else None
    if not isinstance(every, list) or not all(isinstance(each, dict) for each in every):
        return
    if len(every) == 1:
        yield from particulars(every[0], paper, 2)
    else:
        yield from listed(every, paper)
