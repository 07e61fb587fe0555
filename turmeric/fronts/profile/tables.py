"""A profile as a table: functions by their own time, then lines."""

from __future__ import annotations

import os

from turmeric.fronts.profile.counts import LEFT_OUT, Profile
from turmeric.vocabulary.spans import Span, source_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS, LINES = 20, 10
"""Rows that are shown of each."""
SOURCE = 60
"""Characters of a line of source that are shown."""


def table(profile: Profile) -> Iterator[str]:
    """The lines of the table."""
    yield summary(profile)
    if not profile.samples:
        return
    yield ""
    yield "   own   total  samples  function"
    ranked = sorted(profile.total, key=lambda name: (-profile.own.get(name, 0), -profile.total[name], name))
    for name in [name for name in ranked if name != LEFT_OUT][:FUNCTIONS]:
        own, total = profile.own.get(name, 0), profile.total[name]
        yield f"{profile.share(own):5.1f}% {profile.share(total):6.1f}% {own:8}  {name}{where(profile, name)}"
    if len(ranked) > FUNCTIONS:
        yield f"       and {len(ranked) - FUNCTIONS} more"
    yield ""
    yield "  time  samples  line, with what the library does for it"
    for (file, line), count in sorted(profile.lines.items(), key=lambda item: (-item[1], item[0]))[:LINES]:
        text = (source_line(Span(file, line, 1, line, 1)) or "").strip()
        yield f"{profile.share(count):5.1f}% {count:8}  {shown(file)}:{line}  {cut(text)}".rstrip()


def summary(profile: Profile) -> str:
    seconds = profile.samples * profile.interval
    if not profile.samples:
        return f"profile: no samples; the program took less than {profile.interval * 1000:.0f} ms of CPU time"
    noun = "sample" if profile.samples == 1 else "samples"
    return f"profile: {profile.samples} {noun}, one every {profile.interval * 1000:.0f} ms of CPU time: {seconds:.2f} s"


def where(profile: Profile, name: str) -> str:
    """Where a function is defined, in brackets."""
    place = profile.places.get(name)
    return f"  ({shown(place[0])}:{place[1]})" if place is not None else ""


def shown(file: str) -> str:
    """A file's name, from the current directory if it is below that; of the library's just the last part."""
    here = os.getcwd() + os.sep
    if file.startswith(here):
        return file[len(here) :]
    return os.path.basename(file) if os.path.isabs(file) else file


def cut(text: str) -> str:
    text = "".join(each if each.isprintable() else " " for each in text)
    return text if len(text) <= SOURCE else text[: SOURCE - 3] + "..."
