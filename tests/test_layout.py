"""The layout: what may import what, held by reading the code and by looking at what is loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import ROOT

PACKAGE = ROOT / "src" / "dedupe"
STAGES = ("acquire", "clean", "detect", "elect", "publish")
# Below the stages: what every stage may use. The order is that of the imports.
GROUND = (
    "errors",
    "settings",
    "article",
    "words",
    "binary",
    "media_types",
    "decoding",
    "rejects",
    "schemas",
    "transient",
    "object_access",
    "objects",
    "foreign",
    "unasked",
)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The part of the package that a file belongs to: a module's or a folder's name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The parts of the package that a file imports, in functions and for types too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            head, _, rest = name.partition(".")
            if head == "dedupe" and rest:
                yield rest.partition(".")[0]


def test_the_five_stages_are_there_in_their_order() -> None:
    assert list(STAGES) == sorted(STAGES)
    for stage in STAGES:
        assert (PACKAGE / stage / "__init__.py").exists()


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_another_or_what_stands_above_it(stage: str) -> None:
    for path in (PACKAGE / stage).rglob("*.py"):
        above = set(imported(path)) - {stage, *GROUND}
        assert not above, f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(above))}"


def test_the_ground_stands_on_nothing_but_itself_and_in_no_circle() -> None:
    below: dict[str, set[str]] = {name: set(imported(PACKAGE / f"{name}.py")) for name in GROUND}
    for name, needs in below.items():
        assert needs <= set(GROUND) - {name}, f"{name} imports {needs}"
    free: set[str] = set()
    while waiting := {name for name, needs in below.items() if name not in free}:
        ready = {name for name in waiting if below[name] <= free}
        assert ready, f"a circle among {', '.join(sorted(waiting))}"
        free |= ready


def test_the_pipeline_knows_nothing_of_those_who_call_it() -> None:
    for path in (PACKAGE / "pipeline").rglob("*.py"):
        assert not {"cli", "store", "terminal"} & set(imported(path)), path


def test_what_is_remote_knows_tables_and_objects_and_no_runs() -> None:
    """A run works in the mirror of a remote folder, so that stands below the pipeline."""
    for path in (PACKAGE / "remote").rglob("*.py"):
        above = set(imported(path)) - {"remote", "publish", *GROUND}
        assert not above, f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(above))}"


def test_the_report_reads_tables_and_knows_nothing_of_runs() -> None:
    """A run writes its page, so the page stands between the stages and the pipeline."""
    for path in (PACKAGE / "report").rglob("*.py"):
        above = set(imported(path)) - {"report", *STAGES, *GROUND}
        assert not above, f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(above))}"


def test_what_goes_downstream_reads_snapshots_and_knows_nothing_of_runs() -> None:
    for path in (PACKAGE / "downstream").rglob("*.py"):
        above = set(imported(path)) - {"downstream", "publish", "remote", "configuration", *GROUND}
        assert not above, f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(above))}"


def test_nothing_but_the_entry_points_imports_the_command_line() -> None:
    users = {part_of(path) for path in modules() if "cli" in set(imported(path))}
    assert users <= {"cli", "__main__"}


def test_prefect_is_named_nowhere_in_the_package() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            assert not any(name.partition(".")[0] == "prefect" for name in names), path


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running ``code``."""
    ending = "\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code + ending], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_whole_package_runs_without_prefect() -> None:
    names = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
        if path.name != "__main__.py"
    ]
    code = "".join(f"import {name}\n" for name in names)
    loaded = loaded_by(code)
    assert set(names) <= loaded
    assert not any(name.partition(".")[0] in {"prefect", "fastapi"} for name in loaded)


def test_asking_for_help_loads_none_of_the_heavy_libraries() -> None:
    loaded = loaded_by("from dedupe.cli import main\nmain(['--help'], standalone_mode=False)")
    assert not {"pyarrow", "datasketch", "numba", "scipy", "pandas", "httpx"} & loaded


def test_every_module_can_be_read_in_one_sitting() -> None:
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name for name, count in lines.items() if count > 300} == set()


def test_the_public_names_are_those_of_the_contract_and_all_resolve() -> None:
    import dedupe

    assert {"clean", "compare", "ingest", "open", "Settings"} <= set(dedupe.__all__)
    for name in dedupe.__all__:
        assert getattr(dedupe, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = dedupe.nonsense
