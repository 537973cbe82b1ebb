"""Sketches: what is kept of a text to find its copies, and the parameters of one kind of them.

Sketches of different parameters are never compared; the index stores them and refuses others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.detect import anchors, bands, shingling
from dedupe.detect.anchors import anchor_keys
from dedupe.detect.bands import Bands
from dedupe.detect.encoding import HARD, Encoded, encode, tables_for
from dedupe.detect.pace import METER
from dedupe.detect.shingling import U64, fold_keys, shingle_hashes, word_hashes
from dedupe.detect.signature import SCHEME, U32, by_datasketch, permutations, signature
from dedupe.settings import Settings
from dedupe.words import NORMALISER, words

Sign = Callable[[U64, int, int], U32]
"""Shingle hashes, the length of a signature and a seed to the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Everything that sketches of one kind have in common."""

    shingle: int
    permutations: int
    seed: int
    bands: int
    rows: int
    scheme: str = SCHEME
    hash: str = shingling.HASH
    normaliser: str = NORMALISER
    anchor: int = anchors.SHINGLE
    window: int = anchors.WIDEST

    @classmethod
    def of(cls, settings: Settings) -> Parameters:
        """The parameters that ``settings`` ask for."""
        chosen = bands.choose(settings.threshold, settings.permutations, settings.shingle)
        return cls(
            shingle=settings.shingle,
            permutations=settings.permutations,
            seed=settings.seed,
            bands=chosen.count,
            rows=chosen.rows,
        )

    def as_dict(self) -> dict[str, str | int]:
        """JSON-ready."""
        return asdict(self)

    @property
    def banding(self) -> Bands:
        """The bands."""
        return Bands(self.bands, self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """Sketches of n texts. A text without words has a ``content`` and ``shingles`` of 0."""

    content: U64
    """Key of all words in order; shape (n,)."""

    shingles: NDArray[np.uint32]
    """Shingles of the text, repeats counted; shape (n,)."""

    signatures: U32
    """MinHash signatures; shape (n, permutations)."""

    anchors: U64
    """Anchor keys of all texts, one text's after the other's."""

    bounds: NDArray[np.int64]
    """Text i has ``anchors[bounds[i] : bounds[i + 1]]``; shape (n + 1,)."""


def sketch(texts: Sequence[str], parameters: Parameters) -> Sketches:
    """Sketches of ``texts``, in order, by the path that is faster at this point of the run."""
    kernel = METER.kernel(sum(map(len, texts)))
    if kernel is None:
        return sketch_plainly(texts, parameters, by_datasketch if METER.few else signature)
    return sketch_compiled(texts, parameters)


def sketch_plainly(
    texts: Sequence[str], parameters: Parameters, sign: Sign = signature
) -> Sketches:
    """Sketches of ``texts`` in NumPy, their signatures by ``sign``."""
    count = len(texts)
    content = np.zeros(count, dtype=np.uint64)
    shingles = np.zeros(count, dtype=np.uint32)
    signatures = np.empty((count, parameters.permutations), dtype=np.uint32)
    found: list[U64] = []
    for at, text in enumerate(texts):
        hashes = word_hashes(words(text))
        inner = shingle_hashes(hashes, parameters.shingle)
        content[at] = content_key(hashes)
        shingles[at] = len(inner)
        signatures[at] = sign(inner, parameters.permutations, parameters.seed)
        found.append(anchor_keys(hashes))
    bounds = np.cumsum([0, *map(len, found)], dtype=np.int64)
    return Sketches(
        content, shingles, signatures, np.concatenate([*found, np.empty(0, np.uint64)]), bounds
    )


def sketch_compiled(texts: Sequence[str], parameters: Parameters) -> Sketches:
    """Sketches of ``texts`` by the kernel.

    Raises:
        ImportError: Numba is not installed.
    """
    encoded = encode(texts)
    sketches = _run_kernel(encoded, parameters)
    hard = np.flatnonzero(encoded.forms == HARD)
    if not len(hard):
        return sketches
    again = encode([texts[row] for row in hard.tolist()], normalised=True)
    rows = np.arange(len(texts))
    rows[hard] = len(texts) + np.arange(len(hard))
    return take(join([sketches, _run_kernel(again, parameters)], parameters), rows)


def _run_kernel(encoded: Encoded, parameters: Parameters) -> Sketches:
    from dedupe.detect import kernel

    count = len(encoded.forms)
    content = np.zeros(count, dtype=np.uint64)
    shingles = np.zeros(count, dtype=np.uint32)
    signatures = np.empty((count, parameters.permutations), dtype=np.uint32)
    # A word has a byte at least, an anchor a word.
    found = np.empty(len(encoded.data) + 1, dtype=np.uint64)
    anchor_bounds = np.zeros(count + 1, dtype=np.int64)
    kernel.sketch_all(
        encoded.data,
        encoded.bounds,
        encoded.forms,
        *tables_for(encoded),
        parameters.shingle,
        *permutations(parameters.permutations, parameters.seed),
        content,
        shingles,
        signatures,
        np.array([anchors.NARROWEST, anchors.WIDEST, anchors.PARTS, anchors.MOST]),
        found,
        anchor_bounds,
    )
    return Sketches(content, shingles, signatures, found[: anchor_bounds[-1]].copy(), anchor_bounds)


def content_key(hashes: U64) -> np.uint64:
    """A key of the words in their order: equal for equal word lists, 0 for none.

    A polynomial in the word hashes, evaluated with odd powers that differ by place.
    """
    if not len(hashes):
        return np.uint64(0)
    places = np.arange(1, len(hashes) + 1, dtype=np.uint64)
    mixed = fold_keys(hashes ^ fold_keys(places))
    return np.uint64(max(1, int(mixed.sum(dtype=np.uint64))))


def join(shards: Sequence[Sketches], parameters: Parameters) -> Sketches:
    """The sketches of several shards in one."""
    none = sketch([], parameters)
    parts = [none, *shards]
    counts = np.concatenate([np.diff(part.bounds) for part in parts])
    return Sketches(
        np.concatenate([part.content for part in parts]),
        np.concatenate([part.shingles for part in parts]),
        np.concatenate([part.signatures for part in parts]),
        np.concatenate([part.anchors for part in parts]),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
    )


def take(sketches: Sketches, rows: NDArray[np.int64]) -> Sketches:
    """The sketches of some texts, in the order of ``rows``."""
    counts = np.diff(sketches.bounds)[rows]
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    inner = np.repeat(sketches.bounds[rows] - bounds[:-1], counts) + np.arange(bounds[-1])
    return Sketches(
        sketches.content[rows],
        sketches.shingles[rows],
        sketches.signatures[rows],
        sketches.anchors[inner],
        bounds,
    )
