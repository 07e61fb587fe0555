"""The primitives of the module `json`."""

from __future__ import annotations

from turmeric.running.json_reading import Reading
from turmeric.running.json_writing import Writing
from turmeric.running.structure import short
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def is_true(value: Any) -> bool:
    return value is not None and value is not False


def read_text(text: str, keywords: Any, not_finite: Any) -> Any:
    return Reading(text, is_true(keywords), is_true(not_finite)).read()


def write_text(value: Any, indent: Any, not_finite: Any) -> str:
    if indent is not None and (type(indent) is not int or indent < 0):
        raise failure("type-error", f"json.write expects blanks a level as :indent, got {short(indent)}", indent)
    return Writing(indent, is_true(not_finite)).write(value)


TABLE: dict[str, Callable[..., Any]] = {
    "read-text": read_text,
    "write-text": write_text,
}
