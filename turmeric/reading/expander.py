"""The macro expander: datums in, core forms out.

    (when (< n 2) (f n))   ==>   If(Call(<, n, 2), Call(f, n), nil)
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.reading.core import Call, Const, Core, Global, Lambda, Local, LoopTarget, Parameters, Seq, Variable
from turmeric.reading.datums import plain, relocate, span_of, spans_of
from turmeric.reading.names import Names
from turmeric.reading.scope import Scope
from turmeric.vocabulary import maps, namespace, sets, vectors
from turmeric.vocabulary.errors import SourceError, TurmericError
from turmeric.vocabulary.lists import EMPTY, List, cons
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.namespace import Module
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol, symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.reading.reader import Form

MACRO_TURNS = 1000
"""Expansions of one form after which its macros are taken to loop."""

NESTING = 10_000
"""Levels of forms inside forms; a macro that expands into itself goes beyond any number."""

DO = symbol("do")

SpecialForm = Callable[["Expander", List, Scope, "LoopTarget | None"], Core]
SPECIAL_FORMS: dict[str, SpecialForm] = {}
"""Special form name to its expander; filled by the modules that define them."""


def special(name: str) -> Callable[[SpecialForm], SpecialForm]:
    """Register the expander of a special form."""

    def register(function: SpecialForm) -> SpecialForm:
        SPECIAL_FORMS[name] = function
        return function

    return register


class Expansion:
    """Which macro call is being expanded: a template's symbols take its number as mark."""

    __slots__ = ("count", "current")

    def __init__(self) -> None:
        self.count = 0
        self.current = 0


EXPANSION = Expansion()


class Deeper:
    """One level of nesting more, for what is expanded within."""

    __slots__ = ("expander",)

    def __init__(self, expander: Expander) -> None:
        self.expander = expander

    def __enter__(self) -> None:
        self.expander.nesting += 1
        if self.expander.nesting > NESTING:
            self.expander.nesting -= 1  # `__exit__` is not called
            raise self.expander.too_deep()

    def __exit__(self, *error: object) -> None:
        self.expander.nesting -= 1


class Expander(Names):
    """Expands the forms of one module."""

    def __init__(
        self,
        module: Module,
        modules: Callable[[str], Module | None],
        import_module: Callable[[str, Span | None], Module],
        read_file: Callable[[str, Span | None], list[Form]],
    ) -> None:
        super().__init__(module, modules)
        self._import = import_module
        self._read = read_file
        self.loading: list[str] = []
        """The files that are being loaded into the module, the outermost first."""
        self.nesting = 0
        self.deeper = Deeper(self)
        self.newest_macro: str | None = None
        """The macro of this top-level form that was expanded last."""
        self.warnings: list[tuple[str, Span | None]] = []
        self.variables: list[Variable] = []
        """Every variable the program bound by name, for `tur check`."""

    def import_module(self, name: str) -> Module:
        """The module of that name, loaded if it was not."""
        return self._import(name, self.span)

    def read_file(self, name: str) -> list[Form]:
        """The forms of a file that is loaded into this module."""
        return self._read(name, self.span)

    # Forms ----------------------------------------------------------------------------------

    def expand(self, datum: object, scope: Scope, tail: LoopTarget | None = None, span: Span | None = None) -> Core:
        """The core form of one datum.  `tail` is the loop a `recur` here would continue."""
        outer, self.span = self.span, span_of(datum) or span or self.span
        self.nesting += 1
        try:
            if self.nesting > NESTING:
                raise self.too_deep()
            datum, found = self.expand_head(datum, scope)
            if type(datum) is Symbol:
                return self.expand_symbol(datum, scope)
            if not isinstance(datum, List):
                return self.expand_literal(datum, scope)
            if not datum:
                return Const(EMPTY, self.span)
            if found is not None:
                return SPECIAL_FORMS[found.name](self, datum, scope, tail)
            return self.expand_call(datum, scope)
        finally:
            self.span = outer
            self.nesting -= 1

    def too_deep(self) -> SourceError:
        """The error for forms nested too deeply, most often by a macro that never ends."""
        if self.newest_macro is None:
            return self.error(f"the form nests more than {NESTING} levels deep")
        message = f"the macro `{self.newest_macro}` expands into ever deeper forms: more than {NESTING} levels"
        return self.error(message, "expansion-error")

    def expand_head(self, datum: object, scope: Scope) -> tuple[object, namespace.Global | None]:
        """Expand macros until the head is none; also gives the special form it names."""
        for _ in range(MACRO_TURNS):
            if not isinstance(datum, List) or not datum:
                return datum, None
            found = self.special_or_macro(datum.head, scope)
            if found is None or found.kind == namespace.SPECIAL:
                return datum, found
            datum = self.expand_macro(found, datum)
        name = write(datum.head) if isinstance(datum, List) else "?"
        message = f"the macro `{name}` still expands into macro calls after {MACRO_TURNS} turns"
        raise self.error(message, "expansion-error")

    def expand_macro(self, macro: namespace.Global, form: List) -> object:
        """One turn: what the macro makes of the form.  Its errors point at the form."""
        EXPANSION.count += 1
        outer, EXPANSION.current = EXPANSION.current, EXPANSION.count
        self.newest_macro = macro.name
        function = macro.force()
        if not callable(function):
            raise self.error(f"the macro `{macro.name}` has no definition yet", "expansion-error")
        try:
            return relocate(function(*form.tail), form)
        except SourceError:
            raise
        except RecursionError:
            raise self.error(f"the expansion of the macro `{macro.name}` nests too deeply", "expansion-error") from None
        except TurmericError as error:
            wrapped = self.error(f"in the expansion of `{macro.name}`: {error.message}", "expansion-error")
            if error.span is not None:
                wrapped.related = ("raised here", error.span)
            raise wrapped from error
        finally:
            EXPANSION.current = outer

    def expand_symbol(self, name: Symbol, scope: Scope) -> Core:
        """A reference to a variable or a global, or field reads for a dotted symbol."""
        found = self.resolve(name, scope)
        if isinstance(found, Variable):
            found.used = True
            found.early = found.early or not found.defined
            return Local(found, self.span)
        if found is None and ("." in name.name or "/" in name.name):
            return self.expand_dotted(name, scope)
        if found is None:
            return self.unknown(name, scope)
        if found.kind in (namespace.SPECIAL, namespace.MACRO):
            raise self.error(f"`{name.name}` is a {found.kind} and has no value; write it as ({name.name} ...)")
        return self.global_value(found)

    def unknown(self, name: Symbol, scope: Scope) -> Core:
        """A reference to a name that means nothing yet: it may be defined when it is read."""
        self.module.nearby[name.name] = scope.visible()
        return Global(self.module.name, name.name, self.span)

    def global_value(self, found: namespace.Global) -> Core:
        """A reference to a global; a dynamic variable is looked up among the bindings."""
        if found.kind == namespace.DYNAMIC:
            return self.core_call("dynamic-value", Const(found.symbol))
        return Global(found.module, found.name, self.span)

    def expand_dotted(self, name: Symbol, scope: Scope) -> Core:
        """`module.name`, `alias/name`, `value.field.field`, or `.field`, a function that reads it."""
        if name.name[0] == "." and name.name.strip("."):
            return self.field_reader(name.name[1:])
        parts = name.name.split("." if "/" not in name.name else "/")
        if not all(parts):
            return self.unknown(name, scope)
        head = Symbol(parts[0], name.marks, name.span)
        if not isinstance(self.resolve(head, scope), Variable):
            member = self.member(name)
            if member is not None:
                return self.global_value(member)
            self.check_member(name)
        value = self.expand_symbol(head, scope)
        for field in parts[1:]:
            value = self.core_call("field", value, Const(field))
        return value

    def expand_literal(self, datum: object, scope: Scope) -> Core:
        """A constant, or a vector, map or set whose elements are expressions."""
        if isinstance(datum, Vector):
            return self.collection("vector", vectors.from_iterable, list(datum), datum, scope)
        if isinstance(datum, Map):
            flat = [part for pair in datum.items() for part in pair]
            return self.collection("hash-map", paired, flat, datum, scope)
        if isinstance(datum, Set):
            return self.collection("set-of", sets.from_iterable, list(datum), datum, scope)
        return Const(plain(datum), self.span)

    def collection(
        self, maker: str, make: Callable[[list[object]], object], parts: list[object], datum: object, scope: Scope
    ) -> Core:
        """The call that makes a collection at run time; a constant when all its parts are."""
        spans = spans_of(datum)
        forms = [self.expand(part, scope, None, spans.get(place)) for place, part in enumerate(parts)]
        values = [form.value for form in forms if isinstance(form, Const)]
        if len(values) == len(forms):
            return Const(make(values), self.span)
        return self.core_call(maker, *forms)

    def expand_call(self, form: List, scope: Scope) -> Core:
        """A call; `(.field x)` reads a field."""
        head, spans = form.head, spans_of(form)
        args = [self.expand(arg, scope, None, spans.get(place + 1)) for place, arg in enumerate(form.tail)]
        if type(head) is Symbol and head.name.startswith(".") and len(head.name) > 1 and head.name != "...":
            return self.field_call(head.name[1:], args)
        return Call(self.expand(head, scope, None, spans.get(0)), args, self.span)

    def field_reader(self, field: str) -> Core:
        """`.field` as a value: `(fn [value] (.field value))`."""
        var = Variable("value", None, self.span)
        return Lambda("." + field, Parameters([var]), self.core_call("field", Local(var), Const(field)), self.span)

    def field_call(self, field: str, args: list[Core]) -> Core:
        if not args:
            raise self.error(f"expected (.{field} value), got no value")
        value = self.core_call("field", args[0], Const(field))
        return value if len(args) == 1 else Call(value, args[1:], self.span)

    # For the special forms ------------------------------------------------------------------

    def core_call(self, name: str, *args: Core) -> Call:
        """A call of the standard library's own `name`, whatever the program calls so."""
        return Call(Global("core", name, self.span), args, self.span)

    def operands(self, form: List, low: int, high: int | None, shape: str) -> list[object]:
        """The datums after the head, or an error that shows how the form is written."""
        found = list(form.tail)
        if len(found) < low or (high is not None and len(found) > high):
            raise self.error(f"expected {shape}, got {write(form)[:60]}")
        return found

    def body(self, forms: List, scope: Scope, tail: LoopTarget | None = None) -> Core:
        """A body: its definitions are local to it, its `defer`s run when it is left."""
        return SPECIAL_FORMS["do"](self, cons(DO, forms), scope, tail)


def paired(flat: list[object]) -> Map:
    """A map of keys and values given in turn."""
    return maps.from_pairs(list(zip(flat[::2], flat[1::2], strict=True)))


def sequence(forms: list[Core], span: Span | None) -> Core:
    """Several forms as one; nil when there is none."""
    if not forms:
        return Const(None, span)
    return forms[0] if len(forms) == 1 else Seq(forms, span)
