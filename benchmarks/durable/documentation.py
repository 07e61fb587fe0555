"""The figures in docs/performance.md: what stands there between two lines is made of the results."""

from __future__ import annotations

from pathlib import Path

from benchmarks.durable.figures import Figures
from benchmarks.durable.table import claim_table, conditions_line, figure_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
START, END = "<!-- figures of benchmarks/results/durable.json -->", "<!-- end of the figures -->"


def block(figures: Figures) -> str:
    """What stands between the two lines."""
    lines = [conditions_line(figures), "", "```text", *claim_table(figures), "", *figure_table(figures), "```"]
    return "\n".join(["", *lines, ""])


def between(text: str) -> tuple[str, str, str]:
    """A page before the figures, the figures, and the rest."""
    before, _, rest = text.partition(START)
    inside, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no lines {START} and {END}")
    return before + START, inside, END + after


def put(figures: Figures, page: Path = PAGE) -> None:
    """Write the figures into the page."""
    before, _, after = between(page.read_text())
    page.write_text(before + block(figures) + after)
