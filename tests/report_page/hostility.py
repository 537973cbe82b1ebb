"""Documents that try to be more than text."""

from __future__ import annotations

from typing import Any

from tests.report_page.gazette import row, story

ATTACK = "<script>window.owned=1</script>\"'><img src=x onerror=alert(1)></title></style>&lt;b&gt;"
REVERSED = "invoice\u202eexe.txt\u2066 mixed \u0627\u0644\u0639"


def hostile_rows() -> list[dict[str, Any]]:
    """Two near copies with the attack in every field, a revision, and one to reject."""
    first = row(story(1)) | {
        "title": f"{ATTACK} {REVERSED}",
        "author": ATTACK,
        "site": "evil\"onmouseover='x'.example",
        "language": "<i>",
        "text": f"{ATTACK}\n\n</script><!-- {REVERSED}\n\n" + "\n\n".join(story(1).paragraphs),
    }
    second = dict(first) | {
        "url": "javascript:alert(document.domain)",
        "text": f"{first['text']}\n\n]]><svg onload=alert(2)> \x00\x1b {ATTACK}",
    }
    return [first, second, {"title": ATTACK, "note": "neither text nor html"}]
