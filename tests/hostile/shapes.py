"""Documents made to cost: each takes a size and gives a text of about that many characters.

What a rule looks for, without end; what a parser keeps open; what a search hopes to find.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

Shape = Callable[[int], str]

SENTENCE = "The council met on Tuesday and agreed the budget for the coming year after a debate. "
BODY = f"<p>{SENTENCE * 5}</p>"
_random = random.Random(8)
WORDS = [
    "".join(_random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(_random.randint(3, 9)))
    for _ in range(3_000)
]


def again(unit: str) -> Shape:
    """The unit over and over."""
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def each(make: Callable[[int], str]) -> Shape:
    """Something else every time."""

    def shape(size: int) -> str:
        pieces: list[str] = []
        length = 0
        while length < size:
            pieces.append(make(len(pieces)))
            length += len(pieces[-1])
        return "".join(pieces)

    return shape


def around(before: str, inside: Shape, after: str = "") -> Shape:
    return lambda size: before + inside(size) + after


def both(first: Shape, second: Shape) -> Shape:
    return lambda size: first(size // 2) + second(size // 2)


def sentence(number: int, words: int = 14) -> str:
    choose = random.Random(number)
    return " ".join(choose.choice(WORDS) for _ in range(words)).capitalize() + ". "


def _linked_data(**fields: object) -> str:
    stated = {"@type": "NewsArticle", "headline": "A title", **fields}
    return f'<script type="application/ld+json">{json.dumps(stated)}</script>{BODY}'


def _twenty_times(size: int) -> str:
    return "\n\n".join(sentence(i, 20) for i in range(20)) * (size // 2_600)


PAGES: dict[str, Shape] = {
    "elements nested": both(again("<div>"), again("</div>")),
    "elements never closed": again("<div>a word "),
    "lists in lists": again("<ul><li>item "),
    "tables in tables": again("<table><tr><td>"),
    "articles in articles": each(lambda i: f"<article><h1>t {i}</h1><p>{sentence(i)}"),
    "formatting never closed": again("<p><b><i>x"),
    "formatting opened anew": both(
        around("<div>", each(lambda i: f"<b id={i}>"), "</div>"), again("<div>x</div>")
    ),
    "formatting from a table": both(
        around("<div>", each(lambda i: f"<b id={i}><table><td></b></table>"), "</div>"),
        again("<div>x</div>"),
    ),
    "links in links": again("<a><b><font><div>"),
    "blocks in lines": again("<span><div></span>"),
    "blocks in formatting": again("<b><div></b>x"),
    "closed in scripts only": again("<div><script></div></script>"),
    "closed in cells only": again("<table><tr><td></div><div>x"),
    "comments closed oddly": again("<!-- --!><div>"),
    "attributes on one tag": around("<p ", each(lambda i: f"a{i}=b "), ">" + BODY),
    "attributes with tags in them": around("<p ", each(lambda i: f"a{i}='<p>' "), ">" + BODY),
    "names of one element": around("<p class='", each(lambda i: f"nav{i} "), "'>" + BODY),
    "names of many elements": each(lambda i: f"<div class='c-{i} nav-x{i}'>{sentence(i, 5)}</div>"),
    "tags without an end": again("<p "),
    "comments": again("<!-- a --><p>x"),
    "comments without an end": again("<!--"),
    "scripts of two cases": around("", again("<SCRIPT>a</script>"), BODY),
    "scripts without an end": again("<script>var a=1;"),
    "one script": around("<script>", again("var a=1;"), "</script>" + BODY),
    "templates": again("<template><p>hello there "),
    "drawings": again("<svg><p>x</svg>"),
    "forms": again("<select><option>a<textarea>b"),
    "entities of entities": around(
        '<!DOCTYPE lolz [<!ENTITY lol "lol">',
        each(lambda i: f'<!ENTITY lol{i} "&lol{i - 1};&lol{i - 1};">'),
        f"]><p>&lol9;{SENTENCE}",
    ),
    "references": around("<p>", again("&notin;&lt;&#x41;&")),
    "tiny paragraphs": each(lambda i: f"<p>{sentence(i, 2)}</p>"),
    "tiny paragraphs, all alike": again("<p>a b c.</p>"),
    "paragraphs, all alike": again(f"<p>{SENTENCE}</p>"),
    "one paragraph": around("<p>", each(sentence)),
    "links": each(lambda i: f"<li><a href=/a{i}>{sentence(i, 5)}</a></li>"),
    "headings": each(lambda i: f"<h1>{sentence(i, 5)}</h1><p>{sentence(i)}"),
    "cards": each(
        lambda i: f"<div class=teaser><h3><a href=/{i}>{sentence(i, 6)}</a></h3>{i}</div>"
    ),
    "one title": around("<title>", each(sentence), "</title>" + BODY),
    "authors in the head": each(
        lambda i: f"<meta name=author content='John {WORDS[i % 3000].capitalize()}{i}'>"
    ),
    "statements": each(lambda i: _linked_data(author=sentence(i, 2))),
    "statements, nested": around(
        '<script type="application/ld+json">', again('{"a":'), "</script>"
    ),
    "statement of many authors": lambda n: _linked_data(
        author=[{"@id": i} for i in range(n // 12)]
    ),
    "statement of many names": lambda n: _linked_data(
        author=[{"name": f"John {WORDS[i % 3000]}{i}".title()} for i in range(n // 30)]
    ),
    "statement of many fields": lambda n: _linked_data(**{f"k{i}": {} for i in range(n // 12)}),
    "statement of a body": lambda n: _linked_data(articleBody=each(sentence)(n)),
    "statement of broken markup": lambda n: _linked_data(articleBody=again("<p <p <b>x")(n)),
    "body stated and shown": lambda n: (
        _linked_data(articleBody=each(sentence)(n // 2)) + each(lambda i: f"<p>x{i} y</p>")(n // 2)
    ),
    "navigation": each(lambda i: f"<nav>{sentence(i, 6)}</nav>"),
    "blocks nobody finds": each(
        lambda i: f"<footer>a{i}<script>x</script><b>c&shy;{sentence(i, 3)}</b></footer>"
    ),
    "captions": each(lambda i: f"<p>{sentence(i, 6)} Photo: John Smith/AFP</p>"),
    "NUL": around("<p>", again("a\0b c. ")),
    "lone surrogates": around("<p>", again("\ud800 a")),
}

TEXTS: dict[str, Shape] = {
    "one line": each(sentence),
    "no space": again("x"),
    "lines of a letter": again("a\n"),
    "returns": again("a\r"),
    "odd line ends": again("a\f\x0b\x1c\x85\u2028"),
    "paragraphs": each(lambda i: sentence(i, 20) + "\n\n"),
    "paragraphs, all alike": again(SENTENCE + "\n\n"),
    "a body twenty times": _twenty_times,
    "a body twice": lambda n: each(lambda i: sentence(i, 20) + "\n\n")(n // 2) * 2,
    "near copies": each(lambda i: f"{sentence(i % 50, 20)[:-2]} w{i} {sentence(i % 70, 8)}\n\n"),
    "one gram everywhere": each(
        lambda i: f"government announced yesterday morning that {sentence(i, 9)}\n\n"
    ),
    "a window that slides": each(
        lambda i: " ".join(WORDS[(3 * i + j) % 3000] for j in range(24)) + ".\n\n"
    ),
    "wrapped lines": each(lambda i: sentence(i, 12).lower() + "\n"),
    "figures": again("1 "),
    "dates": again("12 November 2025 10:30\n"),
    "dates on one line": again("12.11.2025, "),
    "bylines": each(lambda i: f"By John Smith{i}\n"),
    "a byline without end": around("By ", again("John Smith and ")),
    "agencies": again("Le Monde avec AFP\n"),
    "addresses": again("a.b.c.d.com\n"),
    "quotation marks": again('"'),
    "quotations never closed": again("“aa "),
    "brackets": again("( "),
    "white space": around("a", again(" \t\u00a0"), "b"),
    "blank lines": around("", again("   \n"), "a"),
    "bullets": again("• x\n"),
    "dashes": again("— - "),
    "marks": again(".?! …"),
    "addresses of mail": again("a@b.c "),
    "URLs": again("http://a.b/c "),
    "credits": each(lambda i: f"{sentence(i, 6)} Photo: John Smith/AFP\n"),
    "posts": each(lambda i: f"— {sentence(i, 4)} (@abc{i}) 2020\n"),
    "consent": each(lambda i: f"We use cookies {sentence(i, 6)}\n\n"),
    "doors": each(lambda i: f"Read also\n{sentence(i, 5)[:-2]}\n"),
    "buttons": again("Share\nTweet\nComments\n"),
    "titles": each(lambda i: sentence(i, 8)[:-2] + "\n"),
    "NUL": again("\0a "),
    "direction marks": again("\u202ea\u2066 "),
    "invisible lines": again("\u200b\n"),
    "soft hyphens": again("a\u00adb "),
    "lone surrogates": again("\ud800\n"),
    "beyond plane 0": again("\U0001f600\U00010400 "),
    "marks on one letter": around("e", again("\u0301\u0323")),
    "look-alikes": again("Тһе соunсіl "),
    "no spaces in the script": each(lambda i: f"新华社北京电{i}。"),
}
