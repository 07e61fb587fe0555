"""What a module declares, one object for each top-level form.

Declarations are what the loader runs.  Those that hold code hold core forms here and
A-normal form after the normalizer; everything else is plain data.
"""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

FUNCTION = "function"
MACRO = "macro"
VALUE = "value"
DYNAMIC = "dynamic"
EXPRESSION = "expression"
STRUCT = "struct"
DATA = "data"
CLASS = "class"
INSTANCE = "instance"
PRIMITIVE = "primitive"
OPAQUE = "opaque type"
IMPORT = "import"
MIGRATION = "migration"
RENAME = "rename"

EXPRESSION_NAME = "<top level>"
"""The definition that a top-level expression counts as part of."""


class Declaration:
    """A top-level form.  `code` maps the name of each piece of code to it; `data` is
    what else the kind needs:

        struct     (kind, fields, types)
        data       (parameters, ((constructor, fields, types), ...))
        class      (superclasses, ((method, dispatch place or None, has default), ...))
        instance   (class, type, constraints, methods)
        primitive  (minimum, maximum or None, types)
        import     (module, alias or None, referred names)
        migration  (the type's module, its name, old versions)
        rename     (old full name, new full name)
    """

    __slots__ = ("code", "data", "doc", "kind", "name", "parameters", "private", "span")

    def __init__(
        self,
        kind: str,
        name: str,
        code: dict[str, object] | None = None,
        data: Sequence[object] = (),
        span: Span | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.code = code or {}
        self.data = tuple(data)
        self.span = span
        self.doc: str | None = None
        self.parameters: str | None = None
        self.private = False
