"""Building Python syntax: nodes of `ast` with a line, which is a site's number."""

from __future__ import annotations

import ast
from collections.abc import Sequence

LOAD, STORE = ast.Load(), ast.Store()
IS, IS_NOT, EQUAL, LESS = ast.Is(), ast.IsNot(), ast.Eq(), ast.Lt()
AND, OR, NOT = ast.And(), ast.Or(), ast.Not()


class Syntax:
    """Makes nodes at the line `line`."""

    line = 1

    def name(self, text: str) -> ast.expr:
        return ast.Name(text, LOAD, lineno=self.line, col_offset=0)

    def constant(self, value: object) -> ast.expr:
        return ast.Constant(value, lineno=self.line, col_offset=0)  # type: ignore[arg-type]

    def call(self, function: ast.expr | str, args: Sequence[ast.expr]) -> ast.expr:
        if isinstance(function, str):
            function = self.name(function)
        return ast.Call(function, list(args), [], lineno=self.line, col_offset=0)

    def attribute(self, value: ast.expr, name: str) -> ast.expr:
        return ast.Attribute(value, name, LOAD, lineno=self.line, col_offset=0)

    def tuple_of(self, items: Sequence[ast.expr]) -> ast.expr:
        return ast.Tuple(list(items), LOAD, lineno=self.line, col_offset=0)

    def binary(self, left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
        return ast.BinOp(left, operator, right, lineno=self.line, col_offset=0)

    def compare(self, left: ast.expr, *more: tuple[ast.cmpop, ast.expr]) -> ast.expr:
        operators, operands = [each for each, _ in more], [each for _, each in more]
        if isinstance(operators[0], ast.Is | ast.IsNot):
            left, operands[0] = self.no_literal(left), self.no_literal(operands[0])
        return ast.Compare(left, operators, operands, lineno=self.line, col_offset=0)

    def no_literal(self, value: ast.expr) -> ast.expr:
        """An operand of `is`: Python warns of literals there."""
        literal = isinstance(value, ast.Constant) and type(value.value) not in (bool, type(None))
        return self.named("literal", value) if literal else value

    def both(self, *tests: ast.expr) -> ast.expr:
        return ast.BoolOp(AND, list(tests), lineno=self.line, col_offset=0)

    def either(self, *tests: ast.expr) -> ast.expr:
        return ast.BoolOp(OR, list(tests), lineno=self.line, col_offset=0)

    def negation(self, test: ast.expr) -> ast.expr:
        return ast.UnaryOp(NOT, test, lineno=self.line, col_offset=0)

    def choice(self, test: ast.expr, then: ast.expr, orelse: ast.expr) -> ast.expr:
        return ast.IfExp(test, then, orelse, lineno=self.line, col_offset=0)

    def named(self, name: str, value: ast.expr) -> ast.expr:
        """`(name := value)`"""
        target = ast.Name(name, STORE, lineno=self.line, col_offset=0)
        return ast.NamedExpr(target, value, lineno=self.line, col_offset=0)

    def type_is(self, value: ast.expr, kind: str) -> ast.expr:
        """`type(value) is kind`"""
        return self.compare(self.call("type", [value]), (IS, self.name(kind)))

    # Statements -----------------------------------------------------------------------------

    def assign(self, name: str, value: ast.expr) -> ast.stmt:
        target = ast.Name(name, STORE, lineno=self.line, col_offset=0)
        return ast.Assign([target], value, lineno=self.line, col_offset=0)

    def assign_all(self, names: Sequence[str], values: Sequence[ast.expr]) -> ast.stmt:
        """`a, b = x, y`"""
        targets: list[ast.expr] = [ast.Name(name, STORE, lineno=self.line, col_offset=0) for name in names]
        target = ast.Tuple(targets, STORE, lineno=self.line, col_offset=0)
        return ast.Assign([target], self.tuple_of(values), lineno=self.line, col_offset=0)

    def assign_attribute(self, value: ast.expr, name: str, made: ast.expr) -> ast.stmt:
        target = ast.Attribute(value, name, STORE, lineno=self.line, col_offset=0)
        return ast.Assign([target], made, lineno=self.line, col_offset=0)

    def expression(self, value: ast.expr) -> ast.stmt:
        return ast.Expr(value, lineno=self.line, col_offset=0)

    def returned(self, value: ast.expr) -> ast.stmt:
        return ast.Return(value, lineno=self.line, col_offset=0)

    def conditional(self, test: ast.expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> ast.stmt:
        return ast.If(test, then or [self.nothing()], orelse, lineno=self.line, col_offset=0)

    def forever(self, body: list[ast.stmt]) -> ast.stmt:
        return ast.While(self.constant(True), body, [], lineno=self.line, col_offset=0)

    def broken(self) -> ast.stmt:
        return ast.Break(lineno=self.line, col_offset=0)

    def continued(self) -> ast.stmt:
        return ast.Continue(lineno=self.line, col_offset=0)

    def raised(self, value: ast.expr) -> ast.stmt:
        return ast.Raise(value, None, lineno=self.line, col_offset=0)

    def list_of(self, items: Sequence[ast.expr]) -> ast.expr:
        return ast.List(list(items), LOAD, lineno=self.line, col_offset=0)

    def nothing(self) -> ast.stmt:
        return ast.Pass(lineno=self.line, col_offset=0)

    def function(self, name: str, parameters: Sequence[str], body: list[ast.stmt]) -> ast.stmt:
        args = [ast.arg(each, lineno=self.line, col_offset=0) for each in parameters]
        arguments = ast.arguments([], args, None, [], [], None, [])
        extra: dict[str, object] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
        return ast.FunctionDef(name, arguments, body, [], None, lineno=self.line, col_offset=0, **extra)  # type: ignore[arg-type]


def is_simple(value: ast.expr) -> bool:
    """Whether an expression may stand twice: a name or a constant."""
    return isinstance(value, ast.Name | ast.Constant)
