"""Where two values of two messages differ, as paths with what was there before and after.

A value that is met in several places is compared once, where it is met first.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.reports import brief
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.digests import Digests
from turmeric.durability.reports.insides import ARROW, Part
from turmeric.durability.reports.sizes import Sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Pair = tuple[Any, Any, str]

MOST = 1000
"""Changes that are told; the others are counted."""
TEXT = 200
PATIENCE = 1_000_000
"""Pairs of elements up to which it is looked for what moved."""


class Differences:
    """Collects the differences between values of two messages."""

    def __init__(self, before: Contents, after: Contents) -> None:
        self.before = before
        self.after = after
        self.digests = (Digests(before), Digests(after))
        self.sizes = (Sizes(before), Sizes(after))
        self.changes: list[dict[str, Any]] = []
        self.more = 0
        self.compared: set[tuple[int, int]] = set()

    def compare(self, before: Any, after: Any, path: str) -> None:
        """Note where two values differ."""
        work = [(before, after, path)]
        while work:
            old, new, way = work.pop()
            if self.digests[0].of(old) == self.digests[1].of(new):
                continue
            inside = self.inside(old, new, way) if self.alike(old, new) else None
            if inside is None:
                self.note("changed", way, old, new)
            else:
                work += reversed(inside)

    def alike(self, old: Any, new: Any) -> bool:
        """Whether two values are objects of a kind, so that their parts can be compared."""
        rows = self.before.row(old), self.after.row(new)
        if rows[0] is None or rows[1] is None:
            return False
        kinds = self.before.kind_of(rows[0]), self.after.kind_of(rows[1])
        return kinds[0] == kinds[1] and kinds[0] not in WHOLE

    def inside(self, old: Any, new: Any, path: str) -> list[Pair] | None:
        """What is to be compared of two objects; None if they differ as wholes."""
        if (old[0], new[0]) in self.compared:
            return []
        self.compared.add((old[0], new[0]))
        count, kind = len(self.changes) + self.more, self.before.kind(old)
        if kind in ("list", "vector"):
            pairs = self.sequences(self.elements(self.before, old), self.elements(self.after, new), path)
        elif kind in ("map", "set"):
            pairs = self.keyed(self.members(0, old), self.members(1, new), path)
        else:
            parts = [list(each.parts(slot[0])) for each, slot in ((self.before, old), (self.after, new))]
            if [step for step, _ in parts[0]] != [step for step, _ in parts[1]]:
                return None
            both = zip(parts[0], parts[1], strict=True)
            pairs = [(slot, other, onward(path, step)) for (step, slot), (_, other) in both]
        differing = [pair for pair in pairs if self.digests[0].of(pair[0]) != self.digests[1].of(pair[1])]
        return differing if differing or len(self.changes) + self.more > count else None

    def elements(self, contents: Contents, slot: Any) -> list[Any]:
        """The elements of a list or a vector."""
        if contents.tag(slot) == wire.LIST:
            return [item for _, _, item in contents.chain(slot)]
        return [item for _, item in contents.parts(slot[0])]

    def sequences(self, old: list[Any], new: list[Any], path: str) -> list[Pair]:
        """The elements that took the place of others, after those that came or went were noted."""
        sides = [self.digests[0].of(each) for each in old], [self.digests[1].of(each) for each in new]
        pairs: list[Pair] = []
        for (start, end), (new_start, new_end) in replaced(*sides):
            both = min(end - start, new_end - new_start)
            pairs += [
                (old[start + at], new[new_start + at], onward(path, f"element {new_start + at}")) for at in range(both)
            ]
            for at in range(start + both, end):
                self.removed(old[at], onward(path, f"element {at}"))
            for at in range(new_start + both, new_end):
                self.added(new[at], onward(path, f"element {at}"))
        return pairs

    def members(self, side: int, slot: Any) -> dict[bytes, Part]:
        """The entries of a map by their keys, the elements of a set by themselves."""
        contents, digests = (self.before, self.after)[side], self.digests[side]
        if contents.kind(slot) == "set":
            return {digests.of(item): ("an element", item) for _, item in contents.parts(slot[0])}
        flat = contents.entries(slot[0])
        return {digests.of(key): (f"key {brief.text(contents, key)}", item) for key, item in flat}

    def keyed(self, old: dict[bytes, Part], new: dict[bytes, Part], path: str) -> list[Pair]:
        """Entries that both sides have, after those that only one has were noted."""
        for key, (step, slot) in old.items():
            if key not in new:
                self.removed(slot, onward(path, step))
        for key, (step, slot) in new.items():
            if key not in old:
                self.added(slot, onward(path, step))
        return [(slot, new[key][1], onward(path, step)) for key, (step, slot) in old.items() if key in new]

    # Notes ----------------------------------------------------------------------------------------

    def added(self, slot: Any, path: str) -> None:
        self.note("added", path, None, slot)

    def removed(self, slot: Any, path: str) -> None:
        self.note("removed", path, slot, None)

    def note(self, kind: str, path: str, old: Any, new: Any) -> None:
        """Note one change, with the sizes of what came or went."""
        if len(self.changes) >= MOST:
            self.more += 1
            return
        found: dict[str, Any] = {"change": kind, "path": path}
        if kind != "added":
            found |= {"before": brief.text(self.before, old, TEXT), "bytes_before": self.size(0, old)}
        if kind != "removed":
            found |= {"after": brief.text(self.after, new, TEXT), "bytes_after": self.size(1, new)}
        self.changes.append(found)

    def size(self, side: int, slot: Any) -> int:
        """The bytes of a value; what was counted already is not counted again."""
        return self.sizes[side].value(slot)


WHOLE = frozenset(("symbol", "keyword", "string", "bytes", "definition", "continuation", "unset", "external"))
"""What has no parts that could be compared."""


def replaced(old: list[bytes], new: list[bytes]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The stretches of two sequences that are not the same, between those that are."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle[0]) * len(middle[1]) > PATIENCE:
        return [((start, len(old) - end), (start, len(new) - end))]
    from difflib import SequenceMatcher

    codes = SequenceMatcher(None, *middle, autojunk=False).get_opcodes()
    return [((start + a, start + b), (start + c, start + d)) for kind, a, b, c, d in codes if kind != "equal"]


def onward(path: str, step: str) -> str:
    """A path with one more step."""
    return ARROW.join(each for each in (path, step) if each)
