"""The stage as a whole: every document ends in exactly one outcome, whatever the order."""

from __future__ import annotations

import json
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.acquire import acquire, expand
from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings

Take = Callable[..., list[Any]]


class Ledger:
    """What a run asks for what was taken in before: here a set, on disk in the pipeline."""

    def __init__(self) -> None:
        self.known: set[tuple[str, str]] = set()
        self.asked: list[int] = []

    def seen(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        self.asked.append(len(pairs))
        return [pair in self.known for pair in pairs]


def run(folder: Path, ledger: Ledger) -> list[Document | Reject | Unchanged]:
    outcomes = list(acquire(expand([folder]), Settings(), ledger.seen))
    for item in outcomes:
        if not isinstance(item, Unchanged):
            ledger.known.add((item.id, item.raw_hash))
    return outcomes


def test_a_second_run_finds_everything_unchanged(here: Path) -> None:
    (here / "a.txt").write_text("A text.")
    (here / "b.txt").write_text("")
    (here / "c.jsonl").write_text('{"url": "https://example.org/", "text": "A row."}\nbroken\n')
    ledger = Ledger()
    assert [type(item) for item in run(here, ledger)] == [Document, Reject, Document, Reject]
    assert {type(item) for item in run(here, ledger)} == {Unchanged}


def test_the_same_url_with_other_content_is_a_document_again(here: Path) -> None:
    row = {"url": "https://example.org/a", "text": "Before."}
    (here / "a.jsonl").write_text(json.dumps(row))
    ledger = Ledger()
    (before,) = run(here, ledger)
    (here / "a.jsonl").write_text(json.dumps(row | {"text": "After."}))
    (after,) = run(here, ledger)
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert (before.id, before.text, after.text) == (after.id, "Before.", "After.")


def test_a_version_that_comes_back_within_a_run_is_unchanged(here: Path, take: Take) -> None:
    rows = [{"url": "https://example.org/a", "text": text} for text in ("One.", "Two.", "One.")]
    (here / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [type(item) for item in take("a.jsonl")] == [Document, Document, Unchanged]


def test_what_was_taken_in_before_is_asked_in_batches(here: Path) -> None:
    rows = (json.dumps({"text": f"Row {i}."}) for i in range(2500))
    (here / "a.jsonl").write_text("\n".join(rows))
    ledger = Ledger()
    assert len(run(here, ledger)) == 2500
    assert sum(ledger.asked) == 2500
    assert len(ledger.asked) == 3


def test_memory_does_not_grow_with_the_input(here: Path) -> None:
    # 120 MB in one file, a tenth of it held at a time at most.
    with (here / "a.jsonl").open("w") as file:
        for i in range(1200):
            file.write(json.dumps({"text": f"{i} " + "word " * 20_000}) + "\n")
    tracemalloc.start()
    count = sum(isinstance(item, Document) for item in acquire(expand(["a.jsonl"]), Settings()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1200
    assert peak < 40_000_000


# A document by its index, or something broken; and the outcome that each has.
LINES = st.one_of(
    st.integers(0, 5).map(lambda i: (f'{{"text": "Row {i}."}}', Document)),
    st.integers(0, 5).map(
        lambda i: (f'{{"url": "https://example.org/{i}", "text": "At {i}."}}', Document)
    ),
    st.sampled_from(["broken", "[1]", '{"title": "T"}', '{"text": " "}', '{"text": NaN}']).map(
        lambda line: (line, Reject)
    ),
    st.sampled_from(["", "  "]).map(lambda line: (line, None)),
)


@given(
    st.lists(st.lists(LINES, max_size=8), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"])
)
@settings(max_examples=60, deadline=None)
def test_every_row_ends_in_exactly_one_outcome(
    files: list[list[tuple[str, type | None]]], end: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        expected = []
        for number, lines in enumerate(files):
            name = Path(folder) / f"{number}.jsonl"
            text = end.join(line for line, _ in lines)
            name.write_text(text, newline="")
            rows = [(f"{name}#{i}", kind) for i, (_, kind) in enumerate(lines, 1) if kind]
            expected += rows or [(f"{name}", Reject)]
        outcomes = list(acquire(expand([folder]), Settings()))
        assert [item.source for item in outcomes] == [source for source, _ in expected]
        for item, (_, kind) in zip(outcomes, expected, strict=True):
            assert isinstance(item, kind) or (kind is Document and isinstance(item, Unchanged))
        taken_in = Counter((i.id, i.raw_hash) for i in outcomes if not isinstance(i, Unchanged))
        assert set(taken_in.values()) == {1}
        again = list(acquire(expand([folder]), Settings(), lambda pairs: [True] * len(pairs)))
        assert [type(item) for item in again] == [Unchanged] * len(outcomes)


@given(st.permutations(["a.txt", "b.html", "c.jsonl", "deep", "*.txt", "d.json"]))
@settings(max_examples=30, deadline=None)
def test_the_order_of_inputs_never_matters(order: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "deep").mkdir()
        (root / "a.txt").write_text("A text.")
        (root / "b.html").write_text("<html><p>A page.</p></html>")
        (root / "c.jsonl").write_text('{"text": "A row."}\nbroken\n')
        (root / "d.json").write_text('[{"text": "A row."}, {"text": "Another."}]')
        (root / "deep" / "e.txt").write_text("A text.")
        outcomes = acquire(expand([root / name for name in order]), Settings())
        found = [(item.source.removeprefix(f"{folder}/"), type(item)) for item in outcomes]
        assert found == [
            ("a.txt", Document),
            ("b.html", Document),
            ("c.jsonl#1", Document),
            ("c.jsonl#2", Reject),
            ("d.json#1", Unchanged),
            ("d.json#2", Document),
            ("deep/e.txt", Unchanged),
        ]


def test_the_reasons_are_a_closed_list() -> None:
    assert sorted(Reason) == [
        "binary",
        "blocked-address",
        "bomb",
        "damaged",
        "empty",
        "encoding",
        "failed",
        "fetch-failed",
        "http-status",
        "malformed",
        "no-text",
        "not-article",
        "not-fetched",
        "reader-failed",
        "robots",
        "too-complex",
        "too-large",
        "unreadable",
        "unsafe",
        "unsupported",
    ]
