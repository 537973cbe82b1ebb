"""From matching words to cuts: position and neighbourhood decide what a phrase alone cannot.

A site that speaks to its reader ("we use cookies", "sign up") is noise; an article that speaks
about cookies or newsletters is not. So a phrase in running text, with running text on both sides,
needs company: a second phrase, a cut neighbour, or a block that consists of nothing else.
"""

from __future__ import annotations

import re
from collections import Counter

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.captions import cut_captions
from dedupe.clean.lexicon import words
from dedupe.clean.phrases import Hit, Table, table

_OWN_VOICE = frozenset(words("consent", "own_voice"))
_QUOTES = re.compile('[«»"“”„‟「」『』]')
_BUTTON_WORDS = 12
_CONSENT_WORDS = 150
_RUN_LONGEST = 20
_LABEL_WORDS = 2
_DOOR_WORDS = 6
_REACH = 2
_QUOTED_WORDS = 20
_LINKED = 0.45
_COLON_REACH = 45


def judge(blocks: list[Block], *, html: bool) -> None:
    """Cut, in place, the blocks that the phrase tables and their surroundings condemn."""
    rules = table()
    hits = [
        [] if block.cut or block.words > _CONSENT_WORDS else _hits(block, rules) for block in blocks
    ]
    if not any(hits):
        cut_captions(blocks)
        return
    labels = Counter(block.folded for block, found in zip(blocks, hits, strict=True) if found)
    for index, found in enumerate(hits):
        if found:
            blocks[index].marks = tuple(hit.rule.name for hit in found)
            _outright(blocks, index, found, once=labels[blocks[index].folded] == 1)
    for index, found in enumerate(hits):
        if found and blocks[index].cut is None:
            _in_context(blocks, hits, index)
    cut_captions(blocks)
    for index, found in enumerate(hits):
        if any(hit.rule.effect == "run" for hit in found) and blocks[index].cut:
            _run(blocks, index, html=html)


def _hits(block: Block, rules: Table) -> list[Hit]:
    found = rules.hits(block.folded, block.folded_words)
    return [hit for hit in found if _fits(block, hit)] if found else found


def _fits(block: Block, hit: Hit) -> bool:
    rule = hit.rule
    if rule.match != "starts" or " " in hit.phrase:
        return True
    if block.words <= _LABEL_WORDS:
        return True
    # One word opens a sentence as easily as a widget: "Share prices fell". A colon tells, unless
    # a sentence stands around it: "Watch out for: it shrinks."
    if (
        rule.effect == "related"
        and block.links < _LINKED
        and ":" not in block.text[: len(hit.phrase) + 3]
    ):
        listed = block.words > _DOOR_WORDS and block.text.endswith(":")
        if block.ends or listed:
            return False
    return _colon(block, hit)


def _colon(block: Block, hit: Hit) -> bool:
    """Whether a colon follows soon, as in "Read the interview: ..."."""
    reach = _COLON_REACH if hit.rule.effect == "related" else len(hit.phrase) + 4
    head = block.text[:reach]
    return ":" in head or "：" in head


def _outright(blocks: list[Block], index: int, found: list[Hit], *, once: bool) -> None:
    block = blocks[index]
    for hit in found:
        effect = hit.rule.effect
        if effect in {"cut", "run", "tail"}:
            # Two sections of a story do not bear one name; two advertisements do.
            if hit.rule.match == "whole" and once and _is_subheading(blocks, index):
                continue
            if hit.rule.match == "starts" and block.prose and block.words > _BUTTON_WORDS * 2:
                continue
            block.drop(hit.rule.name, hit.rule.stage)
        elif effect == "related" and _is_door(block, hit):
            block.drop(hit.rule.name, hit.rule.stage)


def _is_subheading(blocks: list[Block], index: int) -> bool:
    """A one-word heading with running text on both sides heads a section of the story."""
    block = blocks[index]
    if block.words > 1 or block.role not in {Role.HEADING, Role.PARAGRAPH} or block.links:
        return False
    before = blocks[index - 1] if index else None
    after = blocks[index + 1] if index + 1 < len(blocks) else None
    return bool(before and after and before.prose and after.prose and not after.marks)


def _is_door(block: Block, hit: Hit) -> bool:
    if _colon(block, hit) or "|" in block.text[: len(hit.phrase) + 4]:
        return True
    return block.links > _LINKED or not block.ends


def _in_context(blocks: list[Block], hits: list[list[Hit]], index: int) -> None:
    block, found = blocks[index], hits[index]
    for effect in ("consent", "sentence", "hint"):
        some = [hit for hit in found if hit.rule.effect == effect]
        if some and _condemned(blocks, hits, index, effect, some):
            block.drop(some[0].rule.name, some[0].rule.stage)
            return


def _condemned(
    blocks: list[Block], hits: list[list[Hit]], index: int, effect: str, some: list[Hit]
) -> bool:
    block = blocks[index]
    beside = [*blocks[max(0, index - 1) : index], *blocks[index + 1 : index + 2]]
    lonely = all(other.prose and other.cut is None for other in beside)
    if effect == "hint":
        return not lonely or not beside
    quoted = bool(_QUOTES.search(block.text)) and block.words > _QUOTED_WORDS
    repeated = len({hit.phrase for hit in some}) > 1
    if effect == "consent":
        company = repeated or _consent_beside(blocks, hits, index)
        own_voice = any(not _OWN_VOICE.isdisjoint(hit.phrase.split()) for hit in some)
        if quoted:
            return company and own_voice and not lonely
        return own_voice or company or not block.prose
    if quoted and lonely and block.prose:
        return False
    return not block.prose or some[0].at <= 1 or repeated or _accompanied(beside, some)


def _accompanied(beside: list[Block], some: list[Hit]) -> bool:
    """Whether what stands beside a sentence speaks against it.

    Any label does if the site speaks of itself in the sentence; else a paragraph under a
    sub-heading stands in the story all the same.
    """
    own_voice = any(not _OWN_VOICE.isdisjoint(hit.phrase.split()) for hit in some)
    return any(
        other.cut is not None or not (other.prose or (other.role is Role.HEADING and not own_voice))
        for other in beside
    )


def _consent_beside(blocks: list[Block], hits: list[list[Hit]], index: int) -> bool:
    """Whether a block nearby was cut as consent."""
    for at in range(max(0, index - _REACH), min(len(blocks), index + 1 + _REACH)):
        consent = any(hit.rule.stage is Stage.CONSENT for hit in hits[at])
        if at != index and consent and blocks[at].cut is not None:
            return True
    return False


def _run(blocks: list[Block], index: int, *, html: bool) -> None:
    """Cut the short lines under the heading of a list of other articles."""
    head = blocks[index]
    for at in range(index + 1, min(len(blocks), index + 1 + _RUN_LONGEST)):
        block = blocks[at]
        if block.cut:
            continue
        if block.prose or block.role is Role.CODE:
            return
        linked = block.links > _LINKED
        if html and not linked and (block.role is Role.HEADING or block.ends):
            return
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        if not html and at > index + 1 and block.gap and after is not None and after.prose:
            return  # a heading of the story, which goes on
        block.drop(f"under-{head.cut.rule}" if head.cut else "related", Stage.RELATED)
