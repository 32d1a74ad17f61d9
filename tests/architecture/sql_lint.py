"""Finds SQL text that is built from anything but constants, and rows that are inserted from a query."""

import ast
import re
from collections.abc import Iterator

TAKES_SQL = frozenset(
    {"text", "exec_driver_sql", "execute", "executemany", "scalar", "scalars", "literal_column", "SQL", "DDL"}
)
BUILDERS = frozenset({"format", "format_map", "join", "replace", "substitute", "safe_substitute", "as_string"})
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def built(source: str) -> Iterator[tuple[int, str]]:
    """Each call that is given such a text: its line and the function it stands in."""
    module = ast.parse(source)
    for scope in _scopes(module):
        for node in _own(scope):
            taken = isinstance(node, ast.Call) and node.args and _name(node.func) in TAKES_SQL
            if isinstance(node, ast.Call) and taken and not _constant(node.args[0], scope, module, set()):
                yield node.lineno, getattr(scope, "name", "<module>")


def selected(source: str) -> Iterator[tuple[int, str]]:
    """Each `INSERT … SELECT`: its line and the table; an empty one where it is known only when the program runs."""
    inserting = re.compile(
        r"INSERT\s+INTO\s+(?P<table>[\w.{}]+)(?P<more>(?:(?!\bVALUES\b|;).)*?)\bSELECT\b", re.I | re.S
    )
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) == "from_select":
            yield node.lineno, ""
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            for found in inserting.finditer(_text(node)):
                yield node.lineno, "" if "{" in found["table"] else found["table"]


def _text(node: ast.expr) -> str:
    """What is known of a string; `{}` stands for the rest."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "{}"
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "{}"


def _scopes(module: ast.Module) -> Iterator[Scope]:
    yield module
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _own(scope: Scope) -> Iterator[ast.AST]:
    """What stands in a scope and not in a function within it."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += ast.iter_child_nodes(node)


def _constant(node: ast.expr, scope: Scope, module: ast.Module, seen: set[str]) -> bool:
    """False for a string put together from what is not a constant; what is no string is not our business."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return all(_certain(part, scope, module, seen) for part in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _certain(node.left, scope, module, seen) and _certain(node.right, scope, module, seen)
    if isinstance(node, ast.Call) and _name(node.func) == "text":
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BUILDERS:
        receiver = node.func.value
        stringy = isinstance(receiver, ast.Constant | ast.JoinedStr) or _assigned(receiver, scope, module)
        return not (stringy and not isinstance(receiver, ast.Call))
    if isinstance(node, ast.Name) and node.id not in seen:
        values = _values(node.id, scope) or _values(node.id, module)
        return all(_constant(value, scope, module, seen | {node.id}) for value in values)
    return True


def _certain(node: ast.expr, scope: Scope, module: ast.Module, seen: set[str]) -> bool:
    """Whether a part of a string is surely a constant of ours."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return _constant(node, scope, module, seen)
    if isinstance(node, ast.Name) and node.id not in seen:
        values = _values(node.id, scope) or _values(node.id, module)
        return bool(values) and all(_certain(value, scope, module, seen | {node.id}) for value in values)
    return False


def _assigned(node: ast.expr, scope: Scope, module: ast.Module) -> bool:
    if not isinstance(node, ast.Name):
        return False
    values = _values(node.id, scope) or _values(node.id, module)
    return any(isinstance(value, ast.Constant | ast.JoinedStr | ast.BinOp) for value in values)


def _values(name: str, scope: Scope) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in _own(scope):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = [node.target]
        value = getattr(node, "value", None)
        if isinstance(value, ast.expr) and any(isinstance(t, ast.Name) and t.id == name for t in targets):
            found.append(value)
    return found


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
