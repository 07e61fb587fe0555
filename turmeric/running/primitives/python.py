"""The primitives of the module `python`."""

from __future__ import annotations

from turmeric.running.conversion import from_python, to_python
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def python_value(value: Any) -> Any:
    try:
        return to_python(value)
    except ValueError as error:
        raise failure("value-error", str(error), value) from error


def turmeric_value(value: Any, keywords: Any) -> Any:
    try:
        return from_python(value, keywords is not None and keywords is not False)
    except ValueError as error:
        raise failure("value-error", str(error), None) from error


TABLE: dict[str, Callable[..., Any]] = {
    "to-python": python_value,
    "turmeric-value": turmeric_value,
}
