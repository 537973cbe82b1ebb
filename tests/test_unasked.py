"""Libraries that nobody asked for stay out of the program's own processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pandas")


def _printed(script: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_arrow_by_itself_loads_pandas() -> None:
    """Were it not so, ``own_process`` could go."""
    assert _printed("import sys, pyarrow; pyarrow.array([1]); print('pandas' in sys.modules)") == [
        "True"
    ]


def test_pandas_stays_out_until_it_is_asked_for() -> None:
    script = """
import sys
from pathlib import Path
from dedupe.unasked import own_process
own_process()
import pyarrow as pa
table = pa.table({"a": pa.array([1, 2])})
print("pandas" in sys.modules)
frame = table.to_pandas()
import pandas
print(type(frame) is pandas.DataFrame)
print(pa.Table.from_pandas(frame).equals(table))
"""
    assert _printed(script) == ["False", "True", "True"]


SCIPY = """
import sys
from dedupe.detect import pace
{before}
pace.load()
from dedupe.detect.verify import read_compiled
print(len(read_compiled(["one small text"], 3)[0].words), "scipy" in sys.modules)
import scipy.linalg
"""


def test_numba_loads_no_scipy_in_a_process_of_our_own() -> None:
    ours = "from dedupe.unasked import own_process; own_process()"
    assert _printed(SCIPY.format(before="")) == ["3", "True"]
    assert _printed(SCIPY.format(before=ours)) == ["3", "False"]


def test_pandas_that_is_there_stays() -> None:
    script = """
import pandas, sys
from dedupe.unasked import own_process
own_process()
import pyarrow as pa
print(sys.modules["pandas"] is pandas, pa.array(pandas.Series([1.0, None])).null_count)
"""
    assert _printed(script) == ["True", "1"]


def test_a_run_of_the_command_loads_no_pandas(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from pathlib import Path
folder = Path({str(tmp_path)!r})
(folder / "a.txt").write_text("The bridge reopened on Monday after two years of work. " * 5)
from dedupe.cli import main
main(["ingest", str(folder / "a.txt"), "--data", str(folder / "data"), "--json"],
     standalone_mode=False)
print("pandas" in sys.modules)
"""
    assert _printed(script)[-1] == "False"
