"""A page of HTML: its blocks, with what is no body cut, and its fields from head and text."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from dedupe.article import Quality
from dedupe.clean.blocks import Block, Cut, Role, Stage, kept
from dedupe.clean.bounds import bounded, without_surrogates
from dedupe.clean.bylines import names
from dedupe.clean.closing import cut_closing, cut_loose_headings
from dedupe.clean.content import cut_outside, cut_teasers, find_main, widen, with_fellows
from dedupe.clean.dates import parse_date
from dedupe.clean.fallback import read_again, stated_blocks
from dedupe.clean.fieldlines import read_field_lines
from dedupe.clean.fields import Fields
from dedupe.clean.headline import is_title
from dedupe.clean.judge import judge
from dedupe.clean.language import detect_language
from dedupe.clean.lead import cut_key_points, restore_lead
from dedupe.clean.metadata import Head, body_text, schema_type
from dedupe.clean.offsets import Source
from dedupe.clean.prune import prune
from dedupe.clean.quality import judge_quality
from dedupe.clean.repeats import cut_repeats
from dedupe.clean.stated import Stated
from dedupe.clean.titles import page_title
from dedupe.clean.unseen import Shown
from dedupe.clean.walk import Walk
from dedupe.clean.words import fold

_AUTHOR = '[itemprop~="author"], [rel~="author"], [class*="byline"], [class*="author-name"]'
_TIME = 'time[itemprop="datePublished"], [itemprop="datePublished"], time[pubdate], time[datetime]'

_LINK_SHARE, _LINK_WORDS = 0.7, 40
_MOST_DOORS, _HEADLINE_WORDS, _ALL_LINK = 3, 5, 0.9


def read_page(html: str, fields: Fields) -> tuple[list[Block], Quality]:
    """Return the blocks of a page, cut ones marked, and its kind; fill ``fields``."""
    shown = Shown(html)
    blocks, quality = _read(html, bounded(shown.html), fields)
    Source(shown).locate(blocks)
    return blocks, quality


def _read(  # noqa: C901 - the recipe
    html: str, source: str, fields: Fields
) -> tuple[list[Block], Quality]:
    """Read a page from ``source``, which is ``html`` without what shows nothing."""
    try:
        page = LexborHTMLParser(source)
    except UnicodeEncodeError:
        page = LexborHTMLParser(without_surrogates(source))
    head = Head(page)
    head.state(fields)
    marked = _marked_up(page, fields)
    walk = Walk(page)
    prune(walk)
    title, read_in, heading = page_title(head, walk, fields)
    fields.state("title", title, read_in)
    body = body_text(head)
    stated = Stated(body)
    cut_teasers(walk)
    main = with_fellows(walk, find_main(walk, heading))
    if stated.usable:
        main = stated.better(walk, main)
    main = widen(walk, main)
    cut_outside(walk, main)
    if heading is not None and is_title(heading, fields.title):
        heading.role, heading.cut = Role.TITLE, Cut("title", Stage.FIELD)
    restore_lead(walk, fields, heading, main)
    inside = [block for block in walk.blocks if block.cut is None]
    key = fold(fields.title or "")
    for block in inside:
        if is_title(block, fields.title, key):
            block.role = Role.TITLE
            block.drop("title", Stage.FIELD)
    _language(inside, head, fields)
    first = next((b.position for b in inside if b.prose and b.cut is None and b.zone >= main), 0)
    if heading is not None and heading.position < first:
        read_field_lines(walk.blocks, fields, heading.position, first, cut_all=False)
    fields.state("authors", marked, "markup")
    for block in inside:
        if block.role is Role.CAPTION:
            block.drop("caption", Stage.CHROME)
    judge(inside, html=True)
    _cut_links(inside)
    if stated.usable:
        stated.cut_strangers(kept(inside))
    cut_key_points(inside, fields, html=True)
    cut_closing(kept(inside), fields.authors)
    cut_repeats(kept(inside))
    cut_loose_headings(kept(inside))
    found = _found_elsewhere(html, walk, inside, stated, body)
    types = " ".join(map(schema_type, head.nodes))
    blocks = walk.blocks if found is None else found
    if found is not None:
        _judge_again(blocks, fields)
    quality = judge_quality(blocks, types, head.article.get("isAccessibleForFree"))
    return (blocks if found is None else [*walk.blocks, *blocks]), quality


def _found_elsewhere(
    html: str, walk: Walk, inside: list[Block], stated: Stated, body: str
) -> list[Block] | None:
    """Return other blocks of a page that shows nothing, or a beginning of what it states whole."""
    shown = [block for block in inside if block.cut is None]
    if not stated.goes_on(shown):
        empty = not shown and judge_quality(walk.blocks, "", None) is Quality.EMPTY
        return read_again(without_surrogates(bounded(html)), body) if empty else None
    for block in shown:
        block.drop("beginning-of-stated-body", Stage.REPEAT)
    return stated_blocks(body)


def _judge_again(blocks: list[Block], fields: Fields) -> None:
    """Cut what is no body among blocks that the walk did not make."""
    for block in blocks:
        if is_title(block, fields.title):
            block.drop("title", Stage.FIELD)
    judge(blocks, html=False)
    cut_repeats([block for block in blocks if block.cut is None])


def _marked_up(page: LexborHTMLParser, fields: Fields) -> list[str]:
    """Return authors, and state the date, that elements are marked as; the head goes first."""
    if fields.published_at is None:
        for node in page.css(_TIME)[:3]:
            attributes = node.attributes
            value = attributes.get("datetime") or attributes.get("content") or node.text(strip=True)
            moment = parse_date(value)
            if moment is not None:
                fields.state("published_at", moment, "markup")
                break
    if not fields.authors:
        for node in page.css(_AUTHOR)[:6]:
            found = names(node.text(separator=" ", strip=True)[:200])
            if found:
                return found
    return []


def _language(inside: list[Block], head: Head, fields: Fields) -> None:
    if fields.language is None:
        sample = " ".join(block.text for block in inside if block.prose)[:4000]
        fields.state("language", detect_language(sample), "text")
    if head.language[:2].isalpha():
        fields.state("language", head.language[:2].lower(), "html")


def _cut_links(live: list[Block]) -> None:
    """Cut blocks that are links and nothing else.

    A linked headline in the text is a door to another article; where there are many, they head the
    parts of a list.
    """
    doors: list[Block] = []
    headings = 0
    prose = False
    for block in live:
        prose = prose or (block.prose and block.cut is None)
        if block.links > _LINK_SHARE and block.words < _LINK_WORDS:
            if block.role is not Role.HEADING:
                block.drop("link-line", Stage.RELATED)
                continue
            headings += 1
            if prose and block.words >= _HEADLINE_WORDS and block.links > _ALL_LINK:
                doors.append(block)
    if headings <= _MOST_DOORS:
        for block in doors:
            block.drop("linked-headline", Stage.RELATED)
