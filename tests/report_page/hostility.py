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


PAYLOADS = [
    "<script>window.owned=1</script>",
    "<ScRiPt>window.owned=1</sCrIpT>",
    "<script src=https://evil.example/x.js></script>",
    "</script><script>window.owned=1</script>",
    "</style><script>window.owned=1</script>",
    "</title><script>window.owned=1</script>",
    "</textarea><script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "<img src=x onerror='window.owned=1'//",
    "<svg onload=window.owned=1>",
    "<svg/onload=window.owned=1//",
    "<svg><script>window.owned=1</script></svg>",
    "<svg><animate onbegin=window.owned=1 attributeName=x dur=1s>",
    "<body onload=window.owned=1>",
    "<details open ontoggle=window.owned=1>",
    "<input autofocus onfocus=window.owned=1>",
    "<select autofocus onfocus=window.owned=1>",
    "<video><source onerror=window.owned=1>",
    "<audio src=x onerror=window.owned=1>",
    "<iframe src=javascript:parent.owned=1>",
    "<iframe srcdoc='<script>parent.owned=1</script>'>",
    "<object data=javascript:window.owned=1>",
    "<embed src=javascript:window.owned=1>",
    "<form action=javascript:window.owned=1><button>go</button></form>",
    "<a href=javascript:window.owned=1>x</a>",
    "<a href='&#106;avascript:window.owned=1'>x</a>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.owned=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.owned=1>'>",
    "<template><script>window.owned=1</script></template>",
    "<!--><img src=x onerror=window.owned=1>-->",
    "]]><script>window.owned=1</script>",
    '" onmouseover=window.owned=1 x="',
    "' onmouseover=window.owned=1 x='",
    "` onmouseover=window.owned=1 x=`",
    '"><script>window.owned=1</script>',
    "javascript:window.owned=1",
    "&lt;script&gt;window.owned=1&lt;/script&gt;",
    "\u003cscript\u003ewindow.owned=1\u003c/script\u003e",
    "<\x00script>window.owned=1</script>",
    "<scr\u200bipt>window.owned=1</script>",
    "\uff1cscript\uff1ewindow.owned=1\uff1c/script\uff1e",
    "${window.owned=1}{{window.owned=1}}",
    "<xss style='background:url(https://evil.example/x.png)'>",
    "[click](javascript:window.owned=1) ![x](https://evil.example/x.png)",
]
"""Forms that scripts have come in by; each would set ``window.owned`` or ask for a file."""


def payload_rows() -> list[dict[str, Any]]:
    """For each payload a story with it in every field, a near copy of it, and a reject."""
    rows: list[dict[str, Any]] = []
    for number, payload in enumerate(PAYLOADS):
        told = story(number)
        first = row(told) | {
            "title": f"{payload} {number}",
            "authors": [payload, f"{payload} Smith"],
            "site": payload,
            "language": payload,
            "summary": payload,
            "text": f"{payload}\n\n" + "\n\n".join(told.paragraphs) + f"\n\n{payload}",
        }
        rows.append(first | {"url": f"https://a.example/{number}?q={payload}"})
        rows.append(
            first | {"url": payload, "text": f"{first['text']}\n\nOne line more: {payload}"}
        )
        rows.append({"title": payload, "html": 7, payload: payload})
    return rows
