"""A picture as DOT text, the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from itertools import pairwise

from turmeric.fronts.boxes import FILLS, Box, Picture, escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
digraph continuation {
  rankdir=LR;
  node [shape=plain, fontname="monospace", fontsize=10];
  edge [color="#7a7a7a", arrowsize=0.7];"""


def dot_text(picture: Picture) -> str:
    """The whole text."""
    return "\n".join(lines(picture)) + "\n"


def lines(picture: Picture) -> Iterator[str]:
    yield HEAD
    for number, box in enumerate(picture.boxes):
        yield f"  n{number} [label=<{table(box)}>];"
    if picture.chain:
        yield f"  {{ rank=same; {' '.join(f'n{number};' for number in picture.chain)} }}"
    for above, below in pairwise(picture.chain):
        yield f"  n{above} -> n{below} [weight=10, penwidth=2];"
    for number, box in enumerate(picture.boxes):
        for place, (_, target) in enumerate(box.lines):
            if target is not None:
                yield f"  n{number}:p{place}:e -> n{target}:title;"
    if picture.left_out:
        yield f'  more [label="{picture.left_out} more objects are not drawn"];'
    yield "}"


def table(box: Box) -> str:
    """The label of a box: a table with a port for each line."""
    note = f'  <font color="#666666">{escaped(box.note)}</font>' if box.note else ""
    head = f'<tr><td port="title" bgcolor="{FILLS[box.family]}"><b>{escaped(box.title)}</b>{note}</td></tr>'
    rows = ""
    for place, (text, _) in enumerate(box.lines):
        rows += f'<tr><td port="p{place}" align="left">{escaped(text) or " "}</td></tr>'
    return f'<table border="0" cellborder="1" cellspacing="0" cellpadding="3">{head}{rows}</table>'
