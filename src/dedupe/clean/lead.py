"""What stands between the title and the body: key points, a standfirst. They become the summary."""

from __future__ import annotations

import re

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.fields import Fields
from dedupe.clean.lexicon import words
from dedupe.clean.walk import Walk
from dedupe.clean.words import fold

_KEY_POINTS = words("fields", "key_points")
_STANDFIRST = re.compile(
    r"standfirst|chapo|(?<![a-z])desc(?![a-z])|chapeau|summary|subtitle|sub-title|subhead|\bdeck\b|\bdek\b|excerpt|abstract|description|"
    r"lede|sottotitolo|sommario|entradilla|bajada|untertitel|vorspann|ingress",
    re.IGNORECASE,
)
_LEAD_REACH = 25
_MOST_POINTS = 7
_POINT_WORDS = 45
_LEAST_POINTS, _LABEL_WORDS = 2, 8
_LINKED, _PREFIX = 0.3, 20
_LEAST_BODY = 3


def cut_key_points(blocks: list[Block], fields: Fields, *, html: bool) -> None:
    """Cut a box of key points at the top of the body, and state it as the summary.

    Args:
        blocks: the document's blocks.
        fields: given the summary.
        html: whether it is a page. There a list with a heading of its own, "Key takeaways", is a
            section that its author wrote; a bare list before the first paragraph is a standfirst.
    """
    live = [block for block in blocks if block.cut is None]
    for at, block in enumerate(live[:6]):
        headed = not html and not block.prose and block.folded.startswith(_KEY_POINTS)
        if not headed and not (html and at == 0 and block.role is Role.ITEM):
            continue
        items: list[Block] = []
        for other in live[at + headed :]:
            if other.role is not Role.ITEM or other.words > _POINT_WORDS:
                break
            items.append(other)
        rest = live[at + headed + len(items) :]
        if (
            not _LEAST_POINTS <= len(items) <= _MOST_POINTS
            or sum(b.prose for b in rest) < _LEAST_BODY
        ):
            continue
        if not any(item.ends or item.words > _LABEL_WORDS for item in items):
            continue
        fields.state("summary", "\n".join(item.text for item in items), "key-points")
        for other in [block, *items] if headed else items:
            other.role = Role.STANDFIRST
            other.drop("key-points", Stage.FIELD)
        return


def restore_lead(walk: Walk, fields: Fields, heading: Block | None, main: int) -> None:
    """Sort out the running text between the title and the main part.

    What is marked as standfirst, or says what the head's description says, is the summary and stays
    out of the text; an unmarked paragraph there is the body's first.
    """
    if heading is None:
        return
    for block in walk.blocks[heading.position + 1 : heading.position + _LEAD_REACH]:
        if block.cut is None and block.zone >= main:
            return
        if (
            block.cut is None
            or block.cut.rule != "before-article"
            or block.links > _LINKED
            or not block.prose
        ):
            continue
        if _marked(walk, block.zone) or (
            walk.boxes[block.zone].tag != "p" and fields.summary and _same(fields.summary, block)
        ):
            block.role = Role.STANDFIRST
            block.cut = None
            block.drop("standfirst", Stage.FIELD)
            if fields.provenance.get("summary") in {None, "meta"}:
                fields.summary = None
                fields.state("summary", block.text, "standfirst")
            return
        block.cut = None
        if walk.boxes[block.zone].tag != "p":
            return


def _marked(walk: Walk, zone: int) -> bool:
    for _ in range(2):
        if zone <= 0:
            return False
        box = walk.boxes[zone]
        if box.tag in {"h2", "h3"} or _STANDFIRST.search(box.names):
            return True
        zone = box.parent
    return False


def _same(summary: str, block: Block) -> bool:
    """Whether a block says what the summary says; either may be cut short."""
    one, other = fold(summary), block.folded
    short = min(len(one), len(other), 120)
    return short > _PREFIX and one[:short] == other[:short]
