"""A picture as SVG: columns of boxes from left to right, and curved arrows between them."""

from __future__ import annotations

from itertools import pairwise

from turmeric.fronts.boxes import FILLS, Box, Picture, escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LETTER = 7.25
"""The width of a letter of 12 pixels, for all fonts that may stand in for the first one."""
LINE = 18
TITLE = 24
PAD = 10
GAP = 16
"""Between boxes of a column."""
CHANNEL = 90
"""Between columns, for the arrows."""
MARGIN = 24

STYLE = """\
text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #222 }
.title { font-weight: bold }
.note, .more { fill: #777 }
.box { fill: #fff; stroke: #9a9a9a }
.head { stroke: #9a9a9a }
.arrow { fill: none; stroke: #7a7a7a; stroke-width: 1.2 }
.next { fill: none; stroke: #5b7fa6; stroke-width: 2.5 }"""

MARKERS = """\
<defs>
<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">\
<path d="M0,1 L10,5 L0,9 z" fill="#7a7a7a"/></marker>
<marker id="down" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="5" markerHeight="5" orient="auto">\
<path d="M0,1 L10,5 L0,9 z" fill="#5b7fa6"/></marker>
</defs>"""


class Placed:
    """A box with its place."""

    def __init__(self, box: Box) -> None:
        self.box = box
        head = len(box.title) * 1.05 + (len(box.note) + 3 if box.note else 0)
        self.width = max([head, *[len(text) + 2 for text, _ in box.lines]]) * LETTER + 2 * PAD
        self.height = TITLE + (LINE * len(box.lines) + 6 if box.lines else 0)
        self.x = 0.0
        self.y = 0.0

    def line_y(self, place: int) -> float:
        """The middle of a line."""
        return self.y + TITLE + 3 + LINE * (place + 0.5)


def svg_text(picture: Picture) -> str:
    """The whole text."""
    placed = [Placed(box) for box in picture.boxes]
    widest = max((placed[number].width for number in picture.chain), default=0.0)
    for number in picture.chain:
        placed[number].width = widest
    arrange(placed)
    width = max((each.x + each.width for each in placed), default=0) + MARGIN
    height = max((each.y + each.height for each in placed), default=0) + MARGIN + (LINE if picture.left_out else 0)
    return "\n".join(lines(picture, placed, width, height)) + "\n"


def lines(picture: Picture, placed: list[Placed], width: float, height: float) -> Iterator[str]:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    yield f"<style>\n{STYLE}\n</style>"
    yield MARKERS
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    for above, below in pairwise([placed[number] for number in picture.chain]):
        way = f"M{above.x + 24:.1f},{above.y + above.height:.1f} V{below.y - 1:.1f}"
        yield f'<path class="next" marker-end="url(#down)" d="{way}"/>'
    for each in placed:
        yield from box_lines(each)
    for each in placed:
        for place, (_, target) in enumerate(each.box.lines):
            if target is not None:
                yield arrow(each, place, placed[target])
    if picture.left_out:
        text = f"{picture.left_out} more objects are not drawn"
        yield f'<text class="more" x="{MARGIN}" y="{height - 10:.1f}">{text}</text>'
    yield "</svg>"


def arrange(placed: list[Placed]) -> None:
    """Give each box its place: in its column, as near as can be to the arrow that leads to it."""
    columns: dict[int, list[Placed]] = {}
    for each in placed:
        columns.setdefault(each.box.column, []).append(each)
    x: float = MARGIN
    wanted: dict[int, float] = {}
    for number in sorted(columns):
        column = columns[number]
        column.sort(key=lambda each: wanted.get(id(each), 0.0))
        y: float = MARGIN
        for each in column:
            each.x = x
            each.y = max(y, wanted.get(id(each), MARGIN))
            y = each.y + each.height + GAP
        for each in column:
            for place, (_, target) in enumerate(each.box.lines):
                if target is not None and id(placed[target]) not in wanted:
                    wanted[id(placed[target])] = each.line_y(place) - TITLE / 2
        x += max(each.width for each in column) + CHANNEL


def box_lines(each: Placed) -> Iterator[str]:
    """A box with a coloured head, and its lines."""
    x, y, width, box = each.x, each.y, each.width, each.box
    dashes = ' stroke-dasharray="4 3"' if box.family in ("mark", "more") else ""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}"'
    yield f'<rect class="box" {place} height="{each.height:.1f}" rx="5"{dashes}/>'
    yield f'<rect class="head" {place} height="{TITLE}" rx="5" fill="{FILLS[box.family]}"{dashes}/>'
    yield f'<text class="title" x="{x + PAD:.1f}" y="{y + 16.5:.1f}">{escaped(box.title)}</text>'
    if box.note:
        end = f'text-anchor="end" x="{x + width - PAD:.1f}" y="{y + 16.5:.1f}"'
        yield f'<text class="note" {end}>{escaped(box.note)}</text>'
    for number, (text, target) in enumerate(box.lines):
        middle = each.line_y(number)
        yield f'<text xml:space="preserve" x="{x + PAD:.1f}" y="{middle + 4:.1f}">{escaped(text)}</text>'
        if target is not None:
            yield f'<circle cx="{x + width - 7:.1f}" cy="{middle:.1f}" r="3" fill="#7a7a7a"/>'


def arrow(source: Placed, place: int, target: Placed) -> str:
    """A curve from a line of a box to the head of another; one that leads back goes around."""
    x1, y1 = source.x + source.width - 7, source.line_y(place)
    x2, y2 = target.x, target.y + TITLE / 2
    if x2 > source.x + source.width:
        bend = (x2 - x1) / 2
        path = f"M{x1:.1f},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f} {x2 - 2:.1f},{y2:.1f}"
    else:
        x2 = target.x + target.width
        out = max(x1, x2) + CHANNEL / 2
        path = f"M{x1:.1f},{y1:.1f} C{out:.1f},{y1:.1f} {out:.1f},{y2:.1f} {x2 + 2:.1f},{y2:.1f}"
    return f'<path class="arrow" marker-end="url(#tip)" d="{path}"/>'
