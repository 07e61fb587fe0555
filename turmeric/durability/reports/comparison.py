"""What changed from one message to another, for example between two checkpoints of a program.

Frames are compared from the outermost in: as long as they wait at the same point they are
taken for the same calls.  The first that waits elsewhere has moved on; what is above it
was popped, or pushed since.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.format.entries import PointRow
from turmeric.durability.reports import brief
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.differences import Differences
from turmeric.durability.reports.insides import ARROW, variable_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Frame = tuple[PointRow, list[Any]]

Described = dict[str, "Any"]


def compare(before: Contents, after: Contents) -> Described:
    """Everything that differs, as plain data; docs/inspecting.md says what the parts mean."""
    found = Differences(before, after)
    roots = (before.message.root, after.message.root)
    frames: Described = {"common": 0, "moved": [], "popped": [], "pushed": []}
    if all(each.tag(root) == wire.CONTINUATION for each, root in zip((before, after), roots, strict=True)):
        rows = [before.heap[roots[0][0]], after.heap[roots[1][0]]]
        frames = Chains(found).compare(frames_of(before, rows[0]), frames_of(after, rows[1]))
        compare_marks(found, *rows)
    else:
        found.compare(*roots, "")
    modules = compare_modules(before, after)
    return {
        "same": not found.changes and not modules and not any(frames[each] for each in ("moved", "popped", "pushed")),
        "modules": modules,
        "frames": frames,
        "changes": found.changes,
        "more_changes": found.more,
    }


def compare_modules(before: Contents, after: Contents) -> list[Described]:
    """The modules whose versions are not the same, or that only one message needs."""
    versions = [{row.name: row.version for row in each.claims.modules if row.version} for each in (before, after)]
    names = {**versions[0], **versions[1]}
    rows = [{"module": name, "before": versions[0].get(name), "after": versions[1].get(name)} for name in names]
    return [row for row in rows if row["before"] != row["after"]]


def frames_of(contents: Contents, row: list[Any]) -> list[Frame]:
    """The frames of a continuation from the innermost out."""
    return [
        (contents.claims.points[number], slots)
        for reference, _ in contents.pieces(row)
        for _, _, (number, slots) in contents.chain(reference)
    ]


class Chains:
    """Compares the frames of two continuations."""

    def __init__(self, found: Differences) -> None:
        self.found = found

    def compare(self, before: list[Frame], after: list[Frame]) -> Described:
        common, moved = 0, []
        while common < min(len(before), len(after)):
            old, new = before[-1 - common], after[-1 - common]
            if function(old) != function(new):
                break
            common += 1
            step = self.found.after.frame_step(len(after) - common + 1, new[0])
            self.variables(old, new, step)
            if point(old) != point(new):
                moved.append({"frame": step, "before": place(old[0]), "after": place(new[0])})
                break
        return {
            "common": common,
            "moved": moved,
            "popped": self.steps(self.found.before, before, common),
            "pushed": self.steps(self.found.after, after, common),
        }

    def steps(self, contents: Contents, frames: list[Frame], common: int) -> list[str]:
        """The frames that only one side has."""
        inner = frames[: len(frames) - common]
        return [contents.frame_step(number, row) for number, (row, _) in enumerate(inner, 1)]

    def variables(self, old: Frame, new: Frame, step: str) -> None:
        """The variables of a frame that both sides have; those in waiting count by their order."""
        sides = [dict(named(*each)) for each in (old, new)]
        for name in {**sides[0], **sides[1]}:
            path = f"{step}{ARROW}{variable_step(name if isinstance(name, str) else '')}"
            if name not in sides[0]:
                self.found.added(sides[1][name], path)
            elif name not in sides[1]:
                self.found.removed(sides[0][name], path)
            else:
                self.found.compare(sides[0][name], sides[1][name], path)


def named(row: PointRow, slots: list[Any]) -> list[tuple[str | int, Any]]:
    """The values of a frame by name, or by number if they have none."""
    return [(name or number, slot) for number, (name, slot) in enumerate(zip(row.variables, slots, strict=True))]


def function(frame: Frame) -> tuple[str, str, tuple[str, ...]]:
    row = frame[0]
    return row.module, row.name, row.path


def point(frame: Frame) -> tuple[str, bytes]:
    return frame[0].label, frame[0].schema


def place(row: PointRow) -> str:
    return f"{row.label}, line {row.line}"


def compare_marks(found: Differences, old: list[Any], new: list[Any]) -> None:
    """The handlers, bindings and clean-ups around the frames, from the outermost in."""
    before = [mark for _, mark in found.before.pieces(old)][::-1]
    after = [mark for _, mark in found.after.pieces(new)][::-1]
    for one, other in zip(before, after, strict=False):
        found.compare(one, other, brief.text(found.after, other))
    for mark in before[len(after) :]:
        found.removed(mark, brief.text(found.before, mark))
    for mark in after[len(before) :]:
        found.added(mark, brief.text(found.after, mark))
