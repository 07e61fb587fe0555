"""What a picture consists of: boxes with lines, and arrows from lines to boxes."""

from __future__ import annotations

FILLS = {
    "frame": "#dbe9f6",
    "mark": "#f0f0f0",
    "more": "#ffffff",
    "struct": "#fdebd0",
    "function": "#e8dff5",
    "cell": "#d8f0e0",
    "resource": "#f9d6d5",
    "value": "#fff8dc",
}
"""The colour of each family of boxes."""


class Box:
    """A frame or an object: a title, and lines, each with the number of the box it refers to."""

    def __init__(self, title: str, family: str, column: int) -> None:
        self.title = title
        self.family = family
        self.column = column
        self.note = ""
        self.lines: list[tuple[str, int | None]] = []


class Picture:
    """Boxes, which refer to each other by number; `chain` has those of the frames and marks."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.chain: list[int] = []
        self.left_out = 0
        """Objects that are not drawn."""


def escaped(text: str) -> str:
    """Text between tags of HTML, SVG and DOT's labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
