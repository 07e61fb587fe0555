"""Examining core forms: names that mean nothing, calls and fields that cannot work.

A mistake that a `catch` around it names (`(catch [e : arity-error] ...)`) is made on purpose.
"""

from __future__ import annotations

from turmeric.fronts.checks import signatures
from turmeric.fronts.checks.catching import caught
from turmeric.fronts.checks.gathering import Gathered, Row
from turmeric.fronts.checks.known import Known
from turmeric.fronts.checks.problems import Problem
from turmeric.fronts.checks.static_types import ATOMS, UNCALLABLE, Types
from turmeric.reading.core import Call, Const, Core, Global, Lambda, Let, Letrec, Local, Loop, SetGlobal
from turmeric.reading.parts import parts
from turmeric.running.structure import short
from turmeric.vocabulary.elsewhere import meant
from turmeric.vocabulary.kinds import a
from turmeric.vocabulary.namespace import nearest
from turmeric.vocabulary.structs import ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.fronts.checks.signatures import Signature
    from turmeric.reading.core import Variable
    from turmeric.vocabulary.spans import Span


class Examiner:
    """Goes through the forms of a file and notes what is wrong with them."""

    def __init__(self, gathered: Gathered) -> None:
        self.gathered = gathered
        self.known = Known(gathered)
        self.types = Types(self.known.find, self.known.values)
        self.functions: dict[Variable, Lambda] = {}
        self.span: Span | None = None
        self.caught: frozenset[str] = frozenset()

    def examine(self, row: Row) -> None:
        """Examine all code of a declaration."""
        self.span = row.declaration.span
        for form in row.code.values():
            self.visit(form)

    def visit(self, form: Core) -> None:
        """Examine a form and everything in it."""
        outer, self.span = self.span, form.span or self.span
        before = self.caught
        self.enter(form)
        inside = parts(form)
        for part in inside[:-1]:
            self.visit(part)
        self.caught = before | caught(form)
        if inside:
            self.visit(inside[-1])
        self.caught, self.span = before, outer

    def enter(self, form: Core) -> None:
        """What a form itself does wrong, and what it says about its variables."""
        if isinstance(form, Lambda) and form.params.rest is not None:
            self.types.variables[form.params.rest] = "list"
        elif isinstance(form, Let):
            self.bind(form.var, form.init)
        elif isinstance(form, Letrec):
            self.functions.update((var, value) for var, value in form.bindings if not var.assigned)
        elif isinstance(form, Loop):
            self.types.variables.update((var, None) for var in form.vars)
        elif isinstance(form, Global | SetGlobal):
            self.check_name(form)
        elif isinstance(form, Call):
            self.check_call(form)

    def bind(self, var: Variable, init: Core) -> None:
        """A binding that never changes has its value's type, and its signature."""
        if var.assigned or var.early:
            return
        if isinstance(init, Lambda):
            self.functions[var] = init
        if var.type is None:
            self.types.variables[var] = self.types.of(init)

    def note(self, message: str, error: str, span: Span | None = None) -> None:
        """Note a problem that would raise `error`."""
        place = span or self.span
        if place is not None and error not in self.caught:
            self.gathered.problems.append(Problem(message, place))

    # Names ----------------------------------------------------------------------------------

    def check_name(self, form: Global | SetGlobal) -> None:
        if self.known.is_defined(form.module, form.name):
            return
        near = meant(form.name, self.known.visible(form.name))
        hint = f"; did you mean `{near}`?" if near else ""
        self.note(f"`{form.name}` is not defined{hint}", "unbound-variable", form.span)

    # Calls ----------------------------------------------------------------------------------

    def check_call(self, form: Call) -> None:
        function = form.function
        if isinstance(function, Global) and function.module == "core":
            if function.name == "check-type":
                self.check_type(form.args[0], constant(form.args[1]), str(constant(form.args[2])))
            elif function.name == "field" and isinstance(form.args[1], Const):
                self.check_field(form.args[0], str(form.args[1].value))
        wanted = self.signature(function)
        if wanted is None:
            self.check_callable(function)
            return
        wrong = signatures.complaint(wanted, form.args)
        if wrong is not None:
            self.note(wrong, "arity-error")
        else:
            self.check_arguments(wanted, form.args)

    def check_callable(self, function: Core) -> None:
        have = self.types.of(function)
        if have in UNCALLABLE:
            self.note(f"cannot call {shown(function, str(have))}: it is no function", "type-error")

    def signature(self, function: Core) -> Signature | None:
        """What a called form takes, when that is certain."""
        if isinstance(function, Lambda):
            return signatures.of_lambda(function.name or "fn", function)
        if isinstance(function, Local):
            found = self.functions.get(function.var)
            return signatures.of_lambda(function.var.name, found) if found is not None else None
        return self.known.signature(function.module, function.name) if isinstance(function, Global) else None

    def check_arguments(self, wanted: Signature, args: tuple[Core, ...]) -> None:
        """Compare the arguments' certain types with the parameters' declared ones."""
        params = (*wanted.required, *wanted.optional)
        if wanted.struct and len(args) != len(params):
            return
        for (name, type_), arg in zip(params, args, strict=False):
            self.check_type(arg, type_, wanted.subject.format(name=name, owner=wanted.name))
        rest = args[len(wanted.required) :] if wanted.keys else ()
        for key, arg in zip(rest[::2], rest[1::2], strict=False):
            name = signatures.keyword_of(key) or ""
            self.check_type(arg, wanted.keys.get(name), f"{name} of {wanted.name}")

    def check_type(self, value: Core, wanted: object, what: str) -> None:
        want = wanted[0] if isinstance(wanted, tuple) else wanted
        have = self.types.of(value)
        if not isinstance(want, str) or have is None or not self.types.contradict(have, want):
            return
        self.note(f"{what} expects {a(want)}, got {shown(value, have)}", "type-error", value.span)

    # Fields ---------------------------------------------------------------------------------

    def check_field(self, value: Core, name: str) -> None:
        have = self.types.of(value)
        if have is None:
            return
        if have in ATOMS:
            self.note(f"cannot read the field `{name}` of {shown(value, have)}", "type-error")
            return
        structs = self.types.structs(have)
        if not structs or any(has_field(struct.kind, struct.fields, name) for struct in structs):
            return
        fields = sorted({field for struct in structs for field in struct.fields})
        near = nearest(name, fields)
        hint = f"; did you mean `{near}`?" if near else f"; it has {', '.join(fields) or 'none'}"
        self.note(f"{have.rpartition('.')[2]} has no field `{name}`{hint}", "key-error")


def has_field(kind: str, fields: tuple[str, ...], name: str) -> bool:
    """Whether the values of a struct type have a field; every error has a message and data."""
    return name in fields or (kind == ERROR and name in ("message", "data"))


def shown(value: Core, type_: str) -> str:
    """A value that is written out, or else its type, for messages."""
    return short(value.value) if isinstance(value, Const) else a(type_)


def constant(form: Core) -> object:
    return form.value if isinstance(form, Const) else None
