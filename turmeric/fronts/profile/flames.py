"""A profile as a flame graph, in SVG: a box for each function, as wide as its share of the time, on the box of
the function that called it.  It needs no script and nothing else: what a box is, hovering over it says.

The same samples give the same picture, and colours say what is what (`COLOURS`).
"""

from __future__ import annotations

from turmeric.fronts.boxes import escaped
from turmeric.fronts.profile.counts import LIBRARY, PRIMITIVE, PROGRAM, PYTHON, TURMERIC, Profile
from turmeric.fronts.profile.tables import shown, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH, ROW, MARGIN = 1200, 18, 10
HEAD = 62
"""The height of the title and the legend."""
LETTER = 6.6
"""The width of a letter of 11 pixels, for all fonts that may stand in for the first one."""
NARROWEST = 0.4
"""Pixels: narrower boxes are not drawn."""

COLOURS = {
    PROGRAM: ("#f5a65b", "the program"),
    LIBRARY: ("#f3d27a", "the standard library"),
    PRIMITIVE: ("#9cc8a5", "primitives"),
    PYTHON: ("#a9bfdc", "Python"),
    TURMERIC: ("#d5d5d5", "Turmeric at work"),
}

STYLE = """\
text { font: 11px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #222; pointer-events: none }
text.title { font-size: 15px; font-weight: bold }
rect.box { stroke: #fff; stroke-width: 0.6 }
rect.box:hover { stroke: #222; stroke-width: 1.2 }"""


class Node:
    """A function, called by the functions below it: its samples, and the functions it called."""

    __slots__ = ("count", "inner", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.inner: dict[str, Node] = {}


def tree_of(profile: Profile) -> Node:
    root = Node("all")
    for names, count in profile.stacks.items():
        node = root
        node.count += count
        for name in names:
            node = node.inner.setdefault(name, Node(name))
            node.count += count
    return root


def depth_of(root: Node) -> int:
    """The rows of a tree."""
    rows, level = 0, [root]
    while level:
        rows += 1
        level = [inner for node in level for inner in node.inner.values()]
    return rows


def flame_graph(profile: Profile, title: str) -> str:
    """The picture as the text of an SVG file."""
    return "\n".join(lines(profile, title)) + "\n"


def lines(profile: Profile, title: str) -> Iterator[str]:
    root = tree_of(profile)
    rows = depth_of(root)
    height = HEAD + rows * ROW + MARGIN
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
    yield f"<title>{escaped(title)}</title>"
    yield f"<style>\n{STYLE}\n</style>"
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    yield f'<text class="title" x="{MARGIN}" y="22">{escaped(title)}</text>'
    yield f'<text x="{MARGIN}" y="40">{escaped(summary(profile))}</text>'
    yield from legend()
    base = HEAD + (rows - 1) * ROW
    room = WIDTH - 2 * MARGIN
    work: list[tuple[Node, float, int]] = [(root, MARGIN, 0)]
    while work:
        node, x, row = work.pop()
        width = room * node.count / max(root.count, 1)
        if width < NARROWEST:
            continue
        yield from box(profile, node, x, base - row * ROW, width, root)
        for inner in sorted(node.inner.values(), key=lambda each: each.name):
            work.append((inner, x, row + 1))
            x += room * inner.count / root.count
    yield "</svg>"


def legend() -> Iterator[str]:
    x: float = MARGIN
    for colour, text in COLOURS.values():
        yield f'<rect x="{x:.1f}" y="47" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 14:.1f}" y="56">{text}</text>'
        x += 30 + len(text) * LETTER


def box(profile: Profile, node: Node, x: float, y: float, width: float, root: Node) -> Iterator[str]:
    colour = "#eeeeee" if node is root else COLOURS[profile.kind(node.name)][0]
    place = f'x="{x:.2f}" y="{y}" width="{width:.2f}" height="{ROW - 1}"'
    yield f'<g><rect class="box" {place} rx="1.5" fill="{colour}"><title>{escaped(hover(profile, node))}</title></rect>'
    letters = int((width - 6) / LETTER)
    if letters >= 3:
        text = node.name if len(node.name) <= letters else node.name[: letters - 1] + "…"
        yield f'<text x="{x + 3:.2f}" y="{y + 12.5}">{escaped(text)}</text>'
    yield "</g>"


def hover(profile: Profile, node: Node) -> str:
    """What is said of a box: here, and of the function wherever it is."""
    own = node.count - sum(inner.count for inner in node.inner.values())
    noun = "sample" if node.count == 1 else "samples"
    text = f"{node.name}: {node.count} {noun}, {profile.share(node.count):.1f} %, itself {profile.share(own):.1f} %"
    place = profile.places.get(node.name)
    return text + (f"\n{shown(place[0])}:{place[1]}" if place is not None else "")
