"""The page around the sections: style, script, and a policy that lets in nothing else.

Style and script are inline and allowed by their digests, so that markup which slipped through the
escaping could neither run nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from dedupe.report.page.markup import Html, el, shorten, visible


@cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").strip()


def _digest(content: str) -> str:
    made = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{made}'"


def page(
    title: str, header: Html, sections: Sequence[Html], links: Sequence[tuple[str, str]]
) -> str:
    """The whole document. ``links`` are (section id, label)."""
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", f"{shorten(visible(title), 200)} · dedupe"),
        # Constants of this package, not escaped: both are raw text in HTML.
        el("style", Html(style)),
    )
    body = el(
        "body",
        el("a", "Skip to the figures", href="#main", class_="skip"),
        header,
        _tools(links) if links else None,
        el("main", *sections, id="main", tabindex=-1),
        el(
            "footer",
            el("p", "Made by dedupe-ingest from the tables of this snapshot. Times are UTC."),
        ),
        el("script", Html(script)),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _tools(links: Sequence[tuple[str, str]]) -> Html:
    """Contents, and what narrows and unfolds the lists; the latter needs the script."""
    return el(
        "div",
        el(
            "nav",
            el("ul", [el("li", el("a", label, href=f"#{name}")) for name, label in links]),
            aria_label="Sections",
        ),
        # Not a form: there is nothing to send, and ids inside of one would hide its own methods.
        el(
            "div",
            el("label", "Filter lists", for_="filter"),
            el(
                "input",
                id="filter",
                type="search",
                autocomplete="off",
                spellcheck="false",
                placeholder="title, site, rule, word …",
            ),
            el("button", "Open all", type="button", data_open="true"),
            el("button", "Close all", type="button", data_open="false"),
            el("output", "", id="matches", for_="filter", aria_live="polite"),
            id="tools",
            role="search",
            hidden=True,
        ),
        class_="bar-top",
    )
