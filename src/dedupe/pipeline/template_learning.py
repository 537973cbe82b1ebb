"""Learning templates from documents: from those of a run, or from all that the tables hold.

Both learn the same documents in the same order, and so to the same state: first versions that have
a site and whose text is kept, by (first seen, document, content), each with the passages of its
text and those that were cut from it as template.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dedupe.clean.blocks import Stage
from dedupe.clean.templates import (
    MOST_PASSAGES,
    STANDFIRST,
    Reading,
    forget,
    leads_with_summary,
)
from dedupe.errors import StoreError
from dedupe.pipeline.site_passages import Passages, Pupil
from dedupe.pipeline.template_state import MOST_IN_ALL, Known, path_of, read, write
from dedupe.publish import Snapshot

log = logging.getLogger("dedupe")

FEWEST_KEPT = 300
"""No site is cut to fewer passages for the sake of others; rather, old sites are forgotten."""

AT_ONCE = 1_000
"""Documents of a site that are learnt at a time: a megabyte."""

_COLUMNS = [
    "id",
    "document_id",
    "content_hash",
    "site",
    "summary",
    "text",
    "version",
    "first_seen_at",
]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one document teaches."""

    when: dt.datetime
    document_id: str
    content_hash: str
    site: str
    keys: dict[int, int]
    leads: bool

    @property
    def place(self) -> tuple[dt.datetime, str, str]:
        """Where it stands in the one order of learning. It outlives promotion and revision."""
        return self.when, self.document_id, self.content_hash


class Learning:
    """From one state to the next."""

    def __init__(self, known: Known) -> None:
        """Start from what is known."""
        self._known = known
        self._sizes = known.sizes()
        self._lasts = known.lasts()
        self._total = sum(self._sizes.values())
        self._changed: dict[str, Passages | None] = {}

    def learn(self, lessons: Iterable[Lesson]) -> None:
        """Learn documents that come after all learnt so far. The bounds are kept run by run."""
        ordered = sorted(lessons, key=lambda lesson: (lesson.when, lesson.site, lesson.place))
        for when, of_run in groupby(ordered, key=lambda lesson: lesson.when):
            for name, of_site in groupby(of_run, key=lambda lesson: lesson.site):
                self.learn_site(name, of_site, when)
            self.bound()

    def learn_site(self, name: str, lessons: Iterator[Lesson], when: dt.datetime) -> None:
        """Learn the documents of one site in one run, which come by their ``place``.

        Call ``bound`` once all sites are learnt.
        """
        pupil, learnt = Pupil(self._of(name)), False
        while some := list(islice(lessons, AT_ONCE)):
            learnt |= pupil.learn(some)
        if learnt:
            self._lasts[name] = when
            self._put(name, pupil.passages)

    def table(self) -> pa.Table:
        """The state that was reached."""
        return self._known.with_changes(self._changed, self._lasts)

    def _of(self, name: str) -> Passages:
        if name not in self._changed:
            return self._known.passages(name)
        return self._changed[name] or Passages.none()

    def _put(self, name: str, passages: Passages) -> None:
        self._total += len(passages.keys) - self._sizes.get(name, 0)
        self._sizes[name] = len(passages.keys)
        # A site takes ten times the memory of its arrays, and there may be thousands.
        self._changed[name] = passages

    def bound(self) -> None:
        """Cut the largest sites to a bound that makes all fit; else forget the stalest sites."""
        if self._total <= MOST_IN_ALL:
            return
        room, most = MOST_IN_ALL * 3 // 4, MOST_PASSAGES
        while most > FEWEST_KEPT and sum(min(size, most) for size in self._sizes.values()) > room:
            most = max(FEWEST_KEPT, most // 2)
        for name in [name for name, size in self._sizes.items() if size > most]:
            site = self._of(name).site()
            forget(site, most)
            self._put(name, Passages.of(site))
        for name in sorted(self._sizes, key=lambda name: (self._lasts[name], name)):
            if self._total <= room:
                break
            self._total -= self._sizes.pop(name)
            self._changed[name] = None


def open_templates(snapshot: Snapshot, folder: Path, scratch: Path | None = None) -> Path:
    """The state that reflects ``snapshot``; rebuilt in ``folder`` where there is none that does.

    Args:
        snapshot: the published state.
        folder: where the states lie.
        scratch: build there instead, leaving ``folder`` as it is (a dry run).
    """
    path = path_of(folder, snapshot.stamp)
    try:
        read(path)
    except StoreError as error:
        log.info("templates: learning from snapshot %d (%s)", snapshot.number, error)
        path = path_of(scratch or folder, snapshot.stamp)
        rebuild(snapshot, path)
    return path


def rebuild(snapshot: Snapshot, path: Path) -> None:
    """Write the state that a snapshot's tables alone give."""
    learning = Learning(Known(None))
    learning.learn(_lessons(snapshot))
    write(path, learning.table())


def _lessons(snapshot: Snapshot) -> Iterator[Lesson]:
    """What the tables teach. Of a document some 16 bytes a passage are held, not its text."""
    cut = cut_before(snapshot)
    for table in ("articles", "duplicates"):
        for part in snapshot.batches(table, _COLUMNS):
            first = part.filter(
                (pc.field("version") == 1)
                & pc.is_valid(pc.field("site"))
                & pc.is_valid(pc.field("text"))
            )
            for row in first.to_pylist():
                whole = Reading.of(row["text"])
                keys, leads = whole.counted(), leads_with_summary(whole.blocks, row["summary"])
                for key, words, rule in cut.get(row["id"], ()):
                    keys[key] = max(words, keys.get(key, 0))
                    leads = leads or rule == STANDFIRST
                yield Lesson(
                    when=row["first_seen_at"],
                    document_id=row["document_id"],
                    content_hash=row["content_hash"],
                    site=row["site"],
                    keys=keys,
                    leads=leads,
                )


def cut_before(snapshot: Snapshot) -> dict[str, list[tuple[int, int, str]]]:
    """For each document the template passages that were cut from it: key, words and rule."""
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    once: dict[str, tuple[int, int]] = {}  # the same few passages, over and over
    for part in snapshot.batches("removals", ["article_id", "stage", "rule", "text"]):
        for row in part.filter(pc.field("stage") == Stage.TEMPLATE.value).to_pylist():
            if row["text"] not in once:
                reading = Reading.of(row["text"])
                once[row["text"]] = (reading.keys[0], reading.words[0])
            key, words = once[row["text"]]
            if key:
                found[row["article_id"]].append((key, words, row["rule"]))
    return found
