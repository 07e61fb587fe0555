"""Tables: columns as wide as what is in them, and no wider than the terminal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from turmeric.fronts.tabular import Paper

GAP = "  "
LEAST = 6
"""Characters that a column keeps when others need the room."""


def table(titles: list[str], rows: list[list[str]], paper: Paper) -> Iterator[str]:
    """A line for the titles and one for each row; the widest columns are cut to fit the terminal."""
    widths = fitting([max(map(len, column)) for column in zip(titles, *rows, strict=True)], paper.width)
    yield paper.paint(line(titles, widths), "bold")
    for row in rows:
        yield line(row, widths)


def fitting(widths: list[int], room: int | None) -> list[int]:
    """Widths that fit: the widest columns give way, one character after the other."""
    widths = list(widths)
    while room is not None and sum(widths) + len(GAP) * (len(widths) - 1) > room:
        widest = max(range(len(widths)), key=lambda place: widths[place])
        if widths[widest] <= LEAST:
            break
        widths[widest] -= 1
    return widths


def line(row: list[str], widths: list[int]) -> str:
    return GAP.join(cut(text, width).ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
