"""Every regular expression of the package, found in its source, and how each is used."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "src"
METHODS = {"search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"}


@dataclass(frozen=True)
class Used:
    """A pattern, where it stands, and by which methods it is used."""

    where: str
    pattern: re.Pattern[Any]
    uses: frozenset[str]


def _made_in_words() -> list[re.Pattern[Any]]:
    from dedupe.words import patterns

    return list(patterns())


def _endings_of_exports() -> list[re.Pattern[Any]]:
    from dedupe.downstream import export

    return [re.compile(ending) for ending in export._ENDINGS.values()]


MADE_WHEN_ASKED: dict[str, Callable[[], list[re.Pattern[Any]]]] = {
    "dedupe.words": _made_in_words,
    "dedupe.downstream.export": _endings_of_exports,
}
"""Modules that compile patterns inside of functions, and how to get at them."""


def every_pattern() -> Iterator[Used]:
    """Give each pattern once for each place in which it stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if _is_re_call(node)]
        if not calls:
            continue
        module = importlib.import_module(name)
        held = {key: value for key, value in vars(module).items() if not key.startswith("__")}
        places = 0
        for key, value in held.items():
            for pattern in _patterns_in(value):
                if _defined(tree, key):
                    alone = isinstance(value, re.Pattern)
                    uses = _uses(tree, key) if alone else _uses_of_members(tree)
                    yield Used(f"{name}.{key}", pattern, uses)
        top = {id(n) for n in _outside_functions(tree)}
        for call in calls:
            method = call.func.attr  # type: ignore[attr-defined]
            if id(call) in top and method == "compile":
                continue
            places += 1
            literal = _literal(call)
            if literal is None:
                assert name in MADE_WHEN_ASKED, f"{path}:{call.lineno}: a pattern nobody can see"
                continue
            yield Used(f"{name}:{call.lineno}", re.compile(*literal), frozenset({method}))
        for pattern in MADE_WHEN_ASKED.get(name, list)():
            yield Used(f"{name} (made when asked)", pattern, frozenset({"search"}))


def _is_re_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in METHODS | {"compile"}
    )


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for each in value:
            yield from _patterns_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _patterns_in(each)


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield child
        yield from _outside_functions(child)


def _defined(tree: ast.Module, key: str) -> bool:
    names = (node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    return any(
        isinstance(target, ast.Name) and target.id == key
        for node in names
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _uses(tree: ast.AST, key: str) -> frozenset[str]:
    """The methods called on a name; where it is used in any other way, a search is assumed."""
    found: set[str] = set()
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == key and isinstance(node.ctx, ast.Load):
            above = parents[id(node)]
            attribute = isinstance(above, ast.Attribute) and above.attr in METHODS
            found.add(above.attr if attribute else "search")  # type: ignore[union-attr]
    return frozenset(found or {"search"})


def _uses_of_members(tree: ast.Module) -> frozenset[str]:
    """The methods called on what is no constant of the module: a member of a collection."""
    found = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in METHODS - {"split"}  # which texts have as well
        and not (isinstance(node.value, ast.Name) and _defined(tree, node.value.id))
        and not (isinstance(node.value, ast.Name) and node.value.id == "re")
    }
    return frozenset(found or {"search"})


def _literal(call: ast.Call) -> tuple[Any, int] | None:
    first = call.args[0]
    if not isinstance(first, ast.Constant):
        return None
    flags = re.NOFLAG
    for node in ast.walk(call):
        if isinstance(node, ast.Attribute) and node.attr in re.RegexFlag.__members__:
            flags |= re.RegexFlag[node.attr]
    return first.value, flags
