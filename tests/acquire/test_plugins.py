"""Readers of users: installed, found, loaded when they are needed, and never fatal."""

from __future__ import annotations

import gzip
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedupe.article import Document
from dedupe.rejects import Reason, Reject
from tests.desk import ROOT

Take = Callable[..., list[Any]]
Install = Callable[..., None]

REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
TALKS = "On ferries|https://talks.example/1|A talk about ferries.\nNo parts\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a package with these entry points, as an installer would."""
    site = tmp_path / "site"

    def install(name: str, code: str, entries: dict[str, str]) -> None:
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{name}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = "".join(f"{form} = {target}\n" for form, target in entries.items())
        (info / "entry_points.txt").write_text(f"[dedupe.readers]\n{lines}")
        monkeypatch.syspath_prepend(str(site))

    return install


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def talks(install: Install) -> None:
    """The example of the reference, installed."""
    section = REFERENCE.partition("### Readers of one's own")[2]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (entry,) = re.findall(r'^"(.+)" = "(.+)"$', section, re.MULTILINE)
    install("talks", code, dict([entry]))


@pytest.mark.usefixtures("talks")
class TestExample:
    def test_it_reads_what_has_its_suffix(self, folder: Path, take: Take) -> None:
        (folder / "a.talk").write_text(TALKS)
        document, reject = take(".")
        assert isinstance(document, Document)
        assert (document.source, document.url) == ("a.talk#1", "https://talks.example/1")
        assert (document.text, document.stated["title"]) == ("A talk about ferries.", "On ferries")
        assert (reject.source, reject.reason) == ("a.talk#2", Reason.MALFORMED)

    def test_it_reads_what_is_packed(self, folder: Path, take: Take) -> None:
        (folder / "a.talk.gz").write_bytes(gzip.compress(TALKS.encode()))
        with zipfile.ZipFile(folder / "b.zip", "w") as archive:
            archive.writestr("in/c.talk", TALKS.replace("ferries", "buses"))
        sources = [item.source for item in take(".")]
        assert sources == ["a.talk.gz#1", "a.talk.gz#2", "b.zip!/in/c.talk#1", "b.zip!/in/c.talk#2"]


def test_it_is_loaded_only_when_its_form_comes(folder: Path, take: Take, install: Install) -> None:
    install(
        "lazyform",
        "def read(file, media_type, settings): return iter(())",
        {".lazy": "lazyform:read"},
    )
    (folder / "a.txt").write_text("A text.")
    take(".")
    assert "lazyform" not in sys.modules
    (folder / "b.lazy").write_text("Something.")
    take(".")
    assert "lazyform" in sys.modules


BROKEN = """
from dedupe.acquire import read_row

def breaks(file, media_type, settings):
    yield read_row({"text": "The first."}, file.source + "#1", size=1, encoding="utf-8")
    raise KeyError("colour")

def at_once(file, media_type, settings):
    return 1 / 0

def nonsense(file, media_type, settings):
    yield "a text"
"""


@pytest.mark.parametrize(
    ("target", "documents", "said"),
    [
        ("broken:breaks", 1, "KeyError: 'colour'"),
        ("broken:at_once", 0, "ZeroDivisionError"),
        ("broken:nonsense", 0, "gave str"),
        ("broken:missing", 0, "AttributeError"),
        ("nowhere:read", 0, "ModuleNotFoundError"),
    ],
)
def test_one_that_breaks_is_a_reject_and_the_rest_goes_on(
    folder: Path, take: Take, install: Install, target: str, documents: int, said: str
) -> None:
    install("broken", BROKEN, {".odd": target})
    (folder / "a.odd").write_text("Something.")
    (folder / "b.txt").write_text("A text.")
    *given, reject, last = take(".")
    assert len(given) == documents
    assert isinstance(reject, Reject)
    assert (reject.source, reject.reason) == ("a.odd", Reason.READER_FAILED)
    assert said in reject.detail
    assert isinstance(last, Document)


FORMS = """
from dedupe.acquire import Form, read_row

def last_line(file, media_type, settings):
    file.stream.seek(-6, 2)
    text = f"{media_type}: {file.stream.read().decode()}"
    yield read_row({"text": text}, file.source, size=6, encoding="utf-8")

seeks = Form(last_line, wants="seekable")

def packed(file, media_type, settings):
    text = f"{file.compression}: {file.stream.read(2).hex()}"
    yield read_row({"text": text}, file.source, size=2, encoding="utf-8")

raw = Form(packed, wants="compressed")
"""


def test_it_gets_the_stream_that_it_wants_and_goes_before_ours(
    folder: Path, take: Take, install: Install
) -> None:
    install(
        "forms", FORMS, {".end": "forms:seeks", "text/html": "forms:seeks", ".raw": "forms:raw"}
    )
    (folder / "a.end").write_bytes(b"The end")
    (folder / "b.end.gz").write_bytes(gzip.compress(b"An end"))
    (folder / "c.html").write_bytes(b"<html><p>Not by us, the tail")
    (folder / "d.raw.gz").write_bytes(gzip.compress(b"As it is stored"))
    assert [item.text for item in take(".")] == [
        "text/plain: he end",
        "text/plain: An end",
        "text/html: e tail",
        "application/gzip: 1f8b",
    ]
