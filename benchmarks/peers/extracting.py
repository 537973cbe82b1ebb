"""An extractor at work in an environment of its own; ``benchmarks.clean`` starts it.

    python extracting.py NAME PAGES.json

Reads lines from its input: ``extract FIRST LAST`` extracts those pages and answers with one line of
JSON: CPU seconds, and the texts. Each runs with its defaults, trafilatura also with
``favor_precision``; each gets the page decoded. Only the standard library is imported beside it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

Extract = Callable[[str], str | None]


def _trafilatura(**options: bool) -> Extract:
    import trafilatura

    return lambda html: trafilatura.extract(html, include_comments=False, **options)


def _readability() -> Extract:
    from lxml.html import fromstring
    from readability import Document

    return lambda html: fromstring(Document(html).summary()).text_content()


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: extract_plain_text(html, main_content=True, alt_texts=False)


def _justext() -> Extract:
    import justext

    words = frozenset().union(
        *(justext.get_stoplist(n) for n in ("English", "French", "German", "Spanish"))
    )
    return lambda html: "\n".join(
        p.text for p in justext.justext(html, words) if not p.is_boilerplate
    )


EXTRACTORS: dict[str, Callable[[], Extract]] = {
    "trafilatura": _trafilatura,
    "trafilatura precision": lambda: _trafilatura(favor_precision=True),
    "readability-lxml": _readability,
    "resiliparse": _resiliparse,
    "justext": _justext,
}


def main(name: str, path: Path) -> None:
    """Answer what is asked, line by line."""
    pages = json.loads(path.read_text(encoding="utf-8"))
    # What an extractor prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    extract = EXTRACTORS[name]()
    for line in sys.stdin:
        first, last = map(int, line.split()[1:])
        texts, seconds = [], []
        for page in pages[first:last]:
            start = time.process_time()
            try:
                texts.append(extract(page) or "")
            except Exception:  # noqa: BLE001 - what breaks on a page found nothing on it
                texts.append("")
            seconds.append(time.process_time() - start)
        answers.write(json.dumps({"seconds": sum(seconds), "texts": texts}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
