"""What the README shows is run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the README's first command leaves it: ``seeds/`` ingested into ``data/``."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "seeds").symlink_to(ROOT / "seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        dedupe.ingest("seeds/", "data")
    return folder


@pytest.mark.parametrize("code", CODE, ids=range(len(CODE)))
def test_each_piece_of_python_runs_as_shown(
    code: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    if "articles" in names:
        assert len(names["articles"]) == 5  # type: ignore[arg-type]


def test_every_command_runs_as_shown(folder: Path) -> None:
    """Copied line by line: each succeeds, and none shows a warning or a trace."""
    dedupe_here = Path(sys.executable).with_name("dedupe")
    for line in SHELL[2].splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == ".venv/bin/dedupe"
        done = subprocess.run(
            [dedupe_here, *words[1:]], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), line


def test_the_first_two_blocks_are_the_set_up_and_the_tests() -> None:
    """``.ci/run`` takes them by their place."""
    assert "venv" in SHELL[0]
    assert "flows/ingest.py" in SHELL[0]
    assert "pytest" in SHELL[1]
    assert all(len(block.strip().splitlines()) == 1 for block in SHELL[:2])


def test_linked_files_exist() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert "readme 1" in script
    assert "readme 2" in script
