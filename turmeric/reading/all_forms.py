"""All forms: importing this module registers every special form and top-level form."""

from __future__ import annotations

from turmeric.reading import (
    bodies,
    classes,
    exits,
    forms,
    functions,
    handling,
    looping,
    modules,
    quasiquote,
    regions,
    toplevel,
    types,
    ways,
)
from turmeric.reading.expander import SPECIAL_FORMS
from turmeric.reading.toplevel import TOP_FORMS

REGISTERED = (
    bodies, classes, exits, forms, functions, handling, looping, modules, quasiquote, regions, toplevel, types,
    ways,
)

__all__ = ["REGISTERED", "SPECIAL_FORMS", "TOP_FORMS"]
