"""A newsroom for tests: news-like articles made from a number, each with words of its own.

The same number always gives the same story, two numbers give stories that share next to no run of
three words, and every sentence is ordinary enough that cleaning leaves it alone.
"""

from __future__ import annotations

import html
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_FR = {
    "who": "Le maire|La directrice|Le syndicat|Une apicultrice|Le conseil départemental|Un notaire|"
    "La préfète|Le club de rugby|Une éditrice|Le musée|La coopérative|Un vétérinaire|La chorale|"
    "Le port|Une archéologue|Le lycée agricole|La brasserie|Un facteur|La fanfare|Le tribunal",
    "did": "a présenté|a refusé|défend|prépare|a inauguré|conteste|a vendu|restaure|a recensé|"
    "finance|a perdu|réclame|a retrouvé|étudie|protège|a déplacé|imagine|corrige|relance",
    "what": "un verger de poiriers|trois barques anciennes|le budget des cantines|un puits|"
    "la toiture du marché|un orgue muet|deux lignes d'autocar|les archives du cadastre|une digue|"
    "la recette du pain noir|un troupeau de chèvres|le clocher penché|une turbine à marée|"
    "quarante bancs publics|le calendrier des fêtes|un atelier de reliure|la source minérale",
    "why": "malgré la grêle|faute de menuisiers|avant les vendanges|pour attirer des familles|"
    "sous une pluie tenace|à la demande des riverains|contre l'avis des experts|avec peu de moyens|"
    "depuis la crue|sans attendre la préfecture|par amour du métier|au terme de six réunions",
}
_EN = {
    "who": "The harbour master|A retired baker|The county library|Two botanists|The ferry company|"
    "A young cellist|The parish council|The lighthouse trust|An orchard keeper|The chess league|"
    "A bicycle courier|The weather station|The fishmonger|A glassblower|The night nurses",
    "did": "has mapped|refuses to sell|is rebuilding|has counted|wants to rename|borrowed|rescued|"
    "is auctioning|has photographed|will replace|quietly buried|is translating|has weighed|forgot",
    "what": "nine copper kettles|the old tide tables|a footbridge made of larch|every hedgehog|"
    "a ledger from the quarry|the brass band's tubas|forty beehives|a mosaic floor|the toll road|"
    "one stubborn weathervane|a collection of moth wings|the railway clock|six greenhouse roofs",
    "why": "despite the frost|for want of plumbers|before the regatta|to please the auditors|"
    "after a long quarrel|without any permit|on a shoestring|since the great storm|at low tide",
}
_SITES = ("lecourrier.example", "dailykestrel.example", "gazette.example", "tersac.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article as its author wrote it."""

    title: str
    paragraphs: tuple[str, ...]
    site: str
    published_at: str
    language: str

    @property
    def body(self) -> str:
        """The text that cleaning should find."""
        return "\n\n".join(self.paragraphs)

    @property
    def plain(self) -> str:
        """As a text file: the headline, then the paragraphs."""
        return f"{self.title}\n\n{self.body}\n"

    def page(self, before: str = "", after: str = "") -> str:
        """As an HTML page, with markup of others around the article."""
        body = "\n".join(f"<p>{html.escape(text, quote=False)}</p>" for text in self.paragraphs)
        title = html.escape(self.title)
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8">'
            f"<title>{title}</title></head>\n<body>{before}<main><article><h1>{title}</h1>\n"
            f"{body}</article></main>{after}</body></html>\n"
        )

    def row(self, **fields: Any) -> dict[str, Any]:
        """As a row of JSONL, with more fields or others."""
        stated = {
            "title": self.title,
            "text": self.body,
            "site": self.site,
            "published_at": self.published_at,
            "language": self.language,
        }
        return {**stated, **fields}

    def with_paragraphs(self, paragraphs: Iterable[str]) -> Story:
        """The same article with another body."""
        return replace(self, paragraphs=tuple(paragraphs))

    def revised(self, seed: int = 0) -> Story:
        """The same article with its last paragraph rewritten."""
        return self.with_paragraphs(
            (*self.paragraphs[:-1], _paragraph(random.Random(f"revised {seed}"), self.language))
        )

    def longer(self, seed: int = 0, paragraphs: int = 2) -> Story:
        """The same article with more at its end."""
        dice = random.Random(f"longer {seed}")
        more = tuple(_paragraph(dice, self.language) for _ in range(paragraphs))
        return self.with_paragraphs((*self.paragraphs, *more))


def story(number: int, paragraphs: int = 5, language: str | None = None) -> Story:
    """The story of that number; by default odd ones are English, even ones French."""
    dice = random.Random(f"story {number}")
    language = language or ("en" if number % 2 else "fr")
    return Story(
        title=f"{_sentence(dice, language)[:-1]} ({number})",
        paragraphs=tuple(_paragraph(dice, language) for _ in range(paragraphs)),
        site=_SITES[number % len(_SITES)],
        published_at=f"2025-{1 + number % 12:02d}-{1 + number % 28:02d}T08:00:00+00:00",
        language=language,
    )


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as JSONL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _paragraph(dice: random.Random, language: str) -> str:
    return " ".join(_sentence(dice, language) for _ in range(3))


def _sentence(dice: random.Random, language: str) -> str:
    words = _FR if language == "fr" else _EN
    part = {name: dice.choice(choices.split("|")) for name, choices in words.items()}
    number, names = dice.randint(11, 9999), [_name(dice) for _ in range(4)]
    if language == "fr":
        first = f"{part['who']} de {names[0]} {part['did']} avec {names[1]} {part['what']}"
        return f"{first} à {names[2]} {part['why']} pour {number} euros selon {names[3]}."
    first = f"{part['who']} of {names[0]} {part['did']} with {names[1]} {part['what']}"
    return f"{first} at {names[2]} {part['why']} for {number} pounds says {names[3]}."


def _name(dice: random.Random) -> str:
    """An invented name: these are what tells two stories apart."""
    syllables = "ba cor del fan gri hal jor kel lam mon nar ost pel qui ros sar tur vel win zan"
    return "".join(dice.choice(syllables.split()) for _ in range(3)).capitalize()
