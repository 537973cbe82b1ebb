"""A page of HTML: its blocks with everything cut that is not body, its fields from head and text."""

from __future__ import annotations

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.content import cut_outside, find_main, prune, widen
from dedupe.clean.fields import Fields
from dedupe.clean.headline import is_title
from dedupe.clean.judge import judge
from dedupe.clean.language import detect_language
from dedupe.clean.metadata import Head
from dedupe.clean.repeats import cut_repeats
from dedupe.clean.titles import page_title
from dedupe.clean.walk import Walk
from selectolax.lexbor import LexborHTMLParser


def read_page(html: str, fields: Fields) -> list[Block]:
    """Return the blocks of a page with everything cut that is not body; fill ``fields``."""
    page = LexborHTMLParser(html)
    head = Head(page)
    walk = Walk(page)
    head.state(fields)
    prune(walk)
    title, source, heading = page_title(head, walk, fields)
    fields.state("title", title, source)
    main = widen(walk, find_main(walk, heading))
    cut_outside(walk, main)
    inside = [block for block in walk.blocks if block.cut is None]
    for block in inside:
        if is_title(block, fields.title):
            block.role = Role.TITLE
            block.drop("title", Stage.FIELD)
    judge(inside, html=True)
    live = [block for block in inside if block.cut is None]
    _cut_links(live)
    cut_repeats([block for block in live if block.cut is None])
    body = [block for block in live if block.cut is None]
    if fields.language is None:
        text = " ".join(block.text for block in body)[:6000]
        fields.state("language", detect_language(text), "text")
        if head.language[:2].isalpha():
            fields.state("language", head.language[:2].lower(), "html")
    return walk.blocks


def _cut_links(live: list[Block]) -> None:
    """Cut blocks that are links and nothing else."""
    for block in live:
        if block.links > 0.7 and block.words < 40 and block.role is not Role.HEADING:
            block.drop("link-line", Stage.RELATED)
