"""What `tur inspect` prints for people."""

from __future__ import annotations

from turmeric.fronts.misfits import verdict
from turmeric.fronts.tabular import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.fronts.tabular import Paper

    Data = dict[str, Any]

FRAMES = 40
"""Frames that are shown of a longer chain: the first and the last ones."""
SCALAR = 16
"""Bytes of a part up to which it says no more than the text of the whole."""
ENTRIES = 20
"""Parts of a value that are shown."""
FEW = 10
"""Lines of the sections below."""


def table(path: str, described: Data, paper: Paper) -> Iterator[str]:
    """All lines."""
    is_chain = described["root"] == "continuation"
    frames = counted(len(described["frames"]), "frame") + ", " if is_chain else ""
    yield f"{path}: {described['root']}, {frames}{described['bytes']} bytes, format {described['format']}"
    if described["sealed"]:
        yield "sealed with the key {key} ({algorithm}); the seal holds".format(**described["sealed"])
    yield f"written by {described['writer']}, program {described['program']}"
    for module in described["modules"]:
        yield module_line(module)
    if described["earlier"]["objects"]:
        of = counted(len(described["earlier"]["messages"]), "earlier message")
        yield f"refers to {counted(described['earlier']['objects'], 'object')} of {of}, which this file does not hold"
    if is_chain:
        yield from chain(described, paper)
    else:
        yield f"value: {paper.cut(described['value'], 7, 400)}"
        if any(each["bytes"] > SCALAR for each in described["parts"]):
            yield from limited([variable_line(each, 4, paper) for each in described["parts"]], ENTRIES)
    for title, lines in sections(described, paper):
        if lines:
            yield title
            yield from limited(lines, FEW)
    yield from paper.wrapped(sizes_line(described), "", 2)
    yield from verdict(described, paper)


def module_line(module: Data) -> str:
    now = module["version_now"]
    changed = f", now {now}" if now is not None and now != module["version"] else ""
    return f"  module {module['module']} ({module['file']}), version {module['version']}{changed}"


def chain(described: Data, paper: Paper) -> Iterator[str]:
    """The frames and the marks between them."""
    frames, marks = described["frames"], described["marks"]
    if frames:
        yield "frames, the innermost first:"
    left_out = range(FRAMES // 2, len(frames) - FRAMES // 2) if len(frames) > FRAMES else range(0)
    for place, frame in enumerate(frames):
        if place not in left_out:
            yield from frame_lines(frame, paper)
        elif place == left_out.start:
            yield f"    ... {counted(len(left_out), 'more frame')} ..."
        for mark in marks:
            if mark["after"] == frame["number"] and place not in left_out and mark["kind"] != "prompt":
                yield paper.paint(f"    -- {paper.cut(mark['text'], 7)} --", "dim")


def frame_lines(frame: Data, paper: Paper) -> Iterator[str]:
    """A frame: where it waits, the line of the source, its variables."""
    place = f"{frame['file']}:{frame['line']}"
    now = frame.get("line_now")
    moved = f", now line {now}" if now is not None and now != frame["line"] else ""
    head = f"  {frame['number']} {frame['function']} waits at {frame['at']} ({place}{moved})"
    yield paper.paint(head, "bold") + f"  {counted(frame['bytes'], 'byte')}"
    if frame.get("text"):
        number = frame["line"] if now is None else now
        note = "  <- line of the changed file" if frame["stale"] else ""
        lead = f"      {number} | "
        yield paper.paint(lead + paper.cut(frame["text"], len(lead) + len(note), 90) + note, "dim")
    for variable in frame["variables"]:
        yield variable_line(variable, 6, paper)


def variable_line(variable: Data, indent: int, paper: Paper) -> str:
    """A variable or a part of a value, with its size if that is worth telling."""
    name = variable["name"] or "(a value in waiting)"
    lead = f"{' ' * indent}{name} = "
    size = f"  {counted(variable['bytes'], 'byte')}" if variable["bytes"] > len(variable["text"]) + 8 else ""
    shared = "  shared" if variable["shared"] else ""
    return lead + paper.cut(variable["text"], len(lead) + len(size + shared)) + paper.paint(size + shared, "dim")


def sections(described: Data, paper: Paper) -> Iterator[tuple[str, list[str]]]:
    """Titles and lines of what some messages have."""
    nested = [line for each in described["continuations"] for line in nested_lines(each, paper)]
    yield "continuations inside:", nested
    shared = [
        f"{each['kind']} {paper.cut(each['text'], 40)}, referred to {each['references']} times, first in "
        f"{each['path'] or 'the value itself'}"
        for each in described["shared"]
    ]
    yield "shared:", [line for text in shared for line in paper.wrapped(text, "  ", 6)]
    stand_ins = [
        f"{each['type']} ({each['kind']}) from {paper.cut(each['from'], 40)}, in {each['path'] or 'the value itself'}"
        for each in described["stand_ins"]
    ]
    yield "brought back by instances:", [line for text in stand_ins for line in paper.wrapped(text, "  ", 6)]


def nested_lines(continuation: Data, paper: Paper) -> Iterator[str]:
    path = continuation["path"]
    yield from paper.wrapped(f"{path}: {counted(continuation['count'], 'frame')}", "  ", 4)
    for text in continuation["frames"][:5]:
        yield f"      {paper.cut(text, 6, 200)}"
    if continuation["count"] > 5:
        yield f"      and {continuation['count'] - 5} more"


def limited(lines: list[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"    ... {counted(len(lines) - most, 'more line')} (--json has all)"


def sizes_line(described: Data) -> str:
    """How the bytes divide; what is shared counts where it is first met."""
    of = described["bytes_of"]
    note = "; what is shared counts where it is first met" if described["shared"] else ""
    return f"bytes: {of['tables']} for names and places in the code, {of['values']} for values and frames{note}"
