"""``compare``: the verdict on two texts, alone."""

from __future__ import annotations

from dedupe.article import Article, Verdict
from dedupe.detect.verify import read_plainly, verify
from dedupe.settings import Settings


def compare(a: str | Article, b: str | Article, settings: Settings | None = None) -> Verdict:
    """How two clean texts or articles relate; nothing is cleaned here.

    The relation is ``exact``, ``near``, ``contained`` or ``distinct``: ``revision`` needs to know
    that both came from one address. ``reason`` is a value of ``dedupe.detect.Reason``.
    """
    settings = settings or Settings()
    left, right = (read_plainly(_text(each), settings.shingle) for each in (a, b))
    return verify(left, right, settings)


def _text(each: str | Article) -> str:
    return each.text if isinstance(each, Article) else each
