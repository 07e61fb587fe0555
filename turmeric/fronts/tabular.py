"""What tables are written on: a terminal has a width and colours, a file has neither."""

from __future__ import annotations

from turmeric.fronts.statuses import wants_color

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

PAINTS = {"bold": "\x1b[1m", "dim": "\x1b[2m", "bad": "\x1b[1;31m", "good": "\x1b[32m"}
PLAIN = "\x1b[0m"
NARROWEST = 40
VALUE = 60
"""Characters of a value that are shown where there is no terminal."""


class Paper:
    """A stream that lines are written for."""

    def __init__(self, stream: TextIO) -> None:
        from shutil import get_terminal_size

        self.color = wants_color(stream)
        self.width = max(get_terminal_size().columns, NARROWEST) if stream.isatty() else None
        """Columns of the terminal; None where lines may be of any length."""

    def paint(self, text: str, *paints: str) -> str:
        """Text in colours, if there are any."""
        if not self.color or not text:
            return text
        return "".join(PAINTS[each] for each in paints) + text + PLAIN

    def cut(self, text: str, used: int, most: int = VALUE) -> str:
        """A value cut to what is left of a line after `used` columns; without a terminal to `most`."""
        room = most if self.width is None else max(self.width - used, 12)
        return text if len(text) <= room else text[: room - 3] + "..."

    def wrapped(self, text: str, lead: str, indent: int) -> list[str]:
        """A text with something before it, on several lines if a terminal is too narrow."""
        if self.width is None or len(lead) + len(text) <= self.width:
            return [lead + text]
        from textwrap import wrap

        return wrap(
            text, self.width, initial_indent=lead, subsequent_indent=" " * indent,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip


def counted(number: int, noun: str) -> str:
    """`1 frame`, `2 frames`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
