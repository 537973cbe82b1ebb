"""Captions and embedded posts by their own marks: a credit at the end, a handle and a date."""

from __future__ import annotations

import re

from dedupe.clean.blocks import Block, Role, Stage

_AGENCY = (
    r"AFP|AP|A\.P\.|Reuters|REUTERS|SIPA|Sipa|EPA|EFE|ANSA|Ansa|dpa|DPA|imago|IMAGO|Keystone|KEYSTONE|Belga|BELGA|"
    r"ANP|Lusa|LUSA|Getty|Getty Images|AFP/Archives|Shutterstock|iStock|iStockphoto|Alamy|NurPhoto|"
    r"Hans Lucas|MaxPPP|MAXPPP|PA Wire|PA Media|Bloomberg|Unsplash|Pixabay|Pexels|Wikimedia|"
    r"Wikimedia Commons|LaPresse|LAPRESSE|Europa Press|picture alliance|picture-alliance|Zuma|ZUMA|"
    r"Xinhua|Anadolu|Adobe Stock|Fotolia|Depositphotos|CC BY(?:-SA)?"
)
# The credit stands in the last 80 characters; each pattern looks at those alone.
_CREDIT_END = re.compile(
    rf"(?:[/(©—–|.,:-]|\bvia|\bpar|\bby|\bbei)\s{{0,3}}(?:[\w.’' -]{{2,40}}[/,]\s{{0,2}})?"
    rf"(?:{_AGENCY})(?:[/ ][\w.’' -]{{2,40}})?[)\]]?\s*$"
)
_CREDIT_WORD = re.compile(
    r"(?:\(|\[|^|\.\s|—\s?|–\s?|-\s|/\s?|\|\s?)(?:photos?|photograph(?:e|er|y|ie)|foto(?:s|graf|grafía|quelle)?|image|imagen|immagine|"
    r"bild(?:er|rechte|quelle|nachweis)?|credits?|crédits?|crédito|"
    r"créditos|crediti|illustration|illustratie|beeld|getty images|archivfoto|symbolbild|"
    r"fotocredits?|capture d[’']écran|screenshot|"
    r"quelle|source)(?:\s?(?::|©|\||/|\bby\b|\bvon\b|\bpar\b|\bde\b|\bdi\b)|\s(?-i:[A-ZÀ-Ö]))"
    r"[^.]{0,70}[)\]]?\.?\s*$",
    re.IGNORECASE,
)
# Cheap to look for; without one of them neither pattern can match.
_HINTS = (
    "photo", "foto", "image", "imag", "bild", "credit", "crédit", "crédito", "illustrat",
    "beeld", "getty", "capture", "screenshot", "quelle", "source", "afp", "ap", "a.p.",
    "reuters", "sipa", "epa", "efe", "ansa", "dpa", "keystone", "belga", "anp", "lusa",
    "shutterstock", "istock", "alamy", "nurphoto", "lucas", "wire", "media", "bloomberg",
    "splash", "pixabay", "pexels", "wikimedia", "lapresse", "europa", "alliance", "zuma",
    "xinhua", "anadolu", "adobe", "fotolia", "cc by",
)  # fmt: skip
_COPYRIGHT = re.compile(r"©|\(c\)\s?\d{4}|ⓒ", re.IGNORECASE)
_COPYRIGHT_MARKS = ("©", "ⓒ", "Ⓒ", "(c)", "(C)")
_POST = re.compile(r"^\s?[—–-]{1,2}\s.{1,70}\(@\w{1,30}\).{0,3}.{0,40}\d{4}\s*$")
_POST_LINK = re.compile(r"pic\.twitter\.com/\w{4,20}|https?://t\.co/\w{4,20}\s*$")
_MOST_WORDS = 60
_POST_REACH = 3
_NOTICE_WORDS = 25


def is_caption(text: str) -> bool:
    """Whether ``text`` ends in a picture's credit."""
    if text.endswith((".", "!", "?", ":")) and not text.endswith(")."):
        return False
    tail = text[-100:]
    low = tail.lower()
    for hint in _HINTS:
        if hint in low:
            return bool(_CREDIT_END.search(tail) or _CREDIT_WORD.search(tail))
    return False


def _is_copyright(block: Block) -> bool:
    text = block.text
    for mark in _COPYRIGHT_MARKS:
        if mark in text:
            found = _COPYRIGHT.search(text) is not None
            return found and (block.words <= _NOTICE_WORDS or not block.ends)
    return False


def _is_post_link(block: Block) -> bool:
    tail = block.text[-60:]
    return "t" in tail and ".co" in tail and _POST_LINK.search(tail) is not None


def cut_captions(blocks: list[Block]) -> None:
    """Cut captions, credits, copyright lines and embedded posts, in place."""
    for index, block in enumerate(blocks):
        if block.cut is not None or block.words > _MOST_WORDS:
            continue
        if _is_copyright(block):
            block.drop("copyright", Stage.CHROME)
        elif _POST.match(block.text):
            block.drop("embedded-post", Stage.CHROME)
            _cut_post(blocks, index)
        elif block.role is not Role.HEADING and _is_post_link(block):
            block.drop("embedded-post", Stage.CHROME)
        elif is_caption(block.text):
            block.drop("caption", Stage.CHROME)


def _cut_post(blocks: list[Block], index: int) -> None:
    """The lines above a post's signature are the post, as far back as they look like one."""
    for at in range(index - 1, max(-1, index - 1 - _POST_REACH), -1):
        block = blocks[at]
        if block.cut is not None and block.cut.rule == "embedded-post":
            continue
        if block.cut is not None or block.words > _MOST_WORDS or block.role is Role.HEADING:
            return
        if at < index - 1 and not any(mark in block.text for mark in "#@"):
            return
        block.drop("embedded-post", Stage.CHROME)
