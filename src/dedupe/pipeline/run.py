"""One run over a data folder: who it is, where it works, what it has counted so far."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import hashlib
import logging
import os
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedupe.acquire import Input, expand
from dedupe.acquire.arrival import Stamp
from dedupe.article import Pair
from dedupe.detect import Detector, Index
from dedupe.errors import EngineError, StoreError
from dedupe.pipeline.engine import Engine, Local
from dedupe.pipeline.inbox import outside
from dedupe.pipeline.lock import STATE, Held, locked, next_number
from dedupe.pipeline.place import root_of, viewed
from dedupe.pipeline.rebuild import rebuild, say_rebuilding
from dedupe.pipeline.takeover import set_aside
from dedupe.pipeline.template_learning import open_templates
from dedupe.pipeline.template_state import TEMPLATES
from dedupe.publish import Snapshot
from dedupe.publish.keys import KEYS
from dedupe.settings import Settings

if TYPE_CHECKING:
    from dedupe.pipeline.batch import Batch, Live
    from dedupe.pipeline.candidates import Candidates, Ranking
    from dedupe.pipeline.elect import Outcome
    from dedupe.pipeline.texts import Texts
    from dedupe.pipeline.versions import Entry

log = logging.getLogger("dedupe")

MOST_FILES = 65_536

Progress = Callable[[str, int, int | None], None]
"""Called with a stage, the units done so far and, where known, the units in all."""


def _silent(stage: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def _allow_files() -> None:
    """Let this process open as many files as it may: three for each shard are mapped at a time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _engine(settings: Settings) -> Engine:
    if not settings.scheduler:
        return Local(settings.workers)
    from dedupe.pipeline.engine_dask import Dask

    return Dask(settings.scheduler)


class Run:
    """The context that the five stages share: paths, settings, counts and the state they build.

    ``counts`` holds the outcome of every document: ``documents`` is always the sum of
    ``unchanged``, ``articles``, ``revisions``, ``duplicates`` and ``rejects``.
    """

    def __init__(
        self,
        inputs: Sequence[str | Path],
        data_dir: str | Path,
        settings: Settings,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        started_at: dt.datetime | None = None,
    ) -> None:
        """Start a run; nothing is written yet. ``started_at`` is the clock of this run (now)."""
        self.inputs = [str(item) for item in inputs]
        self.place = data_dir
        self.data_dir = root_of(data_dir, settings)
        self.held = Held(self.data_dir)
        self.settings = settings
        self.dry_run = dry_run
        self.progress = progress or _silent
        now = started_at or dt.datetime.now(dt.UTC)
        # Without a zone it is UTC, as in documents: times with and without one do not compare.
        self.started_at = now.astimezone(dt.UTC) if now.tzinfo else now.replace(tzinfo=dt.UTC)
        self.clock = time.perf_counter()
        nonce = f"{self.started_at.isoformat()} {os.getpid()} {self.inputs}"
        tail = hashlib.blake2b(nonce.encode("utf-8", "replace"), digest_size=3).hexdigest()
        self.run_id = f"{self.started_at:%Y%m%dT%H%M%S}-{tail}"
        self.engine: Engine = _engine(settings)
        self.found: list[Input] = []
        self.finished: list[tuple[Input, Stamp]] = []
        self.snapshot: Snapshot | None = None
        self.staging = Path()
        self.index: Index
        self.templates: Path | None = None
        self.detector: Detector
        self.texts: Texts
        self.batch: Batch
        self.live: Live
        self.superseded: list[Entry] = []
        self.document_rows: dict[str, list[dict[str, Any]]] = {}
        self.candidates: Candidates
        self.history: dict[str, dict[str, Any]] = {}
        self.ranking: Ranking
        self.pairs: list[Pair] = []
        self.outcome: Outcome
        self.counts: Counter[str] = Counter()
        self.rebuilt = 0
        self.relations: Counter[str] = Counter()
        self.stage_seconds: dict[str, float] = {}

    @property
    def revised(self) -> list[tuple[Entry, dict[str, Any]]]:
        """Documents of the batch that replace an earlier version, with the row of that."""
        entries = self.live.entries.values()
        return [(entry, entry.predecessor) for entry in entries if entry.predecessor is not None]

    @property
    def index_dir(self) -> Path:
        """Where the index lies: a cache of the tables, never needed by a reader."""
        return self.data_dir / STATE / "index"

    @property
    def templates_dir(self) -> Path:
        """Where the state of the sites' templates lies: a cache of the tables, too."""
        return self.data_dir / STATE / TEMPLATES

    @property
    def abandoned(self) -> Path:
        """Where lies what a run that died had cleaned, for this one to take over."""
        return self.data_dir / STATE / "abandoned"

    @property
    def number(self) -> int:
        """The number of the snapshot that this run publishes."""
        return next_number(self.held, self.snapshot.number if self.snapshot else 0)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the run started."""
        return time.perf_counter() - self.clock

    def shards(self, kind: str) -> list[Path]:
        """The staged shards of one kind (``documents``, ``cleaned``, ``cuts``, ``rejects``)."""
        return sorted(self.staging.glob(f"{kind}-*.arrow"))

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and say that it begins and ends; one that breaks can be run again."""
        begun = time.perf_counter()
        self.progress(name, 0, None)
        with self._all_or_nothing():
            yield
        self.stage_seconds[name] = round(time.perf_counter() - begun, 4)
        log.info("%s: %.2f s", name, self.stage_seconds[name])

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Undo what a stage counted, gathered and staged if it breaks: it can be tried again."""
        held = {
            name: copy.copy(value) if isinstance(value, (dict, list)) else value
            for name, value in vars(self).items()
        }
        staged = set(self.staging.iterdir())
        try:
            yield
        except EngineError:  # no stage is tried again without its engine; the next run goes on
            raise
        except Exception:
            vars(self).update(held)
            for path in set(self.staging.iterdir()) - staged:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            raise

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the data folder: lock it, clear what a dead run left, open snapshot and index.

        Raises:
            InputError: an input does not exist.
            LockedError: another run holds the folder.
            StoreError: the folder cannot be written, or its present snapshot cannot be read.
        """
        self.found = outside(expand(self.inputs), self.settings.done)
        with contextlib.closing(self.engine), self._held():
            yield

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        if self.dry_run:
            with (
                tempfile.TemporaryDirectory(prefix="dedupe-") as folder,
                viewed(self.place, self.settings),
            ):
                self.staging = Path(folder)
                self._open()
                yield
            return
        with locked(self.place, self.settings.wait, self.settings) as self.held:
            nursery = self.data_dir / STATE / "staging"
            set_aside(nursery, self.abandoned)
            self.staging = nursery / self.run_id
            self.staging.mkdir(parents=True)
            self._open()
            try:
                yield
            except EngineError:  # with its engine back, the next run goes on from there
                set_aside(nursery, self.abandoned)
                raise
            except BaseException:  # the disk may be full
                self._clear(nursery)
                raise
            self._clear(nursery)

    def _clear(self, nursery: Path) -> None:
        for folder in (nursery, self.abandoned):
            shutil.rmtree(folder, ignore_errors=True)

    def _open(self) -> None:
        _allow_files()
        self.snapshot = Snapshot.current(self.data_dir)
        if self.snapshot is not None and not self.dry_run:
            self.snapshot.keys = self.data_dir / STATE / KEYS
        try:
            stamp = self.snapshot.stamp if self.snapshot else ""
            self.index = Index.open(self.index_dir, stamp, self.settings)
        except StoreError as error:
            self.heal(error)
        if self.settings.templates and self.snapshot is not None:
            scratch = self.staging / TEMPLATES if self.dry_run else None
            self.templates = open_templates(self.snapshot, self.templates_dir, scratch)

    def heal(self, why: StoreError) -> None:
        """Make the index anew from the tables: the one there is does not reflect them."""
        folder = self.staging / "index" if self.dry_run else self.index_dir
        if self.snapshot is None:
            self.index = Index.create(folder, self.settings)
            return
        say_rebuilding(self.snapshot, why)
        self.rebuilt += 1
        self.index = rebuild(self.snapshot, folder, self.settings)
