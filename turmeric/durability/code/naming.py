"""Which definitions bytes may refer to by name.

The encoder writes a name for a value that its definition still has: a function, a cell, a type.
So bytes may name any function, cell, type or class of a module of the program or of the library,
private ones too; primitives and operators if every program may name them, or if there is code of
the library in the bytes, which may hold others; and never a macro, a special form, a dynamic
variable, or a definition that holds any other value.
"""

from __future__ import annotations

from turmeric.running.classes import Method, TypeClass
from turmeric.running.futures import Future
from turmeric.running.values import Builtin, Closure, Operator, Rc, Ref
from turmeric.vocabulary import namespace
from turmeric.vocabulary.structs import DataType, Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.namespace import Global, Module

BY_NAME = (Closure, Ref, Rc, Future, Builtin, Operator, StructType, DataType, TypeClass, Method)
"""The classes of values for which the encoder writes the name of their definition."""
BUILT_IN = (namespace.PRIMITIVE, namespace.OPERATOR)
KINDS = (*BUILT_IN, namespace.FUNCTION, namespace.VALUE, namespace.TYPE, namespace.CLASS, namespace.METHOD)


def is_built_in(found: Global) -> bool:
    return found.kind in BUILT_IN


def may_be_named(found: Global, home: Module) -> bool:
    """Whether bytes may refer to a definition, as far as that is known without making its value.
    For private built-in functions the library's own code is the exception."""
    if found.kind not in KINDS or (is_built_in(found) and not home.offers(found.name)):
        return False
    return found.pending is not None or goes_by_name(found.value)


def goes_by_name(value: object) -> bool:
    """Whether a definition's value is stored as the definition's name."""
    if isinstance(value, Struct):
        return value.type.nullary is value  # a constructor without fields, whose definition was a function
    return isinstance(value, BY_NAME)
