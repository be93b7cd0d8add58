"""A calculator for scenes: Python's expressions, with numbers and nothing else.

    worked_out("6 * 12 + 12 * 1 + 6 * 16")                    # 180
    worked_out("sum(k * k % 7 for k in range(1, 9))")         # 14
    sheet("rate = hits / all\\npassed = rate >= 0.5", {"hits": 3, "all": 4})["passed"]     # True

Python's own parser reads the text; what is evaluated is a short list of its nodes, so that nothing
can be reached from an expression but numbers and the names it is given.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..core import ToolError

__all__ = ["Number", "sheet", "worked_out"]

Number: TypeAlias = int | float
"""What an expression yields; a comparison yields a bool."""

_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_}
_COMPARE = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS = {"abs": abs, "min": min, "max": max, "round": round, "int": int}
_LENGTH, _STEPS, _LARGEST, _POWER = 600, 20_000, 10**15, 20


def worked_out(text: str, names: Mapping[str, Number] | None = None) -> Number:
    """The value of an expression.

    Args:
        text: numbers, names, + - * / // % **, comparisons, and, or, not, `a if b else c`, abs, min,
            max, round, int, and sum(... for k in range(...)).
        names: what names stand for.

    Raises:
        ToolError: it is not such an expression, is too long, or has no value.
    """
    if len(text) > _LENGTH:
        raise ToolError(f"the expression is longer than {_LENGTH} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _Sum(names or {}).value(tree.body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ToolError(f"{text[:80]!r} cannot be worked out: {str(error)[:80]}") from error
    except (ZeroDivisionError, OverflowError) as error:
        raise ToolError(f"{text[:80]!r} has no value: {error}") from error


def sheet(text: str, given: Mapping[str, Number]) -> dict[str, Number]:
    """The values of a sheet of lines `name = expression`, worked out from top to bottom.

    Raises:
        ToolError: a line is not of that form, or its expression cannot be worked out.
    """
    values = dict(given)
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, expression = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ToolError(f"{line[:80]!r} is not of the form `name = expression`")
        values[name.strip()] = worked_out(expression, values)
    return values


class _Sum:
    """Evaluates one parsed expression within a number of steps."""

    def __init__(self, names: Mapping[str, Number]) -> None:
        self.names = dict(names)
        self.steps = 0

    def value(self, node: ast.AST) -> Any:
        self.steps += 1
        if self.steps > _STEPS:
            raise ValueError("too long a calculation")
        found = self._value(node)
        if isinstance(found, complex):
            raise ValueError("not a real number")
        if abs(found) > _LARGEST:
            raise ValueError("too large a number")
        return found

    def _value(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=int() | float()):
                return node.value
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.BinOp(op=op) if type(op) in _BINARY:
                left, right = self.value(node.left), self.value(node.right)
                if isinstance(op, ast.Pow) and not 0 <= right <= _POWER:
                    raise ValueError(f"powers go from 0 to {_POWER}")
                return _BINARY[type(op)](left, right)
            case ast.UnaryOp(op=op) if type(op) in _UNARY:
                return _UNARY[type(op)](self.value(node.operand))
            case ast.BoolOp(op=op):
                values = [bool(self.value(each)) for each in node.values]
                return all(values) if isinstance(op, ast.And) else any(values)
            case ast.IfExp():
                return self.value(node.body if self.value(node.test) else node.orelse)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
                return _COMPARE[type(op)](self.value(left), self.value(right))
            case ast.Call(func=ast.Name(id="sum"), args=[ast.GeneratorExp() as terms], keywords=[]):
                return self._sum(terms)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*map(self.value, node.args))
        raise ValueError(f"{type(node).__name__} is not understood here")

    def _sum(self, terms: ast.GeneratorExp) -> Number:
        match terms.generators:
            case [
                ast.comprehension(
                    target=ast.Name(id=name),
                    iter=ast.Call(func=ast.Name(id="range"), args=args, keywords=[]),
                    ifs=ifs,
                )
            ]:
                span, total, outer = range(*map(self.value, args)), 0, dict(self.names)
                for self.names[name] in span:
                    if all(self.value(each) for each in ifs):
                        total += self.value(terms.elt)
                self.names = outer
                return total
        raise ValueError("sum takes one `for name in range(...)`")
