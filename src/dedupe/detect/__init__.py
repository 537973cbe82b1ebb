"""Detect: which texts are copies of which, decided on the texts themselves.

Candidates are found loosely (``bands`` over MinHash signatures, ``anchors`` for excerpts, the hash
of all words for exact copies), in the batch and in the durable ``index`` of everything canonical;
then every candidate pair is verified on the texts (``verify``) and judged with a reason
(``judge``).
"""

from __future__ import annotations

from dedupe.detect.detector import Detector
from dedupe.detect.index import Index
from dedupe.detect.judge import Reason
from dedupe.detect.same_address import same_article
from dedupe.detect.update import IndexUpdate
from dedupe.detect.verdict import compare

__all__ = ["Detector", "Index", "IndexUpdate", "Reason", "compare", "same_article"]
