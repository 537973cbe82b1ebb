"""What the package never does, seen in its source: run text as code, unpickle files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").glob("*.py")])

# Modules that run commands, or make objects out of bytes.
FORBIDDEN_MODULES = {
    *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "dbm"),
    *("subprocess", "pty", "commands", "popen2", "yaml", "code", "codeop", "xmlrpc", "telnetlib"),
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint"}
FORBIDDEN_OF_OS = {
    *("system", "popen", "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe"),
    *("spawnl", "spawnle", "spawnv", "spawnve", "posix_spawn", "startfile", "fork", "forkpty"),
}


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Each call with the name before the dot ("" if none) and the name called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield "", node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                of = node.func.value
                yield of.id if isinstance(of, ast.Name) else "?", node.func.attr, node


def keyword(call: ast.Call, name: str) -> object:
    for given in call.keywords:
        if given.arg == name and isinstance(given.value, ast.Constant):
            return given.value.value
    return None


def faults(source: str) -> Iterator[str]:  # noqa: C901 - one line for each fault
    tree = ast.parse(source)
    for node in ast.walk(tree):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            if name.split(".")[0] in FORBIDDEN_MODULES:
                yield f"line {node.lineno}: imports {name}"
    for of, name, call in calls(tree):
        if not of and name in FORBIDDEN_CALLS:
            yield f"line {call.lineno}: calls {name}"
        if of == "os" and name in FORBIDDEN_OF_OS:
            yield f"line {call.lineno}: calls os.{name}"
        if keyword(call, "shell") is True:
            yield f"line {call.lineno}: opens a shell"
        if keyword(call, "allow_pickle") is True:
            yield f"line {call.lineno}: unpickles arrays"
        if of in {"np", "numpy"} and name == "load" and keyword(call, "allow_pickle") is not False:
            yield f"line {call.lineno}: np.load without allow_pickle=False"
        if keyword(call, "verify") is False:
            yield f"line {call.lineno}: does not verify a certificate"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_runs_text_or_unpickles(path: Path) -> None:
    assert [*faults(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "import os; os.system('ls')",
        "run('ls', shell=True)",
        "import numpy as np; np.load('a.npy')",
        "np.load('a.npy', allow_pickle=True)",
        "yaml = __import__('yaml')",
        "get(url, verify=False)",
    ],
)
def test_the_search_sees_what_it_is_for(source: str) -> None:
    assert [*faults(source)]


def test_objects_from_files_are_data_only(tmp_path: Path) -> None:
    """The files of a data folder are Parquet, Arrow, JSON, plain arrays of numbers, and a page."""
    import dedupe

    (tmp_path / "a.txt").write_text("The council met and agreed a budget for the year. " * 9)
    dedupe.ingest(tmp_path / "a.txt", tmp_path / "data")
    kinds = {path.suffix for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert kinds <= {".parquet", ".arrow", ".json", ".html", ".segment", ".lock", ""}
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert not path.read_bytes().startswith((b"\x80\x04", b"\x80\x05")), f"a pickle: {path}"
