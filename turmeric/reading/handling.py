"""Effect handlers: `handle` and `handler`.

    (handle body (Ask [p] k) expr ... (return [v] expr))

Each clause becomes a function of the effect's fields and, unless it runs in place, of the
continuation; `clauses` says which way.
"""

from __future__ import annotations

from turmeric.reading import clauses, core, type_annotations
from turmeric.reading.core import Call, Const, Core, Global, Lambda, LoopTarget, Marked, Parameters
from turmeric.reading.datums import span_of, spans_of
from turmeric.reading.expander import Expander, special
from turmeric.reading.functions import make_lambda, parameter_pairs
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List, source_list
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.structs import EFFECT, StructType
from turmeric.vocabulary.symbols import Symbol, symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    from turmeric.vocabulary.spans import Span

    Clause = tuple[List, object, Span | None]
    """A clause's head, its expression, and where that stands."""

MULTI_SHOT = "^multishot"
SHAPE = "(Effect [parameters ...] k) expression"


@special("handle")
def expand_handle(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(handle body (Ask [p] k) expr ... (return [v] expr))`."""
    parts = expander.operands(form, 1, None, f"(handle body {SHAPE} ...)")
    spans = spans_of(form)
    operands = rows(expander, parts[1:], [spans.get(place) for place in range(2, len(parts) + 1)], scope)
    return Marked(core.HANDLER, operands, expander.expand(parts[0], Scope(scope), None, spans.get(1)), expander.span)


@special("handler")
def expand_handler(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(handler (Ask [p] k) expr ... (return [v] expr))`: the clauses as a value."""
    spans = spans_of(form)
    operands = rows(expander, list(form.tail), [spans.get(place) for place in range(1, len(form))], scope)
    return Call(Global("effects", "make-handler", expander.span), operands, expander.span)


def rows(expander: Expander, items: list[object], spans: list[Span | None], scope: Scope) -> list[Core]:
    """What a handler mark takes: the function for `return` (or nil), then key, way and function
    of each clause."""
    returns: Core = Const(None)
    operands: list[Core] = []
    seen: set[object] = set()
    for head, body, span in paired(expander, items, spans):
        if is_return(head):
            if not isinstance(returns, Const):
                raise expander.error("a handler has at most one `return`", span=span_of(head))
            returns = return_clause(expander, head, scope)
            continue
        effect, *clause = effect_clause(expander, head, body, span, scope)
        if effect in seen:
            raise expander.error(f"two clauses for the effect {write(head.head)}", span=span_of(head))
        seen.add(effect)
        operands += clause
    return [returns, *operands]


def paired(expander: Expander, items: list[object], spans: list[Span | None]) -> list[Clause]:
    """The clauses: each head with the expression after it; `return` has its own inside."""
    found: list[Clause] = []
    place = 0
    while place < len(items):
        head = items[place]
        if is_return(head):
            found.append((head, None, None))
            place += 1
        elif not is_head(head):
            hint = "; a clause has one expression: put several into (do ...)" if place else ""
            raise expander.error(f"expected a clause {SHAPE}, got {write(head)[:60]}{hint}", span=spans[place])
        elif place + 1 == len(items):
            raise expander.error(f"the clause {write(head)[:60]} has no expression", span=spans[place])
        else:
            found.append((head, items[place + 1], spans[place + 1]))
            place += 2
    return found


def is_head(datum: object) -> TypeGuard[List]:
    """Whether a datum has the form `(Effect [parameters ...] ...)`."""
    named = isinstance(datum, List) and len(datum) > 1 and type(datum.head) is Symbol
    return named and isinstance(datum.tail.head, Vector)  # type: ignore[attr-defined]


def is_return(datum: object) -> TypeGuard[List]:
    return isinstance(datum, List) and len(datum) > 0 and datum.head == symbol("return")


def return_clause(expander: Expander, head: List, scope: Scope) -> Lambda:
    """`(return [v] expr)` as a function."""
    parameters = head.tail.head if len(head) > 2 else None
    pairs = parameter_pairs(expander, parameters) if isinstance(parameters, Vector) else []
    if len(pairs) != 1 or len(head) != 3:
        raise expander.error(f"expected (return [value] expression), got {write(head)[:60]}", span=span_of(head))
    made = make_lambda(expander, None, pairs, head.tail.tail, scope, recurs=False)
    made.name = "return"
    return made


def effect_clause(
    expander: Expander, head: List, body: object, span: Span | None, scope: Scope
) -> tuple[object, Core, Core, Core]:
    """A clause's effect (its name when it is defined later), and its key, way and function."""
    name = head.head
    k, multi_shot = continuation_name(expander, head)
    pairs = parameter_pairs(expander, head.tail.head)
    type_ = effect_type(expander, name, scope, len(pairs))
    forms = source_list([body], expander.span, (span,))
    assert type(name) is Symbol
    made = make_lambda(expander, name, [*pairs, (k, None)], forms, scope, recurs=False)
    made.name = name.name.rpartition(".")[2]
    way = "multi-shot" if multi_shot else settle(expander, made, type_)
    return type_ or name, expander.expand(name, scope), Const(way), made


def continuation_name(expander: Expander, head: List) -> tuple[Symbol, bool]:
    """The name after the parameters, and whether the continuation is multi-shot."""
    after = list(head.tail.tail)
    if not after:
        return symbol("_"), False
    multi_shot = len(after) == 2 and after[0] == symbol(MULTI_SHOT)
    if multi_shot:
        after = after[1:]
    only = after[0]
    if isinstance(only, List) and len(only) == 2 and only.head == symbol("cloneable"):
        only, multi_shot = only.tail.head, True
    if len(after) != 1 or type(only) is not Symbol:
        raise expander.error(f"expected {SHAPE}, got {write(head)[:60]}", span=span_of(head))
    return only, multi_shot


def effect_type(expander: Expander, name: object, scope: Scope, count: int) -> StructType | None:
    """The effect that a clause names, when it is defined by now; the clause must fit it."""
    found = expander.resolve(name, scope) if type(name) is Symbol else None
    if found is None and type(name) is Symbol:
        found = expander.member(name)
    type_ = found.value if isinstance(found, namespace.Global) else None
    if isinstance(found, namespace.Global) and type(type_) is not StructType and found.kind != namespace.TYPE:
        message = f"`{write(name)}` is no effect; define one with (defeffect Name [field ...])"
        raise expander.error(message, span=span_of(name))
    if type(type_) is not StructType:
        return None
    if type_.kind != EFFECT:
        raise expander.error(f"`{write(name)}` is a {type_.kind}, no effect", span=span_of(name))
    if count != len(type_.fields):
        shape = " ".join((type_.name, *type_.fields))
        got = f"{count} parameter{'' if count == 1 else 's'}"
        raise expander.error(f"the effect is ({shape}), but its clause has {got}", span=span_of(name))
    return type_


def settle(expander: Expander, made: Lambda, type_: StructType | None) -> str:
    """The way of a one-shot clause; its function is changed to fit.

    Of an effect that is defined below nothing is known here; `continue` checks its result.
    """
    k = made.params.required[-1]

    def leave(end: Core) -> Core:
        return Call(Global("effects", "leave-clause", expander.span), [end], expander.span)

    def check(value: Core, end: Core) -> Core:
        assert type_ is not None
        made = type_annotations.check_value(expander, value, type_.result, f"the result of {type_.name}")
        if made is not value:
            made.span = end.span
        return made

    body = clauses.in_place(made.body, k, leave, check) if type_ is not None else None
    if body is not None:
        made.params, made.body = Parameters(made.params.required[:-1]), body
        return "in-place"
    if clauses.is_confined(made.body, k):
        made.body = clauses.settled(made.body, k)
    return "one-shot"
