"""`(doc name)` and `(source name)`: what a definition is for, and how it is written."""

from __future__ import annotations

from turmeric.fronts.special_forms import SPECIAL_FORMS
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.namespace import Global
from turmeric.vocabulary.spans import Span, source_line
from turmeric.vocabulary.structs import DataType, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.assembly.session import Session
    from turmeric.vocabulary.symbols import Symbol


def definition(session: Session, name: Symbol) -> Global:
    """What a name means at the prompt.  Raises `unbound-variable`."""
    expander = session.pipeline().expander
    found = expander.resolve(name, Scope()) or expander.member(name)
    if isinstance(found, Global):
        return found
    module = session.user
    near = namespace.nearest(name.name, {**module.prelude, **module.definitions})
    hint = f"; did you mean `{near}`?" if near else ""
    raise failure("unbound-variable", f"`{name.name}` is not defined{hint}", name)


def doc(session: Session, name: Symbol) -> str:
    """The signature of a definition, what it is, and its documentation."""
    found = definition(session, name)
    if found.kind == namespace.SPECIAL:
        shape, text = SPECIAL_FORMS.get(found.name, (f"({found.name} ...)", ""))
        return f"{shape}   special form\n{indented(text)}".rstrip()
    text = found.doc or "It has no documentation."
    return f"{signature(found)}   {kind_name(found)} of {found.module}\n{indented(text)}"


def indented(text: str) -> str:
    return "\n".join("  " + line if line else "" for line in text.strip().splitlines())


def signature(found: Global) -> str:
    """`(map f xs)` for what is called, else the name."""
    if found.kind == namespace.SPECIAL:
        return SPECIAL_FORMS.get(found.name, (found.name, ""))[0]
    if found.parameters is None:
        return found.name
    inside = found.parameters.removeprefix("[").removesuffix("]")
    return f"({found.name} {inside})" if inside else f"({found.name})"


KINDS = {namespace.PRIMITIVE: "function", namespace.OPERATOR: "function", namespace.DYNAMIC: "dynamic variable"}


def kind_name(found: Global) -> str:
    """What a definition is, in a word or two."""
    if found.kind != namespace.TYPE:
        return KINDS.get(found.kind, found.kind)
    value = found.force()
    if isinstance(value, DataType):
        return "data type"
    return value.kind if isinstance(value, StructType) else "constructor"


def source(session: Session, name: Symbol) -> str:
    """The text of a definition as it was written, with the `;;;` lines above it."""
    found = definition(session, name)
    if found.kind == namespace.SPECIAL:
        return f"; `{found.name}` is a special form: the expander knows it"
    span = found.span
    lines = [] if span is None else [line_at(span, number) for number in range(span.line, span.end_line + 1)]
    if span is None or not all(line is not None for line in lines):
        return f"; the text of `{found.name}` is not at hand"
    above: list[str] = []
    while (line := line_at(span, span.line - 1 - len(above))) is not None and line.startswith(";;;"):
        above.insert(0, line)
    return "\n".join([f"; {span}", *above, *(line for line in lines if line is not None)])


def line_at(span: Span, number: int) -> str | None:
    return source_line(Span(span.file, number, 1, number, 1)) if number > 0 else None
