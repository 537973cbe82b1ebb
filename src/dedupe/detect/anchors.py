"""Anchors: the sampled shingles by which an excerpt finds the text that it was cut from.

An article cut to its first third has a Jaccard similarity of 0.3 with the whole, where no
affordable bands look. Winnowing (Schleimer, Wilkerson, Aiken, "Winnowing", SIGMOD 2003) keeps the
least hash of every window of w shingles: any passage of w + k - 1 words that two texts share makes
them share an anchor, whatever stands around it. Texts shorter than six windows take a smaller
one; an anchor under a window is an anchor under every smaller window too, so that the guarantee
holds between sizes.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dedupe.detect.shingling import U64, fold_keys, shingle_hashes

SHINGLE = 6
"""Words of an anchor: longer than the shingles that are compared, so that few texts share one by
chance."""

WIDEST = 64
"""Shingles of a window, at most; some 2 / WIDEST of the words become anchors."""

NARROWEST = 4
PARTS = 6

MOST = 2048
"""Windows side by side in a text, at most: a very long text takes wider ones."""


EXPECTED = 12
"""Anchors of a text of four hundred words, and of most others: 2 in each window and a bit."""


def recall(jaccard: float, shingle: int) -> float:
    """Expected share of pairs of this similarity that share an anchor, if edits lie scattered.

    That is the hardest case: with the same number of edits in one place, whole windows stay
    untouched. A shingle of ``shingle`` words then survives with probability c = 2 J / (1 + J), an
    anchor's of ``SHINGLE`` words with c ** (SHINGLE / shingle), which makes a Jaccard similarity of
    anchor shingles.
    """
    survival: float = (2 * jaccard / (1 + jaccard)) ** (SHINGLE / shingle)
    return 1.0 - (1.0 - survival / (2.0 - survival)) ** EXPECTED


def window(count: int) -> int:
    """The window for a text of ``count`` anchor shingles."""
    return max(min(NARROWEST, count), min(WIDEST, count // PARTS), count // MOST)


def anchor_keys(words: U64) -> U64:
    """The anchors of a text, given its word hashes, as index keys: sorted, unique."""
    hashes = shingle_hashes(words, SHINGLE)
    if not len(hashes):
        return hashes
    least = sliding_window_view(hashes, window(len(hashes))).min(axis=1)
    return fold_keys(np.unique(least))
