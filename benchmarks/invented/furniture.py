"""What stands around an article on an invented site: menus, banners, prompts, lists, scripts.

Each site has its own mark-up, names of classes and wording, drawn from its number; the passages
that are no part of the article are told, so that leaks can be counted.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from functools import cache
from random import Random

SECTIONS = (
    "World", "Politics", "Economy", "Culture", "Sport", "Science", "Weather", "Opinion", "Local",
    "Health", "Travel", "Books", "Motoring", "Gardens", "Puzzles", "Photographs", "Obituaries",
)  # fmt: skip
CONSENT = (
    "We and our {n} partners use cookies to measure our audience and to show you advertisements.",
    "This site uses cookies. By reading on you accept our cookie policy.",
    "Your privacy matters to us: choose which cookies {host} may store on your device.",
    "We need your consent to store cookies and to process your personal data.",
)
PROMPTS = (
    "Sign up for our newsletter and get the news of the day in your inbox every morning.",
    "Subscribe today and read every article without limits.",
    "Follow us on social media so that you never miss a story.",
    "Download our app to receive alerts as the news breaks.",
)
FOOTERS = (
    "All rights reserved. Reproduction without permission is forbidden.",
    "Published by the {host} press company. Registered office at 12 Printers Lane.",
)
BANNER = ("cookie-bar", "consent", "privacy-layer", "notice-box", "bottom-strip")
BODY = ("article-body", "story__text", "entry-content", "post-body", "c-text", "main-col")


@dataclass(slots=True)
class Page:
    """A page as bytes would be served, and the passages that are not the article's."""

    html: str
    noise: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Furniture:
    """A site's own: how it marks up an article and what it puts around it."""

    host: str
    head: str
    before: str
    after: str
    body_class: str
    states: str
    """Where author and date are stated: ``json-ld``, ``meta`` or ``visible``."""
    noise: tuple[str, ...]


@cache
def furniture(site: int, host: str) -> Furniture:
    """The furniture of a site."""
    random = Random(f"site {site}")
    banner = random.choice(CONSENT).format(n=random.randint(80, 900), host=host)
    prompt, footer = random.choice(PROMPTS), random.choice(FOOTERS).format(host=host)
    menu = random.sample(SECTIONS, 12)
    items = "".join(
        f'<li class="m-{random.randrange(9)}"><a href="/{name.lower()}">{name}</a>'
        + "".join(
            f'<a class="sub" href="/{name.lower()}/{each.lower()}">{each}</a>'
            for each in random.sample(SECTIONS, 4)
        )
        + "</li>"
        for name in menu
    )
    rules = "".join(
        f".{random.choice(BODY)}-{at}{{margin:{random.randrange(40)}px;color:#{random.randrange(4096):03x}}}"
        for at in range(150)
    )
    code = "".join(f"window.t{at}=function(a){{return a+{at};}};" for at in range(150))
    buttons = "<button>Accept all</button><button>Refuse</button>"
    consent = f'<div class="{random.choice(BANNER)}-{site}"><p>{banner}</p>{buttons}</div>'
    first, last = (consent, "") if random.random() < 0.5 else ("", consent)
    before = (
        f'{first}<header><a class="logo" href="/">{host}</a><nav><ul>{items}</ul></nav></header>'
    )
    after = (
        f'<aside class="promo"><p>{prompt}</p><form><input type="email"><button>Sign up</button>'
        "</form></aside>"
        f"<footer><ul>{items}</ul><p>{footer}</p></footer>{last}<script>{code}</script>"
    )
    return Furniture(
        host,
        f"<style>{rules}</style><script>{code}</script>",
        before,
        after,
        random.choice(BODY),
        ("json-ld", "meta", "visible")[site % 3],
        (banner, prompt, footer),
    )


def escaped(text: str) -> str:
    """Text for an element or an attribute."""
    return html.escape(text)
