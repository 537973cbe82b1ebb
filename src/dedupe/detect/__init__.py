"""Detect: which texts are copies of which, decided on the texts themselves.

Candidates are found loosely (``bands`` over MinHash signatures, ``anchors`` for excerpts, the hash
of all words for exact copies), in the batch and in the durable ``index`` of everything canonical;
then every candidate pair is verified on the texts (``verify``) and judged with a reason
(``judge``).
"""

from __future__ import annotations

from dedupe.detect.detector import Detector
from dedupe.detect.digest import IndexDamageError
from dedupe.detect.identifiers import Packed, order_of, pack_ids, unpack_ids
from dedupe.detect.index import Index
from dedupe.detect.judge import Reason
from dedupe.detect.layout import I64
from dedupe.detect.same_address import same_article
from dedupe.detect.sketch import Parameters, Sketches, join, sketch
from dedupe.detect.update import IndexUpdate
from dedupe.detect.verdict import compare

__all__ = [
    "I64",
    "Detector",
    "Index",
    "IndexDamageError",
    "IndexUpdate",
    "Packed",
    "Parameters",
    "Reason",
    "Sketches",
    "compare",
    "join",
    "order_of",
    "pack_ids",
    "same_article",
    "sketch",
    "unpack_ids",
]
