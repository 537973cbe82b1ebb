"""An export that dies by SIGKILL: what was there is whole, and the next one makes it good."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

import dedupe
from tests.desk import Desk, Row
from tests.downstream.histories import articles, by_id, catalog_in, step

DYING = Path(__file__).with_name("dying_export.py")

TRIES = 20

Ask = Callable[[Path, Path, str | None, int], int]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks a process of its own to export and to die at a given moment."""
    with subprocess.Popen(
        [sys.executable, str(DYING)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def asked(data: Path, path: Path, to: str | None, moment: int) -> int:
            process.stdin.write(json.dumps([str(data), str(path), to, moment]) + "\n")
            process.stdin.flush()
            return int(json.loads(process.stdout.readline()))

        yield asked
        process.stdin.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Two snapshots; exports may be of the first or of both."""
    desk = Desk(tmp_path_factory.mktemp("told"))
    step(desk, 1)
    shutil.copytree(desk.data, desk.folder / "first", symlinks=True)
    step(desk, 2)
    return desk


def content(path: Path) -> bytes | None:
    if not path.exists():
        return None
    if path.suffix == ".zst":
        return pa.input_stream(str(path), compression="zstd").read()
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.jsonl.zst", "a.parquet"])
@pytest.mark.parametrize("run", [pytest.param("first", marks=pytest.mark.slow), "later"])
def test_a_file_is_whole_whenever_its_export_dies(
    told: Desk, tmp_path: Path, ask: Ask, name: str, run: str
) -> None:
    """Before every file operation of the export; each change is in the file once in the end."""
    ready = tmp_path / "ready"
    ready.mkdir()
    if run == "later":
        dedupe.export(ready / name, told.folder / "first")
    shutil.copytree(ready, tmp_path / "whole")
    dedupe.export(tmp_path / "whole" / name, told.data)
    before, after = content(ready / name), content(tmp_path / "whole" / name)
    died = 0
    for moment in range(1, 40):
        path = tmp_path / str(moment) / name
        shutil.copytree(ready, path.parent)
        status = ask(told.data, path, None, moment)
        assert content(path) in (before, after)
        dedupe.export(path, told.data)
        assert content(path) == after
        left = {each.name for each in path.parent.iterdir()}
        assert left == {each.name for each in (tmp_path / "whole").iterdir()}
        if status == 0:
            break
        died += status == -9
    assert died == moment - 1 > 2


def delta_rows(path: Path) -> list[Row] | None:
    if not DeltaTable.is_deltatable(path):
        return None
    return by_id(DeltaTable(path).to_pyarrow_table().to_pylist())


def iceberg_rows(path: Path) -> list[Row] | None:
    if not (path / "catalog.db").exists():
        return None
    catalog = catalog_in(path)
    if not catalog.table_exists("dedupe.articles"):
        return None
    return by_id(catalog.load_table("dedupe.articles").scan().to_arrow().to_pylist())


@pytest.mark.parametrize(
    ("to", "read", "moments"),
    [
        pytest.param("delta", delta_rows, (1,), id="delta"),
        pytest.param("delta", delta_rows, range(1, 5), id="delta-all", marks=pytest.mark.slow),
        pytest.param(
            "iceberg", iceberg_rows, range(1, 9), id="iceberg-all", marks=pytest.mark.slow
        ),
    ],
)
@pytest.mark.parametrize("run", ["first", "later"])
def test_a_table_is_whole_whenever_its_export_dies(
    told: Desk,
    tmp_path: Path,
    ask: Ask,
    to: str,
    run: str,
    moments: Sequence[int],
    read: Callable[[Path], list[Row] | None],
) -> None:
    """Killed as its files appear one by one, data first, then what makes them count."""
    # An Iceberg table names its files in full, so each try is at the same place.
    path = tmp_path / "table"
    after = articles(told)
    died = tries = 0
    while tries < len(moments) or (not died and tries < TRIES):
        shutil.rmtree(path, ignore_errors=True)
        if run == "later":
            dedupe.export(path, told.folder / "first", to)
        before = read(path)
        # One that ends before it is seen to begin is tried again.
        died += ask(told.data, path, to, -moments[tries % len(moments)]) == -9
        assert read(path) in (before, after)
        dedupe.export(path, told.data, to)
        assert read(path) == after
        assert not dedupe.export(path, told.data, to).written
        tries += 1
    assert died
