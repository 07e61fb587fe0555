"""`tur diff`: what changed from one saved file to another, without running anything.

The exit status is 0 when they are the same, 1 when they differ, as that of `diff`;
2 for files that cannot be compared.
"""

from __future__ import annotations

from turmeric.fronts.statuses import FAILED, OK
from turmeric.fronts.tabular import Paper, counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.fronts.arguments import Arguments

    Data = dict[str, Any]

APART = ("moved", "popped", "pushed")
WIDTH = 100
"""Of lines where there is no terminal."""
SHOWN = 50
"""Changes that are shown; --json has more."""


def diff(arguments: Arguments) -> int:
    """Compare two saved files."""
    import sys

    from turmeric.fronts.saved import opened, read_bytes

    files = arguments.operands
    data = [opened(read_bytes(path))[0] for path in files]
    found = compared(data)
    if "--json" in arguments.options:
        import json

        print(json.dumps(found, indent=2))
    else:
        for line in table(files, found, Paper(sys.stdout)):
            print(line)
    return OK if found["same"] else FAILED


def compared(data: list[bytes]) -> Data:
    """What differs, with the files' sizes.  Bytes that differ are never the same."""
    from turmeric.durability.format.message import Message
    from turmeric.durability.reports.comparison import compare
    from turmeric.durability.reports.contents import Contents

    contents = [Contents(Message(each)) for each in data]
    sides = [{"bytes": len(each), "root": one.kind(one.message.root)} for each, one in zip(data, contents, strict=True)]
    found = compare(contents[0], contents[1])
    found["same"] = data[0] == data[1]
    return {"before": sides[0], "after": sides[1], **found}


def table(files: list[str], found: Data, paper: Paper) -> Iterator[str]:
    """What people read."""
    before, after = found["before"], found["after"]
    yield f"{files[0]}: {before['root']}, {before['bytes']} bytes"
    yield f"{files[1]}: {after['root']}, {after['bytes']} bytes ({after['bytes'] - before['bytes']:+})"
    if found["same"]:
        yield "the same"
        return
    for module in found["modules"]:
        yield f"module {module['module']}: version {module['before'] or '(none)'} -> {module['after'] or '(none)'}"
    yield from frame_lines(found["frames"], paper)
    changes = found["changes"]
    if changes:
        yield "values:"
    for change in changes[:SHOWN]:
        yield from change_lines(change, paper)
    left = len(changes) - SHOWN if len(changes) > SHOWN else 0
    if left + found["more_changes"]:
        yield f"  and {counted(left + found['more_changes'], 'more change')}"
    if not changes and not found["modules"] and not any(found["frames"][each] for each in APART):
        yield "the values are the same; the bytes differ in what is shared, or in names and lines of the code"


def frame_lines(frames: Data, paper: Paper) -> Iterator[str]:
    if not any(frames.values()):
        return
    yield f"frames: {frames['common']} in common from the outermost in"
    for moved in frames["moved"]:
        yield from paper.wrapped(f"{moved['frame']}, from {moved['before']} to {moved['after']}", "  moved   ", 10)
    for word, paint in (("popped", "bad"), ("pushed", "good")):
        for step in frames[word][:SHOWN]:
            yield paper.paint(f"  {word}  {step}", paint)
        if len(frames[word]) > SHOWN:
            yield f"  {word}  {counted(len(frames[word]) - SHOWN, 'more frame')}"


def change_lines(change: Data, paper: Paper) -> Iterator[str]:
    """A change: the path, and what is there before and after."""
    mark = {"changed": "~", "added": "+", "removed": "-"}[change["change"]]
    path = change["path"] or "the value itself"
    both = " -> ".join(change[side] for side in ("before", "after") if side in change)
    if len(path) + len(both) < (paper.width or WIDTH) - 8:
        yield f"  {mark} {path}: {both}"
        return
    yield from paper.wrapped(path, f"  {mark} ", 6)
    if "before" in change:
        yield paper.paint(f"      - {paper.cut(change['before'], 8, WIDTH)}", "bad") + size(change["bytes_before"])
    if "after" in change:
        yield paper.paint(f"      + {paper.cut(change['after'], 8, WIDTH)}", "good") + size(change["bytes_after"])


def size(number: int) -> str:
    """The bytes of what is not small."""
    return f"  {counted(number, 'byte')}" if number > 64 else ""
