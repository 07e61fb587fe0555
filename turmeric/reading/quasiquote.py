"""Quasiquote: a template becomes calls that build it.

    `(f ~x ~@more)   ==>   (concat (list 'f) (list x) more)

A symbol of a template becomes one with a mark of the running expansion and the
macro's module; `name#` becomes a fresh symbol, the same throughout one template.
"""

from __future__ import annotations

from turmeric.reading.core import Const, Core, Let, Local, LoopTarget, Variable
from turmeric.reading.expander import Expander, special
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import Vector


class Template:
    """One quasiquote: its scope, and the fresh symbols of its `name#`s."""

    __slots__ = ("expander", "fresh", "scope")

    def __init__(self, expander: Expander, scope: Scope) -> None:
        self.expander = expander
        self.scope = scope
        self.fresh: dict[str, Variable] = {}

    def build(self, datum: object, depth: int) -> Core:
        """The form that builds `datum`, which stands under `depth` quasiquotes."""
        if type(datum) is Symbol:
            return self.symbol(datum)
        with self.expander.deeper:
            return self.collection(datum, depth)

    def collection(self, datum: object, depth: int) -> Core:
        """The form that builds a datum that is no symbol."""
        if isinstance(datum, List) and datum:
            name = unquote_name(datum)
            if name == "unquote":
                return self.unquote(datum, depth)
            if name == "quasiquote":
                return self.join("list", list(datum), depth + 1)
            return self.join("list", list(datum), depth)
        if isinstance(datum, Vector):
            return self.expander.core_call("vec", self.join("list", list(datum), depth))
        if isinstance(datum, Map):
            flat = [part for pair in datum.items() for part in pair]
            return self.expander.core_call("map-from-flat", self.join("list", flat, depth))
        if isinstance(datum, Set):
            return self.expander.core_call("set", self.join("list", list(datum), depth))
        return Const(datum)

    def symbol(self, name: Symbol) -> Core:
        if name.name.endswith("#") and len(name.name) > 1:
            var = self.fresh.get(name.name)
            if var is None:
                var = self.fresh[name.name] = Variable("%fresh")
            return Local(var)
        unplaced = Symbol(name.name, name.marks)
        return self.expander.core_call("template-symbol", Const(unplaced), Const(self.expander.module.name))

    def unquote(self, datum: List, depth: int) -> Core:
        if len(datum) != 2:
            raise self.expander.error("unquote takes one form")
        if depth == 1:
            return self.expander.expand(datum.tail.head, self.scope)
        return self.join("list", list(datum), depth - 1)

    def join(self, maker: str, items: list[object], depth: int) -> Core:
        """A list of the items, with `~@` ones spliced in."""
        call = self.expander.core_call
        if not any(is_splice(item) for item in items):
            return call(maker, *[self.build(item, depth) for item in items])
        pieces: list[Core] = []
        run: list[Core] = []
        for item in items:
            if isinstance(item, List) and is_splice(item) and depth == 1:
                pieces += [call("list", *run)] if run else []
                run = []
                pieces.append(self.expander.expand(item.tail.head, self.scope))
            elif is_splice(item) and isinstance(item, List):
                run.append(self.join("list", list(item), depth - 1))
            else:
                run.append(self.build(item, depth))
        pieces += [call("list", *run)] if run else []
        return call("concat-lists", *pieces)


def unquote_name(datum: List) -> str | None:
    return datum.head.name if type(datum.head) is Symbol and len(datum) == 2 else None


def is_splice(datum: object) -> bool:
    return isinstance(datum, List) and bool(datum) and unquote_name(datum) == "unquote-splicing"


@special("quasiquote")
def expand_quasiquote(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    if len(form) != 2:
        raise expander.error("quasiquote takes one form")
    template = Template(expander, scope)
    built = template.build(form.tail.head, 1)
    for name, var in template.fresh.items():
        built = Let(var, expander.core_call("gensym", Const(name[:-1])), built, expander.span)
    return built


@special("unquote")
@special("unquote-splicing")
def expand_stray_unquote(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    raise expander.error("`~` and `~@` belong into a quasiquote")

